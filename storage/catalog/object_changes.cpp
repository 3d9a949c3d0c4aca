// What changes while the version stays: its tags and its ACL.
#include "storage/catalog/impl.hpp"
#include "storage/catalog/lifecycle_index.hpp"
#include "storage/catalog/outbox.hpp"
#include "storage/catalog/versions.hpp"

namespace torhaus::storage::catalog {
namespace {

// Which version's row is to be changed: the newest, or the one asked for; no other than `judged`.
struct asked_row {
  const std::optional<std::string>& version_id;
  std::optional<version_sequence> judged;
};

template <class Change>
result<object_version> change_row(kv::transaction& t, const clock_source& clock, const place& at,
                                  const asked_row& asked, const std::vector<outbox_note>& notes,
                                  Change change) {
  auto row = find_row(t, at, asked.version_id);
  if (!row) return std::move(row).error();
  if (asked.judged && *asked.judged != row->version.sequence) return errc::operation_aborted;
  if (row->version.delete_marker) return errc::method_not_allowed;
  change(row->version);
  const auto bucket = require_bucket(t, at.bucket);
  if (!bucket) return bucket.error();
  // A filter may now say otherwise.
  if (bucket->lifecycle.indexed) {
    lifecycle_index::look_again(t, at, row->version.sequence, sys_micros());
  }
  t.put(schema::version_key(at.bucket, at.key, row->version.sequence), schema::encode(*row));
  keep_notes(t, clock, notes, change_kind::altered, bucket->versioning, row->version, at.key);
  return std::move(row->version);
}

}  // namespace

task<result<object_version>> catalog::set_object_tags(std::uint64_t bucket, object_key key,
                                                      std::optional<std::string> version_id,
                                                      std::vector<name_value> tags,
                                                      std::vector<outbox_note> notes,
                                                      std::optional<version_sequence> judged) {
  const auto work = [&](kv::transaction& t) {
    return change_row(t, impl_->clock, place{bucket, key.str()}, {version_id, judged}, notes,
                      [&](object_version& v) { v.attributes.tags = tags; });
  };
  co_return co_await impl_->db.write(work);
}

task<result<object_version>> catalog::set_object_acl(std::uint64_t bucket, object_key key,
                                                     std::optional<std::string> version_id,
                                                     std::string acl,
                                                     std::vector<outbox_note> notes,
                                                     std::optional<version_sequence> judged) {
  const auto work = [&](kv::transaction& t) {
    return change_row(t, impl_->clock, place{bucket, key.str()}, {version_id, judged}, notes,
                      [&](object_version& v) { v.acl = acl; });
  };
  co_return co_await impl_->db.write(work);
}

}  // namespace torhaus::storage::catalog
