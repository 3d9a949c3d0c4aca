// Room of zeros behind the pages that the store uses, written before they are needed. A sync of a
// file that has grown writes where its blocks lie and how long it is, too: a second round to the
// disk, and on a file system with a journal a commit of that. Within written room the sync is of
// the pages alone.
#pragma once

#include <cstdint>
#include <filesystem>

namespace torhaus::storage::kv {

class room_ahead {
 public:
  // The file need not exist; without it, or where it cannot be opened, nothing is ever written.
  explicit room_ahead(const std::filesystem::path& file);
  ~room_ahead();
  room_ahead(const room_ahead&) = delete;
  room_ahead& operator=(const room_ahead&) = delete;

  // Lengthens the file when fewer than `least` bytes are left behind the first `used`. Only while
  // nobody else writes to the file. `free` bytes are what the file system still has; room takes a
  // small part of it at most. Failures leave the file as long as it was and are no harm: the store
  // grows by itself then.
  void keep(std::uint64_t used, std::uint64_t free) noexcept;

  static constexpr std::uint64_t least = std::uint64_t{512} << 10;
  // The file grows by this part of itself at a time, within bounds.
  static constexpr std::uint64_t share = 64;
  static constexpr std::uint64_t least_step = std::uint64_t{1} << 20;
  static constexpr std::uint64_t most_step = std::uint64_t{16} << 20;
  // At most this part of what the file system has left; nothing below least.
  static constexpr std::uint64_t share_of_free = 64;

 private:
  bool write_zeros(std::uint64_t bytes) noexcept;

  int fd_ = -1;
  void* zeros_ = nullptr;
  std::uint64_t end_ = 0;
  // After a failure the next attempt waits until the store has grown as far as this.
  std::uint64_t again_at_ = 0;
};

}  // namespace torhaus::storage::kv
