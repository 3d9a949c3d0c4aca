// Signs requests: for the admin CLI, presigned links, benches and tests.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "auth/sigv4/canonical.hpp"
#include "auth/sigv4/request_view.hpp"

namespace torhaus::auth::sigv4 {

struct signer_identity {
  std::string access_key_id;
  std::string secret;
  std::string session_token;  // empty: none
  std::string region;
  std::string service = "s3";
};

using header_list = std::vector<std::pair<std::string, std::string>>;

// The headers to add: X-Amz-Date, X-Amz-Content-Sha256 (S3 only), X-Amz-Security-Token (with a
// token), Authorization. Signs every header of `call` but Authorization, User-Agent, Connection,
// Expect and X-Amzn-Trace-Id; Host must be among them. payload_hash: hex SHA-256 of the body,
// UNSIGNED-PAYLOAD or one of the STREAMING- values.
header_list sign_headers(const request_view& call, std::string_view payload_hash,
                         const signer_identity&, std::chrono::sys_seconds now);

// The whole query of a presigned URL, without '?': the query of `call` and the X-Amz-* parameters.
// All headers of `call` are signed, so the request must carry them; Host must be among them.
std::string presign_query(const request_view& call, const signer_identity&,
                          std::chrono::sys_seconds now, std::chrono::seconds expires);

// The signatures inside a signed aws-chunked body, in order.
class chunk_signer {
 public:
  chunk_signer(const signing_key&, const scope&, std::string timestamp, std::string seed_signature);

  // Of the next chunk, given the hex SHA-256 of its bytes (the last chunk is empty).
  std::string next(std::string_view chunk_hash);
  // Of the trailer, given its canonical text ("name:value\n" each).
  std::string trailer(std::string_view canonical_trailers);

 private:
  signing_key key_;
  std::string head_;      // timestamp and scope
  std::string previous_;  // signature
};

}  // namespace torhaus::auth::sigv4
