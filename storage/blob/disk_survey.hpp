// Walks what lies in a data directory's segments and blobs, without a store and without changing
// anything: for those who compare it with the catalog.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>

#include "storage/blob/store.hpp"

namespace torhaus::storage::blob {

struct survey_counts {
  std::uint64_t files = 0;
  std::uint64_t needles = 0;
  std::uint64_t open_segments =
      0;  // in flight, or left by a crash for the next start: not looked at
  std::uint64_t strange_pages = 0;  // in closed segments: neither needle nor hole
};

// Calls `each` with every live needle of a closed segment and every file in blobs/; it returns
// false to stop. The size of a file is not looked at (0). A running store may remove what was
// handed out at any time. Throws std::runtime_error when a directory cannot be read.
survey_counts survey_disk(const std::filesystem::path& directory,
                          const std::function<bool(const placed_blob&)>& each);

}  // namespace torhaus::storage::blob
