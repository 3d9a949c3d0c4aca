#include "gateway/bench/units.hpp"

#include <charconv>
#include <cmath>
#include <initializer_list>
#include <string>
#include <utility>

namespace torhaus::gateway::bench {
namespace {

struct unit {
  std::string_view name;
  std::uint64_t factor;
};

error expected(std::string_view text, std::string_view what) {
  return error(errc::bad_request, "\"" + std::string(text) + "\": expected " + std::string(what));
}

result<std::uint64_t> scaled(std::string_view text, std::initializer_list<unit> units,
                             std::string_view what) {
  std::uint64_t number = 0;
  const char* const last = text.data() + text.size();
  const auto [end, failed] = std::from_chars(text.data(), last, number);
  if (failed != std::errc() || end == text.data()) return expected(text, what);
  const std::string_view name(end, static_cast<std::size_t>(last - end));
  for (const unit& u : units) {
    if (u.name != name) continue;
    if (number > UINT64_MAX / u.factor) return expected(text, what);
    return number * u.factor;
  }
  return expected(text, what);
}

}  // namespace

result<std::uint64_t> parse_count(std::string_view text) {
  return scaled(text, {{"", 1}}, "a number");
}

result<std::uint64_t> parse_bytes(std::string_view text) {
  return scaled(text,
                {{"", 1},
                 {"B", 1},
                 {"KiB", std::uint64_t{1} << 10},
                 {"MiB", std::uint64_t{1} << 20},
                 {"GiB", std::uint64_t{1} << 30},
                 {"TiB", std::uint64_t{1} << 40}},
                "a size such as 4KiB or 100MiB");
}

result<std::chrono::milliseconds> parse_duration(std::string_view text) {
  constexpr std::string_view what = "a duration such as 500ms, 30s, 5m or 1h";
  const auto number = scaled(text, {{"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}}, what);
  if (!number) return number.error();
  // A year: beyond it clock arithmetic in nanoseconds comes near its end.
  if (*number > std::uint64_t{365} * 24 * 3'600'000) return expected(text, what);
  return std::chrono::milliseconds(*number);
}

result<double> parse_decimal(std::string_view text) {
  double number = 0;
  const char* const last = text.data() + text.size();
  const auto [end, failed] = std::from_chars(text.data(), last, number, std::chars_format::fixed);
  if (failed != std::errc() || end != last || !std::isfinite(number)) {
    return expected(text, "a number such as 1.5");
  }
  return number;
}

}  // namespace torhaus::gateway::bench
