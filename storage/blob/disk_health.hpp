// Whether the disk may be trusted with more bytes: free room above the reserve, and no failed sync
// yet.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "storage/base/error.hpp"
#include "storage/blob/disk_io.hpp"

namespace torhaus::storage::blob {

class disk_health {
 public:
  // `directory` is any descriptor of the file system.
  disk_health(file_system& files, int directory, std::uint64_t reserve_bytes)
      : files_(files), directory_(directory), reserve_(reserve_bytes) {}

  bool failed() const noexcept { return failed_.load(std::memory_order_acquire); }
  // The disk may have dropped bytes that it had taken: nothing more is accepted until the next
  // start.
  void fail(std::string_view what, std::string_view name, int code) noexcept;

  // Why so many more bytes are not welcome, if they are not. Asks the file system at most every 100
  // ms while there is room.
  std::optional<error> refusal(std::uint64_t bytes);

  // What a failed call means for the client. Writing or syncing a file that is then given up: a
  // full disk passes, anything else is final.
  error write_failed(std::string_view what, std::string_view name, int code);
  // Making a file or a directory: only EIO is final, the rest (descriptors, memory, room) may pass.
  error create_failed(std::string_view what, std::string_view name, int code);
  error failure() const;

  std::uint64_t free_bytes() const;

 private:
  file_system& files_;
  int directory_;
  std::uint64_t reserve_;
  std::atomic<bool> failed_{false};
  std::mutex mutex_;
  std::uint64_t budget_ = 0;  // bytes that may still be accepted before asking again
  std::chrono::steady_clock::time_point asked_{};
};

// "write 0123…: ENOSPC: No space left on device"
std::string cause_text(std::string_view what, std::string_view name, int code);

}  // namespace torhaus::storage::blob
