// Opens a data directory as the server does and compares it with what the marks allow.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "tests/faults/replay/expectations.hpp"

namespace torhaus::faults {

struct verdict {
  std::vector<std::string> faults;  // empty: all is as it must be
  std::string refusal;              // the store named why it cannot be opened
  double open_seconds = 0;
};

verdict check_state(const std::filesystem::path& data, const expectations&);

}  // namespace torhaus::faults
