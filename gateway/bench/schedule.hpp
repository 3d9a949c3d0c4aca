// When requests are due under a fixed arrival rate. Latency counts from there, whether or not a
// connection was free: a server that stalls is charged for all who would have come meanwhile.
#pragma once

#include <chrono>
#include <cstdint>

namespace torhaus::gateway::bench {

using steady = std::chrono::steady_clock;

// One thread's share: arrival n of `lane` is number n * lanes + lane of all.
class arrival_schedule {
 public:
  arrival_schedule(steady::time_point start, double per_second, unsigned lane, unsigned lanes)
      : start_(start), interval_(1e9 / per_second), lane_(lane), lanes_(lanes) {}

  // Computed from the number, so that nothing adds up over hours.
  steady::time_point due(std::uint64_t n) const {
    const double nanoseconds = static_cast<double>(n * lanes_ + lane_) * interval_;
    return start_ + std::chrono::nanoseconds(static_cast<std::int64_t>(nanoseconds));
  }

  steady::time_point take() { return due(taken_++); }
  // What was due before `end` and nobody has taken.
  std::uint64_t left_before(steady::time_point end) const {
    std::uint64_t n = taken_;
    const double step = interval_ * static_cast<double>(lanes_);
    const double room = static_cast<double>(
        std::chrono::duration_cast<std::chrono::nanoseconds>(end - due(n)).count());
    return room <= 0 ? 0 : static_cast<std::uint64_t>(room / step) + 1;
  }

 private:
  steady::time_point start_;
  double interval_;  // nanoseconds
  std::uint64_t lane_;
  std::uint64_t lanes_;
  std::uint64_t taken_ = 0;
};

}  // namespace torhaus::gateway::bench
