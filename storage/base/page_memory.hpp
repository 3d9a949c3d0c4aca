// Memory on page boundaries, which direct I/O needs: of pieces of bodies, of needles, of what large
// files gather. The C library's aligned pieces are no use to it once they are freed (glibc before
// 2.38, bug 14581: it looks for the size and a page more), so that a server under steady load took
// ever more arenas. What is freed here is kept for the next of its size, in place of what is kept
// of other sizes when that is too much, or goes back to the system.
#pragma once

#include <cstddef>
#include <utility>

namespace torhaus {

class page_memory {
 public:
  static constexpr std::size_t page_bytes = 4096;
  // Of all threads together.
  static constexpr std::size_t most_kept_bytes = std::size_t{32} << 20;

  page_memory() = default;
  // At least so many bytes, of any content. Throws std::bad_alloc. Safe on all threads.
  explicit page_memory(std::size_t bytes);
  // Wherever the C library has room: for few bytes that no disk gets from here, as boundaries are
  // dear.
  static page_memory anywhere(std::size_t bytes);
  page_memory(page_memory&& other) noexcept
      : memory_(std::exchange(other.memory_, nullptr)), size_(other.size_) {}
  page_memory& operator=(page_memory&& other) noexcept {
    std::swap(memory_, other.memory_);
    std::swap(size_, other.size_);
    return *this;
  }
  ~page_memory();

  std::byte* data() const noexcept { return memory_; }
  explicit operator bool() const noexcept { return memory_ != nullptr; }

  // What is kept goes back to the system.
  static void release_kept() noexcept;
  static std::size_t kept_bytes() noexcept;

 private:
  std::byte* memory_ = nullptr;
  std::size_t size_ = 0;  // of its class; 0: anywhere
};

}  // namespace torhaus
