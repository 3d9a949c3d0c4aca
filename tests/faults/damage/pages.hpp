// Which pages of a metadata file are in use, and where on them keys and values are.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace torhaus::faults {

struct used_pages {
  static constexpr std::uint64_t page_bytes = 4096;
  struct stretch {
    std::uint64_t begin = 0;
    std::uint64_t bytes = 0;
  };
  std::vector<std::uint64_t> branches;  // numbers
  std::vector<std::uint64_t> leaves;
  std::vector<stretch> keys;  // offsets in the file
  std::vector<stretch> values;
};

// Of a sound file.
used_pages pages_in_use(const std::string& file);

}  // namespace torhaus::faults
