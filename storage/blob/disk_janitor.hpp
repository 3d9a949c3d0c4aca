// The background thread of the disk store: promotes committed files, frees what was discarded,
// closes and unlinks segments. Whatever it does not get to is left to the next start.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <set>
#include <thread>
#include <utility>
#include <vector>

#include "storage/blob/disk_appender.hpp"
#include "storage/blob/disk_files.hpp"
#include "storage/blob/disk_segments.hpp"

namespace torhaus::storage::blob {

class janitor {
 public:
  janitor(file_home&, segment_files&);
  ~janitor() { stop(); }
  // Before the first job that names a segment.
  void serve(segment_appender& appender);

  // All of these only queue; when the queue is full or the janitor stopped, they do nothing.
  void promote(const blob_id&) noexcept;
  // Closes and unlinks tmp/ID.
  void drop_file(const blob_id&, handle) noexcept;
  void free_needle(const segment_place&, const blob_id&) noexcept;
  void close_segment(std::uint64_t number) noexcept;
  void look_at_segment(std::uint64_t number) noexcept;
  void count_segments() noexcept;

  // Does what is queued and ends the thread.
  void stop();

 private:
  struct work {
    std::vector<blob_id> promote;
    std::vector<std::pair<blob_id, handle>> drop;
    std::vector<doomed_needle> free;
    std::set<std::uint64_t> close;
    std::set<std::uint64_t> look;
    bool count = false;

    bool empty() const {
      return promote.empty() && drop.empty() && free.empty() && close.empty() && look.empty() &&
             !count;
    }
    std::size_t size() const {
      return promote.size() + drop.size() + free.size() + close.size() + look.size();
    }
  };
  template <class Add>
  void queue(Add) noexcept;
  void run();
  void do_work(work&);

  file_home& files_;
  segment_files& segments_;
  segment_appender* appender_ = nullptr;

  std::mutex mutex_;
  std::condition_variable wake_;
  work queued_;
  std::vector<blob_id> later_;  // promotions that did not work; the thread's alone
  std::atomic<bool> stopping_{false};
  bool ended_ = false;
  std::thread thread_;
};

}  // namespace torhaus::storage::blob
