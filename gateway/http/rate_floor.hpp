// Tells a peer that is too slow. Only time spent waiting for the peer counts, and only the last
// window of it: neither our own slowness nor an early burst changes the verdict.
#pragma once

#include <chrono>
#include <cstdint>

namespace torhaus::gateway::http {

class rate_floor {
 public:
  rate_floor(std::uint64_t bytes_per_second, std::chrono::seconds window) noexcept
      : bytes_per_second_(bytes_per_second), window_(window) {}

  // Notes a wait and what it brought. False when a window has come to its end with too few bytes.
  [[nodiscard]] bool note(std::chrono::nanoseconds waited, std::uint64_t bytes) noexcept {
    waited_ += waited;
    bytes_ += bytes;
    if (waited_ < window_) return true;
    const double seconds = std::chrono::duration<double>(waited_).count();
    const bool enough =
        static_cast<double>(bytes_) >= seconds * static_cast<double>(bytes_per_second_);
    waited_ = {};
    bytes_ = 0;
    return enough;
  }

 private:
  std::uint64_t bytes_per_second_;
  std::chrono::nanoseconds window_;
  std::chrono::nanoseconds waited_{};
  std::uint64_t bytes_ = 0;
};

}  // namespace torhaus::gateway::http
