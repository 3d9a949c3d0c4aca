#include "storage/catalog/listing.hpp"

namespace torhaus::storage::catalog {

listing_range::listing_range(char table, std::uint64_t bucket, std::string_view prefix,
                             std::string_view delimiter)
    : table_(table),
      bucket_(bucket),
      prefix_(prefix),
      delimiter_(delimiter),
      from_(schema::rows_from(table, bucket, prefix)),
      behind_(schema::successor(from_)) {}

std::string_view listing_range::common_prefix(std::string_view key) const {
  if (delimiter_.empty()) return {};
  const std::size_t at = key.find(delimiter_, prefix_.size());
  return at == std::string_view::npos ? std::string_view() : key.substr(0, at + delimiter_.size());
}

std::string listing_range::behind_common(std::string_view common) const {
  return schema::rows_behind(table_, bucket_, common);
}

std::string listing_range::after_marker(std::string_view after) const {
  if (after.empty()) return from_;
  if (after.starts_with(prefix_)) {
    const std::string_view common = common_prefix(after);
    if (!common.empty()) return behind_common(common);
  }
  return after_key(after);
}

std::string listing_range::after_key(std::string_view key) const {
  return key.empty() ? from_ : schema::key_behind(table_, bucket_, key);
}

}  // namespace torhaus::storage::catalog
