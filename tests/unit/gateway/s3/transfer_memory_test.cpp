#include "gateway/s3/body/transfer_memory.hpp"

#include <algorithm>
#include <thread>
#include <vector>

#include "tests/support/catch.hpp"

namespace transfer_memory_test {

using torhaus::worker_pool;
using torhaus::gateway::s3::transfer_memory;

TEST_CASE("bodies get large buffers while there is room, and then the least") {
  worker_pool pool(1);
  transfer_memory memory(1000, pool);
  {
    const auto first = memory.take(600, 50);
    CHECK(first.bytes() == 600);
    const auto second = memory.take(600, 50);
    CHECK(second.bytes() == 50);
    CHECK(memory.held() == 650);
    const auto third = memory.take(300, 50);
    CHECK(third.bytes() == 300);
  }
  CHECK(memory.held() == 0);
  CHECK(memory.take(600, 50).bytes() == 600);
  pool.join();
}

TEST_CASE("the least is given beyond every bound, so that everyone is served") {
  worker_pool pool(1);
  transfer_memory memory(100, pool);
  std::vector<transfer_memory::share> many;
  for (int i = 0; i < 100; ++i) many.push_back(memory.take(600, 50));
  CHECK(memory.held() == 5000);
  many.clear();
  CHECK(memory.held() == 0);
  pool.join();
}

TEST_CASE("more bodies than processors are a crowd") {
  worker_pool pool(1);
  transfer_memory memory(1000, pool);
  const auto processors = std::max(1U, std::thread::hardware_concurrency());
  std::vector<transfer_memory::share> bodies;
  for (unsigned i = 0; i < processors; ++i) bodies.push_back(memory.take(1, 1));
  CHECK_FALSE(memory.crowded());
  bodies.push_back(memory.take(1, 1));
  CHECK(memory.crowded());
  bodies.pop_back();
  CHECK_FALSE(memory.crowded());
  pool.join();
}

TEST_CASE("a share that moves is given back once") {
  worker_pool pool(1);
  transfer_memory memory(1000, pool);
  auto share = memory.take(600, 50);
  auto other = std::move(share);
  share = transfer_memory::share();
  CHECK(memory.held() == 600);
  other = memory.take(100, 100);
  CHECK(memory.held() == 700 - 600);
  pool.join();
}

}  // namespace transfer_memory_test
