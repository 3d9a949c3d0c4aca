// Settings of buckets: documents beside the bucket's record, whose revision tells of every change.
#include "storage/catalog/settings.hpp"

#include "storage/catalog/impl.hpp"
#include "storage/catalog/versions.hpp"

namespace torhaus::storage::catalog {

setting_documents read_settings(const kv::snapshot& s, std::uint64_t bucket) {
  setting_documents found;
  const std::string from =
      std::string(1, schema::table::bucket_settings) + schema::big_endian(bucket);
  const auto cursor = s.scan(from, schema::successor(from));
  for (bool more = cursor->seek(from); more; more = cursor->next()) {
    const std::string_view key = cursor->key();
    if (key.size() != from.size() + 1) throw damaged_record("a setting's key of a wrong length");
    found.emplace(static_cast<bucket_setting>(key.back()),
                  schema::named(key, [&] { return schema::decode_setting(cursor->value()); }));
  }
  return found;
}

task<result<void>> catalog::set_bucket_setting(std::uint64_t bucket, bucket_setting setting,
                                               std::optional<std::string> document,
                                               std::optional<std::uint64_t> revision) {
  const auto work = [&](kv::transaction& t) -> result<void> {
    auto record = require_bucket(t, bucket);
    if (!record) return std::move(record).error();
    if (revision && *revision != record->settings_revision) return errc::operation_aborted;
    const std::string key = schema::bucket_setting_key(bucket, setting);
    if (document) {
      t.put(key, schema::encode_setting(*document));
    } else if (!t.erase(key)) {
      return {};
    }
    ++record->settings_revision;
    t.put(schema::bucket_key(record->name), schema::encode(*record));
    return {};
  };
  co_return co_await impl_->db.write(work);
}

task<result<stored_settings>> catalog::find_bucket_settings(std::uint64_t bucket) {
  const auto look = [&](const kv::snapshot& s) -> result<stored_settings> {
    const auto record = require_bucket(s, bucket);
    if (!record) return record.error();
    return stored_settings{record->settings_revision, read_settings(s, bucket)};
  };
  co_return co_await impl_->db.read(look);
}

}  // namespace torhaus::storage::catalog
