#include "gateway/s3/settings/bucket_settings.hpp"

#include <utility>

namespace torhaus::gateway::s3 {

result<bucket_settings> parse_settings(storage::catalog::setting_documents documents) {
  bucket_settings all;
  all.documents = std::move(documents);
  return all;
}

}  // namespace torhaus::gateway::s3
