// Keys of all tables: building them and taking them apart.
#include "storage/catalog/schema.hpp"

namespace torhaus::storage::catalog::schema {
namespace {

constexpr std::size_t bucket_bytes = 8;
constexpr std::size_t row_prefix_bytes = 1 + bucket_bytes;
constexpr std::string_view end_mark{"\0\0", 2};
constexpr std::string_view behind_end_mark{"\0\1", 2};

void append_escaped(std::string& out, std::string_view key) {
  if (key.find('\0') == std::string_view::npos) {
    out.append(key);
    return;
  }
  for (const char c : key) {
    out.push_back(c);
    if (c == '\0') out.push_back('\xFF');
  }
}

std::string unescaped(std::string_view stored) {
  std::string key(stored);
  if (key.find('\0') == std::string::npos) return key;
  std::size_t to = 0;
  for (std::size_t from = 0; from < stored.size(); ++from) {
    key[to++] = stored[from];
    if (stored[from] != '\0') continue;
    if (++from == stored.size() || stored[from] != '\xFF')
      throw damaged_record("a key is escaped wrongly");
  }
  key.resize(to);
  return key;
}

std::string one(char table, std::string_view rest) {
  std::string key(1, table);
  key.append(rest);
  return key;
}

}  // namespace

std::string big_endian(std::uint64_t v) {
  std::string out(8, '\0');
  for (std::size_t i = 8; i-- > 0; v >>= 8) out[i] = static_cast<char>(v & 0xFF);
  return out;
}

std::uint64_t from_big_endian(std::string_view eight_bytes) {
  if (eight_bytes.size() != 8) throw damaged_record("a number in a key has not eight bytes");
  std::uint64_t v = 0;
  for (const char c : eight_bytes) v = v << 8 | static_cast<std::uint8_t>(c);
  return v;
}

std::string format_key() { return one(table::format, "format"); }
std::string bucket_counter_key() { return one(table::counters, "bucket"); }
std::string bucket_key(std::string_view name) { return one(table::buckets, name); }
std::string bucket_id_key(std::uint64_t id) { return one(table::bucket_ids, big_endian(id)); }

std::string bucket_owner_key(std::string_view account, std::string_view name) {
  std::string key = one(table::bucket_owners, account);
  key.push_back('\0');
  key.append(name);
  return key;
}

std::string bucket_setting_key(std::uint64_t bucket, bucket_setting setting) {
  return one(table::bucket_settings, big_endian(bucket)) + static_cast<char>(setting);
}

std::string outbox_key(std::string_view queue, std::uint64_t position) {
  std::string key = one(table::outbox, queue);
  key.push_back('\0');
  return key + big_endian(position);
}

std::string null_version_key(std::uint64_t bucket, std::string_view key) {
  return key_from(table::null_versions, bucket, key);
}

std::string version_key(std::uint64_t bucket, std::string_view key, version_sequence sequence) {
  return key_from(table::versions, bucket, key) + sequence_tail(sequence);
}

std::string upload_key(std::uint64_t bucket, std::string_view key, std::string_view upload_id) {
  return key_from(table::uploads, bucket, key).append(upload_id);
}

std::string part_key(std::string_view upload_id, std::uint32_t number) {
  return one(table::parts, upload_id).append(big_endian(number).substr(4));
}

std::uint32_t part_number_of(std::string_view stored_part_key) {
  constexpr std::size_t number_bytes = 4;
  if (stored_part_key.size() != 1 + upload_id_bytes + number_bytes) {
    throw damaged_record("a part's key of a wrong length");
  }
  std::uint32_t number = 0;
  for (const char c : stored_part_key.substr(1 + upload_id_bytes)) {
    number = number << 8 | static_cast<std::uint8_t>(c);
  }
  return number;
}

std::string bucket_usage_key(std::uint64_t bucket) {
  return one(table::usage, "b").append(big_endian(bucket));
}
std::string project_usage_key(std::string_view project) {
  return one(table::usage, "p").append(project);
}
std::string agency_usage_key(std::string_view account) {
  return one(table::usage, "a").append(account);
}
std::string upload_usage_key(std::string_view upload_id) {
  return one(table::usage, "u").append(upload_id);
}
std::string usage_state_key() { return one(table::usage, "s"); }

std::string data_key(const blob::blob_id& id) { return one(table::data, id.view()); }
std::string location_end_key(const blob::blob_id& id) {
  return one(table::location_ends, id.view());
}
std::string manifest_key(const blob::blob_id& id) { return one(table::manifests, id.view()); }

std::string garbage_key(garbage_kind kind, std::string_view id) {
  std::string key(1, table::garbage);
  key.push_back(static_cast<char>(kind));
  key.append(id);
  return key;
}

std::string successor(std::string_view bytes) {
  std::string out(bytes);
  while (!out.empty() && out.back() == '\xFF') out.pop_back();
  if (!out.empty()) out.back() = static_cast<char>(static_cast<unsigned char>(out.back()) + 1);
  return out;
}

std::string rows_from(char table, std::uint64_t bucket, std::string_view prefix) {
  std::string out;
  // One allocation for what most keys are made of: the end of a row's name and a sequence follow.
  out.reserve(row_prefix_bytes + prefix.size() + end_mark.size() + sequence_bytes);
  out += table;
  out += big_endian(bucket);
  append_escaped(out, prefix);
  return out;
}

std::string rows_behind(char table, std::uint64_t bucket, std::string_view prefix) {
  return successor(rows_from(table, bucket, prefix));
}

std::string key_from(char table, std::uint64_t bucket, std::string_view key) {
  return rows_from(table, bucket, key).append(end_mark);
}

std::string key_behind(char table, std::uint64_t bucket, std::string_view key) {
  return rows_from(table, bucket, key).append(behind_end_mark);
}

row_name split_row(std::string_view stored, std::size_t tail_bytes) {
  if (stored.size() < row_prefix_bytes) throw damaged_record("a stored key is too short");
  return split_key(stored.substr(row_prefix_bytes), tail_bytes);
}

row_name split_key(std::string_view stored, std::size_t tail_bytes) {
  if (stored.size() < end_mark.size() + tail_bytes) {
    throw damaged_record("a stored key is too short");
  }
  const std::size_t end = stored.size() - tail_bytes - end_mark.size();
  if (stored.substr(end, end_mark.size()) != end_mark) {
    throw damaged_record("a stored key has no end mark");
  }
  return {unescaped(stored.substr(0, end)), stored.substr(end + end_mark.size())};
}

void append_key(std::string& out, std::string_view key) {
  append_escaped(out, key);
  out.append(end_mark);
}

}  // namespace torhaus::storage::catalog::schema
