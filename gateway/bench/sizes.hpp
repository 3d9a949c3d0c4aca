// How large objects are: one size, several with weights, or log-normal, which is what collections
// of files look like. The size of an object follows from a number, so a reader knows it beforehand.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "storage/base/result.hpp"

namespace torhaus::gateway::bench {

// A number that looks random and is the same for the same input (splitmix64).
constexpr std::uint64_t mix(std::uint64_t n) {
  n += 0x9e3779b97f4a7c15U;
  n = (n ^ (n >> 30)) * 0xbf58476d1ce4e5b9U;
  n = (n ^ (n >> 27)) * 0x94d049bb133111ebU;
  return n ^ (n >> 31);
}

class size_distribution {
 public:
  // "4KiB"; "4KiB:60,256KiB:30,10MiB:10"; "lognormal:MEDIAN:SIGMA[:MAX]".
  static result<size_distribution> parse(std::string_view text);

  // `random`: 64 evenly distributed bits.
  std::uint64_t pick(std::uint64_t random) const;
  std::uint64_t largest() const { return largest_; }
  // All objects have this size: largest().
  bool single() const { return choices_.size() == 1; }
  const std::string& text() const { return text_; }

 private:
  struct choice {
    std::uint64_t bytes;
    std::uint64_t up_to;  // sum of the weights so far
  };
  static result<size_distribution> parse_lognormal(std::string_view text);

  std::string text_;
  std::vector<choice> choices_;  // empty: log-normal
  double median_ = 0;
  double sigma_ = 0;
  std::uint64_t largest_ = 0;
};

}  // namespace torhaus::gateway::bench
