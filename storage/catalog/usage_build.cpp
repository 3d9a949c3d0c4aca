// The counters of a store that was written before there were any.
#include <map>

#include "storage/base/log.hpp"
#include "storage/catalog/usage.hpp"

namespace torhaus::storage::catalog {
namespace {

// Rows that one transaction looks at; an upload's parts are one row.
constexpr std::size_t rows_a_step = 5'000;
constexpr std::size_t bucket_at = 1;
constexpr std::size_t bucket_bytes = 8;

// Deltas by bucket, while one step goes.
class tally {
 public:
  explicit tally(kv::transaction& t) : t_(t) {}

  // Null when the bucket is gone: what is left of it counts as nothing.
  usage_delta* of(std::string_view stored_key) {
    const std::uint64_t id = schema::from_big_endian(stored_key.substr(bucket_at, bucket_bytes));
    auto known = buckets_.find(id);
    if (known == buckets_.end()) {
      auto found = require_bucket(t_, id);
      known =
          buckets_
              .emplace(id, found ? std::optional<bucket_record>(std::move(*found)) : std::nullopt)
              .first;
    }
    return known->second ? &deltas_[id] : nullptr;
  }
  void apply() {
    for (const auto& [id, delta] : deltas_) apply_usage(t_, *buckets_.at(id), delta);
  }

 private:
  kv::transaction& t_;
  std::map<std::uint64_t, std::optional<bucket_record>> buckets_;
  std::map<std::uint64_t, usage_delta> deltas_;
};

void count_version(std::string_view stored_key, std::string_view value, tally& sums) {
  const schema::version_head head =
      schema::named(stored_key, [&] { return schema::decode_head(value); });
  usage_delta* const to = sums.of(stored_key);
  if (to == nullptr || head.delete_marker) return;
  ++to->objects;
  to->bytes += static_cast<std::int64_t>(head.size);
}

// Nothing for an upload without parts.
std::optional<std::uint64_t> bytes_of_parts(const kv::snapshot& s, std::string_view upload_id) {
  std::optional<std::uint64_t> bytes;
  const std::string from = schema::part_key(upload_id, 0);
  const auto cursor = s.scan(from, schema::part_key(upload_id, schema::max_parts + 1));
  for (bool more = cursor->seek(from); more; more = cursor->next()) {
    const auto row =
        schema::named(cursor->key(), [&] { return schema::decode_part(0, cursor->value()); });
    bytes = bytes.value_or(0) + row.record.part.size;
  }
  return bytes;
}

// One step through a table; the key to go on from, or nothing at its end.
std::optional<std::string> walk(kv::transaction& t, char table, const std::string& from,
                                tally& sums, std::vector<std::string>& uploads) {
  const std::string end = schema::successor(std::string(1, table));
  const auto cursor = t.scan(from, end);
  std::size_t seen = 0;
  for (bool more = cursor->seek(from); more; more = cursor->next()) {
    if (++seen > rows_a_step) return std::string(cursor->key());
    const std::string key(cursor->key());
    try {
      if (table == schema::table::versions) {
        count_version(key, cursor->value(), sums);
      } else if (sums.of(key) != nullptr) {
        uploads.push_back(key);
      }
    } catch (const damaged_record& bad) {
      log::error("usage_not_counted", {{"cause", bad.what()}});  // reading it says the same
    }
  }
  return std::nullopt;
}

// True when all is counted.
bool step(kv::transaction& t) {
  const auto stored = t.get(schema::usage_state_key());
  std::string from =
      stored ? schema::decode_setting(*stored) : std::string(1, schema::table::versions);
  tally sums(t);
  std::vector<std::string> uploads;
  const char table = from.front();
  auto next = walk(t, table, from, sums, uploads);
  for (const std::string& key : uploads) {
    const std::string_view id = std::string_view(key).substr(key.size() - schema::upload_id_bytes);
    const auto bytes = bytes_of_parts(t, id);
    if (!bytes) continue;
    set_upload_usage(t, id, *bytes);
    sums.of(key)->upload_bytes += static_cast<std::int64_t>(*bytes);
  }
  sums.apply();
  if (!next && table == schema::table::versions) next = std::string(1, schema::table::uploads);
  if (next) {
    t.put(schema::usage_state_key(), schema::encode_setting(*next));
    return false;
  }
  t.erase(schema::usage_state_key());
  t.put(schema::format_key(), schema::encode_number(schema::format_version));
  return true;
}

}  // namespace

void build_usage(kv::database& db) {
  log::info("usage_counting_begins");
  for (bool done = false; !done;) {
    const result<void> written = db.write_blocking([&](kv::transaction& t) {
      done = step(t);
      return true;
    });
    if (!written) {
      throw std::runtime_error("the usage of what is stored cannot be counted: " +
                               std::string(written.error().message()));
    }
  }
  log::info("usage_counted");
}

}  // namespace torhaus::storage::catalog
