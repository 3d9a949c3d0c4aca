// What a delete without a version id does, inside a transaction.
#pragma once

#include <cstdint>
#include <string>

#include "storage/base/clock.hpp"
#include "storage/catalog/catalog.hpp"
#include "storage/kv/database.hpp"

namespace torhaus::storage::catalog {

// What one delete may need besides the request; made before the transaction, which may run twice.
struct delete_context {
  const clock_source* clock = nullptr;
  sys_micros now{};
  std::uint64_t nonce = 0;  // of the delete marker
  std::string owner;        // of the delete marker
};

// Removes the object, or puts a delete marker above it, as the bucket's versioning says.
result<delete_outcome> delete_newest(kv::transaction&, const bucket_record&, const delete_request&,
                                     const delete_context&, bool& garbage, usage_delta& used);

}  // namespace torhaus::storage::catalog
