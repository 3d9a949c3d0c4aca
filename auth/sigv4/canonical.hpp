// Canonical request, string to sign, signing key and signature of Signature Version 4.
// AWS: "Create a signed AWS API request"; for S3 "Signature calculations for the Authorization
// header".
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "auth/sigv4/request_view.hpp"
#include "storage/crypto/hmac.hpp"

namespace torhaus::auth::sigv4 {

inline constexpr std::string_view algorithm_name = "AWS4-HMAC-SHA256";
inline constexpr std::string_view terminator = "aws4_request";
inline constexpr std::string_view empty_hash =
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
inline constexpr std::string_view unsigned_payload = "UNSIGNED-PAYLOAD";

struct scope {
  std::string date;  // 20130524
  std::string region;
  std::string service;

  // "20130524/us-east-1/s3/aws4_request"
  std::string text() const;
  bool operator==(const scope&) const = default;
};

// A derived key. It signs for one day, region and service; there is no stream operator on purpose.
class signing_key {
 public:
  signing_key() = default;
  static signing_key derive(std::string_view secret, const scope&);

  // 64 lower-case hex digits.
  std::string sign(std::string_view text) const;

 private:
  storage::crypto::hmac_sha256_key key_;
};

// How a path becomes the canonical URI.
enum class path_style : std::uint8_t {
  s3,                // decoded and encoded once, '/' kept, nothing removed
  verbatim,          // as on the wire
  encoded_twice,     // other services: the path as sent, encoded once more
  normalized_twice,  // the same after "." , ".." and empty segments are taken out
};
std::string canonical_path(std::string_view raw_path, path_style);

// Parameters decoded, encoded, sorted. The parameter `without` (X-Amz-Signature) is left out when
// not empty.
std::string canonical_query(std::string_view raw_query, std::string_view without = {});

// A header's value as it is signed: outer white space dropped, inner runs made one space.
void append_canonical_value(std::string& out, std::string_view value);

struct canonical_parts {
  std::string_view method;
  std::string_view path;            // canonical
  std::string_view query;           // canonical
  std::string_view signed_headers;  // "host;x-amz-date", in the order in which they are signed
  std::string_view host;            // value of Host when it is not the header's; else empty
  std::string_view payload_hash;
  // The raw query of a presigned request: signed headers that were not sent have their values there
  // (AWS's SDK for JavaScript 2 names x-amz-acl as a header and carries it as a parameter).
  std::string_view hoisted = {};
};
std::string canonical_request(const canonical_parts&, std::span<const header_view> headers);

// timestamp: 20130524T000000Z
std::string string_to_sign(std::string_view timestamp, std::string_view scope_text,
                           std::string_view canonical);

// The signature of a browser upload: of the policy field as sent (base64).
// AWS: "Authenticating requests in browser-based uploads using POST".
std::string sign_policy(const signing_key&, std::string_view base64_policy);

}  // namespace torhaus::auth::sigv4
