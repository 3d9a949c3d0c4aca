// A piece of a body on its way in: the memory that it is received into, hashed in and written from.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <exception>
#include <memory>
#include <new>
#include <optional>
#include <span>
#include <vector>

#include "storage/crypto/md5_team.hpp"

namespace torhaus::gateway::s3 {

// Large ones are on page boundaries, so that what arrives can go from here to the disk without a
// copy. Of small bodies a copy is made in any case, and boundaries are dear.
class piece_memory {
 public:
  explicit piece_memory(std::size_t bytes)
      : memory_(static_cast<std::byte*>(bytes < least_direct_bytes
                                            ? std::malloc(std::max<std::size_t>(bytes, 1))
                                            : std::aligned_alloc(page_bytes, whole_pages(bytes)))),
        size_(bytes) {
    if (!memory_) throw std::bad_alloc();
  }
  std::byte* data() const { return memory_.get(); }
  std::size_t size() const { return size_; }

 private:
  static constexpr std::size_t page_bytes = 4096;
  static constexpr std::size_t least_direct_bytes = 16 * 1024;
  static constexpr std::size_t whole_pages(std::size_t bytes) {
    return (std::max<std::size_t>(bytes, 1) + page_bytes - 1) / page_bytes * page_bytes;
  }
  struct free_memory {
    void operator()(std::byte* p) const noexcept { std::free(p); }
  };
  std::unique_ptr<std::byte, free_memory> memory_;
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
