// Sizes and durations as people write them: "4KiB", "500ms".
#pragma once

#include <chrono>
#include <cstdint>
#include <string_view>

#include "storage/base/result.hpp"

namespace torhaus::gateway::bench {

// Digits only.
result<std::uint64_t> parse_count(std::string_view text);
// A count of bytes, or of KiB, MiB, GiB, TiB.
result<std::uint64_t> parse_bytes(std::string_view text);
// ms, s, m, h.
result<std::chrono::milliseconds> parse_duration(std::string_view text);
// A plain decimal number such as 0.5; finite.
result<double> parse_decimal(std::string_view text);

}  // namespace torhaus::gateway::bench
