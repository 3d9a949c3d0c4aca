// What changes while the version stays: its tags and its ACL.
#include "storage/catalog/impl.hpp"
#include "storage/catalog/versions.hpp"

namespace torhaus::storage::catalog {
namespace {

// Applies `change` to the newest version's row, or to that of the version asked for.
template <class Change>
result<object_version> change_row(kv::transaction& t, const place& at,
                                  const std::optional<std::string>& version_id, Change change) {
  auto row = find_row(t, at, version_id);
  if (!row) return std::move(row).error();
  if (row->version.delete_marker) return errc::method_not_allowed;
  change(row->version);
  t.put(schema::version_key(at.bucket, at.key, row->version.sequence), schema::encode(*row));
  return std::move(row->version);
}

}  // namespace

task<result<object_version>> catalog::set_object_tags(std::uint64_t bucket, object_key key,
                                                      std::optional<std::string> version_id,
                                                      std::vector<name_value> tags) {
  const auto work = [&](kv::transaction& t) {
    return change_row(t, place{bucket, key.str()}, version_id,
                      [&](object_version& v) { v.attributes.tags = tags; });
  };
  co_return co_await impl_->db.write(work);
}

task<result<object_version>> catalog::set_object_acl(std::uint64_t bucket, object_key key,
                                                     std::optional<std::string> version_id,
                                                     std::string acl) {
  const auto work = [&](kv::transaction& t) {
    return change_row(t, place{bucket, key.str()}, version_id,
                      [&](object_version& v) { v.acl = acl; });
  };
  co_return co_await impl_->db.write(work);
}

}  // namespace torhaus::storage::catalog
