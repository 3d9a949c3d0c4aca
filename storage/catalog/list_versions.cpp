// Listing of all versions and delete markers.
#include <algorithm>

#include "storage/catalog/impl.hpp"
#include "storage/catalog/listing.hpp"
#include "storage/catalog/versions.hpp"

namespace torhaus::storage::catalog {
namespace {

// Where the listing begins behind the version `version_id` of `key`. The id itself says where that
// is, so that the version may have been deleted in the meantime. A null version that is gone leaves
// no trace: then the key is shown from its newest version, for showing twice is better than leaving
// out.
result<std::string> after_version(const kv::snapshot& s, std::uint64_t bucket,
                                  const std::string& key, const std::string& version_id) {
  const place at{bucket, key};
  const auto name = parse_version_id(version_id);
  if (!name) return name.error();
  version_sequence sequence = 0;
  if (*name) {
    sequence = (*name)->sequence;
  } else {
    const auto null = null_version(s, at);
    if (!null) return schema::key_from(schema::table::versions, bucket, key);
    sequence = null->sequence;
  }
  return schema::version_key(bucket, key, sequence) + '\0';
}

result<std::string> first_row(const kv::snapshot& s, std::uint64_t bucket,
                              const listing_range& range, const version_list_query& q) {
  const bool inside_key = q.version_id_marker && range.common_prefix(q.key_marker).empty();
  if (inside_key) return after_version(s, bucket, q.key_marker, *q.version_id_marker);
  return range.after_marker(q.key_marker);
}

class page_builder {
 public:
  page_builder(const kv::snapshot& s, std::uint64_t bucket) : snapshot_(s), bucket_(bucket) {}

  void row(const std::string& key, std::string_view tail, std::string_view stored,
           std::string_view value) {
    const version_sequence sequence = schema::sequence_of(tail);
    schema::version_row row =
        schema::named(stored, [&] { return schema::decode_version(key, sequence, value); });
    row.version.latest = is_newest(key, sequence);
    page_.next_key_marker = key;
    page_.next_version_id_marker = row.version.version_id;
    page_.versions.push_back(std::move(row.version));
  }

  void common(std::string_view prefix) {
    page_.common_prefixes.emplace_back(prefix);
    page_.next_key_marker = prefix;
    page_.next_version_id_marker.clear();
  }

  version_list_page take(bool truncated) && {
    page_.truncated = truncated;
    if (!truncated) {
      page_.next_key_marker.clear();
      page_.next_version_id_marker.clear();
    }
    return std::move(page_);
  }

 private:
  // The first row of a key is its newest, unless the page began behind it.
  bool is_newest(const std::string& key, version_sequence sequence) const {
    if (!page_.versions.empty()) return page_.versions.back().key != key;
    const auto newest = newest_version(snapshot_, place{bucket_, key});
    return newest && newest->sequence == sequence;
  }

  const kv::snapshot& snapshot_;
  std::uint64_t bucket_;
  version_list_page page_;
};

}  // namespace

task<result<version_list_page>> catalog::list_versions(std::uint64_t bucket,
                                                       version_list_query query) {
  if (query.version_id_marker && query.key_marker.empty()) {
    co_return error(errc::invalid_argument,
                    "A version-id marker cannot be specified without a key marker.")
        .with("ArgumentName", "version-id-marker")
        .with("ArgumentValue", *query.version_id_marker);
  }
  const listing_range range(schema::table::versions, bucket, query.prefix, query.delimiter);
  const std::size_t max = std::min(query.max_keys, max_page_entries);
  const auto look = [&](const kv::snapshot& s) -> result<version_list_page> {
    if (auto record = require_bucket(s, bucket); !record) return std::move(record).error();
    auto begin = first_row(s, bucket, range, query);
    if (!begin) return std::move(begin).error();
    page_builder page(s, bucket);
    const bool truncated =
        max != 0 && walk_rows(
                        s, range, *begin, schema::sequence_bytes, max,
                        [&](const std::string& key, std::string_view tail, std::string_view stored,
                            std::string_view value) { page.row(key, tail, stored, value); },
                        [&](std::string_view prefix) { page.common(prefix); });
    return std::move(page).take(truncated);
  };
  co_return co_await impl_->db.read(look);
}

}  // namespace torhaus::storage::catalog
