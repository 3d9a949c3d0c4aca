#include "gateway/workers/scrub.hpp"

#include "storage/base/log.hpp"
#include "storage/base/thread_name.hpp"
#include "storage/blob/disk_survey.hpp"

namespace torhaus::gateway::workers {
namespace {

namespace catalog = storage::catalog;
using phase = catalog::scrub_place::phase;
using namespace std::chrono_literals;

// A crash repeats at most the reads of this time.
constexpr auto save_interval = 10s;
constexpr std::chrono::milliseconds longest_wait = 1min;

}  // namespace

scrub_worker::scrub_worker(const options& o) : options_(o) {}

scrub_worker::~scrub_worker() { stop(); }

void scrub_worker::start() {
  auto stored = catalog::load_scrub_place(*options_.db);
  {
    const std::lock_guard lock(mutex_);
    // A store without a place is new or was never scrubbed: the first pass comes after an interval.
    place_ = stored ? std::move(*stored) : catalog::scrub_place();
    if (place_.finished == sys_micros()) place_.finished = options_.clock->now();
  }
  if (!stored) save();
  thread_ = named_thread("scrub", [this] { run(); });
}

void scrub_worker::stop() noexcept {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void scrub_worker::begin_pass() noexcept {
  {
    const std::lock_guard lock(mutex_);
    asked_ = true;
  }
  changed_.notify_all();
}

bool scrub_worker::stopping() const {
  const std::lock_guard lock(mutex_);
  return stop_;
}

catalog::scrub_place scrub_worker::state() const {
  const std::lock_guard lock(mutex_);
  return place_;
}

// Under the mutex.
bool scrub_worker::due() const {
  if (asked_ || place_.at != phase::waiting) return true;
  return options_.bytes_per_second > 0 &&
         options_.clock->now() >= place_.finished + options_.interval;
}

void scrub_worker::run() {
  for (;;) {
    {
      std::unique_lock lock(mutex_);
      while (!stop_ && !due()) changed_.wait_for(lock, std::min(longest_wait, options_.interval));
      if (stop_) return;
      asked_ = false;
    }
    try {
      pass();
    } catch (const std::exception& fault) {
      log::error("scrub_failed", {{"cause", fault.what()}});
      std::unique_lock lock(mutex_);
      changed_.wait_for(lock, longest_wait, [this] { return stop_; });
    }
  }
}

void scrub_worker::pass() {
  catalog::inspector inspector({.db = options_.db,
                                .blobs = options_.blobs,
                                .paced = [this](std::uint64_t bytes) { return read_on(bytes); }});
  {
    const std::lock_guard lock(mutex_);
    if (place_.at == phase::waiting) {
      const auto before = std::exchange(place_, {});
      place_.finished = before.finished;
      place_.passes = before.passes;
      place_.started = options_.clock->now();
      place_.at = phase::metadata;
    }
    inspector.resume(place_.totals, place_.findings);
  }
  while (!stopping() && state().at != phase::waiting) step(inspector);
  save();
}

void scrub_worker::step(catalog::inspector& inspector) {
  catalog::scrub_place next = state();
  if (next.at == phase::metadata) {
    // After a stop the same stretch begins the next run.
    if (!inspector.check_store(next.position) && !stopping()) {
      next.at = phase::records;
      next.position.clear();
    }
  } else if (next.at == phase::records) {
    inspector.check_records();
    next.at = phase::bytes;
  } else if (next.at == phase::bytes) {
    if (!inspector.check_bytes(next.position)) {
      inspector.name_objects();
      next.at = phase::stored;
    }
  } else {
    storage::blob::survey_disk(options_.data, [&](const storage::blob::placed_blob& there) {
      inspector.check_stored(there);
      return !stopping();
    });
    if (stopping()) return;  // what was counted so far is not kept: the survey begins anew
    inspector.remove_orphans(options_.clock->now() - options_.orphan_age);
    next.at = phase::waiting;
    next.finished = options_.clock->now();
    ++next.passes;
  }
  const bool stretched = next.at == phase::bytes || next.at == phase::metadata;
  if (stopping() && !stretched) return;
  {
    const std::lock_guard lock(mutex_);
    place_.at = next.at;
    place_.position = next.position;
    place_.finished = next.finished;
    place_.passes = next.passes;
    place_.totals = inspector.totals();
    place_.findings = inspector.findings();
  }
  if (!stretched || std::chrono::steady_clock::now() - saved_at_ > save_interval) {
    save();
  }
  if (next.at == phase::waiting) {
    log::info("scrub_finished", {{"blobs", inspector.totals().blobs},
                                 {"bytes", inspector.totals().bytes},
                                 {"findings", inspector.totals().findings},
                                 {"orphans_removed", inspector.totals().removed}});
  }
}

bool scrub_worker::read_on(std::uint64_t bytes) {
  const auto now = std::chrono::steady_clock::now();
  // A pass that was asked for where none come by themselves goes at the usual rate.
  const std::uint64_t rate =
      options_.bytes_per_second > 0 ? options_.bytes_per_second : options{}.bytes_per_second;
  const auto cost = std::chrono::microseconds(bytes * 1'000'000 / rate);
  free_at_ = std::max(free_at_, now) + cost;
  std::unique_lock lock(mutex_);
  changed_.wait_until(lock, free_at_, [this] { return stop_; });
  return !stop_;
}

void scrub_worker::save() {
  if (!catalog::save_scrub_place(*options_.db, state())) {
    log::warning("scrub_place_not_saved", {});
  }
  saved_at_ = std::chrono::steady_clock::now();
}

}  // namespace torhaus::gateway::workers
