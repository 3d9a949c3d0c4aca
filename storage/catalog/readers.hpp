// What keeps bytes in place while they are looked up and read.
//
// A reader looks up a version in a snapshot and pins its bytes a moment later. In between, a delete
// may commit and the reclaimer could take the bytes away. lookup_sections closes that gap: a
// look-up runs inside a section, and the reclaimer lets every section that was open when it saw the
// garbage end before it removes bytes. Whoever enters later cannot find the reference any more;
// whoever was inside has its pin.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <utility>

#include "storage/blob/store.hpp"

namespace torhaus::storage::catalog {

class lookup_sections {
 public:
  class section {
   public:
    explicit section(lookup_sections& of) : of_(of), side_(of.enter()) {}
    ~section() { of_.leave(side_); }
    section(const section&) = delete;
    section& operator=(const section&) = delete;

   private:
    lookup_sections& of_;
    std::size_t side_;
  };

  // Waits until every section open now has ended; false when `limit` passed first. One caller at a
  // time.
  bool wait_for_open(std::chrono::milliseconds limit);

 private:
  std::size_t enter() noexcept;
  void leave(std::size_t side) noexcept { open_[side].fetch_sub(1); }

  std::atomic<std::uint64_t> epoch_{0};
  std::array<std::atomic<std::uint64_t>, 2> open_{};
};

// Manifests under a reader: their parts are not let go.
class manifest_pins {
 public:
  class pin {
   public:
    pin(manifest_pins& of, const blob::blob_id& id) : of_(&of), id_(id) { of.add(id); }
    pin(pin&& other) noexcept : of_(std::exchange(other.of_, nullptr)), id_(other.id_) {}
    pin& operator=(pin&&) = delete;
    ~pin() {
      if (of_ != nullptr) of_->release(id_);
    }

   private:
    manifest_pins* of_;
    blob::blob_id id_;
  };

  bool held(const blob::blob_id&) const;

 private:
  void add(const blob::blob_id&);
  void release(const blob::blob_id&) noexcept;

  mutable std::mutex mutex_;
  std::map<blob::blob_id, std::uint64_t> pins_;
};

}  // namespace torhaus::storage::catalog
