// Appends needles to the current segment: one thread writes all that wait and syncs once for them.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <thread>
#include <vector>

#include "storage/base/page_memory.hpp"
#include "storage/blob/disk_segments.hpp"

namespace torhaus::storage::blob {

// Header and bytes of one needle in one piece on page boundaries, so that they leave in one write,
// past the page cache if need be.
class needle_buffer {
 public:
  needle_buffer() = default;
  // Room for so many bytes at once; more is made when needed.
  explicit needle_buffer(std::size_t room) {
    if (room > 0) reserve(room);
  }

  void append(std::span<const std::byte>);
  std::size_t size() const { return size_; }
  std::span<const std::byte> bytes() const {
    if (size_ == 0) return {};
    return {memory_.data() + needle_header_bytes, size_};
  }
  // Header included, filled up with zeros to whole pages; only when there are more than
  // max_inline_bytes.
  std::span<std::byte> pages();

 private:
  void reserve(std::size_t room);

  page_memory memory_;
  std::size_t size_ = 0;
  std::size_t room_ = 0;
};

// Whoever waits for a needle to become durable.
class needle_waiter {
 public:
  virtual ~needle_waiter() = default;
  // Called once, on the appender's thread.
  virtual void done(result<segment_place>) noexcept = 0;
};

class segment_appender {
 public:
  struct settings {
    clock_source* clock = nullptr;
    random_source* random = nullptr;
    std::uint64_t limit_bytes = 0;
    // Hears the numbers of segments that are full and wait for nobody. Must not throw.
    std::function<void(std::uint64_t)> closable;
  };
  segment_appender(file_system&, segment_files&, disk_health&, settings);
  ~segment_appender() { stop(); }

  // Queues a needle of 1 to max_segment_bytes bytes.
  void append(const blob_id&, needle_buffer, std::unique_ptr<needle_waiter>);
  // Writes what is queued and ends the thread; the current segment counts as full.
  void stop();

  // A needle was committed, or freed after it was discarded.
  void settled(const segment_place&) noexcept;
  // Some needle in this segment is not settled, or more may come.
  bool is_open(std::uint64_t number);
  // The segment is closed.
  void forget(std::uint64_t number);

  // Segments of this run have at least this number.
  std::uint64_t first_number() const { return first_number_; }

 private:
  struct segment {
    segment_page page;
    handle file;
    std::uint64_t end = page_bytes;  // durable up to here
    direct_io mode = direct_io::off;
    bool direct_works = true;  // until the file system refuses
  };
  struct open_state {
    std::uint64_t pending = 0;  // needles neither committed nor freed
    bool full = false;          // nothing is appended any more
    bool torn = false;          // what lies behind the last sync is unknown: left to the next start
  };
  struct queued {
    blob_id id;
    needle_buffer bytes;
    std::unique_ptr<needle_waiter> waiter;
  };
  using batch = std::vector<queued>;
  enum class tail { clean, torn };

  void run();
  batch next_batch(std::unique_lock<std::mutex>&);
  void commit(batch&);
  result<std::vector<segment_place>> write(batch&);
  result<void> begin_segment();
  result<void> put(const std::vector<iovec>& pieces, std::uint64_t bytes);
  int write_pieces(const std::vector<iovec>& pieces, std::uint64_t bytes);
  bool choose(direct_io);
  void end_segment(tail);
  std::uint64_t time_number() const;

  file_system& files_;
  segment_files& segments_;
  disk_health& health_;
  settings settings_;
  std::uint64_t first_number_;
  std::uint64_t last_number_ = 0;
  std::unique_ptr<segment> current_;  // the thread's alone

  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<queued> queue_;
  bool stopping_ = false;
  std::map<std::uint64_t, open_state> open_;
  std::thread thread_;
};

}  // namespace torhaus::storage::blob
