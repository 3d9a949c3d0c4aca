// Memory of coroutine frames: used again, on whatever thread it is given back.
#include "storage/base/frame_pool.hpp"

#include <cstring>
#include <set>
#include <thread>
#include <vector>

#include "tests/support/catch.hpp"

using torhaus::detail::frame_pool;

namespace {

// On a thread whose pool is empty.
template <class F>
void on_fresh_thread(F f) {
  std::thread(f).join();
}

}  // namespace

TEST_CASE("a frame that was given back is the next one of its size") {
  on_fresh_thread([] {
    void* const first = frame_pool::take(300);
    std::memset(first, 1, 300);
    frame_pool::give_back(first, 300);
    void* const larger = frame_pool::take(600);
    CHECK(larger != first);
    void* const again = frame_pool::take(310);  // of the same step
    CHECK(again == first);
    void* const other = frame_pool::take(300);
    CHECK(other != first);
    frame_pool::give_back(larger, 600);
    frame_pool::give_back(again, 310);
    frame_pool::give_back(other, 300);
  });
}

TEST_CASE("a frame may be given back on another thread than it was taken on") {
  void* const frame = frame_pool::take(200);
  std::memset(frame, 2, 200);
  on_fresh_thread([frame] {
    frame_pool::give_back(frame, 200);
    void* const same = frame_pool::take(200);
    CHECK(same == frame);
    frame_pool::give_back(same, 200);
  });
}

TEST_CASE("frames beyond what a thread keeps, and large ones, are good memory all the same") {
  on_fresh_thread([] {
    constexpr std::size_t size = 4096;
    constexpr std::size_t many = 1000;  // four times as much as is kept
    for (int round = 0; round < 2; ++round) {
      std::vector<void*> frames;
      for (std::size_t i = 0; i < many; ++i) {
        frames.push_back(frame_pool::take(size));
        std::memset(frames.back(), round, size);
      }
      const std::set<void*> all(frames.begin(), frames.end());
      CHECK(all.size() == many);
      for (void* frame : frames) frame_pool::give_back(frame, size);
      frame_pool::give_back(frame_pool::take(100'000), 100'000);
    }
  });
}
