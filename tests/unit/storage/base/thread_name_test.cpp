#include "storage/base/thread_name.hpp"

#include <array>
#include <map>
#include <mutex>
#include <string>

#include "tests/support/catch.hpp"

using namespace torhaus;

namespace {

std::string name_now() {
  std::array<char, 16> text{};
  ::pthread_getname_np(::pthread_self(), text.data(), text.size());
  return text.data();
}

}  // namespace

TEST_CASE("thread names: a thread has its name before its work begins") {
  std::string seen;
  named_thread("committer", [&seen] { seen = name_now(); }).join();
  CHECK(seen == "committer");
}

TEST_CASE("thread names: all threads of a pool get theirs, also behind work that it has already") {
  constexpr std::size_t threads = 4;
  worker_pool pool(threads);
  for (int n = 0; n < 3; ++n) {
    asio::post(pool, [] { std::this_thread::sleep_for(std::chrono::milliseconds(5)); });
  }
  name_threads(pool, threads, "pool");
  std::mutex guard;
  std::map<std::thread::id, std::string> seen;
  std::latch all(threads);
  for (std::size_t n = 0; n < threads; ++n) {
    asio::post(pool, [&] {
      {
        const std::lock_guard lock(guard);
        seen[std::this_thread::get_id()] = name_now();
      }
      all.arrive_and_wait();
    });
  }
  pool.join();
  CHECK(seen.size() == threads);
  for (const auto& [_, name] : seen) CHECK(name == "pool");
}
