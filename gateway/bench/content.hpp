// The bytes of an object, which follow from its number and the run's seed: a slice of one ring of
// random bytes. Sending needs no copy, checking is one comparison of memory. The ring's length is a
// prime, so blocks that a server swapped within an object or between objects are seen.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace torhaus::gateway::bench {

class content {
 public:
  static constexpr std::size_t period = 1'048'573;

  explicit content(std::uint64_t seed);

  // Where in the ring the object `item` of `bytes` begins. Large objects begin at few places, so
  // that their digests can be kept.
  std::size_t start_of(std::uint64_t item, std::uint64_t bytes) const;

  // All that start_of can answer for objects of `bytes`.
  static std::vector<std::size_t> starts(std::uint64_t bytes);

  // The bytes of an object from position `at` on; `period` of them.
  std::string_view from(std::size_t start, std::uint64_t at) const {
    return {ring_.data() + (start + at) % period, period};
  }

  // Whether `bytes` are what stands at position `at` of the object.
  bool same(std::size_t start, std::uint64_t at, std::string_view bytes) const;

 private:
  std::uint64_t seed_;
  std::vector<char> ring_;  // twice, so that every slice is in one piece
};

}  // namespace torhaus::gateway::bench
