// One large blob being written to tmp/ID: blocks, checksum table, footer, sync. Whole blocks go
// past the page cache where the file system can do that: filling pages and writing them back costs
// more than all the rest of an upload.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "storage/base/page_memory.hpp"
#include "storage/blob/disk_files.hpp"

namespace torhaus::storage::blob {

class janitor;

class file_output {
 public:
  file_output(file_system&, file_home&, disk_health&, janitor&, const blob_id&,
              std::optional<std::uint64_t> expected_bytes);
  // Not finished: the file goes away in the background.
  ~file_output();
  file_output(const file_output&) = delete;
  file_output& operator=(const file_output&) = delete;

  // Blocking. Whole blocks are written straight from `bytes` when they lie on page boundaries (or
  // the page cache takes them); others are gathered in a buffer of two blocks.
  result<void> append(std::span<const std::byte> bytes);
  // Writes table and footer, syncs bytes and directory entry. From then on tmp/ID belongs to the
  // caller.
  result<void> finish();
  std::uint64_t size() const { return written_ + buffered_; }

 private:
  result<void> begin();
  bool can_write_straight(std::span<const std::byte> bytes) const;
  std::size_t gather(std::span<const std::byte> bytes);
  result<void> write_gathered();
  result<void> write_blocks(std::span<const std::byte> bytes);
  int put(std::span<const std::byte> bytes);
  int write_at_end(std::span<const std::byte> bytes);
  result<void> grant(std::uint64_t bytes);
  result<void> allocate(std::uint64_t bytes);
  result<void> start_write_back();
  result<void> write_tail();

  file_system& files_;
  file_home& home_;
  disk_health& health_;
  janitor& janitor_;
  blob_id id_;
  std::optional<std::uint64_t> expected_;
  handle file_;
  bool direct_ = true;  // wanted, until the file system refuses
  page_memory gathered_;
  std::size_t buffered_ = 0;
  std::uint64_t written_ = 0;
  std::uint64_t granted_ = 0;    // checked against the free room
  std::uint64_t allocated_ = 0;  // blocks reserved in the file
  std::uint64_t written_back_ = 0;
  std::vector<std::uint32_t> checksums_;
};

}  // namespace torhaus::storage::blob
