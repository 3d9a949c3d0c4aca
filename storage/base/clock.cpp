#include "storage/base/clock.hpp"

#include <sys/random.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>

namespace torhaus {
namespace {

class real_clock final : public clock_source {
 public:
  sys_micros now() const override {
    return std::chrono::time_point_cast<std::chrono::microseconds>(
        std::chrono::system_clock::now());
  }
};

class kernel_random final : public random_source {
 public:
  void fill(std::span<std::byte> out) override {
    while (!out.empty()) {
      const ssize_t n = ::getrandom(out.data(), out.size(), 0);
      if (n > 0) {
        out = out.subspan(static_cast<std::size_t>(n));
      } else if (errno != EINTR) {
        throw std::system_error(errno, std::generic_category(), "getrandom");
      }
    }
  }
};

class kept_random final : public random_source {
 public:
  void fill(std::span<std::byte> out) override {
    thread_local std::array<std::byte, 512> kept;
    thread_local std::size_t used = kept.size();
    if (out.size() > kept.size()) return system_random_source().fill(out);
    if (out.size() > kept.size() - used) {
      system_random_source().fill(kept);
      used = 0;
    }
    std::copy_n(kept.begin() + static_cast<std::ptrdiff_t>(used), out.size(), out.begin());
    used += out.size();
  }
};

}  // namespace

clock_source& system_clock_source() {
  static real_clock source;
  return source;
}

random_source& system_random_source() {
  static kernel_random source;
  return source;
}

random_source& name_random_source() {
  static kept_random source;
  return source;
}

}  // namespace torhaus
