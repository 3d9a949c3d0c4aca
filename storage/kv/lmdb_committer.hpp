// The one thread that writes. It takes whatever was queued while the last sync ran, runs the
// functions in one transaction and commits it with one sync (group commit by arrival, no timer).
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <mutex>
#include <span>
#include <thread>
#include <utility>
#include <vector>

#include "storage/base/result.hpp"
#include "storage/kv/batch_transaction.hpp"
#include "storage/kv/lmdb_environment.hpp"

namespace torhaus::storage::kv {

// One waiting write. Lives in the waiter's frame; `done` is called exactly once, from the
// committer's thread.
struct pending_write {
  const std::function<bool(transaction&)>* fn = nullptr;
  std::function<void()> done;
  result<void> outcome;
  std::exception_ptr thrown;
};

// Calls `done` from outside the waiter's frame, which may be gone before the call returns.
inline void finish(pending_write& w) { std::exchange(w.done, nullptr)(); }

class committer {
 public:
  committer(environment&, unsigned max_batch, std::function<bool()> disk_is_sound);
  // Finishes what is queued, then ends the thread.
  ~committer();
  committer(const committer&) = delete;
  committer& operator=(const committer&) = delete;

  // Takes the write, or refuses it (false) with outcome set: slow_down when max_queue wait already,
  // service_unavailable while ending.
  bool submit(pending_write&);

  bool failed() const { return failed_.load(std::memory_order_acquire); }
  std::uint64_t commits() const { return commits_.load(std::memory_order_relaxed); }
  std::uint64_t committed_calls() const { return calls_.load(std::memory_order_relaxed); }

 private:
  // A connection waits for one write at a time, so this is beyond any connection limit.
  static constexpr std::size_t max_queue = 65'536;
  // Kept free on the disk, so that LMDB's own page writes do not run into its end half-way.
  static constexpr std::uint64_t reserve_bytes = std::uint64_t{2} << 20;

  using batch = std::span<pending_write* const>;
  void run();
  void commit_batch(batch);
  // Runs the functions in one transaction. Returns LMDB's code; a write that failed after changing
  // something is put into `spoiled`, and the whole transaction is to be run again without it.
  enum class room : std::uint8_t { to_grow, to_shrink };
  int try_batch(batch, room, keep_rows, pending_write*& spoiled);
  // Runs the function; true when it wants to be stored and leaves less than there was.
  static bool shrinks(transaction&, pending_write&);
  void refuse(batch, errc, const char* why);
  void fail_for_good(batch, int code);

  environment& env_;
  const std::size_t max_batch_;
  const std::function<bool()> disk_is_sound_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<pending_write*> queue_;
  bool ending_ = false;
  std::atomic<bool> failed_{false};
  std::atomic<std::uint64_t> commits_{0};
  std::atomic<std::uint64_t> calls_{0};
  std::thread thread_;
};

}  // namespace torhaus::storage::kv
