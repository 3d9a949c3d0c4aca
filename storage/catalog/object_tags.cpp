// The tags of a version: the one attribute that changes while the version stays.
#include "storage/catalog/impl.hpp"
#include "storage/catalog/versions.hpp"

namespace torhaus::storage::catalog {

task<result<object_version>> catalog::set_object_tags(std::uint64_t bucket, object_key key,
                                                      std::optional<std::string> version_id,
                                                      std::vector<name_value> tags) {
  const auto work = [&](kv::transaction& t) -> result<object_version> {
    const place at{bucket, key.str()};
    auto row = find_row(t, at, version_id);
    if (!row) return std::move(row).error();
    if (row->version.delete_marker) return errc::method_not_allowed;
    row->version.attributes.tags = tags;
    t.put(schema::version_key(bucket, at.key, row->version.sequence), schema::encode(*row));
    return std::move(row->version);
  };
  co_return co_await impl_->db.write(work);
}

}  // namespace torhaus::storage::catalog
