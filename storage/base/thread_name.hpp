// What a thread is called in top -H, gdb and perf.
#pragma once

#include <pthread.h>

#include <cstddef>
#include <latch>
#include <memory>
#include <thread>
#include <utility>

#include "storage/base/task.hpp"

namespace torhaus {

// A constant of at most 15 characters, which is all that Linux keeps.
template <std::size_t Size>
void name_this_thread(const char (&name)[Size]) noexcept {
  static_assert(Size <= 16);
  ::pthread_setname_np(::pthread_self(), name);
}

// Runs `work` on a thread of that name.
template <std::size_t Size, class Work>
std::thread named_thread(const char (&name)[Size], Work work) {
  return std::thread([&name, work = std::move(work)]() mutable {
    name_this_thread(name);
    work();
  });
}

// Names all threads of a pool, once what it has to do already is done. None of them takes two of
// the jobs, for each waits until all have begun.
template <std::size_t Size>
void name_threads(worker_pool& pool, std::size_t threads, const char (&name)[Size]) {
  // Shared: a thread may still be leaving it when this function has returned.
  const auto all = std::make_shared<std::latch>(static_cast<std::ptrdiff_t>(threads) + 1);
  for (std::size_t n = 0; n < threads; ++n) {
    asio::post(pool, [all, &name] {
      name_this_thread(name);
      all->arrive_and_wait();
    });
  }
  all->arrive_and_wait();
}

}  // namespace torhaus
