// Takes the aws-chunked framing off a body and checks its signatures. No I/O, no copy of payload
// bytes. AWS: "Signature calculations for the Authorization header: transferring payload in
// multiple chunks", "… including trailing headers"; "Checking object integrity", trailing
// checksums.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "auth/sigv4/verifier.hpp"
#include "storage/base/result.hpp"
#include "storage/crypto/md5.hpp"

namespace torhaus::auth::sigv4 {

class chunk_decoder {
 public:
  struct options {
    std::optional<std::uint64_t> decoded_length;  // x-amz-decoded-content-length
    std::string_view announced_trailers;          // x-amz-trailer: names separated by commas
  };
  // `signature.mode` is one of the streaming modes.
  chunk_decoder(const verified& signature, const options&);
  ~chunk_decoder();
  chunk_decoder(chunk_decoder&&) noexcept;
  chunk_decoder& operator=(chunk_decoder&&) noexcept;

  // Takes the next bytes of the body, all of them, and appends the payload among them to `out` as
  // spans into `in`. In the signed modes they are not to be trusted before finish() has succeeded:
  // a chunk's signature is checked when its last byte is there. The same payload goes into
  // `beside`, in the signed modes in one pass with the chunk's digest. After an error the decoder
  // only repeats it. Errors: signature_does_not_match, incomplete_body (broken framing, another
  // length than announced), invalid_chunk_size, malformed_trailer.
  result<void> feed(std::span<const std::byte> in, std::vector<std::span<const std::byte>>& out,
                    storage::crypto::md5_stream* beside = nullptr);

  // The body has ended. incomplete_body when the last chunk is missing, malformed_trailer when an
  // announced trailer (or its signature) is.
  result<void> finish();

  std::uint64_t decoded_bytes() const noexcept;
  // After finish(): names in lower case, values trimmed; without x-amz-trailer-signature.
  const std::vector<std::pair<std::string, std::string>>& trailers() const noexcept;

 private:
  struct state;
  std::unique_ptr<state> state_;
};

}  // namespace torhaus::auth::sigv4
