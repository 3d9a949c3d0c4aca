#include "gateway/workers/project_ends.hpp"

#include <thread>
#include <vector>

#include "auth/projects/buckets.hpp"
#include "auth/projects/schedule.hpp"
#include "storage/base/log.hpp"
#include "storage/base/thread_name.hpp"

namespace torhaus::gateway::workers {
namespace {

namespace catalog = storage::catalog;
using namespace auth::projects;

constexpr std::size_t ends_page = 100;
constexpr std::size_t version_page = 1000;
// A project opened for a bucket is there a moment before the bucket.
constexpr std::chrono::hours opening_time{1};

}  // namespace

struct project_ends::thread {
  asio::io_context context{1};
  timer pause{context.get_executor()};
  std::thread runner;
};

project_ends::project_ends(const options& o) : options_(o) {}

project_ends::~project_ends() { stop(); }

void project_ends::start() {
  thread_ = std::make_unique<thread>();
  asio::co_spawn(thread_->context, run(), [](std::exception_ptr fault) {
    if (fault) log::error("project_ends.worker_ended", {});
  });
  thread_->runner = named_thread("project-ends", [this] { thread_->context.run(); });
}

void project_ends::stop() noexcept {
  if (!thread_) return;
  stop_ = true;
  asio::post(thread_->context, [this] { thread_->pause.cancel(); });
  thread_->runner.join();
  thread_.reset();
}

task<void> project_ends::run() {
  while (!stopping()) {
    try {
      co_await pass();
    } catch (const std::exception& fault) {
      ++failures_;
      log::error("project_ends.pass_failed", {{"cause", fault.what()}});
    }
    if (stopping()) break;
    thread_->pause.expires_after(options_.interval);
    try {
      co_await thread_->pause.async_wait(use_task);
    } catch (const boost::system::system_error&) {
      break;  // cancelled by stop()
    }
  }
}

task<void> project_ends::pass() {
  std::string after;
  for (bool more = true; more;) {
    const auto page = co_await options_.projects->list(after, ends_page);
    if (!page) break;
    more = page->size() == ends_page;
    for (const project& p : *page) {
      if (stopping()) co_return;
      after = p.id;
      try {
        co_await one(p);
      } catch (const std::exception& fault) {
        // A damaged record of one project must not keep the others.
        ++failures_;
        log::error("project_ends.project_failed", {{"project", p.id}, {"cause", fault.what()}});
      }
    }
  }
  ++passes_;
}

task<void> project_ends::one(project p) {
  if (p.held == state::deleted) co_return;
  if (state_at(p, options_.clock->now()) != p.reached) co_await tell_state(p);
  if (deletion_due(p, options_.clock->now())) {
    co_await end(std::move(p));
  } else if (p.implicit) {
    co_await remove_unused(p);
  }
}

// What a worker does is written down as what people do.
audit::record project_ends::record_of(std::string_view what, const project& p) const {
  audit::record r("worker");
  r.operation = what;
  r.project = p.id;
  r.agency = p.owner;
  r.account = p.owner_account;
  return r;
}

void project_ends::record(std::string_view what, const project& p, std::string_view bucket,
                          std::string_view because) {
  if (options_.trail == nullptr) return;
  audit::record r = record_of(what, p);
  r.bucket = bucket;
  r.because = because;
  options_.trail->add(r);
}

void project_ends::record_versions(const project& p, std::string_view bucket,
                                   const std::vector<catalog::delete_request>& wanted,
                                   const std::vector<result<catalog::delete_outcome>>& done) {
  if (options_.trail == nullptr) return;
  audit::record r = record_of("DeleteProjectVersion", p);
  r.bucket = bucket;
  r.because = "the end of the project";
  for (std::size_t i = 0; i < done.size(); ++i) {
    // What a lock keeps would be told in every pass.
    if (!done[i]) continue;
    r.key = wanted[i].key;
    r.version = wanted[i].version_id ? std::string_view(*wanted[i].version_id) : "";
    options_.trail->add(r);
  }
}

task<void> project_ends::tell_state(const project& p) {
  const state now_is = state_at(p, options_.clock->now());
  record("ProjectState", p, {}, name_of(now_is));
  log::info("project_state", {{"project", p.id},
                              {"from", name_of(p.reached)},
                              {"to", name_of(now_is)},
                              {"owner", p.owner}});
  store::edit_function edit = [now_is](project& stored) -> result<void> {
    stored.reached = now_is;
    return {};
  };
  const auto kept = co_await options_.projects->change(p.id, std::move(edit));
  if (!kept) ++failures_;
}

// A bucket that was never made, or a crash between its end and that of its project, leaves one.
task<void> project_ends::remove_unused(const project& p) {
  if (p.created + opening_time > options_.clock->now()) co_return;
  const auto left = co_await buckets_of(*options_.catalog, p.id, "", 1);
  if (!left || !left->empty()) co_return;
  const auto gone = co_await options_.projects->remove(p.id);
  if (gone) log::info("project_unused", {{"project", p.id}});
}

task<bool> project_ends::still_due(const std::string& id) {
  const auto known = co_await options_.projects->find(id);
  co_return known&& deletion_due(*known, options_.clock->now());
}

task<void> project_ends::end(project p) {
  std::uint64_t locked = 0;
  std::string after;
  for (bool more = true; more && !stopping();) {
    const auto buckets = co_await buckets_of(*options_.catalog, p.id, after, ends_page);
    if (!buckets) co_return co_await note_waiting(p.id, "its buckets cannot be read");
    more = buckets->size() == ends_page;
    for (const catalog::bucket_record& bucket : *buckets) {
      after = bucket.name;
      const auto left = co_await empty_bucket(p, bucket);
      if (!left) co_return co_await note_waiting(p.id, "bucket " + bucket.name + " has an error");
      locked += left->locked;
      if (left->put_off) co_return;
      if (!left->whole) continue;
      const auto gone = co_await options_.catalog->delete_bucket(bucket.name);
      record("DeleteProjectBucket", p, bucket.name, gone ? "" : gone.error().message());
      log::info("project_bucket_deleted",
                {{"project", p.id},
                 {"bucket", bucket.name},
                 {"outcome", gone ? "done" : code_of(gone.error().code())}});
    }
  }
  if (stopping()) co_return;
  const auto left = co_await buckets_of(*options_.catalog, p.id, "", 1);
  if (!co_await still_due(p.id)) co_return;
  if (left && left->empty()) {
    const auto buried = co_await options_.projects->bury(p.id);
    if (!buried) co_return;
    ++projects_;
    record("ProjectState", p, {}, name_of(state::deleted));
    log::info(
        "project_state",
        {{"project", p.id}, {"from", name_of(p.reached)}, {"to", "deleted"}, {"owner", p.owner}});
    co_return;
  }
  const std::string why = locked > 0 ? std::to_string(locked) + " versions under object lock"
                                     : std::string("buckets that are not empty");
  co_await note_waiting(p.id, why);
}

task<result<project_ends::emptied>> project_ends::empty_bucket(const project& p,
                                                               catalog::bucket_record bucket) {
  emptied outcome;
  catalog::version_list_query query;
  query.max_keys = version_page;
  for (;;) {
    auto page = co_await options_.catalog->list_versions(bucket.id, query);
    if (!page) co_return std::move(page).error();
    std::vector<catalog::delete_request> requests;
    for (const catalog::object_version& v : page->versions) {
      catalog::delete_request r;
      r.key = v.key;
      r.version_id = v.version_id;
      requests.push_back(std::move(r));
    }
    if (!co_await still_due(p.id)) {
      outcome.put_off = true;
      co_return outcome;
    }
    if (!requests.empty()) {
      const auto done = co_await options_.catalog->delete_objects(bucket.id, requests);
      if (!done) co_return done.error();
      record_versions(p, bucket.name, requests, *done);
      for (const auto& one : *done) {
        if (one) ++versions_;
        if (!one) ++outcome.locked;  // access_denied: nothing else keeps a version
      }
    }
    if (stopping()) co_return outcome;
    if (!page->truncated) break;
    query.key_marker = page->next_key_marker;
    query.version_id_marker = page->next_version_id_marker;
  }
  outcome.whole = outcome.locked == 0;
  co_return outcome;
}

task<void> project_ends::note_waiting(std::string id, std::string why) {
  const auto known = co_await options_.projects->find(id);
  if (!known || known->waits == why) co_return;
  log::warning("project_deletion_waits", {{"project", id}, {"for", why}});
  store::edit_function edit = [&why](project& p) -> result<void> {
    p.waits = why;
    return {};
  };
  const auto kept = co_await options_.projects->change(id, std::move(edit));
  if (!kept) ++failures_;
}

project_ends::statistics project_ends::stats() const {
  return {passes_.load(), versions_.load(), projects_.load(), failures_.load()};
}

}  // namespace torhaus::gateway::workers
