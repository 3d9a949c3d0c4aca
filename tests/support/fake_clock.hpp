// A clock that stands still until the test moves it.
#pragma once

#include <atomic>

#include "storage/base/clock.hpp"

namespace torhaus::test {

class fake_clock final : public clock_source {
 public:
  explicit fake_clock(sys_micros start) : now_us_(start.time_since_epoch().count()) {}
  sys_micros now() const override { return sys_micros(std::chrono::microseconds(now_us_.load())); }
  void set(sys_micros t) { now_us_ = t.time_since_epoch().count(); }
  void advance(std::chrono::microseconds by) { now_us_ += by.count(); }

 private:
  std::atomic<std::int64_t> now_us_;
};

}  // namespace torhaus::test
