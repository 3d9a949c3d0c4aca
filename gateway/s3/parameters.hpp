// Query parameters that several operations share, parsed by one function each.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/s3/context.hpp"

namespace torhaus::gateway::s3 {

// A whole number in decimal digits. nullopt for anything else, overflow included.
std::optional<std::uint64_t> parse_number(std::string_view text);

// x-amz-expected-bucket-owner beside the owner of the target's bucket, where there is one.
// invalid_bucket_owner_account for what is no account id, access_denied for another's.
result<void> check_expected_owner(const context&);

// max-keys, max-parts and their like: absent means `most`, larger values are cut to it.
// invalid_argument with ArgumentName and ArgumentValue.
result<std::size_t> page_size(const context&, std::string_view name, std::size_t most = 1000);

// encoding-type: absent or "url"; anything else is invalid_argument.
result<bool> url_encoding(const context&);

// Percent-encoding of keys under encoding-type=url: everything but unreserved characters and '/'.
std::string url_encode(std::string_view text);

// As it is, or url_encode()d.
inline std::string encoded_if(bool url, std::string_view text) {
  return url ? url_encode(text) : std::string(text);
}

error invalid_argument(std::string message, std::string_view name, std::string_view value);
// invalid_argument for what is not there: without ArgumentValue.
error missing_argument(std::string message, std::string_view name);

// The ETag in quotation marks, as headers and documents carry it.
std::string quoted(const storage::catalog::etag&);

// "CRC32", "CRC64NVME", …: the names in x-amz-checksum-algorithm.
std::string_view checksum_name(storage::crypto::algorithm);
std::optional<storage::crypto::algorithm> parse_checksum_name(std::string_view);
const std::vector<storage::crypto::algorithm>& checksum_algorithms();
// x-amz-checksum-algorithm. invalid_request when it names none.
result<std::optional<storage::crypto::algorithm>> checksum_choice(const context&);
std::string_view checksum_type_name(storage::catalog::checksum_type);
// base64, and "-N" behind it for composite ones.
std::string checksum_text(const storage::catalog::object_checksum&);
// "ChecksumCRC32", the element of documents; "x-amz-checksum-crc32", the header.
std::string checksum_element(storage::crypto::algorithm);
std::string checksum_header(storage::crypto::algorithm);

// Whether the body comes with a digest. SDKs before 2025 send Content-MD5, later ones a checksum;
// where AWS asks for one it takes either.
bool has_integrity_header(const context&);

// https://endpoint/bucket/key as the client would reach it.
std::string object_url(const context&, std::string_view bucket, std::string_view key);

}  // namespace torhaus::gateway::s3
