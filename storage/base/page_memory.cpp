#include "storage/base/page_memory.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstdlib>
#include <mutex>
#include <new>
#include <utility>

namespace torhaus {
namespace {

// AddressSanitizer sees uses after free of what its own allocator has freed.
#if __has_feature(address_sanitizer)
constexpr bool keeps = false;
#else
constexpr bool keeps = true;
#endif

// Smaller ones are the C library's: a mapping each would cost more than it saves.
constexpr std::size_t least_mapped_bytes = 64 * 1024;

// Four sizes to each power of two, in whole pages. What is longer than the last is no block's size.
constexpr std::size_t steps = 4;
constexpr std::size_t classes = 80;  // up to 3.5 GiB

std::size_t rounded(std::size_t bytes) {
  constexpr std::size_t page = page_memory::page_bytes;
  const std::size_t step = std::max(std::bit_floor(bytes) / steps, page);
  return std::max((bytes + step - 1) / step * step, page);
}

std::size_t class_of(std::size_t size) {
  const std::size_t pages = size / page_memory::page_bytes;
  const auto power = static_cast<std::size_t>(std::bit_width(pages) - 1);
  return power * steps + ((pages << 2U) >> power) % steps;
}

bool is_mapped(std::size_t size) { return keeps && size >= least_mapped_bytes; }

void release(void* memory, std::size_t size) noexcept {
  if (is_mapped(size)) {
    ::munmap(memory, size);
  } else {
    std::free(memory);
  }
}

// Freed blocks of each size, each holding the place of the next.
struct kept_blocks {
  struct block {
    block* next;
    std::size_t size;
  };
  std::mutex guard;
  std::array<block*, classes> free{};
  std::size_t bytes = 0;

  void* take(std::size_t size) {
    const std::lock_guard lock(guard);
    block*& first = free.at(class_of(size));
    if (first == nullptr) return nullptr;
    bytes -= size;
    return std::exchange(first, first->next);
  }

  // Whether it is kept. `gone` are blocks of other sizes that make room for it, for the caller to
  // release: the sizes asked for change with the load.
  bool give(void* memory, std::size_t size, block*& gone) {
    if (!keeps || size > page_memory::most_kept_bytes) return false;
    const std::size_t own = class_of(size);
    const std::lock_guard lock(guard);
    for (std::size_t other = classes; other-- > 0;) {
      while (other != own && free.at(other) != nullptr &&
             bytes + size > page_memory::most_kept_bytes) {
        block* const one = std::exchange(free.at(other), free.at(other)->next);
        bytes -= one->size;
        one->next = std::exchange(gone, one);
      }
    }
    if (bytes + size > page_memory::most_kept_bytes) return false;
    free.at(own) = new (memory) block{free.at(own), size};
    bytes += size;
    return true;
  }
};

void release_all(kept_blocks::block* first) noexcept {
  while (first != nullptr) {
    kept_blocks::block* const now = std::exchange(first, first->next);
    release(now, now->size);
  }
}

kept_blocks& kept() {
  // Never destroyed: threads that end after main() may still free something.
  static auto* const all = new kept_blocks;
  return *all;
}

}  // namespace

page_memory::page_memory(std::size_t bytes) : size_(rounded(bytes)) {
  if (class_of(size_) >= classes) throw std::bad_alloc();
  void* found = kept().take(size_);
  if (found == nullptr && is_mapped(size_)) {
    found = ::mmap(nullptr, size_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (found == MAP_FAILED) found = nullptr;
  } else if (found == nullptr) {
    found = std::aligned_alloc(page_bytes, size_);
  }
  if (found == nullptr) throw std::bad_alloc();
  memory_ = static_cast<std::byte*>(found);
}

page_memory page_memory::anywhere(std::size_t bytes) {
  page_memory out;
  out.memory_ = static_cast<std::byte*>(std::malloc(bytes == 0 ? 1 : bytes));
  if (out.memory_ == nullptr) throw std::bad_alloc();
  return out;
}

page_memory::~page_memory() {
  if (memory_ == nullptr) return;
  kept_blocks::block* gone = nullptr;
  if (size_ == 0 || !kept().give(memory_, size_, gone)) release(memory_, size_);
  release_all(gone);
}

void page_memory::release_kept() noexcept {
  std::array<kept_blocks::block*, classes> all{};
  {
    const std::lock_guard lock(kept().guard);
    all = std::exchange(kept().free, {});
    kept().bytes = 0;
  }
  for (kept_blocks::block* const first : all) release_all(first);
}

std::size_t page_memory::kept_bytes() noexcept {
  const std::lock_guard lock(kept().guard);
  return kept().bytes;
}

}  // namespace torhaus
