#include "gateway/bench/lane.hpp"

#include <algorithm>
#include <functional>
#include <stdexcept>

#include "gateway/bench/worker.hpp"

namespace torhaus::gateway::bench {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds watch_interval{500};
// A connection that fails again and again gives up.
constexpr unsigned most_failures = 100;
constexpr milliseconds longest_pause{1000};

}  // namespace

lane::lane(const plan& p, course& c, unsigned number)
    : all_(p),
      course_(c),
      number_(number),
      desk_(p),
      random_(mix(p.s.seed + number)),
      arrivals_({}, std::max(p.s.rate, 1.0), number, p.s.threads) {
  const unsigned share = p.s.concurrency / p.s.threads;
  const unsigned mine = share + (number < p.s.concurrency % p.s.threads ? 1 : 0);
  for (unsigned i = 0; i < mine; ++i) {
    workers_.push_back(std::make_unique<worker>(context_.get_executor(), desk_));
  }
  next_own_ = p.s.objects * p.s.versions + number;
  if (p.s.load != workload::mixed) return;
  for (std::uint64_t item = number; item < p.s.objects; item += p.s.threads) pool_.push_back(item);
  next_own_ = p.s.objects + number;
}

lane::~lane() = default;

void lane::run(const std::function<task<void>(worker&)>& each) {
  context_.restart();
  active_ = static_cast<unsigned>(workers_.size());
  const auto ended = [this](const std::exception_ptr& fault) {
    if (!fault) return;
    if (!fault_) fault_ = fault;
    course_.stop = true;
    // Whoever waits for the start is not to wait for this one.
    ++course_.ready;
  };
  for (const auto& w : workers_) asio::co_spawn(context_, guarded(*w, each), ended);
  asio::co_spawn(context_, watch(), ended);
  context_.run();
  if (fault_) std::rethrow_exception(std::exchange(fault_, nullptr));
}

task<void> lane::guarded(worker& w, const std::function<task<void>(worker&)>& each) {
  std::exception_ptr fault;
  try {
    co_await each(w);
  } catch (...) {
    fault = std::current_exception();
  }
  w.link.link().close();
  if (--active_ == 0) watchdog_.cancel();
  if (fault) std::rethrow_exception(fault);
}

task<void> lane::watch() {
  while (active_ > 0) {
    watchdog_.expires_after(watch_interval);
    try {
      co_await watchdog_.async_wait(use_task);
    } catch (const boost::system::system_error&) {
      co_return;
    }
    const auto limit = steady::now() - all_.s.time_limit;
    for (const auto& w : workers_) w->link.link().end_when_late(limit);
  }
}

void lane::prepare(std::uint64_t items) {
  run([this, items](worker& w) { return put_prepared(w, items); });
}

task<void> lane::put_prepared(worker& w, std::uint64_t items) {
  while (!course_.stop) {
    const std::uint64_t item = course_.next_item++;
    if (item >= items) co_return;
    const outcome came = co_await w.link.put(item % all_.s.objects, item);
    if (!came.as_wanted) {
      throw std::runtime_error("an object could not be stored beforehand: " + came.message);
    }
    if (!course_.versions.empty()) course_.versions[item] = w.link.version_of_answer();
    ++shown_.requests;
    shown_.bytes += came.bytes;
  }
}

void lane::measure() {
  if (all_.s.load == workload::put && !workers_.empty()) desk_.prepare_digests();
  run([this](worker& w) { return load(w); });
  if (all_.s.rate > 0) missed_ = arrivals_.left_before(course_.end);
}

task<void> lane::wait_for_start(worker& w) {
  if (!all_.s.new_connections) {
    try {
      co_await w.link.link().connect();
    } catch (const boost::system::system_error& fault) {
      throw std::runtime_error("no connection: " + fault.code().message());
    }
  }
  ++course_.ready;
  while (!course_.go && !course_.stop) co_await pause(w, milliseconds(1));
  if (all_.s.rate > 0 && &w == workers_.front().get()) {
    arrivals_ = arrival_schedule(course_.start, all_.s.rate, number_, all_.s.threads);
    arrivals_ready_ = true;
  }
  while (all_.s.rate > 0 && !arrivals_ready_) co_await pause(w, milliseconds(1));
  w.wait.expires_at(course_.start);
  co_await w.wait.async_wait(use_task);
}

task<void> lane::load(worker& w) {
  co_await wait_for_start(w);
  unsigned failures = 0;
  while (!course_.stop) {
    const bool turn = co_await wait_for_turn(w);
    if (!turn) break;
    w.failed = false;
    const bool more = co_await once(w);
    if (!more) break;
    failures = w.failed ? failures + 1 : 0;
    if (failures == most_failures) break;
    if (w.failed) co_await pause(w, std::min(longest_pause, milliseconds(5 * failures)));
  }
}

// Until the next request is due; false when the run is over.
task<bool> lane::wait_for_turn(worker& w) {
  const steady::time_point now = steady::now();
  // Where one request takes longer than the whole run, each connection still has one that counts.
  if (now >= course_.end && (w.counted || all_.s.rate > 0)) co_return false;
  w.due = now;
  if (all_.s.rate > 0) {
    w.due = arrivals_.take();
    if (w.due >= course_.end) co_return false;
    if (w.due > now) {
      w.wait.expires_at(w.due);
      co_await w.wait.async_wait(use_task);
    }
  }
  w.measured = w.due >= course_.measured_from;
  w.counted = w.counted || w.measured;
  if (all_.s.count == 0 || !w.measured) co_return true;
  co_return course_.tickets++ < all_.s.count;
}

task<void> lane::pause(worker& w, milliseconds time) {
  w.wait.expires_after(time);
  co_await w.wait.async_wait(use_task);
}

void lane::record(worker& w, kind what, steady::time_point began, const outcome& came) {
  const steady::time_point now = steady::now();
  const bool good = came.as_wanted && came.right_bytes;
  shown_.requests.store(shown_.requests.load(std::memory_order_relaxed) + 1,
                        std::memory_order_relaxed);
  if (!good) {
    ++shown_.errors;
    w.failed = true;
    const std::string name(kind_names[static_cast<std::size_t>(what)]);
    results_.note(name + ": " + (came.as_wanted ? "other bytes than stored" : came.message));
  }
  shown_.bytes.store(shown_.bytes.load(std::memory_order_relaxed) + came.bytes,
                     std::memory_order_relaxed);
  // What fails while warming up counts: a run with errors must not look clean.
  tally& to = results_.at(what);
  to.errors += came.as_wanted ? 0 : 1;
  to.wrong += came.right_bytes ? 0 : 1;
  if (!w.measured || !good) return;
  ++to.done;
  to.bytes += came.bytes;
  to.latency.record(now - began);
  last_end_ = std::max(last_end_, now);
}

}  // namespace torhaus::gateway::bench
