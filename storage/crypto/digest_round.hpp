// Digests of small bodies on the thread that has them: those that its coroutines have at hand at
// the same moment run side by side, without a way to another thread.
#pragma once

#include <cstddef>
#include <span>

#include "storage/base/task.hpp"
#include "storage/crypto/digest.hpp"

namespace torhaus::storage::crypto {

// Adds the bytes to the set, which wants MD5, when the handlers that are ready now have run. What
// was asked for on this io_context until then takes the lanes of MD5 and SHA-256 together; who is
// alone has both in one pass. Set, bytes and the list of them stay where they are.
task<void> update_in_round(digest_set&, std::span<const std::span<const std::byte>>);

}  // namespace torhaus::storage::crypto
