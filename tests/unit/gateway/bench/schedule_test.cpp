#include "gateway/bench/schedule.hpp"

#include <algorithm>
#include <vector>

#include "tests/support/catch.hpp"

namespace schedule_test {

using namespace torhaus::gateway::bench;
using namespace std::chrono_literals;

TEST_CASE("arrivals of all lanes together come at even distances") {
  const steady::time_point start{};
  std::vector<steady::time_point> all;
  for (unsigned lane = 0; lane < 3; ++lane) {
    arrival_schedule arrivals(start, 1000, lane, 3);
    for (int i = 0; i < 100; ++i) all.push_back(arrivals.take());
  }
  std::ranges::sort(all);
  for (std::size_t i = 0; i < all.size(); ++i) CHECK(all[i] - start == i * 1ms);
}

TEST_CASE("arrivals do not drift over a day") {
  const steady::time_point start{};
  const arrival_schedule arrivals(start, 3000, 0, 1);
  CHECK(arrivals.due(std::uint64_t{3000} * 86'400) - start == 24h);
}

TEST_CASE("what nobody took before the end is counted") {
  const steady::time_point start{};
  arrival_schedule arrivals(start, 1000, 0, 1);
  CHECK(arrivals.left_before(start + 10ms) == 11);  // 0, 1, … 10 ms
  for (int i = 0; i < 4; ++i) arrivals.take();
  CHECK(arrivals.left_before(start + 9500us) == 6);  // 4 … 9
  CHECK(arrivals.left_before(start + 3ms) == 0);
}

}  // namespace schedule_test
