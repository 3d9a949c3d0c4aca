// Data keys of objects: made for a write, found again for a read, wrapped anew for a copy. The one
// place where the S3 dialect handles keys; what an operation gets is a data key to write or read
// with, a record to store and headers to answer with.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "gateway/s3/context.hpp"
#include "gateway/s3/encryption/request.hpp"
#include "storage/blob/store.hpp"
#include "storage/crypto/secret_key.hpp"

namespace torhaus::gateway::s3 {

// How an object that is being written is encrypted.
struct object_encryption {
  std::optional<storage::crypto::secret_key> data_key;  // none: the bytes are stored as they are
  std::string record;                                   // object_version::encryption
};

// As the request asks, else as the bucket's default says, else as the installation's. With
// `data_key`, that of a copy's encrypted source, that key is wrapped and the copy shares the bytes;
// where nothing says how, it is SSE-S3 then: a copy is never less encrypted than its source.
// Without one, a fresh key is made. Errors: those of read_encryption_request, access_denied (SSE-C
// is blocked on the bucket), kms_not_found, kms_disabled.
task<result<object_encryption>> encryption_of_write(
    const context&, std::optional<storage::crypto::secret_key> data_key = std::nullopt);

// The same where no request says anything, as the bucket's default and the installation's want it:
// what a worker writes. Errors: kms_not_found, kms_disabled.
task<result<object_encryption>> encryption_by_default(const services&,
                                                      const storage::catalog::bucket_record&,
                                                      const bucket_settings&);

// The data key of an upload for one of its parts. invalid_request when SSE-C headers are missing,
// not wanted or not those of the upload; invalid_argument when another kind is asked for.
task<result<object_encryption>> encryption_of_part(const context&,
                                                   const storage::catalog::new_upload&);

// What CompleteMultipartUpload says of encryption. AWS wants SSE-C headers there only when the
// upload has a checksum algorithm; where they are, they are the upload's. Errors as for parts.
result<void> check_completion_encryption(const context&, const storage::catalog::new_upload&);

// The data key of a stored object; nothing when its bytes are not encrypted. invalid_request when
// SSE-C headers are missing or not wanted, access_denied for another customer key, kms_not_found,
// kms_disabled; invalid_argument for anonymous reads under SSE-KMS, which AWS refuses.
task<result<std::optional<storage::crypto::secret_key>>> data_key_of(
    const context&, const storage::catalog::bucket_record&, const storage::catalog::object_version&,
    key_of);

// For reads of metadata (HeadObject, GetObjectAttributes): the customer's key is checked, and no
// other is needed.
result<void> check_customer_key(const context&, const storage::catalog::bucket_record&,
                                const storage::catalog::object_version&);

// A writer for an object or part of that many bytes of plaintext.
std::unique_ptr<storage::blob::writer> open_writer(const services&,
                                                   std::optional<std::uint64_t> length,
                                                   const object_encryption&);
std::unique_ptr<storage::blob::writer> open_writer(const context&,
                                                   std::optional<std::uint64_t> length,
                                                   const object_encryption&);

// x-amz-server-side-encryption and its companions. Answers to writes repeat the encryption context,
// those to CompleteMultipartUpload say nothing of SSE-C, whose key they may not have seen.
enum class answer_to : std::uint8_t { read, write, completion };
void append_encryption_headers(http::response&, const context&, std::string_view record, answer_to);

}  // namespace torhaus::gateway::s3
