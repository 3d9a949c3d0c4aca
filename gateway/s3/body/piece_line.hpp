// How far the pieces of one body have come: received, hashed, written. Each step is a coroutine of
// its own, so that each waits for what it needs and for nothing else; all run on one thread, which
// everything here is used on where nothing else is said.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <limits>
#include <vector>

#include "storage/base/result.hpp"
#include "storage/base/task.hpp"

namespace torhaus::gateway::s3 {

class piece_line {
 public:
  enum class step : std::uint8_t { received, hashed, written };

  explicit piece_line(executor home) : home_(home) {}
  piece_line(const piece_line&) = delete;
  piece_line& operator=(const piece_line&) = delete;

  // The next piece has come through this step.
  void pass(step which) {
    const std::size_t pieces = ++passed_[index_of(which)];
    if (which == step::received) received_.store(pieces, std::memory_order_release);
    tell();
  }
  // So many were received; on any thread.
  std::size_t received() const { return received_.load(std::memory_order_acquire); }

  // Waits until the piece has come through the step. False: that will not be, for the body ends
  // before it or a step has failed.
  task<bool> wait_for(step which, std::size_t piece) {
    while (!failed_ && piece < end_) {
      if (passed_[index_of(which)] > piece) co_return true;
      co_await next_change();
    }
    co_return false;
  }

  // There are so many pieces and no more.
  void end_at(std::size_t pieces) {
    end_ = pieces;
    tell();
  }

  // The first failure counts, and is what outcome() says.
  void fail(error why) { fail(std::move(why), nullptr); }
  void fail(std::exception_ptr fault) { fail(error(errc::internal_error), std::move(fault)); }
  // Throws what a step threw.
  result<void> outcome() const {
    if (fault_) std::rethrow_exception(fault_);
    return failed_ ? result<void>(*failed_) : result<void>();
  }

  // Runs one of the steps beside the caller, who waits with all_ended() before anything that the
  // step uses goes away. What it throws is a failure.
  void run(task<void> one_step) {
    ++running_;
    asio::co_spawn(home_, std::move(one_step), [this](std::exception_ptr fault) {
      if (fault) fail(fault);
      --running_;
      tell();
    });
  }
  task<void> all_ended() {
    while (running_ > 0) co_await next_change();
  }

 private:
  static constexpr std::size_t index_of(step which) { return static_cast<std::size_t>(which); }

  void fail(error why, std::exception_ptr fault) {
    if (failed_) return;
    failed_ = std::move(why);
    fault_ = std::move(fault);
    tell();
  }

  void tell() {
    for (std::function<void()>& one : std::exchange(waiting_, {}))
      asio::post(home_, std::move(one));
  }

  task<void> next_change() {
    co_await asio::async_initiate<const asio::use_awaitable_t<executor>, void()>(
        [](auto handler, std::vector<std::function<void()>>* list) {
          // std::function wants what can be copied.
          auto shared = std::make_shared<decltype(handler)>(std::move(handler));
          list->push_back([shared] { std::move (*shared)(); });
        },
        use_task, &waiting_);
  }

  executor home_;
  std::array<std::size_t, 3> passed_{};
  std::atomic<std::size_t> received_{0};
  std::size_t end_ = std::numeric_limits<std::size_t>::max();
  std::size_t running_ = 0;
  std::optional<error> failed_;
  std::exception_ptr fault_;
  std::vector<std::function<void()>> waiting_;  // one for each step at most, and who waits for all
};

}  // namespace torhaus::gateway::s3
