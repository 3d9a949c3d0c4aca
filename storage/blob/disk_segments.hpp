// Segment files as a whole: making, opening, freeing needles in them, recovery, unlinking.
//
// A segment has an empty marker of its name in segments/open/ from before its first needle until
// every needle in it is committed or freed. Only marked segments are scanned at start-up, and no
// segment is ever appended to by a later run, so nothing is written behind a torn tail. Appending
// is segment_appender's.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "storage/blob/disk_format.hpp"
#include "storage/blob/disk_health.hpp"
#include "storage/blob/disk_io.hpp"

namespace torhaus::storage::blob {

// A needle whose blob is gone.
struct doomed_needle {
  segment_place place;
  blob_id id;
  bool gone = false;  // else try again later
};

class segment_files {
 public:
  segment_files(file_system&, handle directory, handle markers, disk_health&);

  // Makes marker and file; both entries and the segment page are durable afterwards.
  result<handle> make(const segment_page&);

  // The file of a segment for reading and freeing, shared by all who use it.
  using shared_file = std::shared_ptr<const handle>;
  // Empty with -errno in `code` when it cannot be opened.
  shared_file file_of(std::uint64_t number, int& code);
  // Empty when it is not open yet; for threads that must not wait.
  shared_file known_file_of(std::uint64_t number);

  // Frees the pages of needles, in any order and of any segments, and says of each whether it is
  // gone; those that lie in a row cost one call. Does nothing for what is gone already.
  void free(std::span<doomed_needle>);

  // Start-up: frees what the catalog does not know in the marked segments and cuts torn tails off.
  // Answers the number of needles freed.
  std::uint64_t recover(const std::function<bool(const blob_id&)>& known);

  // The janitor's: makes the state of a full segment durable and drops its marker.
  void close(std::uint64_t number);
  // The janitor's: unlinks a closed segment in which no live needle is left. Takes constant time
  // per freed needle, because the search goes on where the last one ended.
  void drop_if_dead(std::uint64_t number);
  // The janitor's: counts the segments with numbers below `before` for the statistics.
  void count_existing(std::uint64_t before, const std::atomic<bool>& stopping);

  // Statistics.
  void grown(std::uint64_t bytes) noexcept { bytes_ += bytes; }
  std::uint64_t count() const noexcept { return count_; }
  std::uint64_t total_bytes() const noexcept { return bytes_; }

 private:
  struct scanned {
    std::uint64_t live = 0;
    std::uint64_t freed = 0;
    std::uint64_t live_end = page_bytes;
    std::uint64_t strange_pages = 0;  // neither needle nor empty
    int failure = 0;
  };
  result<handle> fill_new(const segment_page&, const char* name);
  scanned scan(int fd, const segment_page&, std::uint64_t length,
               const std::function<bool(const blob_id&)>& known);
  // Answers whether the marker may go.
  bool recover_segment(std::uint64_t number, const std::function<bool(const blob_id&)>& known,
                       std::uint64_t& freed);
  void free_in_one(std::span<doomed_needle* const>);
  // The header of what is there to be freed; else `gone` says whether there is nothing to do.
  std::optional<needle_header> header_to_free(int fd, doomed_needle&);
  int free_pages(int fd, std::span<const needle_header> in_a_row);
  int mark_dead(int fd, const needle_header&);
  // The next page at or behind `offset` that is no hole; `length` when only a hole follows.
  std::uint64_t next_page(int fd, std::uint64_t offset, std::uint64_t length);
  bool all_dead(int fd, std::uint64_t number);
  void forget(std::uint64_t number);

  file_system& files_;
  handle directory_;
  handle markers_;
  disk_health& health_;

  struct cached {
    std::uint64_t number;
    shared_file file;
  };
  std::mutex cache_mutex_;
  std::list<cached> cache_;  // most recently used first
  std::unordered_map<std::uint64_t, std::list<cached>::iterator> cache_index_;

  std::map<std::uint64_t, std::uint64_t> first_live_;  // where drop_if_dead() goes on; janitor only
  std::atomic<std::uint64_t> count_{0};
  std::atomic<std::uint64_t> bytes_{0};
};

}  // namespace torhaus::storage::blob
