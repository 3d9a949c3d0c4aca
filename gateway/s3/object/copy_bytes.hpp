// Copies stored bytes into a new blob where that cannot be avoided: a range for UploadPartCopy,
// another checksum algorithm. Runs on the pool, block by block.
#pragma once

#include "gateway/s3/body/payload.hpp"
#include "storage/catalog/catalog.hpp"

namespace torhaus::gateway::s3 {

// Reads [offset, offset + length), digests it (MD5 and `checksum`), and appends it to `out` unless
// that is null.
task<result<received>> copy_bytes(storage::catalog::object_reader& from, std::uint64_t offset,
                                  std::uint64_t length, storage::crypto::algorithm checksum,
                                  storage::blob::writer* out, worker_pool& pool);

}  // namespace torhaus::gateway::s3
