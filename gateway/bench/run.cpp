#include "gateway/bench/run.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <functional>
#include <thread>

#include "gateway/bench/bucket.hpp"
#include "gateway/bench/lane.hpp"

namespace torhaus::gateway::bench {
namespace {

using std::chrono::milliseconds;

double cpu_seconds() {
  rusage used{};
  ::getrusage(RUSAGE_SELF, &used);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  return seconds(used.ru_utime) + seconds(used.ru_stime);
}

bool needs_objects(const settings& s) {
  return !s.existing && s.load != workload::put && s.load != workload::multipart;
}

// Shows once a second how it goes: a line that is written over on a terminal.
class display {
 public:
  display(std::string what, bool quiet) : what_(std::move(what)), on_(!quiet && ::isatty(2) == 1) {}
  ~display() {
    if (shown_) std::fputs("\r\033[K", stderr);
  }
  display(const display&) = delete;
  display& operator=(const display&) = delete;

  void show(const std::vector<std::unique_ptr<lane>>& lanes) {
    const steady::time_point now = steady::now();
    const double passed = std::chrono::duration<double>(now - last_).count();
    if (!on_ || passed < 1) return;
    std::uint64_t requests = 0;
    std::uint64_t bytes = 0;
    std::uint64_t errors = 0;
    for (const auto& l : lanes) {
      requests += l->shown().requests;
      bytes += l->shown().bytes;
      errors += l->shown().errors;
    }
    const double began = std::chrono::duration<double>(now - began_).count();
    std::fprintf(stderr, "\r\033[K%s %4.0f s  %llu requests  %.0f/s  %.1f MB/s  %llu errors",
                 what_.c_str(), began, static_cast<unsigned long long>(requests),
                 static_cast<double>(requests - requests_) / passed,
                 static_cast<double>(bytes - bytes_) / passed / 1e6,
                 static_cast<unsigned long long>(errors));
    std::fflush(stderr);
    requests_ = requests;
    bytes_ = bytes;
    last_ = now;
    shown_ = true;
  }

 private:
  std::string what_;
  bool on_;
  bool shown_ = false;
  steady::time_point began_ = steady::now();
  steady::time_point last_ = began_;
  std::uint64_t requests_ = 0;
  std::uint64_t bytes_ = 0;
};

using lanes_list = std::vector<std::unique_ptr<lane>>;

lanes_list make_lanes(const plan& all, course& shared) {
  lanes_list out;
  for (unsigned i = 0; i < all.s.threads; ++i) {
    out.push_back(std::make_unique<lane>(all, shared, i));
  }
  return out;
}

// Runs `work` of each lane on a thread of its own and `meanwhile` here until all have ended;
// rethrows what the first of them threw.
void on_threads(lanes_list& lanes, course& shared, const std::function<void(lane&)>& work,
                const std::function<void()>& meanwhile) {
  std::vector<std::exception_ptr> faults(lanes.size());
  std::atomic<std::size_t> running{lanes.size()};
  std::vector<std::jthread> threads;
  for (std::size_t i = 0; i < lanes.size(); ++i) {
    threads.emplace_back([&, i] {
      try {
        work(*lanes[i]);
      } catch (...) {
        faults[i] = std::current_exception();
        shared.stop = true;
      }
      --running;
    });
  }
  while (running > 0) {
    meanwhile();
    std::this_thread::sleep_for(milliseconds(2));
  }
  threads.clear();
  for (const std::exception_ptr& fault : faults) {
    if (fault) std::rethrow_exception(fault);
  }
}

// Over connections enough to share syncs, also when the load itself has one.
void prepare(const settings& s, const clock_source& clock, course& measured) {
  constexpr unsigned least_connections = 64;
  settings with = s;
  with.concurrency = std::max(s.concurrency, least_connections);
  with.new_connections = false;
  const plan all(with, clock);
  const bool versions = all.s.load == workload::versioned;
  const std::uint64_t items = all.s.objects * (versions ? all.s.versions : 1);
  course shared;
  if (versions) shared.versions.resize(items);
  lanes_list lanes = make_lanes(all, shared);
  display line("making objects", all.s.quiet);
  on_threads(lanes, shared, [items](lane& l) { l.prepare(items); }, [&] { line.show(lanes); });
  measured.versions = std::move(shared.versions);
}

void start(const settings& s, course& shared) {
  shared.start = steady::now() + milliseconds(5);
  shared.measured_from = shared.start + s.warmup;
  shared.end = s.count > 0 ? steady::time_point::max() : shared.measured_from + s.duration;
  shared.go = true;
}

report measure(const plan& all, course& shared) {
  lanes_list lanes = make_lanes(all, shared);
  display line(std::string(name_of(all.s.load)), all.s.quiet);
  double cpu = 0;
  on_threads(
      lanes, shared, [](lane& l) { l.measure(); },
      [&] {
        if (!shared.go && shared.ready >= all.s.concurrency) {
          cpu = cpu_seconds();
          start(all.s, shared);
        }
        line.show(lanes);
      });
  report out;
  out.client_cpu_seconds = cpu_seconds() - cpu;
  steady::time_point last = shared.measured_from;
  for (const auto& l : lanes) {
    out.results.add(l->results());
    out.requests += l->shown().requests;
    out.missed += l->missed();
    last = std::max(last, l->last_end());
  }
  out.seconds = std::chrono::duration<double>(last - shared.measured_from).count();
  return out;
}

}  // namespace

report run(const settings& s, const clock_source& clock) {
  const plan all(s, clock);
  bucket_keeper bucket(all);
  if (!s.existing) bucket.make();
  course shared;
  report out;
  std::exception_ptr fault;
  try {
    if (needs_objects(s)) prepare(s, clock, shared);
    out = measure(all, shared);
  } catch (...) {
    fault = std::current_exception();
  }
  // What was made goes away also when the load could not be run.
  if (!s.keep && !s.existing) bucket.remove();
  if (fault) std::rethrow_exception(fault);
  return out;
}

}  // namespace torhaus::gateway::bench
