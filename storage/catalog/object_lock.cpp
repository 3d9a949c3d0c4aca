#include "storage/catalog/object_lock.hpp"

#include "storage/catalog/impl.hpp"
#include "storage/catalog/lifecycle_index.hpp"

namespace torhaus::storage::catalog {
namespace {

error protected_version() {
  return error(errc::access_denied, "Access Denied because object protected by object lock.");
}

error bucket_without_lock() {
  return error(errc::invalid_request, "Bucket is missing Object Lock Configuration");
}

bool empty(const version_lock& lock) { return lock == version_lock(); }

// Whether a retention may take the place of the one that is there. A longer one always may, of the
// same mode; what is over binds nobody.
result<void> check_retention(const version_lock& now_kept, const retention_change& wanted,
                             sys_micros now) {
  if (now_kept.mode == retention_mode::none || now_kept.until <= now) return {};
  const bool stays = wanted.mode == now_kept.mode && wanted.until >= now_kept.until;
  if (stays) return {};
  if (now_kept.mode == retention_mode::governance && wanted.bypass_governance) return {};
  return protected_version();
}

// Applies `change` to the lock of the newest version, or of the one named.
template <class Change>
result<object_version> change_lock(kv::transaction& t, const place& at,
                                   const std::optional<std::string>& version_id, Change change) {
  const auto bucket = require_bucket(t, at.bucket);
  if (!bucket) return bucket.error();
  if (!bucket->object_lock) return bucket_without_lock();
  auto row = find_row(t, at, version_id);
  if (!row) return std::move(row).error();
  if (row->version.delete_marker) return errc::method_not_allowed;
  if (auto allowed = change(row->version.lock); !allowed) return std::move(allowed).error();
  // What was due and locked may be free now.
  if (bucket->lifecycle.indexed) {
    lifecycle_index::look_again(t, at, row->version.sequence, sys_micros());
  }
  t.put(schema::version_key(at.bucket, at.key, row->version.sequence), schema::encode(*row));
  return std::move(row->version);
}

}  // namespace

result<void> check_unlocked(const version_lock& lock, sys_micros now, bool bypass_governance) {
  if (lock.legal_hold) return protected_version();
  if (lock.mode == retention_mode::none || lock.until <= now) return {};
  if (lock.mode == retention_mode::governance && bypass_governance) return {};
  return protected_version();
}

result<void> check_new_version(const kv::snapshot& s, const place& at, const bucket_record& bucket,
                               const std::optional<version_summary>& newest,
                               const version_lock& lock, sys_micros now) {
  if (!empty(lock) && !bucket.object_lock) return bucket_without_lock();
  if (bucket.versioning == versioning_state::enabled || !newest) return {};
  const auto replaced = newest->null_version ? newest : null_version(s, at);
  return replaced ? check_unlocked(replaced->lock, now, false) : result<void>();
}

task<result<void>> catalog::set_object_lock(std::uint64_t bucket, std::string document) {
  const auto work = [&](kv::transaction& t) -> result<void> {
    auto record = require_bucket(t, bucket);
    if (!record) return std::move(record).error();
    if (record->versioning != versioning_state::enabled) {
      return error(errc::invalid_bucket_state,
                   "Versioning must be 'Enabled' on the bucket to apply a Object Lock "
                   "configuration");
    }
    record->object_lock = true;
    ++record->settings_revision;
    t.put(schema::bucket_setting_key(bucket, bucket_setting::object_lock),
          schema::encode_setting(document));
    t.put(schema::bucket_key(record->name), schema::encode(*record));
    return {};
  };
  co_return co_await impl_->db.write(work);
}

task<result<object_version>> catalog::set_object_retention(std::uint64_t bucket, object_key key,
                                                           std::optional<std::string> version_id,
                                                           retention_change wanted) {
  const sys_micros now = impl_->clock.now();
  const auto change = [&](version_lock& lock) -> result<void> {
    if (auto allowed = check_retention(lock, wanted, now); !allowed) return allowed;
    lock.mode = wanted.mode;
    lock.until = wanted.mode == retention_mode::none ? sys_micros() : wanted.until;
    return {};
  };
  const auto work = [&](kv::transaction& t) {
    return change_lock(t, place{bucket, key.str()}, version_id, change);
  };
  co_return co_await impl_->db.write(work);
}

task<result<object_version>> catalog::set_object_legal_hold(std::uint64_t bucket, object_key key,
                                                            std::optional<std::string> version_id,
                                                            bool on) {
  const auto change = [&](version_lock& lock) -> result<void> {
    lock.legal_hold = on;
    lock.legal_hold_given = true;
    return {};
  };
  const auto work = [&](kv::transaction& t) {
    return change_lock(t, place{bucket, key.str()}, version_id, change);
  };
  co_return co_await impl_->db.write(work);
}

}  // namespace torhaus::storage::catalog
