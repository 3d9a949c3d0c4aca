// Names out of kept random bytes.
#include <algorithm>
#include <array>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

#include "storage/base/clock.hpp"
#include "tests/support/catch.hpp"

namespace random_test {

using namespace torhaus;

namespace {

std::vector<std::byte> drawn(std::size_t bytes) {
  std::vector<std::byte> out(bytes);
  name_random_source().fill(out);
  return out;
}

}  // namespace

TEST_CASE("kept random bytes are given out once, by every thread") {
  std::mutex mutex;
  std::set<std::vector<std::byte>> seen;
  std::size_t made = 0;
  const auto draw = [&] {
    for (int i = 0; i < 2000; ++i) {
      // Sizes that the kept bytes do not end with.
      auto name = drawn(10 + static_cast<std::size_t>(i) % 7);
      const std::lock_guard lock(mutex);
      seen.insert(std::move(name));
      ++made;
    }
  };
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) threads.emplace_back(draw);
  }
  CHECK(seen.size() == made);
}

TEST_CASE("bytes of any number are random, also more than are kept") {
  for (const std::size_t size : {0U, 1U, 511U, 512U, 513U, 5000U}) {
    const auto one = drawn(size);
    const auto other = drawn(size);
    CHECK(one.size() == size);
    if (size < 16) continue;
    CHECK(one != other);
    std::array<std::size_t, 256> times{};
    for (const std::byte b : one) ++times[std::to_integer<std::size_t>(b)];
    CHECK(*std::ranges::max_element(times) < size / 4);
  }
}

}  // namespace random_test
