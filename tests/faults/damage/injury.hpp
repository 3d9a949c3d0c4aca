// One damage to one file of a store.
#pragma once

#include <cstdint>
#include <filesystem>
#include <random>
#include <string>

namespace torhaus::faults {

struct injury {
  std::string where;  // "segment", "file", "metadata"
  // "bit", "zeroed", "swapped", "truncated", "stale", "empty", "foreign", "gone"; of metadata also
  // "bit in a value", "bit in a key", "bit in a branch", "bit in a root", and pages that are in use
  std::string how;
  std::uint64_t at = 0;
};

enum class scope : std::uint8_t { everything, metadata };

// `younger` is the same store at an earlier time, for what is stale.
injury injure(const std::filesystem::path& data, const std::filesystem::path& younger, scope,
              std::mt19937_64& dice);

}  // namespace torhaus::faults
