// What a request's headers say about encryption, checked as AWS checks it. In a presigned URL the
// parameters of those names count too; a form's fields are headers by then.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "gateway/s3/context.hpp"
#include "gateway/s3/encryption/record.hpp"
#include "storage/crypto/secret_key.hpp"

namespace torhaus::gateway::s3 {

// The three headers of SSE-C.
struct customer_key {
  storage::crypto::secret_key key;
  std::string md5;  // base64, as answers repeat it
};

// Whose key: the object's, or that of a copy's source (x-amz-copy-source-…).
enum class key_of : std::uint8_t { object, copy_source };

// Nothing when none of the headers is there. invalid_argument for one without the others, another
// algorithm, a key of another length or with another MD5; invalid_request over plain HTTP.
result<std::optional<customer_key>> read_customer_key(const context&, key_of);

// access_denied for a key that does not open the object.
error wrong_customer_key();

// What a write asks for; without `kind` the bucket's default decides.
struct encryption_request {
  std::optional<encryption_kind> kind;
  std::string key_id;               // SSE-KMS; empty: the default key
  std::string context;              // SSE-KMS: JSON; empty: none
  std::optional<bool> bucket_key;   // SSE-KMS
  std::optional<customer_key> key;  // SSE-C
};

// invalid_argument for what contradicts itself or is unknown; not_implemented for dual-layer
// encryption.
result<encryption_request> read_encryption_request(const context&);

// The headers of a write have no meaning on reads: AWS refuses them (HeadObject).
result<void> refuse_write_encryption(const context&);

// Whether the request says anything about how the object it makes is to be encrypted.
bool asks_for_encryption(const context&);

}  // namespace torhaus::gateway::s3
