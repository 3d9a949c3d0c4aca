// Carries out lifecycle rules: pass after pass over the buckets that have some, on a thread of its
// own, in bounded steps. What a pass has not come to is left to the next one; a crash anywhere
// costs nothing but time.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <unordered_map>

#include "auth/projects/store.hpp"
#include "gateway/audit/trail.hpp"
#include "gateway/s3/events.hpp"
#include "gateway/s3/settings/lifecycle.hpp"
#include "storage/base/clock.hpp"
#include "storage/catalog/catalog.hpp"

namespace torhaus::gateway::workers {

class lifecycle_worker {
 public:
  struct options {
    storage::catalog::catalog* catalog = nullptr;
    auth::projects::store* projects = nullptr;  // whose retention is one more rule; null: none
    audit::trail* trail = nullptr;              // told of all that is deleted; null: nobody is
    s3::event_sink* events = nullptr;           // told of what buckets want told; null: nobody is
    clock_source* clock = &system_clock_source();
    std::chrono::milliseconds day = s3::whole_day;  // how long a day of a rule is
    std::chrono::milliseconds interval{};  // between passes; 0: an hour, or less than a day
  };

  explicit lifecycle_worker(const options&);
  ~lifecycle_worker();
  lifecycle_worker(const lifecycle_worker&) = delete;
  lifecycle_worker& operator=(const lifecycle_worker&) = delete;

  void start();
  // Ends the step under way and waits for it. The catalog must still be there.
  void stop() noexcept;

  // One pass over all buckets. For tests and benches; start() does it again and again.
  task<void> pass();

  struct statistics {
    std::uint64_t passes = 0;
    std::uint64_t examined = 0;  // entries of the index
    std::uint64_t applied = 0;   // versions, markers and uploads
    std::uint64_t failures = 0;  // buckets that a pass could not finish
    std::chrono::microseconds last_pass{};
  };
  statistics stats() const;

 private:
  struct thread;

  task<void> run();
  task<void> bucket(std::uint64_t id);
  task<void> look_up_retention();
  task<bool> prepared(std::uint64_t id, bool configured);
  task<void> wait_for_trail();
  void record(const storage::catalog::lifecycle_progress&);
  storage::catalog::lifecycle_notes notes_for(const storage::catalog::setting_documents&) const;
  task<void> carry_out(std::uint64_t id, const s3::lifecycle_configuration&,
                       const storage::catalog::lifecycle_notes&);
  bool count(const result<storage::catalog::lifecycle_progress>&, std::uint64_t id);
  bool stopping() const { return stop_.load(); }

  const options options_;
  std::chrono::milliseconds interval_;
  std::unordered_map<std::uint64_t, std::uint32_t> retention_days_;  // by bucket, of this pass
  std::atomic<bool> stop_{false};
  std::atomic<std::uint64_t> passes_{0};
  std::atomic<std::uint64_t> examined_{0};
  std::atomic<std::uint64_t> applied_{0};
  std::atomic<std::uint64_t> failures_{0};
  std::atomic<std::int64_t> last_pass_us_{0};
  std::unique_ptr<thread> thread_;
};

}  // namespace torhaus::gateway::workers
