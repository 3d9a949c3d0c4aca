// The lifecycle index of a bucket: begun with its configuration, filled by a walk, taken away.
#include <algorithm>

#include "storage/catalog/impl.hpp"
#include "storage/catalog/lifecycle_index.hpp"

namespace torhaus::storage::catalog {
namespace {

using lifecycle_index::kind;

constexpr std::size_t max_step = 500;

// The versions' part of the first walk: up to max_step rows from `from`. Returns where it goes on,
// or nothing.
std::optional<std::string> enter_versions(kv::transaction& t, std::uint64_t bucket,
                                          const std::string& from) {
  struct row {
    std::string key;
    version_sequence sequence = 0;
    sys_micros modified{};
  };
  std::vector<row> rows;
  std::optional<std::string> next;
  {
    const std::string behind =
        schema::successor(schema::rows_from(schema::table::versions, bucket, ""));
    const auto cursor = t.scan(from, behind);
    for (bool found = cursor->seek(from); found; found = cursor->next()) {
      if (rows.size() == max_step) {
        next = std::string(cursor->key());
        break;
      }
      const auto name = schema::split_row(cursor->key(), schema::sequence_bytes);
      const auto head =
          schema::named(cursor->key(), [&] { return schema::decode_head(cursor->value()); });
      rows.push_back({name.key, schema::sequence_of(name.tail), head.modified});
    }
  }
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const place at{bucket, rows[i].key};
    std::optional<sys_micros> since;  // when it became noncurrent
    if (i > 0) {
      if (rows[i - 1].key == rows[i].key) since = rows[i - 1].modified;
    } else if (const auto above = lifecycle_index::successor_of(t, at, rows[i].sequence)) {
      since = above->modified;
    }
    t.put(lifecycle_index::version_entry(since ? kind::noncurrent : kind::current, at,
                                         since.value_or(rows[i].modified), rows[i].sequence),
          "");
  }
  return next;
}

std::optional<std::string> enter_uploads(kv::transaction& t, std::uint64_t bucket,
                                         const std::string& from) {
  std::vector<std::string> entries;
  std::optional<std::string> next;
  {
    const std::string behind =
        schema::successor(schema::rows_from(schema::table::uploads, bucket, ""));
    const auto cursor = t.scan(from, behind);
    for (bool found = cursor->seek(from); found; found = cursor->next()) {
      if (entries.size() == max_step) {
        next = std::string(cursor->key());
        break;
      }
      const auto name = schema::split_row(cursor->key(), schema::upload_id_bytes);
      const auto upload = schema::named(cursor->key(), [&] {
        return schema::decode_upload(name.key, name.tail, cursor->value());
      });
      entries.push_back(
          lifecycle_index::entry_key(bucket, kind::upload, upload.initiated, name.key, name.tail));
    }
  }
  for (const std::string& entry : entries) t.put(entry, "");
  return next;
}

}  // namespace

task<result<void>> catalog::set_lifecycle(std::uint64_t bucket, std::optional<std::string> document,
                                          bool counts_newer) {
  const auto work = [&](kv::transaction& t) -> result<void> {
    auto record = require_bucket(t, bucket);
    if (!record) return std::move(record).error();
    const std::string key = schema::bucket_setting_key(bucket, bucket_setting::lifecycle);
    if (document) {
      t.put(key, schema::encode_setting(*document));
    } else if (!t.erase(key)) {
      return {};
    }
    if (document && !record->lifecycle.indexed) {
      t.put(lifecycle_index::build_key(bucket),
            schema::rows_from(schema::table::versions, bucket, ""));
    }
    record->lifecycle.indexed = document.has_value();
    record->lifecycle.counts_newer = document && counts_newer;
    ++record->settings_revision;
    t.put(schema::bucket_key(record->name), schema::encode(*record));
    return {};
  };
  co_return co_await impl_->db.write(work);
}

task<result<void>> catalog::begin_lifecycle_index(std::uint64_t bucket) {
  const auto work = [bucket](kv::transaction& t) -> result<void> {
    auto record = require_bucket(t, bucket);
    if (!record) return std::move(record).error();
    if (record->lifecycle.indexed) return {};
    t.put(lifecycle_index::build_key(bucket),
          schema::rows_from(schema::table::versions, bucket, ""));
    record->lifecycle.indexed = true;
    t.put(schema::bucket_key(record->name), schema::encode(*record));
    return {};
  };
  co_return co_await impl_->db.write(work);
}

task<result<void>> catalog::end_lifecycle_index(std::uint64_t bucket) {
  const auto work = [bucket](kv::transaction& t) -> result<void> {
    auto record = require_bucket(t, bucket);
    if (!record) return std::move(record).error();
    const std::string key = schema::bucket_setting_key(bucket, bucket_setting::lifecycle);
    if (!record->lifecycle.indexed || t.get(key)) return {};
    record->lifecycle.indexed = false;
    record->lifecycle.counts_newer = false;
    t.put(schema::bucket_key(record->name), schema::encode(*record));
    return {};
  };
  co_return co_await impl_->db.write(work);
}

task<std::vector<std::uint64_t>> catalog::lifecycle_buckets(std::uint64_t after, std::size_t most) {
  const auto look = [&](const kv::snapshot& s) {
    std::vector<std::uint64_t> ids;
    const std::string table(1, schema::table::lifecycle);
    const auto cursor = s.scan(table, schema::successor(table));
    std::uint64_t last = after;
    while (ids.size() < most && cursor->seek(lifecycle_index::bucket_from(last + 1))) {
      last = schema::from_big_endian(cursor->key().substr(1, 8));
      ids.push_back(last);
    }
    return ids;
  };
  co_return co_await impl_->db.read(look);
}

task<result<bool>> catalog::build_lifecycle_index(std::uint64_t bucket) {
  const std::string mark = lifecycle_index::build_key(bucket);
  // A pass over a finished index must not cost a commit.
  const auto pending = [&](const kv::snapshot& s) { return s.get(mark).has_value(); };
  if (!co_await impl_->db.read(pending)) co_return false;
  const auto work = [&](kv::transaction& t) -> result<bool> {
    const auto record = require_bucket(t, bucket);
    if (!record) return record.error();
    const auto stored = t.get(mark);
    if (!stored || !record->lifecycle.indexed) return false;
    const std::string from(*stored);
    const bool versions = from.front() == schema::table::versions;
    const auto next = versions ? enter_versions(t, bucket, from) : enter_uploads(t, bucket, from);
    if (!next && !versions) {
      t.erase(mark);
      return false;
    }
    t.put(mark, next ? *next : schema::rows_from(schema::table::uploads, bucket, ""));
    return true;
  };
  co_return co_await impl_->db.write(work);
}

task<result<bool>> catalog::clear_lifecycle_index(std::uint64_t bucket) {
  const auto work = [&](kv::transaction& t) -> result<bool> {
    const auto record = require_bucket(t, bucket);
    if (!record) return record.error();
    if (record->lifecycle.indexed) return false;
    const std::string from = lifecycle_index::bucket_from(bucket);
    std::vector<std::string> keys;
    {
      const auto cursor = t.scan(from, schema::successor(from));
      for (bool found = cursor->seek(from); found && keys.size() < max_step;
           found = cursor->next()) {
        keys.emplace_back(cursor->key());
      }
    }
    for (const std::string& key : keys) t.erase(key);
    return keys.size() == max_step;
  };
  co_return co_await impl_->db.write(work);
}

task<result<void>> catalog::keep_lifecycle_tasks(std::uint64_t bucket,
                                                 std::vector<std::string> names) {
  const std::string from = lifecycle_index::kind_from(bucket, kind::cursor);
  const auto look = [&](const kv::snapshot& s) {
    std::vector<std::string> others;
    const auto cursor = s.scan(from, schema::successor(from));
    for (bool found = cursor->seek(from); found; found = cursor->next()) {
      const std::string_view name = cursor->key().substr(from.size());
      if (std::ranges::find(names, name) == names.end()) others.emplace_back(cursor->key());
    }
    return others;
  };
  const std::vector<std::string> gone = co_await impl_->db.read(look);
  if (gone.empty()) co_return result<void>();
  const auto work = [&](kv::transaction& t) -> result<void> {
    for (const std::string& key : gone) t.erase(key);
    return {};
  };
  co_return co_await impl_->db.write(work);
}

}  // namespace torhaus::storage::catalog
