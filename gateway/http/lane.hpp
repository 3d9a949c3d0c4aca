// One thread of the server: its io_context, its connections, its request ids, and the sweeper that
// ends what waits too long. Everything here is used on that thread only, except what is atomic.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>
#include <random>
#include <string>

#include "gateway/http/server.hpp"
#include "storage/base/task.hpp"

namespace torhaus::gateway::http {

using steady = std::chrono::steady_clock;

class lane;

// What the sweeper and the stop see of a connection. It registers itself with its lane.
class connection {
 public:
  explicit connection(lane& home);
  virtual ~connection();
  connection(const connection&) = delete;
  connection& operator=(const connection&) = delete;

  // Cancels the socket operation that the connection waits for, if there is one.
  virtual void cancel() noexcept = 0;

  // Around every socket operation that is awaited. False: the server cuts its connections off, and
  // the operation must not begin. Cancelling is repeated until end_wait, because an operation of
  // several steps can miss it between two.
  [[nodiscard]] bool begin_wait(steady::time_point until) noexcept;
  [[nodiscard]] bool begin_wait(steady::duration limit) noexcept {
    return begin_wait(steady::now() + limit);
  }
  void end_wait() noexcept { deadline_ = steady::time_point::max(); }
  // The last wait came to its limit.
  bool expired() const noexcept { return expired_; }

  // Nothing is lost when the connection is closed now: a stop does not wait for it.
  bool idle = false;

 private:
  friend class lane;
  lane& home_;
  std::list<connection*>::iterator place_;
  steady::time_point deadline_ = steady::time_point::max();
  bool expired_ = false;
};

struct counters {
  std::atomic<std::uint64_t> open{0};
  std::atomic<std::uint64_t> turned_away{
      0};  // those of `open` that are only told that there are too many
  std::atomic<std::uint64_t> accepted{0};
  std::atomic<std::uint64_t> refused{0};
  std::atomic<std::uint64_t> malformed{0};
  std::atomic<std::uint64_t> bytes_in{0};
  std::atomic<std::uint64_t> bytes_out{0};
};

class lane {
 public:
  lane();

  std::list<connection*> connections;
  std::atomic<std::uint64_t> load{0};  // connections, for the acceptor's choice
  std::atomic<bool> stopping{false};   // no further requests; idle connections are closed
  std::atomic<bool> cutting{false};    // whatever waits for a socket is cancelled

  std::string make_request_id();  // 16 upper-case hex digits
  const std::string& date();      // RFC 9110 IMF-fixdate, made anew each second

  // Sweeps every sweep_interval until the lane's context stops.
  task<void> keep_sweeping();
  // Cancels what is late, and what `stopping` and `cutting` say. On the lane's thread.
  void sweep() noexcept;

 private:
  // Gives back what a crowd that has left had made of memory.
  void follow_crowd() noexcept;

  static constexpr std::chrono::milliseconds sweep_interval{250};
  std::size_t most_connections_ = 0;  // since memory was given back
  std::mt19937_64 ids_;
  std::string date_;
  std::int64_t date_second_ = -1;

 public:
  // Last, so that it is destroyed first: the coroutines it still holds use everything above.
  asio::io_context context{1};
};

}  // namespace torhaus::gateway::http
