// Coroutines of all rooms: task<T> on a concrete executor (no type erasure on the hot path), the
// way to a blocking call that is waited for (offload) or runs beside the coroutine (started), and
// the way back from another thread (resume_on).
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <cstddef>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include "storage/base/frame_pool.hpp"

namespace torhaus {

namespace asio = boost::asio;

using executor = asio::io_context::executor_type;
template <class T>
using task = asio::awaitable<T, executor>;
inline constexpr asio::use_awaitable_t<executor> use_task{};
using timer = asio::basic_waitable_timer<std::chrono::steady_clock,
                                         asio::wait_traits<std::chrono::steady_clock>, executor>;

}  // namespace torhaus

// Asio's coroutines on our executor, with frames from frame_pool. AddressSanitizer sees each frame
// by itself.
#if !__has_feature(address_sanitizer)
template <>
inline void* boost::asio::detail::awaitable_frame_base<torhaus::executor>::operator new(
    std::size_t size) {
  return torhaus::detail::frame_pool::take(size);
}
template <>
inline void boost::asio::detail::awaitable_frame_base<torhaus::executor>::operator delete(
    void* frame, std::size_t size) {
  torhaus::detail::frame_pool::give_back(frame, size);
}
#endif

namespace torhaus {

// The bounded pool for file I/O, hashing of large bodies and every other blocking call.
using worker_pool = asio::thread_pool;

// Hands `handler` over from another thread. Every resumption that crosses threads goes through
// here: the handler may run, and the last coroutine of the context end, while this thread is still
// inside asio::post(). The guard keeps the context's run() from returning until this thread has
// left it, so that whoever saw run() return may destroy the context. `home` is a copy because the
// frame that it came from may be gone by then.
template <class Handler>
void resume_on(executor home, Handler&& handler) {
  const auto busy = asio::make_work_guard(home);
  asio::post(home, std::forward<Handler>(handler));
}

namespace detail {

// Suspends the coroutine, runs `work` on the pool, resumes on the coroutine's own io_context.
template <class Work>
task<void> run_on(worker_pool& pool, Work& work) {
  const executor home = co_await asio::this_coro::executor;
  co_await asio::async_initiate<const asio::use_awaitable_t<executor>, void()>(
      [](auto handler, worker_pool* on, Work* what, executor back) {
        asio::post(*on, [handler = std::move(handler), what, back]() mutable {
          (*what)();
          resume_on(back, std::move(handler));
        });
      },
      use_task, &pool, &work, home);
}

}  // namespace detail

// Runs fn() on the pool and hands back what it returned or threw. fn is a plain function, no
// coroutine. The caller's frame keeps fn alive until it has run; it cannot be cancelled once
// started.
template <class F>
task<std::invoke_result_t<F&>> offload(worker_pool& pool, F fn) {
  using value = std::invoke_result_t<F&>;
  std::exception_ptr fault;
  if constexpr (std::is_void_v<value>) {
    auto work = [&fn, &fault]() noexcept {
      try {
        fn();
      } catch (...) {
        fault = std::current_exception();
      }
    };
    co_await detail::run_on(pool, work);
    if (fault) std::rethrow_exception(fault);
  } else {
    std::optional<value> out;
    auto work = [&fn, &fault, &out]() noexcept {
      try {
        out.emplace(fn());
      } catch (...) {
        fault = std::current_exception();
      }
    };
    co_await detail::run_on(pool, work);
    if (fault) std::rethrow_exception(fault);
    co_return std::move(*out);
  }
}

// A function that runs on the pool while the coroutine goes on. Once started it must be waited for
// before anything that fn uses goes away.
template <class F>
class started {
 public:
  using value = std::invoke_result_t<F&>;

  started(worker_pool& pool, executor home, F fn) : state_(std::make_shared<state>(std::move(fn))) {
    asio::post(pool, [s = state_, home]() mutable {
      try {
        s->out.emplace(s->fn());
      } catch (...) {
        s->fault = std::current_exception();
      }
      // With all that it holds: what fn refers to may be gone as soon as wait() has returned.
      resume_on(home, [s = std::move(s)] {
        s->done = true;
        if (s->resume) std::exchange(s->resume, nullptr)();
      });
    });
  }

  // Only once, and on the executor given at the start. Rethrows what fn threw.
  task<value> wait() {
    const std::shared_ptr<state> s = state_;
    if (!s->done) {
      co_await asio::async_initiate<const asio::use_awaitable_t<executor>, void()>(
          [](auto handler, state* to) {
            auto shared = std::make_shared<decltype(handler)>(std::move(handler));
            to->resume = [shared] { std::move (*shared)(); };
          },
          use_task, s.get());
    }
    if (s->fault) std::rethrow_exception(s->fault);
    co_return std::move(*s->out);
  }

 private:
  struct state {
    explicit state(F f) : fn(std::move(f)) {}
    F fn;
    std::optional<value> out;
    std::exception_ptr fault;
    bool done = false;  // both on the home executor only
    std::function<void()> resume;
  };
  std::shared_ptr<state> state_;
};

}  // namespace torhaus
