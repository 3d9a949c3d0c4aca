// The payload of an upload: HTTP body → aws-chunked decoding → digests → consumer, each byte once.
//
// Digests that the client announced (Content-MD5, x-amz-content-sha256, x-amz-checksum-*, trailers,
// chunk signatures) are all checked by read_into before it reports success, so that a handler
// commits nothing unchecked.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "auth/sigv4/verifier.hpp"
#include "gateway/http/message.hpp"
#include "storage/base/result.hpp"
#include "storage/base/task.hpp"
#include "storage/blob/store.hpp"
#include "storage/crypto/digest.hpp"
#include "storage/crypto/md5_team.hpp"

namespace torhaus::gateway::s3 {

// What was found out about the bytes on the way.
struct received {
  std::uint64_t size = 0;
  storage::crypto::digest_value md5;
  // The checksum the client announced (header or trailer), verified.
  std::optional<storage::crypto::digest_value> announced;
  // The checksum to be kept: the announced one, or that of the wanted algorithm (CRC64NVME by
  // default).
  storage::crypto::digest_value kept;
};

class transfer_memory;

// Where the work on bodies is done, and what their buffers are taken from.
struct body_workers {
  worker_pool* pool = nullptr;
  storage::crypto::md5_team* md5 = nullptr;
  transfer_memory* memory = nullptr;  // null: as much as it likes
};

class payload {
 public:
  // What x-amz-checksum-* headers speak of. CompleteMultipartUpload's are about the object.
  enum class checksums_of { body, object };

  // Reads and checks the request's headers about the body. Errors: missing_content_length,
  // invalid_digest, invalid_request (two checksums, unknown algorithm, aws-chunked without
  // streaming), entity_too_large.
  static result<std::unique_ptr<payload>> make(const http::request& call,
                                               const auth::sigv4::verified& signature,
                                               const body_workers&,
                                               checksums_of = checksums_of::body);
  // The file of a form; `call` is form::upload::call. `most_bytes`: the length of the whole form,
  // when it is known.
  static result<std::unique_ptr<payload>> make_of_form(const http::request& call,
                                                       std::optional<std::uint64_t> most_bytes,
                                                       const body_workers&);
  virtual ~payload() = default;

  // The decoded length, when the client announced it.
  virtual std::optional<std::uint64_t> length() const = 0;
  // http::body_reader::has_arrived() of the body that carries it.
  virtual bool has_arrived() const = 0;
  // The algorithm the client announced by header, trailer or x-amz-sdk-checksum-algorithm.
  virtual std::optional<storage::crypto::algorithm> announced_algorithm() const = 0;

  // Streams everything into `out`, overlapping network, hashing and writing. `keep` names the
  // checksum to compute when the client announced none. Errors: bad_digest,
  // x_amz_content_sha256_mismatch, signature_does_not_match, malformed_trailer, incomplete_body,
  // request_timeout, insufficient_storage.
  virtual task<result<received>> read_into(storage::blob::writer& out,
                                           storage::crypto::algorithm keep) = 0;
  // The same into memory (XML bodies). max_message_length_exceeded beyond `most` bytes.
  virtual task<result<std::string>> read_all(std::size_t most) = 0;
};

}  // namespace torhaus::gateway::s3
