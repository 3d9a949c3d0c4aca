#include "gateway/s3/settings/bucket_settings.hpp"

#include <utility>

#include "gateway/s3/settings/access.hpp"

namespace torhaus::gateway::s3 {
namespace {

using storage::catalog::bucket_setting;
using storage::catalog::setting_documents;

// Parses the document of one setting into its member; what was never set leaves it as it is.
template <class Member, class Parse>
result<void> take(const setting_documents& documents, bucket_setting which, Parse parse,
                  Member& member) {
  const auto found = documents.find(which);
  if (found == documents.end()) return {};
  auto parsed = parse(found->second);
  if (!parsed) {
    return error(errc::internal_error)
        .because("setting " + std::string(1, static_cast<char>(which)) +
                 " cannot be read: " + std::string(parsed.error().message()));
  }
  member = std::move(*parsed);
  return {};
}

}  // namespace

result<bucket_settings> parse_settings(setting_documents documents) {
  bucket_settings all;
  auto access = parse_access(documents);
  if (!access) return std::move(access).error();
  all.access = std::move(*access);
  all.documents = std::move(documents);
  const setting_documents& d = all.documents;
  for (const result<void>& read : {
           take(d, bucket_setting::cors, parse_cors, all.cors),
           take(d, bucket_setting::encryption, parse_bucket_encryption, all.encryption),
           take(d, bucket_setting::lifecycle, parse_lifecycle, all.lifecycle),
           take(d, bucket_setting::logging, parse_logging, all.access_log),
           take(d, bucket_setting::notification, parse_notification, all.events),
           take(d, bucket_setting::object_lock, parse_object_lock, all.object_lock),
           take(d, bucket_setting::request_payment, parse_request_payment, all.payment),
           take(d, bucket_setting::website, parse_website, all.site),
       }) {
    if (!read) return read.error();
  }
  return all;
}

}  // namespace torhaus::gateway::s3
