#include "gateway/s3/settings/bucket_settings.hpp"

#include <utility>

namespace torhaus::gateway::s3 {

using storage::catalog::bucket_setting;

result<bucket_settings> parse_settings(storage::catalog::setting_documents documents) {
  bucket_settings all;
  all.documents = std::move(documents);
  const auto given = [&](bucket_setting setting) {
    const auto at = all.documents.find(setting);
    return at == all.documents.end() ? nullptr : &at->second;
  };
  if (const std::string* document = given(bucket_setting::object_lock)) {
    auto parsed = parse_object_lock(*document);
    if (!parsed) return std::move(parsed).error();
    all.object_lock = std::move(*parsed);
  }
  return all;
}

}  // namespace torhaus::gateway::s3
