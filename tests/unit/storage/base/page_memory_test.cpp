#include "storage/base/page_memory.hpp"

#include <cstdint>
#include <cstring>
#include <random>
#include <thread>
#include <vector>

#include "tests/support/catch.hpp"

using torhaus::page_memory;

namespace {

bool on_boundary(const page_memory& m) {
  return reinterpret_cast<std::uintptr_t>(m.data()) % page_memory::page_bytes == 0;
}

}  // namespace

TEST_CASE("page memory: of any size, on a page boundary, moved as one owner's") {
  CHECK_FALSE(page_memory());
  for (const std::size_t bytes :
       {0UL, 1UL, 4096UL, 4097UL, 12'288UL, 65'536UL, 524'288UL, 1'048'673UL}) {
    page_memory one(bytes);
    REQUIRE(one);
    CHECK(on_boundary(one));
    std::memset(one.data(), 7, bytes);
    std::byte* const at = one.data();
    page_memory other(std::move(one));
    CHECK_FALSE(one);
    CHECK(other.data() == at);
    one = std::move(other);
    CHECK(one.data() == at);
  }
  CHECK_THROWS_AS(page_memory(std::size_t{1} << 40), std::bad_alloc);
}

#if !__has_feature(address_sanitizer)
TEST_CASE("page memory: what was freed is the next one's, up to a bound") {
  page_memory::release_kept();
  std::byte* at = nullptr;
  {
    page_memory one(500'000);
    at = one.data();
    CHECK(page_memory::kept_bytes() == 0);
  }
  CHECK(page_memory::kept_bytes() == 524'288);
  CHECK(page_memory(524'288).data() == at);
  // At most a quarter more than was asked for.
  for (std::size_t bytes = 1; bytes < std::size_t{3} << 20; bytes += 1'013) {
    page_memory::release_kept();
    std::memset(page_memory(bytes).data(), 1, bytes);
    const std::size_t size = page_memory::kept_bytes();
    if (size < bytes || size > std::max(bytes + bytes / 4, bytes + 4096)) FAIL(bytes);
    if (page_memory(size).data() == nullptr) FAIL(bytes);
    if (page_memory::kept_bytes() != size) FAIL(bytes);
  }
  std::vector<page_memory> many;
  page_memory::release_kept();
  for (int n = 0; n < 100; ++n) many.emplace_back(524'288);
  many.clear();
  CHECK(page_memory::kept_bytes() == page_memory::most_kept_bytes);
  // What is wanted now takes the place of what was wanted before.
  {
    page_memory one(65'536);
    at = one.data();
  }
  CHECK(page_memory::kept_bytes() <= page_memory::most_kept_bytes);
  CHECK(page_memory::kept_bytes() > page_memory::most_kept_bytes - 524'288);
  CHECK(page_memory(65'536).data() == at);
  page_memory::release_kept();
  CHECK(page_memory::kept_bytes() == 0);
}
#endif

TEST_CASE("page memory: threads that take and free never share a block") {
  const auto work = [](unsigned seed) {
    std::mt19937 random(seed);
    std::vector<std::pair<page_memory, std::size_t>> held;
    std::size_t wrong = 0;
    for (int n = 0; n < 3'000; ++n) {
      const std::size_t bytes = std::size_t{8192} << random() % 7;
      held.emplace_back(page_memory(bytes), bytes);
      std::memset(held.back().first.data(), static_cast<int>(seed), bytes);
      if (held.size() < 12) continue;
      const auto chosen = held.begin() + static_cast<std::ptrdiff_t>(random() % held.size());
      for (std::size_t i = 0; i < chosen->second; i += 511) {
        if (chosen->first.data()[i] != std::byte(seed)) ++wrong;
      }
      held.erase(chosen);
      if (n % 500 == 0) page_memory::release_kept();
    }
    return wrong;
  };
  std::vector<std::size_t> wrong(4);
  std::vector<std::thread> threads;
  for (unsigned n = 0; n < 4; ++n) threads.emplace_back([&, n] { wrong[n] = work(n + 1); });
  for (std::thread& t : threads) t.join();
  for (const std::size_t n : wrong) CHECK(n == 0);
}
