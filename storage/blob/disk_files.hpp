// The home of large blobs: a file each, in tmp/ until the catalog has committed, then in
// blobs/xx/yy/.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <set>
#include <span>
#include <vector>

#include "storage/blob/disk_format.hpp"
#include "storage/blob/disk_health.hpp"
#include "storage/blob/disk_io.hpp"

namespace torhaus::storage::blob {

// Syncs one directory for many callers: one sync serves all that asked before it began. A failed
// sync is never repeated; its error goes to everyone who asks from then on.
class directory_sync {
 public:
  directory_sync(file_system& files, int directory) : files_(files), directory_(directory) {}
  int run();  // 0 or -errno

 private:
  file_system& files_;
  int directory_;
  std::mutex mutex_;
  std::condition_variable done_;
  std::uint64_t asked_ = 0;
  std::uint64_t served_ = 0;
  bool running_ = false;
  int failure_ = 0;
};

class file_home {
 public:
  file_home(file_system&, handle blobs, handle tmp, disk_health&);

  // Makes tmp/ID for writing.
  result<handle> begin(const blob_id&);
  // Makes the entries of tmp/ durable.
  result<void> sync_entries();
  void discard(const blob_id&) noexcept;

  // Moves committed blobs to blobs/; each is reachable under a durable name all the while. Hands
  // back those to try again later. Called by one thread at a time.
  std::vector<blob_id> promote(std::span<const blob_id>);

  result<handle> open(const blob_id&);
  // The same where it takes no waiting; else none.
  handle open_at_once(const blob_id&);
  // False when it did not work; the reason is in the log.
  bool remove(const blob_id&);
  store::recovery recover(const std::function<bool(const blob_id&)>& known);

 private:
  int open_shard(const shard&);
  int make_durable_directory(int parent, const char* name);

  file_system& files_;
  handle blobs_;
  handle tmp_;
  disk_health& health_;
  directory_sync tmp_sync_;
  std::set<shard> durable_shards_;  // their directory entries were synced by this process
};

}  // namespace torhaus::storage::blob
