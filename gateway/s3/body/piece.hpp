// A piece of a body on its way in: the memory that it is received into, hashed in and written from.
#pragma once

#include <cstddef>
#include <exception>
#include <optional>
#include <span>
#include <vector>

#include "storage/base/page_memory.hpp"
#include "storage/crypto/md5_team.hpp"

namespace torhaus::gateway::s3 {

// Large ones are on page boundaries, so that what arrives can go from here to the disk without a
// copy. Of small bodies a copy is made in any case.
class piece_memory {
 public:
  explicit piece_memory(std::size_t bytes)
      : memory_(bytes < least_direct_bytes ? page_memory::anywhere(bytes) : page_memory(bytes)),
        size_(bytes) {}
  std::byte* data() const { return memory_.data(); }
  std::size_t size() const { return size_; }

 private:
  static constexpr std::size_t least_direct_bytes = 16 * 1024;

  page_memory memory_;
  std::size_t size_;
};

struct piece {
  explicit piece(std::size_t bytes) : room(bytes) {}

  piece_memory room;
  std::size_t have = 0;                                  // bytes that came in
  std::vector<std::span<const std::byte>> payload;       // of those
  std::optional<storage::crypto::md5_team::update> md5;  // may be at work on them
  std::exception_ptr fault;
  bool written = false;  // with its digests, in one go
};

}  // namespace torhaus::gateway::s3
