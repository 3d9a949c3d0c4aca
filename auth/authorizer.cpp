#include "auth/authorizer.hpp"

#include <string>

namespace torhaus::auth {
namespace {

// AWS: "Troubleshoot access denied", the text names who, what and on which resource.
error denied(const access_request& r) {
  if (r.caller.type == principal::kind::anonymous) return error(errc::access_denied);
  std::string text = "User: " + r.caller.arn + " is not authorized to perform: ";
  text.append(r.action);
  if (!r.bucket_name.empty()) {
    text.append(" on resource: \"arn:aws:s3:::").append(r.bucket_name);
    if (!r.key.empty()) text.append("/").append(r.key);
    text.append("\"");
  }
  return error(errc::access_denied, std::move(text));
}

}  // namespace

result<void> authorizer::allow(const access_request& r) const {
  if (r.caller.type == principal::kind::anonymous) return denied(r);
  if (r.bucket != nullptr) {
    if (r.bucket->owner_account.empty() || r.bucket->owner_account != r.caller.account) {
      return denied(r);
    }
    return {};
  }
  if (r.action == "s3:ListAllMyBuckets") return {};
  if (r.action == "s3:CreateBucket" && r.caller.may_open_projects) return {};
  return denied(r);
}

}  // namespace torhaus::auth
