#include "gateway/bench/content.hpp"

#include <cstring>

#include "gateway/bench/sizes.hpp"

namespace torhaus::gateway::bench {
namespace {

constexpr std::uint64_t beginnings(std::uint64_t bytes) {
  if (bytes < (64U << 10)) return 1024;
  if (bytes < (16U << 20)) return 16;
  return bytes < (256U << 20) ? 4 : 2;
}

}  // namespace

content::content(std::uint64_t seed) : seed_(seed), ring_(2 * period) {
  for (std::size_t at = 0; at < period; at += 8) {
    const std::uint64_t word = mix(seed ^ mix(at));
    std::memcpy(ring_.data() + at, &word, std::min<std::size_t>(8, period - at));
  }
  std::memcpy(ring_.data() + period, ring_.data(), period);
}

std::size_t content::start_of(std::uint64_t item, std::uint64_t bytes) const {
  const std::uint64_t places = beginnings(bytes);
  return mix(item ^ seed_) % places * (period / places);
}

std::vector<std::size_t> content::starts(std::uint64_t bytes) {
  const std::uint64_t places = beginnings(bytes);
  std::vector<std::size_t> all;
  for (std::uint64_t i = 0; i < places; ++i) all.push_back(i * (period / places));
  return all;
}

bool content::same(std::size_t start, std::uint64_t at, std::string_view bytes) const {
  while (!bytes.empty()) {
    const std::string_view wanted = from(start, at).substr(0, bytes.size());
    if (std::memcmp(wanted.data(), bytes.data(), wanted.size()) != 0) return false;
    at += wanted.size();
    bytes.remove_prefix(wanted.size());
  }
  return true;
}

}  // namespace torhaus::gateway::bench
