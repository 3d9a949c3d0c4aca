// Memory of coroutine frames, kept by the thread that frees it. A small request makes some thirty
// frames of a few hundred bytes; Asio keeps two of them between uses and none above 1,020 bytes.
#pragma once

#include <array>
#include <cstddef>
#include <new>

namespace torhaus::detail {

class frame_pool {
 public:
  // Memory for `size` bytes, aligned as operator new's. Throws std::bad_alloc.
  static void* take(std::size_t size) {
    const std::size_t at = class_of(size);
    if (at < classes) {
      if (block* found = kept_.free[at]) {
        kept_.free[at] = found->next;
        kept_.bytes -= bytes_of(at);
        return found;
      }
      size = bytes_of(at);
    }
    return ::operator new(size);
  }

  // Of take(size), on any thread.
  static void give_back(void* memory, std::size_t size) noexcept {
    const std::size_t at = class_of(size);
    if (at >= classes || kept_.bytes + bytes_of(at) > most_kept_bytes) {
      ::operator delete(memory);
      return;
    }
    if (kept_.bytes == 0) empty_at_end_of_thread();
    kept_.free[at] = new (memory) block{kept_.free[at]};
    kept_.bytes += bytes_of(at);
  }

 private:
  static constexpr std::size_t step = 64;
  static constexpr std::size_t classes = 64;  // larger frames than 4 KiB are rare
  // Of one thread: what a hundred requests at once have in frames.
  static constexpr std::size_t most_kept_bytes = std::size_t{1} << 20;

  struct block {
    block* next;
  };
  struct kept {
    std::array<block*, classes> free;
    std::size_t bytes;
  };

  static constexpr std::size_t class_of(std::size_t size) { return (size - 1) / step; }
  static constexpr std::size_t bytes_of(std::size_t at) { return (at + 1) * step; }
  static void empty_at_end_of_thread() noexcept;

  // Without a destructor, so that using it needs no check whether it is there yet.
  static inline constinit thread_local kept kept_{};
};

}  // namespace torhaus::detail
