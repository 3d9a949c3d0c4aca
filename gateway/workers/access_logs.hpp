// Collects access-log lines in memory and delivers them as objects: every few minutes, when many
// have come together, and at a clean stop. Best effort, as with AWS: what has not been delivered
// when the machine fails is lost.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/ServerLogs.html
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "gateway/audit/trail.hpp"
#include "gateway/s3/access_log.hpp"
#include "gateway/s3/context.hpp"
#include "storage/catalog/catalog.hpp"

namespace torhaus::gateway::workers {

// Of the source bucket's log; `unique` is 16 upper-case hex digits.
std::string access_log_key(const s3::logging&, const storage::catalog::bucket_record& source,
                           sys_micros event_day, sys_micros delivery, std::string_view unique);

class access_logs final : public s3::access_log {
 public:
  struct options {
    // Read from start() on: catalog, blobs, settings, keys, pool, clock, random.
    const s3::services* services = nullptr;
    std::chrono::seconds interval{300};
    std::size_t batch_bytes = std::size_t{1} << 20;  // delivered at once
    std::size_t max_bytes = std::size_t{64} << 20;   // held in all; more lines are lost and counted
  };
  explicit access_logs(const options&);
  ~access_logs() override;

  // `trail` is told of every object that is delivered; null: nobody is.
  void start(audit::trail* trail = nullptr);
  // Delivers all there is and ends the thread. Nothing may be added any more.
  void stop();

  void add(const storage::catalog::bucket_record& source, const s3::logging& where,
           std::string line, sys_micros received) override;

  struct statistics {
    std::uint64_t lines = 0;    // delivered since start
    std::uint64_t objects = 0;  // they are in
    std::uint64_t dropped = 0;  // lines without room or target
  };
  statistics stats() const;

 private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

}  // namespace torhaus::gateway::workers
