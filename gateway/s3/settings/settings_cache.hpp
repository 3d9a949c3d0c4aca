// Parsed settings by bucket, so that a request does not parse policies. A change is seen by the
// next request, because the record of the bucket, which every request reads, carries the revision.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <unordered_map>

#include "gateway/s3/settings/bucket_settings.hpp"
#include "storage/base/task.hpp"
#include "storage/catalog/catalog.hpp"

namespace torhaus::gateway::s3 {

class settings_cache {
 public:
  explicit settings_cache(storage::catalog::catalog& from) : catalog_(from) {}

  // The same as of() where they are in memory; else null.
  std::shared_ptr<const bucket_settings> known(const storage::catalog::bucket_record& bucket);
  // Settings at least as new as the record. no_such_bucket when the bucket is gone meanwhile.
  task<result<std::shared_ptr<const bucket_settings>>> of(
      const storage::catalog::bucket_record& bucket);

 private:
  struct entry {
    std::uint64_t revision = 0;
    std::shared_ptr<const bucket_settings> parsed;
  };

  std::shared_ptr<const bucket_settings> find(std::uint64_t bucket, std::uint64_t revision);
  void keep(std::uint64_t bucket, entry);

  storage::catalog::catalog& catalog_;
  std::mutex mutex_;
  std::unordered_map<std::uint64_t, entry> entries_;  // by bucket id
};

}  // namespace torhaus::gateway::s3
