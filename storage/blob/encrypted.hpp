// Blobs whose stored bytes are encrypted (storage/crypto/chunk_cipher.hpp): a writer and a reader
// around those of any store.
#pragma once

#include <memory>

#include "storage/blob/store.hpp"
#include "storage/crypto/secret_key.hpp"

namespace torhaus::storage::blob {

// Takes plaintext and writes its encrypted form to `inner`, whose store was told the sealed size
// (crypto::sealed_size). The last chunk is written by seal(), on the pool when the blob is large.
std::unique_ptr<writer> encrypting(std::unique_ptr<writer> inner, const crypto::secret_key&,
                                   worker_pool&, random_source& random = system_random_source());

// Reads the plaintext. Sizes and offsets are those of the plaintext. Bytes that do not open are an
// internal_error, never wrong bytes.
std::unique_ptr<reader> decrypting(std::unique_ptr<reader> inner, const crypto::secret_key&);

}  // namespace torhaus::storage::blob
