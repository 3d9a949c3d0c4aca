// Compares everything that is stored with its checksums and with the records, again and again, on a
// thread of its own and no faster than it may. Its place is kept, so that a restart goes on.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <mutex>
#include <thread>

#include "storage/base/clock.hpp"
#include "storage/catalog/scrub_place.hpp"

namespace torhaus::gateway::workers {

class scrub_worker {
 public:
  struct options {
    storage::kv::database* db = nullptr;
    storage::blob::store* blobs = nullptr;
    std::filesystem::path data;  // the data directory
    clock_source* clock = &system_clock_source();
    std::uint64_t bytes_per_second = std::uint64_t{32} << 20;         // 0: no passes by itself
    std::chrono::milliseconds interval = std::chrono::hours(7 * 24);  // from end to next begin
    // Bytes that no record names are removed once they are so old.
    std::chrono::milliseconds orphan_age = std::chrono::hours(24);
  };

  explicit scrub_worker(const options&);
  ~scrub_worker();
  scrub_worker(const scrub_worker&) = delete;
  scrub_worker& operator=(const scrub_worker&) = delete;

  void start();
  // Ends within one read. Database and blob store must still be there.
  void stop() noexcept;
  // A pass begins now, unless one is under way.
  void begin_pass() noexcept;
  // One pass, or the rest of one, on the calling thread. For tests; start() does it when it is due.
  void pass();

  storage::catalog::scrub_place state() const;

 private:
  void run();
  bool due() const;
  void step(storage::catalog::inspector&);
  bool read_on(std::uint64_t bytes);  // waits as the rate wants it; false: stop
  void publish(const storage::catalog::inspector&);
  void save();
  bool stopping() const;

  const options options_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  storage::catalog::scrub_place place_;  // under the mutex
  bool stop_ = false;
  bool asked_ = false;
  std::chrono::steady_clock::time_point free_at_{};  // when the rate allows the next read
  std::chrono::steady_clock::time_point saved_at_{};
  std::thread thread_;
};

}  // namespace torhaus::gateway::workers
