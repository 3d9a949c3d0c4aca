// The X-Amz-* parameters of a presigned query, decoded. For .cpp files of this part only.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace torhaus::auth::sigv4 {

struct presigned_parameters {
  std::optional<std::string> algorithm;
  std::optional<std::string> credential;
  std::optional<std::string> date;
  std::optional<std::string> expires;
  std::optional<std::string> signed_headers;
  std::optional<std::string> signature;
  std::optional<std::string> security_token;
  std::optional<std::string> content_sha256;
  bool has_v2_signature = false;  // a parameter "Signature"
  bool has_v2_key = false;        // a parameter "AWSAccessKeyId"
  std::string repeated;           // the name of one that came twice; empty when none did
};

presigned_parameters parse_presigned(std::string_view raw_query);

}  // namespace torhaus::auth::sigv4
