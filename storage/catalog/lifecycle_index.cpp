#include "storage/catalog/lifecycle_index.hpp"

#include <algorithm>

namespace torhaus::storage::catalog::lifecycle_index {
namespace {

constexpr std::size_t key_offset = time_offset + 8;

std::uint64_t time_bits(sys_micros t) {
  return static_cast<std::uint64_t>(std::max<std::int64_t>(t.time_since_epoch().count(), 0));
}

}  // namespace

std::string bucket_from(std::uint64_t bucket) {
  return std::string(1, schema::table::lifecycle) + schema::big_endian(bucket);
}

std::string kind_from(std::uint64_t bucket, kind k) {
  return bucket_from(bucket) + static_cast<char>(k);
}

std::string entry_key(std::uint64_t bucket, kind k, sys_micros at, std::string_view key,
                      std::string_view tail) {
  std::string out = kind_from(bucket, k) + schema::big_endian(time_bits(at));
  schema::append_key(out, key);
  return out.append(tail);
}

std::string version_entry(kind k, const place& at, sys_micros time, version_sequence sequence) {
  return entry_key(at.bucket, k, time, at.key, schema::big_endian(sequence));
}

std::string cursor_key(std::uint64_t bucket, std::string_view task) {
  return kind_from(bucket, kind::cursor).append(task);
}

std::string build_key(std::uint64_t bucket) { return kind_from(bucket, kind::build); }

entry parse_entry(std::string_view stored, std::size_t tail_bytes) {
  if (stored.size() < key_offset) throw damaged_record("a lifecycle entry is too short");
  entry e;
  const std::uint64_t bits = schema::from_big_endian(stored.substr(time_offset, 8));
  e.at = sys_micros(std::chrono::microseconds(static_cast<std::int64_t>(bits)));
  const schema::row_name name = schema::split_key(stored.substr(key_offset), tail_bytes);
  e.key = name.key;
  e.tail = name.tail;
  return e;
}

std::optional<version_summary> successor_of(const kv::snapshot& s, const place& at,
                                            version_sequence sequence) {
  auto above = newest_version(s, at);
  if (!above || above->sequence <= sequence) return std::nullopt;
  // Rows lie newest first and cursors go forward only: halving the sequences in between finds the
  // last row in front in a few steps, however many versions there are.
  version_sequence low = sequence + 1;
  while (low < above->sequence) {
    const version_sequence middle = low + (above->sequence - low) / 2;
    auto found = at_or_older(s, at, middle);
    if (found && found->sequence > sequence)
      above = found;
    else
      low = middle + 1;
  }
  return above;
}

void version_added(kv::transaction& t, const place& at, sys_micros now, version_sequence added) {
  const auto below = added == 0 ? std::nullopt : at_or_older(t, at, added - 1);
  if (below) {
    t.erase(version_entry(kind::current, at, below->modified, below->sequence));
    t.put(version_entry(kind::noncurrent, at, now, below->sequence), "");
  }
  t.put(version_entry(kind::current, at, now, added), "");
}

void version_removed(kv::transaction& t, const place& at, const version_summary& gone) {
  const auto above = successor_of(t, at, gone.sequence);
  const auto below = gone.sequence == 0 ? std::nullopt : at_or_older(t, at, gone.sequence - 1);
  t.erase(above ? version_entry(kind::noncurrent, at, above->modified, gone.sequence)
                : version_entry(kind::current, at, gone.modified, gone.sequence));
  if (below) {
    t.erase(version_entry(kind::noncurrent, at, gone.modified, below->sequence));
    t.put(above ? version_entry(kind::noncurrent, at, above->modified, below->sequence)
                : version_entry(kind::current, at, below->modified, below->sequence),
          "");
    // What is current again may have been due long ago.
    if (!above) look_again(t, at, below->sequence, sys_micros());
  } else if (above && above->delete_marker) {
    // Perhaps a marker that stands alone now.
    look_again(t, at, above->sequence, sys_micros());
  }
}

void look_again(kv::transaction& t, const place& at, version_sequence sequence, sys_micros when) {
  t.put(version_entry(kind::again, at, when, sequence), "");
}

}  // namespace torhaus::storage::catalog::lifecycle_index
