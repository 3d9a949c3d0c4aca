#include "gateway/bench/content.hpp"

#include <set>

#include "tests/support/catch.hpp"

namespace content_test {

using namespace torhaus::gateway::bench;

namespace {

std::string bytes_of(const content& c, std::size_t start, std::size_t bytes) {
  std::string out;
  while (out.size() < bytes) out += c.from(start, out.size()).substr(0, bytes - out.size());
  return out;
}

}  // namespace

TEST_CASE("an object's bytes are recognised, in whatever pieces they arrive") {
  const content c(7);
  constexpr std::size_t size = 3 << 20;
  const std::size_t start = c.start_of(42, size);
  const std::string whole = bytes_of(c, start, size);
  CHECK(c.same(start, 0, whole));
  CHECK(c.same(start, 1000, std::string_view(whole).substr(1000)));
  CHECK(c.same(start, size - 1, std::string_view(whole).substr(size - 1)));
}

TEST_CASE("a changed bit, a swapped block and another object's bytes are seen") {
  const content c(7);
  constexpr std::size_t size = 3 << 20;
  const std::size_t start = c.start_of(42, size);
  std::string changed = bytes_of(c, start, size);
  changed[size - 1] = static_cast<char>(changed[size - 1] ^ 1);
  CHECK_FALSE(c.same(start, 0, changed));
  const std::string whole = bytes_of(c, start, size);
  constexpr std::size_t block = 1 << 20;
  CHECK_FALSE(c.same(start, 0, std::string_view(whole).substr(block, block)));
  CHECK_FALSE(content(8).same(start, 0, whole));
  std::set<std::size_t> places;
  for (std::uint64_t item = 0; item < 5000; ++item) places.insert(c.start_of(item, 4096));
  CHECK(places.size() > 1000);
}

TEST_CASE("where objects begin is known beforehand") {
  const content c(11);
  for (const std::uint64_t size : {4096ULL, 1ULL << 20, 64ULL << 20, 1ULL << 30}) {
    const std::vector<std::size_t> known = content::starts(size);
    const std::set<std::size_t> all(known.begin(), known.end());
    CHECK(all.size() == known.size());
    for (std::uint64_t item = 0; item < 1000; ++item) CHECK(all.contains(c.start_of(item, size)));
  }
}

}  // namespace content_test
