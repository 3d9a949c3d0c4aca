#include "gateway/workers/lifecycle.hpp"

#include <algorithm>
#include <thread>
#include <vector>

#include "auth/projects/buckets.hpp"
#include "storage/base/log.hpp"
#include "storage/base/thread_name.hpp"

namespace torhaus::gateway::workers {
namespace {

namespace catalog = storage::catalog;
using namespace std::chrono_literals;

constexpr std::size_t bucket_page = 100;
constexpr std::chrono::milliseconds shortest_interval = 50ms;
constexpr std::chrono::milliseconds longest_interval = 1h;

constexpr std::size_t project_page = 100;
constexpr std::size_t most_of_project = 10'000;  // buckets

constexpr std::chrono::milliseconds wait_step = 50ms;
constexpr int most_waits = 20;

// As the audit names it. Empty for what takes nothing away.
std::string_view operation_of(catalog::lifecycle_action action) {
  switch (action) {
    case catalog::lifecycle_action::expire_current:
      return "LifecycleExpire";
    case catalog::lifecycle_action::remove_expired_marker:
      return "LifecycleRemoveMarker";
    case catalog::lifecycle_action::expire_noncurrent:
      return "LifecycleExpireVersion";
    case catalog::lifecycle_action::abort_upload:
      return "LifecycleAbortUpload";
    case catalog::lifecycle_action::transition_current:
    case catalog::lifecycle_action::transition_noncurrent:
      break;
  }
  return {};
}

std::chrono::milliseconds interval_for(const lifecycle_worker::options& o) {
  if (o.interval > 0ms) return o.interval;
  return std::clamp(o.day / 10, shortest_interval, longest_interval);
}

}  // namespace

struct lifecycle_worker::thread {
  asio::io_context context{1};
  timer pause{context.get_executor()};
  std::thread runner;
};

lifecycle_worker::lifecycle_worker(const options& o) : options_(o), interval_(interval_for(o)) {}

lifecycle_worker::~lifecycle_worker() { stop(); }

void lifecycle_worker::start() {
  thread_ = std::make_unique<thread>();
  asio::co_spawn(thread_->context, run(), [](std::exception_ptr fault) {
    if (fault) log::error("lifecycle.worker_ended", {});
  });
  thread_->runner = named_thread("lifecycle", [this] { thread_->context.run(); });
}

void lifecycle_worker::stop() noexcept {
  if (!thread_) return;
  stop_ = true;
  asio::post(thread_->context, [this] { thread_->pause.cancel(); });
  thread_->runner.join();
  thread_.reset();
}

task<void> lifecycle_worker::run() {
  while (!stopping()) {
    try {
      co_await pass();
    } catch (const std::exception& fault) {
      ++failures_;
      log::error("lifecycle.pass_failed", {{"cause", fault.what()}});
    }
    if (stopping()) break;
    thread_->pause.expires_after(interval_);
    try {
      co_await thread_->pause.async_wait(use_task);
    } catch (const boost::system::system_error&) {
      break;  // cancelled by stop()
    }
  }
}

task<void> lifecycle_worker::pass() {
  const auto began = std::chrono::steady_clock::now();
  std::uint64_t last = 0;
  co_await look_up_retention();
  for (;;) {
    const auto ids = co_await options_.catalog->lifecycle_buckets(last, bucket_page);
    for (const std::uint64_t id : ids) {
      if (stopping()) co_return;
      last = id;
      try {
        co_await bucket(id);
      } catch (const std::exception& fault) {
        // A damaged record of one bucket must not keep the others from their rules.
        ++failures_;
        log::error("lifecycle.bucket_failed", {{"bucket_id", id}, {"cause", fault.what()}});
      }
    }
    if (ids.size() < bucket_page) break;
  }
  last_pass_us_ = std::chrono::duration_cast<std::chrono::microseconds>(
                      std::chrono::steady_clock::now() - began)
                      .count();
  ++passes_;
}

task<void> lifecycle_worker::bucket(std::uint64_t id) {
  const auto stored = co_await options_.catalog->find_bucket_settings(id);
  if (!stored) co_return;  // deleted meanwhile
  const auto document = stored->documents.find(catalog::bucket_setting::lifecycle);
  const bool has_rules = document != stored->documents.end();
  const auto retention = retention_days_.find(id);
  const bool configured = has_rules || retention != retention_days_.end();
  if (!configured) {
    const auto ended = co_await options_.catalog->end_lifecycle_index(id);
    if (!ended) co_return;
  }
  if (!co_await prepared(id, configured) || !configured) co_return;
  s3::lifecycle_configuration rules;
  if (has_rules) {
    auto parsed = s3::parse_lifecycle(document->second);
    if (!parsed) throw std::runtime_error("the stored rules cannot be read");
    rules = std::move(*parsed);
  }
  if (retention != retention_days_.end()) {
    std::ranges::move(s3::retention_rules(retention->second), std::back_inserter(rules.rules));
  }
  const auto notes = notes_for(stored->documents);
  co_await carry_out(id, rules, notes);
}

// Who is told of what the pass does to the bucket. Rules that cannot be read keep nothing from
// being carried out.
catalog::lifecycle_notes lifecycle_worker::notes_for(
    const catalog::setting_documents& documents) const {
  const auto document = documents.find(catalog::bucket_setting::notification);
  if (options_.events == nullptr || document == documents.end()) return {};
  auto wanted = s3::parse_notification(document->second);
  if (!wanted || wanted->rules.empty()) return {};
  return [wanted = std::move(*wanted), sink = options_.events, clock = options_.clock](
             const catalog::bucket_record& bucket, const catalog::lifecycle_task& task,
             std::string_view key) {
    return s3::lifecycle_event_notes(wanted, *sink, clock->now(), bucket, task, key);
  };
}

// The buckets of projects with retention days; those without an index get one.
task<void> lifecycle_worker::look_up_retention() {
  retention_days_.clear();
  if (options_.projects == nullptr) co_return;
  std::string after;
  for (bool more = true; more && !stopping();) {
    const auto page = co_await options_.projects->list(after, project_page);
    if (!page) co_return;
    more = page->size() == project_page;
    for (const auth::projects::project& p : *page) {
      after = p.id;
      if (p.retention_days == 0 || p.held == auth::projects::state::deleted) continue;
      const auto buckets =
          co_await auth::projects::buckets_of(*options_.catalog, p.id, "", most_of_project);
      if (!buckets) continue;
      for (const catalog::bucket_record& b : *buckets) {
        retention_days_[b.id] = p.retention_days;
        if (b.lifecycle.indexed) continue;
        const auto begun = co_await options_.catalog->begin_lifecycle_index(b.id);
        if (!begun) log::warning("lifecycle.no_index", {{"bucket", b.name}});
      }
    }
  }
}

task<bool> lifecycle_worker::prepared(std::uint64_t id, bool configured) {
  for (;;) {
    const auto more = configured ? co_await options_.catalog->build_lifecycle_index(id)
                                 : co_await options_.catalog->clear_lifecycle_index(id);
    if (!more || stopping()) co_return false;
    if (!*more) co_return true;
  }
}

task<void> lifecycle_worker::carry_out(std::uint64_t id, const s3::lifecycle_configuration& rules,
                                       const catalog::lifecycle_notes& notes) {
  const auto tasks = s3::due_tasks(rules, options_.clock->now(), options_.day);
  std::vector<std::string> names;
  for (const catalog::lifecycle_task& t : tasks) names.push_back(t.name);
  const auto kept = co_await options_.catalog->keep_lifecycle_tasks(id, std::move(names));
  if (!kept) co_return;
  for (const catalog::lifecycle_task& t : tasks) {
    std::string position;
    for (;;) {
      co_await wait_for_trail();
      if (stopping()) co_return;
      const auto step = co_await options_.catalog->run_lifecycle(id, t, position, notes);
      if (!count(step, id)) break;
    }
    if (stopping()) co_return;
  }
  // Last, since what was done above may have given cause to look again.
  for (;;) {
    co_await wait_for_trail();
    if (stopping()) co_return;
    const auto step = co_await options_.catalog->run_lifecycle_again(id, tasks, notes);
    if (!count(step, id)) break;
  }
}

// A pass fills the journal's queue faster than the disk empties it. While requests are refused for
// want of records, nothing is deleted either; else a pass waits a little, and goes on.
task<void> lifecycle_worker::wait_for_trail() {
  if (options_.trail == nullptr) co_return;
  for (int i = 0; !stopping() && !options_.trail->has_room(); ++i) {
    if (i >= most_waits && !options_.trail->refuses()) co_return;
    timer pause(co_await asio::this_coro::executor);
    pause.expires_after(wait_step);
    co_await pause.async_wait(use_task);
  }
}

void lifecycle_worker::record(const catalog::lifecycle_progress& step) {
  if (options_.trail == nullptr || !step.bucket) return;
  for (const catalog::lifecycle_deed& deed : step.deeds) {
    const std::string_view operation = operation_of(deed.action);
    if (operation.empty()) continue;
    const std::string because = "rule " + deed.rule_id;
    audit::record r("worker");
    r.operation = operation;
    r.account = step.bucket->owner_account;
    r.project = step.bucket->project;
    r.bucket = step.bucket->name;
    r.key = deed.key;
    r.version = deed.version_id;
    r.because = because;
    options_.trail->add(r);
  }
}

// Whether to go on.
bool lifecycle_worker::count(const result<catalog::lifecycle_progress>& step, std::uint64_t id) {
  if (!step) {
    if (step.error().code() == errc::no_such_bucket) return false;
    ++failures_;
    log::error("lifecycle.step_failed",
               {{"bucket_id", id}, {"code", code_of(step.error().code())}});
    return false;
  }
  examined_ += step->examined;
  applied_ += step->applied;
  record(*step);
  if (options_.events != nullptr && step->applied > 0) options_.events->wake();
  return step->more && !stopping();
}

lifecycle_worker::statistics lifecycle_worker::stats() const {
  statistics s;
  s.passes = passes_.load();
  s.examined = examined_.load();
  s.applied = applied_.load();
  s.failures = failures_.load();
  s.last_pass = std::chrono::microseconds(last_pass_us_.load());
  return s;
}

}  // namespace torhaus::gateway::workers
