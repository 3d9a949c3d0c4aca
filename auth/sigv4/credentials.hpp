// What a request says about its signer, before any key is looked up: the Authorization header or
// the X-Amz-* query parameters, checked for form, scope, time and coverage. AWS: "Authenticating
// requests (AWS Signature Version 4)"; error texts as S3 sends them.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "auth/sigv4/canonical.hpp"
#include "auth/sigv4/request_view.hpp"
#include "storage/base/clock.hpp"
#include "storage/base/result.hpp"

namespace torhaus::auth::sigv4 {

// Clocks may differ by this much either way.
inline constexpr std::chrono::seconds max_skew = std::chrono::minutes(15);
inline constexpr std::chrono::seconds max_expiry = std::chrono::days(7);

// How the body takes part in the signature: the value of x-amz-content-sha256.
enum class payload_mode : std::uint8_t {
  unsigned_payload,            // UNSIGNED-PAYLOAD, or a presigned request that says nothing
  hashed,                      // hex SHA-256 of the body
  streaming_signed,            // STREAMING-AWS4-HMAC-SHA256-PAYLOAD
  streaming_signed_trailer,    // STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER
  streaming_unsigned_trailer,  // STREAMING-UNSIGNED-PAYLOAD-TRAILER
};
constexpr bool is_streaming(payload_mode m) { return m >= payload_mode::streaming_signed; }

// not_implemented for the ECDSA forms, invalid_argument for what is none of the values above.
result<payload_mode> parse_payload_mode(std::string_view content_sha256);

struct credentials {
  enum class form : std::uint8_t { header, query, post };

  form where = form::header;
  std::string access_key_id;
  sigv4::scope scope;
  std::string timestamp;       // 20130524T000000Z
  std::string signed_headers;  // as sent: "host;x-amz-date"
  std::string signature;       // as sent
  std::string session_token;   // X-Amz-Security-Token, header or query; empty when there is none
  std::string payload_hash;    // the canonical request's last line
  payload_mode mode = payload_mode::unsigned_payload;
};

// Which signatures are meant for this server.
struct acceptance {
  std::vector<std::string> regions;            // the first is named in errors
  std::vector<std::string> services = {"s3"};  // the first is named in errors
  // IAM and STS know no regions: any is taken, and none at all.
  bool any_region = false;
};

// nullopt: the request carries no credentials (anonymous). Errors, in S3's order of checks:
// invalid_argument (two mechanisms, unknown type, bad x-amz-content-sha256), invalid_request
// (Signature Version 2, missing x-amz-content-sha256), not_implemented (SigV4A),
// authorization_header_malformed, authorization_query_parameters_error, request_time_too_skewed,
// access_denied (no date, expired, not yet valid, headers that are not signed).
result<std::optional<credentials>> parse_credentials(const request_view&, const acceptance&,
                                                     sys_micros now);

// The fields of a browser upload (POST), as sent. Empty: the form has no such field.
struct form_fields {
  std::string_view algorithm;       // x-amz-algorithm
  std::string_view credential;      // x-amz-credential
  std::string_view date;            // x-amz-date
  std::string_view signature;       // x-amz-signature
  std::string_view security_token;  // x-amz-security-token
};

// The same of Signature Version 2 (AWS: "HTML forms (AWS signature version 2)").
struct version_2_fields {
  std::string_view access_key_id;  // AWSAccessKeyId
  std::string_view signature;      // signature: base64 of an HMAC-SHA1
};

// invalid_argument: the form lacks the field.
error missing_form_field(std::string_view name);

// invalid_request: S3's refusal of Signature Version 2.
error version_2();

// How long a form is good for is said by its policy (expiration), not by its date; the caller
// checks that. Errors: invalid_argument (a field is missing, or wrong), not_implemented (SigV4A).
result<credentials> parse_form_credentials(const form_fields&, const acceptance&);

}  // namespace torhaus::auth::sigv4
