// Turns of what keeps a thread busy for long: a page of a listing, a thousand deletes. Such
// requests begin one after the other, agency by agency: on their connection's thread while the
// server does nothing else, and else on threads of their own, which leave a processor to all
// others.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/http/message.hpp"
#include "storage/base/result.hpp"
#include "storage/base/task.hpp"

namespace torhaus::gateway::s3 {

struct context;
struct operation;
struct services;

// Who waits, in a line for each agency; the lines are served in turn. Not for several threads.
class waiting_lines {
 public:
  using start = std::function<void(const executor&)>;
  // So many of one agency wait at most. Their turns would take a second, so that who is refused has
  // not lost much; and it has them by a crowd of connections only.
  static constexpr std::size_t max_line = 2'000;

  // False: the line is full.
  [[nodiscard]] bool add(std::string_view account, start);
  // The first of the next line; nothing when nobody waits.
  std::optional<start> next();
  bool empty() const { return round_.empty(); }

 private:
  using lines = std::map<std::string, std::deque<start>, std::less<>>;
  lines lines_;                        // none is empty
  std::deque<lines::iterator> round_;  // each line once
};

// Returns on the caller's own thread when it is the account's turn there; at once when nobody had
// one just before. Between two turns the thread does all that has arrived for its other
// connections. A turn ends when the request waits for something else or is done, and is not given
// back. Who waits when the thread's context ends is destroyed with it. slow_down: the line is full.
task<result<void>> wait_for_turn_here(std::string_view account);

// Threads for large work. Safe from all threads.
class turns {
 public:
  // At least one thread. Each has an io_context, which what runs there finds as its executor's.
  explicit turns(unsigned threads);
  // What has begun and did not end is destroyed. Coroutines that wait for it, or for their turn,
  // are given back to their own contexts, which must still be there and destroy them.
  ~turns();
  turns(const turns&) = delete;
  turns& operator=(const turns&) = delete;

  // Runs work() on one of the threads when it is the account's turn and resumes on the caller's own
  // executor when it has ended; what it threw is thrown here. Where work() waits for something else
  // the thread goes on with other turns. `work` and what it uses stay until then. slow_down, and
  // nothing has run, when max_line of the account wait already.
  task<result<void>> take(std::string_view account, const std::function<task<void>()>& work);

  // The server has other work, too.
  void note_other_work() noexcept {
    // Nearly always it is said already: no write that other processors would notice.
    if (!other_work_.load(std::memory_order_relaxed)) {
      other_work_.store(true, std::memory_order_relaxed);
    }
  }
  // No other work was noted for half a second. What was noted counts from when this is asked next.
  bool alone() noexcept;

  // Nothing begins or goes on afterwards. Returns when the threads have ended, each after what it
  // is at.
  void stop();

 private:
  struct worker;
  // False: the line is full.
  bool add(std::string_view account, waiting_lines::start);
  void next_turn(worker&);

  std::atomic<bool> other_work_{false};  // since alone() was last asked
  std::atomic<std::chrono::steady_clock::rep> alone_from_{0};
  std::mutex mutex_;
  waiting_lines lines_;                           // under the mutex, as is worker::asleep
  std::vector<std::unique_ptr<worker>> workers_;  // fixed
};

// Of each request, as soon as it is known what it wants: small ones are other work.
void note_effort(const services&, const operation&);

// Runs the operation's handler when it is its turn.
task<result<http::response>> run_in_turn(context&);

}  // namespace torhaus::gateway::s3
