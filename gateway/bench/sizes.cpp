#include "gateway/bench/sizes.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "gateway/bench/units.hpp"

namespace torhaus::gateway::bench {
namespace {

// What S3 takes in one request.
constexpr std::uint64_t most_bytes = std::uint64_t{5} << 30;
constexpr std::size_t most_choices = 64;
constexpr std::uint64_t most_weight = 1'000'000;

// The text up to `end`, which is taken away with it.
std::string_view take(std::string_view& rest, char end) {
  const std::size_t at = std::min(rest.find(end), rest.size());
  const std::string_view part = rest.substr(0, at);
  rest.remove_prefix(std::min(at + 1, rest.size()));
  return part;
}

error wrong(std::string_view text, std::string_view what) {
  return error(errc::bad_request, "size \"" + std::string(text) + "\": " + std::string(what));
}

}  // namespace

result<size_distribution> size_distribution::parse(std::string_view text) {
  if (text.starts_with("lognormal:")) return parse_lognormal(text);
  const bool cut_off = text.ends_with(',') || text.ends_with(':');
  if (cut_off || text.find(":,") != std::string_view::npos) {
    return wrong(text, "expected SIZE or SIZE:WEIGHT,SIZE:WEIGHT");
  }
  size_distribution out;
  out.text_ = text;
  std::uint64_t sum = 0;
  std::string_view rest = text;
  do {
    std::string_view one = take(rest, ',');
    const auto bytes = parse_bytes(take(one, ':'));
    if (!bytes) return bytes.error();
    std::uint64_t weight = 1;
    if (!one.empty()) {
      const auto given = parse_count(one);
      if (!given) return given.error();
      weight = *given;
    }
    if (weight == 0 || weight > most_weight) return wrong(text, "a weight is from 1 to 1000000");
    if (*bytes > most_bytes) return wrong(text, "an object has at most 5GiB");
    if (out.choices_.size() == most_choices) return wrong(text, "at most 64 sizes");
    sum += weight;
    out.choices_.push_back({*bytes, sum});
    out.largest_ = std::max(out.largest_, *bytes);
  } while (!rest.empty());
  return out;
}

result<size_distribution> size_distribution::parse_lognormal(std::string_view text) {
  std::string_view rest = text;
  take(rest, ':');
  const auto median = parse_bytes(take(rest, ':'));
  if (!median) return median.error();
  const auto sigma = parse_decimal(take(rest, ':'));
  if (!sigma) return sigma.error();
  std::uint64_t most = most_bytes;
  if (!rest.empty()) {
    const auto given = parse_bytes(rest);
    if (!given) return given.error();
    most = *given;
  }
  if (*median == 0 || *sigma < 0 || *sigma > 10 || most == 0 || most > most_bytes) {
    return wrong(text, "expected lognormal:MEDIAN:SIGMA[:MAX], sigma from 0 to 10");
  }
  size_distribution out;
  out.text_ = text;
  out.median_ = static_cast<double>(*median);
  out.sigma_ = *sigma;
  out.largest_ = most;
  return out;
}

std::uint64_t size_distribution::pick(std::uint64_t random) const {
  if (choices_.size() == 1) return choices_.front().bytes;
  if (!choices_.empty()) {
    const std::uint64_t at = random % choices_.back().up_to;
    return std::ranges::upper_bound(choices_, at, {}, &choice::up_to)->bytes;
  }
  // Box and Muller: two evenly distributed numbers in (0, 1] make one that is normally distributed.
  constexpr double whole = 4294967296.0;
  const double one = (static_cast<double>(random >> 32) + 1) / whole;
  const double two = static_cast<double>(random & 0xffffffffU) / whole;
  const double normal = std::sqrt(-2 * std::log(one)) * std::cos(2 * std::numbers::pi * two);
  const double bytes = median_ * std::exp(sigma_ * normal);
  const double most = static_cast<double>(largest_);
  return static_cast<std::uint64_t>(std::clamp(bytes, 1.0, most));
}

}  // namespace torhaus::gateway::bench
