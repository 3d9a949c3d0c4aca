// What a request's headers say about its body: length, framing, digests. AWS: "Checking object
// integrity".
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "auth/sigv4/verifier.hpp"
#include "gateway/http/message.hpp"
#include "storage/base/result.hpp"
#include "storage/crypto/digest.hpp"

namespace torhaus::gateway::s3 {

inline constexpr std::uint64_t max_single_put_bytes = std::uint64_t{5} << 30;

struct announcement {
  bool streaming = false;    // aws-chunked
  std::uint64_t length = 0;  // decoded; of a form the most it can be
  bool exact_length = true;
  std::optional<storage::crypto::digest_value> md5;  // Content-MD5
  bool of_part = false;  // of an upload: AWS writes a wrong MD5 there in base64, elsewhere in hex
  std::optional<storage::crypto::digest_value> checksum;  // x-amz-checksum-*
  std::optional<storage::crypto::algorithm> trailer;      // the checksum comes behind the body
  std::string_view trailer_names;                         // x-amz-trailer as sent
  std::string body_hash;  // hex SHA-256 when the signature covers the body; else empty
};

// Errors: missing_content_length, invalid_digest, invalid_request, entity_too_large.
// Checksums hoisted into the query of a presigned URL are not looked at: SDKs put the checksum of
// the empty body there, and AWS takes such uploads. With with_checksums
// false the x-amz-checksum-* headers are left to the handler.
result<announcement> read_announcement(const http::request&, const auth::sigv4::verified&,
                                       bool with_checksums);

// What the fields of a form say about its file; `request` is upload::call, whose headers they are.
result<announcement> read_form_announcement(const http::request& request,
                                            std::optional<std::uint64_t> most_bytes);

// The digest in base64, or nullopt when it has another form or length.
std::optional<storage::crypto::digest_value> parse_digest(storage::crypto::algorithm,
                                                          std::string_view base64);

// More than one x-amz-checksum-* header, or one and a trailer.
error several_checksums();

// True when Content-Encoding names aws-chunked; `rest` is the value without it, as it is stored.
bool strip_aws_chunked(std::string_view content_encoding, std::string& rest);

}  // namespace torhaus::gateway::s3
