#include "storage/base/frame_pool.hpp"

#include <utility>

namespace torhaus::detail {

void frame_pool::empty_at_end_of_thread() noexcept {
  struct cleaner {
    cleaner() = default;
    cleaner(const cleaner&) = delete;
    cleaner& operator=(const cleaner&) = delete;
    ~cleaner() {
      for (block*& first : kept_.free) {
        while (first != nullptr) ::operator delete(std::exchange(first, first->next));
      }
      // What is freed later in the thread's end is not kept any more.
      kept_.bytes = most_kept_bytes;
    }
    void touch() const noexcept {}
  };
  thread_local const cleaner at_end;
  at_end.touch();
}

}  // namespace torhaus::detail
