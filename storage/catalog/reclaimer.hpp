// The one thread that takes away what no record refers to any more: bytes of blobs, parts of
// dropped manifests, parts of ended uploads, uploads of deleted buckets. Everything it does is
// listed in the garbage table by the transaction that dropped the last reference, so a crash loses
// nothing and start-up has nothing to look for.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <thread>

#include "storage/base/codec.hpp"
#include "storage/blob/store.hpp"
#include "storage/catalog/readers.hpp"
#include "storage/kv/database.hpp"

namespace torhaus::storage::catalog {

class reclaimer {
 public:
  reclaimer(kv::database&, blob::store&, lookup_sections&, manifest_pins&);
  ~reclaimer();
  reclaimer(const reclaimer&) = delete;
  reclaimer& operator=(const reclaimer&) = delete;

  void stop() noexcept;
  // There may be new garbage.
  void wake() noexcept;
  // True when the garbage table is empty, at the latest after `limit`.
  bool drain(std::chrono::milliseconds limit);
  std::uint64_t reclaimed() const noexcept { return reclaimed_.load(); }
  // Entries waiting; counts no further than count_limit.
  std::uint64_t waiting() const;

  static constexpr std::uint64_t count_limit = 10'000;

 private:
  struct batch;

  void run();
  // One walk through the table; true when something was done.
  bool walk();
  batch next_batch(const std::string& from) const;
  void gather(std::string_view key, std::string_view value, batch&) const;
  bool work_off(const batch&);
  bool shrink(const std::string& garbage_key);
  void erase(const std::vector<std::string>& done);
  // Each does one bounded transaction; true when it made progress.
  bool shrink_manifest(const std::string& garbage_key);
  bool shrink_upload(const std::string& garbage_key);
  bool shrink_bucket(const std::string& garbage_key);
  void report_damage(std::string_view garbage_key, const damaged_record&) const;
  bool empty() const;
  bool stopping() const;

  kv::database& db_;
  blob::store& blobs_;
  lookup_sections& sections_;
  manifest_pins& manifests_;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  bool stop_ = false;                       // under mutex_, as the next two
  bool woken_ = true;                       // at start there may be garbage of the last run
  bool hurry_ = false;                      // somebody waits in drain()
  mutable std::set<std::string> reported_;  // damaged entries, so that each is logged once
  std::atomic<std::uint64_t> reclaimed_{0};
  std::thread thread_;  // last: it uses all of the above
};

}  // namespace torhaus::storage::catalog
