// One thread of the server: its io_context, its connections, its request ids, and the sweeper that ends what waits
// too long. Everything here is used on that thread only, except what is atomic.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <list>
#include <random>
#include <string>

#include "gateway/http/server.hpp"
#include "storage/base/task.hpp"

namespace torhaus::gateway::http {

using steady = std::chrono::steady_clock;

// What the sweeper and the stop see of a connection.
class connection {
 public:
  virtual ~connection() = default;
  // Cancels whatever the connection waits for. The coroutine sees expired() or stopping() and ends.
  virtual void cancel() noexcept = 0;

  steady::time_point deadline = steady::time_point::max();
  bool expired = false;   // the sweeper cancelled it
  bool idle = false;      // waits for a request: may be closed at once when the server stops
};

struct counters {
  std::atomic<std::uint64_t> open{0};
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
  std::atomic<std::uint64_t> load{0};   // connections, for the acceptor's choice
  std::atomic<bool> stopping{false};

  std::string make_request_id();        // 16 upper-case hex digits
  const std::string& date();            // RFC 9110 IMF-fixdate, made anew each second

  // Looks at all deadlines every sweep_interval until the lane's context stops.
  task<void> sweep();
  // Closes idle connections now; with `all`, every one. Run on the lane's thread.
  void cancel_connections(bool all);

 private:
  static constexpr std::chrono::milliseconds sweep_interval{250};
  std::mt19937_64 ids_;
  std::string date_;
  std::int64_t date_second_ = -1;

 public:
  // Last, so that it is destroyed first: the coroutines it still holds use everything above.
  asio::io_context context{1};
};

}  // namespace torhaus::gateway::http
