#include "gateway/bench/report.hpp"

#include <boost/json.hpp>

#include "tests/support/catch.hpp"

namespace report_test {

using namespace torhaus::gateway::bench;
using namespace std::chrono_literals;
namespace json = boost::json;

namespace {

json::value report_of(int requests, std::chrono::microseconds each) {
  settings s;
  s.sizes = *size_distribution::parse("4KiB");
  report r;
  r.seconds = 2;
  for (int i = 0; i < requests; ++i) {
    tally& t = r.results.at(kind::get);
    ++t.done;
    t.bytes += 4096;
    t.latency.record(each);
  }
  return to_json(s, r);
}

}  // namespace

TEST_CASE("a report has rates, latencies and nothing of what was not done") {
  const json::value document = report_of(1000, 500us);
  const json::object& rows = document.at("operations").as_object();
  CHECK(rows.size() == 1);
  CHECK(rows.at("get").at("per_second").as_double() == 500);
  CHECK(rows.at("get").at("mb_per_second").as_double() == Approx(2.048));
  CHECK(rows.at("get").at("latency_us").at("p99").as_double() == Approx(500).epsilon(0.002));
  CHECK(document.at("total").at("count").to_number<int>() == 1000);
}

TEST_CASE("a comparison tells B as a multiple of A") {
  const auto compared = compare(report_of(1000, 500us), report_of(2000, 250us));
  REQUIRE(compared);
  const json::value& get = compared->at("get");
  CHECK(get.at("per_second").at("ratio").as_double() == 2);
  CHECK(get.at("p50").at("ratio").as_double() == Approx(0.5).epsilon(0.005));
  CHECK(get.at("p50").at("a").as_double() == Approx(500).epsilon(0.002));
  CHECK_THAT(comparison_table(*compared), Catch::Matchers::Contains("per_second"));
}

TEST_CASE("what is no report is not compared") {
  CHECK_FALSE(compare(json::value(nullptr), report_of(1, 1us)));
  CHECK_FALSE(compare(report_of(1, 1us), json::parse(R"({"format":2,"operations":{}})")));
}

TEST_CASE("messages are bounded") {
  tallies t;
  for (int i = 0; i < 1000; ++i) t.note("error " + std::to_string(i));
  t.note("error 0");
  CHECK(t.messages.size() == tallies::most_messages);
  CHECK(t.messages["error 0"] == 2);
}

}  // namespace report_test
