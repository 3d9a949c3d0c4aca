#include "gateway/bench/latency.hpp"

#include "tests/support/catch.hpp"

namespace latency_test {

using namespace torhaus::gateway::bench;
using namespace std::chrono_literals;

TEST_CASE("quantiles are exact within two thousandths and never too low") {
  latency_histogram of;
  for (int i = 1; i <= 10'000; ++i) of.record(i * 1us);
  CHECK(of.count() == 10'000);
  CHECK(of.mean() == Approx(5000.5));
  CHECK(of.largest() == 10'000);
  for (const double share : {0.5, 0.9, 0.99, 0.999, 1.0}) {
    CHECK(of.quantile(share) >= share * 10'000);
    CHECK(of.quantile(share) <= share * 10'000 * 1.002);
  }
}

TEST_CASE("histograms add up, and nothing lies outside") {
  latency_histogram a;
  latency_histogram b;
  a.record(1ms);
  b.record(0ns);
  b.record(5h);
  a.add(b);
  a.add(latency_histogram());
  CHECK(a.count() == 3);
  CHECK(a.quantile(0.5) == Approx(1000).epsilon(0.002));
  CHECK(a.largest() == Approx(5.0 * 3600 * 1e6));
  CHECK(latency_histogram().quantile(0.5) == 0);
}

}  // namespace latency_test
