// Makes a failing list of steps smaller as long as it still fails: fewer steps, then simpler ones.
#pragma once

#include <algorithm>
#include <chrono>
#include <utility>
#include <vector>

namespace torhaus::test {

// A step has an array `pick` of numbers, of which zero chooses what is simplest.
template <class Step, class Fails>
class shrinker {
 public:
  shrinker(std::vector<Step> failing, Fails fails, std::chrono::seconds time)
      : least_(std::move(failing)),
        fails_(std::move(fails)),
        deadline_(std::chrono::steady_clock::now() + time) {}

  std::vector<Step> shrink() {
    std::size_t before = 0;
    do {
      before = least_.size();
      for (std::size_t chunk = std::max<std::size_t>(least_.size() / 2, 1); chunk > 0; chunk /= 2) {
        drop(chunk);
      }
    } while (least_.size() < before && before > 1);
    simplify();
    return least_;
  }

 private:
  // Takes the candidate when it fails as well.
  bool take(std::vector<Step> fewer) {
    if (std::chrono::steady_clock::now() > deadline_ || !fails_(fewer)) return false;
    least_ = std::move(fewer);
    return true;
  }

  void drop(std::size_t chunk) {
    for (std::size_t from = 0; from < least_.size();) {
      std::vector<Step> fewer = least_;
      const auto begin = fewer.begin() + static_cast<std::ptrdiff_t>(from);
      const std::size_t count = std::min(chunk, fewer.size() - from);
      fewer.erase(begin, begin + static_cast<std::ptrdiff_t>(count));
      if (!take(std::move(fewer))) from += chunk;
    }
  }

  void simplify() {
    for (std::size_t i = 0; i < least_.size(); ++i) {
      for (std::size_t n = 0; n < least_[i].pick.size(); ++n) {
        if (least_[i].pick[n] == 0) continue;
        std::vector<Step> simpler = least_;
        simpler[i].pick[n] = 0;
        take(std::move(simpler));
      }
    }
  }

  std::vector<Step> least_;
  Fails fails_;
  std::chrono::steady_clock::time_point deadline_;
};

// The least list that was found to fail within the time.
template <class Step, class Fails>
std::vector<Step> shrunk(std::vector<Step> failing, Fails fails, std::chrono::seconds time) {
  return shrinker<Step, Fails>(std::move(failing), std::move(fails), time).shrink();
}

}  // namespace torhaus::test
