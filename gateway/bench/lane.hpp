// One thread of load: an io_context with its share of the connections, its tallies, its part of the
// objects. Threads meet only in the counters of `course`.
#pragma once

#include <atomic>
#include <exception>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <unordered_map>
#include <vector>

#include "gateway/bench/client.hpp"
#include "gateway/bench/schedule.hpp"
#include "gateway/bench/tally.hpp"

namespace torhaus::gateway::bench {

// What the threads of a phase share.
struct course {
  std::atomic<std::uint64_t> next_item{0};
  std::atomic<std::uint64_t> tickets{0};
  std::atomic<unsigned> ready{0};  // connections that stand
  std::atomic<bool> go{false};
  std::atomic<bool> stop{false};
  // Set before `go`.
  steady::time_point start;
  steady::time_point measured_from;
  steady::time_point end;
  // Of item number i, when versions are read. Each element has one writer, before anybody reads.
  std::vector<std::string> versions;
};

// For the line that shows how it goes; whole run, warm-up included.
struct progress {
  std::atomic<std::uint64_t> requests{0};
  std::atomic<std::uint64_t> bytes{0};
  std::atomic<std::uint64_t> errors{0};
};

class lane {
 public:
  lane(const plan&, course&, unsigned number);
  ~lane();

  // Each runs to its end on the calling thread. prepare throws std::runtime_error when an object
  // cannot be stored.
  void prepare(std::uint64_t items);
  void measure();

  tallies& results() { return results_; }
  progress& shown() { return shown_; }
  steady::time_point last_end() const { return last_end_; }
  std::uint64_t missed() const { return missed_; }

 private:
  struct worker;

  void run(const std::function<task<void>(worker&)>& each);
  task<void> guarded(worker& w, const std::function<task<void>(worker&)>& each);
  task<void> watch();
  task<void> put_prepared(worker& w, std::uint64_t items);
  task<void> load(worker& w);
  task<void> wait_for_start(worker& w);
  task<bool> wait_for_turn(worker& w);
  task<void> pause(worker& w, std::chrono::milliseconds time);

  // Each does one thing of its load; false: there is nothing left.
  task<bool> once(worker& w);
  task<bool> once_put(worker& w);
  task<bool> once_read(worker& w);
  task<bool> once_list(worker& w);
  task<bool> once_remove(worker& w);
  task<bool> once_upload(worker& w);
  task<bool> once_mixed(worker& w);
  task<bool> once_versioned(worker& w);
  task<void> mixed_put(worker& w);
  task<void> mixed_read(worker& w, kind what);
  task<void> mixed_remove(worker& w);

  void record(worker& w, kind what, steady::time_point began, const outcome& came);
  std::uint64_t below(std::uint64_t bound) { return random_() % bound; }

  const plan& all_;
  course& course_;
  unsigned number_;
  asio::io_context context_{1};
  timer watchdog_{context_.get_executor()};
  desk desk_;
  std::vector<std::unique_ptr<worker>> workers_;
  unsigned active_ = 0;
  std::exception_ptr fault_;
  std::mt19937_64 random_;
  arrival_schedule arrivals_;
  tallies results_;
  progress shown_;
  steady::time_point last_end_{};
  std::uint64_t missed_ = 0;
  // Mixed load: what is there, and what must not be deleted because a request is about it.
  std::vector<std::uint64_t> pool_;
  std::unordered_map<std::uint64_t, unsigned> busy_;
  std::uint64_t next_own_ = 0;
  bool arrivals_ready_ = false;
};

}  // namespace torhaus::gateway::bench
