#include "gateway/bench/sizes.hpp"

#include <map>

#include "gateway/bench/settings.hpp"
#include "gateway/bench/units.hpp"
#include "tests/support/catch.hpp"

namespace sizes_test {

using namespace torhaus::gateway::bench;

TEST_CASE("sizes, counts and durations are parsed whole or not at all") {
  CHECK(*parse_bytes("4096") == 4096);
  CHECK(*parse_bytes("4KiB") == 4096);
  CHECK(*parse_bytes("2TiB") == std::uint64_t{2} << 40);
  CHECK(*parse_duration("1m") == std::chrono::seconds(60));
  CHECK(*parse_decimal("0.5") == 0.5);
  for (const char* bad : {"", "KiB", "4kb", "-1", "4 KiB", "99999999999999TiB"}) {
    CHECK_FALSE(parse_bytes(bad));
  }
  for (const char* bad : {"", "5", "s", "1.5s", "99999999h"}) CHECK_FALSE(parse_duration(bad));
  for (const char* bad : {"", "x", "1e", "inf", "nan", "1.0x"}) CHECK_FALSE(parse_decimal(bad));
}

TEST_CASE("one size is always picked") {
  const auto sizes = size_distribution::parse("4KiB");
  REQUIRE(sizes);
  for (std::uint64_t n = 0; n < 100; ++n) CHECK(sizes->pick(mix(n)) == 4096);
}

TEST_CASE("weights are kept within a hundredth") {
  const auto sizes = size_distribution::parse("4KiB:60,256KiB:30,10MiB:10");
  REQUIRE(sizes);
  CHECK(sizes->largest() == std::uint64_t{10} << 20);
  constexpr int many = 100'000;
  std::map<std::uint64_t, int> seen;
  for (std::uint64_t n = 0; n < many; ++n) ++seen[sizes->pick(mix(n))];
  REQUIRE(seen.size() == 3);
  CHECK(std::abs(seen[4096] - many * 60 / 100) < many / 100);
  CHECK(std::abs(seen[256 << 10] - many * 30 / 100) < many / 100);
  CHECK(std::abs(seen[10 << 20] - many * 10 / 100) < many / 100);
}

TEST_CASE("log-normal sizes have their median, their spread and their largest") {
  const auto sizes = size_distribution::parse("lognormal:64KiB:1:1MiB");
  REQUIRE(sizes);
  constexpr int many = 100'000;
  int below_median = 0;
  int within_sigma = 0;
  for (std::uint64_t n = 0; n < many; ++n) {
    const auto bytes = static_cast<double>(sizes->pick(mix(n)));
    REQUIRE(bytes >= 1);
    REQUIRE(bytes <= 1 << 20);
    below_median += bytes < 65536;
    within_sigma += bytes > 65536 / 2.71828 && bytes < 65536 * 2.71828;
  }
  CHECK(std::abs(below_median - many / 2) < many / 100);
  CHECK(std::abs(within_sigma - many * 683 / 1000) < many / 100);
}

TEST_CASE("sizes that mean nothing are refused") {
  for (const char* bad : {"", "4KiB:", "4KiB:0", "4KiB,", "6GiB", "4KiB:x", "lognormal:64KiB",
                          "lognormal:0:1", "lognormal:64KiB:-1", "lognormal:64KiB:1:9GiB"}) {
    INFO(bad);
    CHECK_FALSE(size_distribution::parse(bad));
  }
}

TEST_CASE("a mixture names its shares") {
  const auto shares = mixture::parse("get=1,delete=3");
  REQUIRE(shares);
  CHECK(shares->get == 1);
  CHECK(shares->remove == 3);
  CHECK(shares->put == 0);
  CHECK(shares->sum() == 4);
  for (const char* bad : {"", "get", "get=", "read=5", "get=0", "get=5;put=5"}) {
    CHECK_FALSE(mixture::parse(bad));
  }
}

}  // namespace sizes_test
