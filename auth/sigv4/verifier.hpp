// Checks a request's signature against the secret of the key it names.
#pragma once

#include <string>
#include <string_view>

#include "auth/sigv4/canonical.hpp"
#include "auth/sigv4/credentials.hpp"
#include "auth/sigv4/key_cache.hpp"
#include "auth/sigv4/request_view.hpp"
#include "storage/base/result.hpp"

namespace torhaus::auth::sigv4 {

// What the body's reader needs to know of a checked request. The signing key and seed signature are
// empty unless the request was signed.
struct verified {
  payload_mode mode = payload_mode::unsigned_payload;
  std::string body_hash;  // mode hashed: the announced SHA-256, 64 lower-case hex digits
  sigv4::scope scope;
  std::string timestamp;  // 20130524T000000Z
  signing_key key;
  std::string seed_signature;
};

// The first step is parse_credentials; the second is to find the secret of
// credentials::access_key_id (invalid_access_key_id when there is none); the third is verify. One
// object serves all threads.
class verifier {
 public:
  // signature_does_not_match with AWS's fields. A Host with or without the default ports 80 and 443
  // counts as the same, because clients and proxies disagree about it.
  result<verified> verify(const request_view&, const credentials&, std::string_view secret);
  // The same for a browser upload, whose signature is that of the policy field as sent (base64).
  result<verified> verify_policy(const credentials&, std::string_view base64_policy,
                                 std::string_view secret);

 private:
  key_cache keys_;
};

// The same for a browser upload signed the old way, with Signature Version 2.
result<verified> verify_policy_version_2(const version_2_fields&, std::string_view base64_policy,
                                         std::string_view secret);

// The same for a request without credentials: only unsigned, hashed and unsigned streaming bodies
// are possible; access_denied for the signed streaming forms.
result<verified> verify_anonymous(const request_view&);

}  // namespace torhaus::auth::sigv4
