// Ends projects: tells of the states they come into, and empties and removes what is past its grace
// days. Pass after pass on a thread of its own, in bounded steps; a crash anywhere costs nothing
// but time. What requests may do does not wait for it (auth/projects/schedule.hpp).
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "auth/projects/store.hpp"
#include "gateway/audit/trail.hpp"
#include "storage/base/clock.hpp"
#include "storage/catalog/catalog.hpp"

namespace torhaus::gateway::workers {

class project_ends {
 public:
  struct options {
    storage::catalog::catalog* catalog = nullptr;
    auth::projects::store* projects = nullptr;
    audit::trail* trail = nullptr;  // null: only the log is told
    clock_source* clock = &system_clock_source();
    std::chrono::milliseconds interval = std::chrono::minutes(10);  // between passes
  };

  explicit project_ends(const options&);
  ~project_ends();
  project_ends(const project_ends&) = delete;
  project_ends& operator=(const project_ends&) = delete;

  void start();
  // Ends the step under way and waits for it. The stores must still be there.
  void stop() noexcept;

  // One pass over all projects. For tests; start() does it again and again.
  task<void> pass();

  struct statistics {
    std::uint64_t passes = 0;
    std::uint64_t versions = 0;  // deleted with their projects, since start
    std::uint64_t projects = 0;  // that came to their end
    std::uint64_t failures = 0;  // projects that a pass could not finish
  };
  statistics stats() const;

 private:
  struct thread;
  // What became of the versions of a bucket.
  struct emptied {
    bool whole = false;        // nothing is left
    bool put_off = false;      // the project is to go later, or never
    std::uint64_t locked = 0;  // kept by object lock
  };

  task<void> run();
  task<void> one(auth::projects::project p);
  audit::record record_of(std::string_view what, const auth::projects::project& p) const;
  void record(std::string_view what, const auth::projects::project& p, std::string_view bucket,
              std::string_view because);
  void record_versions(const auth::projects::project& p, std::string_view bucket,
                       const std::vector<storage::catalog::delete_request>& wanted,
                       const std::vector<result<storage::catalog::delete_outcome>>& done);
  task<void> tell_state(const auth::projects::project& p);
  task<void> remove_unused(const auth::projects::project& p);
  // As it is stored now: emptying takes hours, in which somebody may put its end off.
  task<bool> still_due(const std::string& id);
  task<void> end(auth::projects::project p);
  task<result<emptied>> empty_bucket(const auth::projects::project& p,
                                     storage::catalog::bucket_record bucket);
  task<void> note_waiting(std::string id, std::string why);
  bool stopping() const { return stop_.load(); }

  const options options_;
  std::atomic<bool> stop_{false};
  std::atomic<std::uint64_t> passes_{0};
  std::atomic<std::uint64_t> versions_{0};
  std::atomic<std::uint64_t> projects_{0};
  std::atomic<std::uint64_t> failures_{0};
  std::unique_ptr<thread> thread_;
};

}  // namespace torhaus::gateway::workers
