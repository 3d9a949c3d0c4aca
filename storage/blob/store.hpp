// The blob store: immutable byte strings named by an id. Where the bytes live (inside kv, in a
// segment file, in a file of their own, one day in RADOS) is this room's business alone; the
// catalog keeps the opaque `location` of each blob beside its reference count.
//
// Life of a blob: create → append… → seal (durable, pending) → the catalog commits a record that
// names it → committed(). A sealed blob that is destroyed without committed() removes its bytes. A
// blob whose last reference is gone is given to remove() after that commit, never before.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "storage/base/clock.hpp"
#include "storage/base/result.hpp"
#include "storage/base/task.hpp"

namespace torhaus::storage::blob {

// 48 bits of milliseconds, then 80 random bits: unique without a counter, and ids of one time sort
// together.
struct blob_id {
  static constexpr std::size_t bytes = 16;
  std::array<std::uint8_t, bytes> data{};

  std::string_view view() const { return {reinterpret_cast<const char*>(data.data()), bytes}; }
  static blob_id from(std::string_view sixteen_bytes);
  auto operator<=>(const blob_id&) const = default;
};

// What the catalog keeps for a blob. `location` is at most max_inline_bytes + 64 long.
struct placed_blob {
  blob_id id;
  std::uint64_t size = 0;
  std::string location;
};

// Bytes up to this size ride inside the location and so inside kv: one commit, no file, no second
// sync. Larger ones would crowd the records out of the database's pages.
inline constexpr std::uint64_t max_inline_bytes = 8 * 1024;
// Bytes up to this size share a segment file and its sync.
inline constexpr std::uint64_t max_segment_bytes = 1024 * 1024;
// Each block has a checksum of its own, bound to blob id and block number.
inline constexpr std::uint64_t block_bytes = 128 * 1024;

class store;

// Durable bytes that nothing refers to yet.
class sealed_blob {
 public:
  sealed_blob(store& home, placed_blob placed) : home_(&home), placed_(std::move(placed)) {}
  sealed_blob(sealed_blob&& other) noexcept
      : home_(std::exchange(other.home_, nullptr)), placed_(std::move(other.placed_)) {}
  sealed_blob& operator=(sealed_blob&& other) noexcept {
    std::swap(home_, other.home_);
    std::swap(placed_, other.placed_);
    return *this;
  }
  ~sealed_blob();

  const placed_blob& placed() const { return placed_; }
  // The commit that names this blob is durable.
  void committed();
  // It is not known whether the commit happened (its I/O failed): leave the bytes to the next
  // start.
  void abandon() noexcept { home_ = nullptr; }

 private:
  store* home_;
  placed_blob placed_;
};

// One blob being written. Destroyed without seal(), it leaves nothing behind.
class writer {
 public:
  virtual ~writer() = default;
  // Takes the next bytes. Blocking: call it on the worker pool unless the whole blob is known to be
  // small. Fails with insufficient_storage when the disk is full. Throws on other I/O errors.
  virtual result<void> append(std::span<const std::byte>) = 0;
  // Makes bytes and directory entry durable. No append afterwards.
  virtual task<result<sealed_blob>> seal() = 0;
};

class reader {
 public:
  virtual ~reader() = default;
  virtual std::uint64_t size() const = 0;
  // Reads up to out.size() bytes at offset, checked against the block checksums. Returns 0 only at
  // the end. Blocking unless resident(). A damaged block is an internal_error, never wrong bytes.
  virtual result<std::size_t> read(std::uint64_t offset, std::span<std::byte> out) = 0;
  // The same for bytes that the system has in memory, where nothing has to be waited for: how many
  // were read, or 0 when read() is the way, also to learn what is wrong.
  virtual std::size_t read_at_once(std::uint64_t, std::span<std::byte>) { return 0; }
  // The bytes are in memory already.
  virtual bool resident() const = 0;
  // The bytes themselves, checked, where they lie in memory as a whole and as they are read; valid
  // as long as the reader. Else empty.
  virtual std::span<const std::byte> in_memory() const { return {}; }
};

// While a pin lives, remove() of that blob waits. Pin first, look up the location afterwards.
class pin {
 public:
  pin() = default;
  pin(store& home, const blob_id& id) : home_(&home), id_(id) {}
  pin(pin&& other) noexcept : home_(std::exchange(other.home_, nullptr)), id_(other.id_) {}
  pin& operator=(pin&& other) noexcept {
    std::swap(home_, other.home_);
    std::swap(id_, other.id_);
    return *this;
  }
  ~pin();

 private:
  store* home_ = nullptr;
  blob_id id_;
};

class store {
 public:
  virtual ~store() = default;

  // Begins a blob. expected_bytes, when known, picks the home at once and the buffer sizes.
  virtual std::unique_ptr<writer> create(std::optional<std::uint64_t> expected_bytes) = 0;

  virtual pin hold(const blob_id&) = 0;
  // Opens a blob by what the catalog keeps of it. Blocking unless the bytes ride in the location.
  // internal_error when the bytes are missing or damaged.
  virtual result<std::unique_ptr<reader>> open(const placed_blob&) = 0;
  // The same where it takes no waiting; the reader is resident() when the blob is one block. Else
  // null, and open() is the way. Not blocking.
  virtual result<std::unique_ptr<reader>> open_at_once(const placed_blob&) {
    return std::unique_ptr<reader>();
  }

  // Deletes the bytes of blobs whose last references are gone for good, and says of each, in their
  // order, whether it is gone. Blocking. False when a pin holds the blob: ask again later. Removing
  // what is not there succeeds (it may run twice after a crash). Many together cost less than one
  // by one, as neighbours may be freed at once.
  virtual std::vector<bool> remove(std::span<const placed_blob>) = 0;
  bool remove(const placed_blob& one) { return remove(std::span(&one, 1)).front(); }

  // Start-up, before anything else: finishes or undoes what was in flight at the end of the last
  // run. `known` says whether the catalog refers to a blob id.
  struct recovery {
    std::uint64_t promoted = 0;
    std::uint64_t discarded = 0;
  };
  virtual recovery recover(const std::function<bool(const blob_id&)>& known) = 0;

  struct statistics {
    std::uint64_t segments = 0;
    std::uint64_t segment_bytes = 0;  // length of all segment files
    std::uint64_t free_bytes = 0;     // of the file system
    bool failed = false;              // a sync failed for good; nothing more is accepted
  };
  virtual statistics stats() const = 0;

  // Ends background work; the destructor calls it as well.
  virtual void stop() = 0;

 private:
  friend class sealed_blob;
  friend class pin;
  virtual void on_committed(const placed_blob&) noexcept = 0;
  virtual void on_discarded(const placed_blob&) noexcept = 0;
  virtual void on_released(const blob_id&) noexcept = 0;
};

inline sealed_blob::~sealed_blob() {
  if (home_ != nullptr) home_->on_discarded(placed_);
}
inline void sealed_blob::committed() {
  if (home_ != nullptr) std::exchange(home_, nullptr)->on_committed(placed_);
}
inline pin::~pin() {
  if (home_ != nullptr) home_->on_released(id_);
}

}  // namespace torhaus::storage::blob
