// One damage to one file of a store.
#pragma once

#include <cstdint>
#include <filesystem>
#include <random>
#include <string>

namespace torhaus::faults {

struct injury {
  std::string where;  // "segment", "file", "metadata"
  std::string how;  // "bit", "zeroed", "swapped", "truncated", "stale", "empty", "foreign", "gone"
  std::uint64_t at = 0;
};

// `younger` is the same store at an earlier time, for what is stale.
injury injure(const std::filesystem::path& data, const std::filesystem::path& younger,
              std::mt19937_64& dice);

}  // namespace torhaus::faults
