// What /-/metrics shows, in Prometheus' text format.
#include "gateway/admin/metrics.hpp"

#include <map>
#include <set>
#include <sstream>

#include "tests/support/catch.hpp"
#include "tests/support/memory_database.hpp"

namespace metrics_test {

using namespace torhaus;
using namespace torhaus::gateway::admin;
using namespace std::chrono_literals;

namespace {

std::vector<std::string> lines_of(const std::string& page) {
  std::vector<std::string> lines;
  std::istringstream in(page);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

// Sample by its name and labels, as text.
std::map<std::string, std::string> samples_of(const std::string& page) {
  std::map<std::string, std::string> samples;
  for (const std::string& line : lines_of(page)) {
    if (line.starts_with('#')) continue;
    const std::size_t space = line.rfind(' ');
    CHECK(samples.emplace(line.substr(0, space), line.substr(space + 1)).second);
  }
  return samples;
}

bool is_name(const std::string& text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
}

}  // namespace

TEST_CASE("requests are counted by operation and class of status") {
  metrics m({"PutObject", "GetObject"});
  m.observed("GetObject", 200, 0, 5, 1ms);
  m.observed("GetObject", 206, 0, 5, 1ms);
  m.observed("GetObject", 404, 0, 300, 1ms);
  m.observed("PutObject", 200, 7, 0, 1ms);
  m.observed("PutObject", 503, 1, 0, 1ms);
  auto samples = samples_of(m.text({}));
  CHECK(samples[R"(torhaus_requests_total{operation="GetObject",status="2xx"})"] == "2");
  CHECK(samples[R"(torhaus_requests_total{operation="GetObject",status="4xx"})"] == "1");
  CHECK(samples[R"(torhaus_requests_total{operation="PutObject",status="5xx"})"] == "1");
  CHECK(samples[R"(torhaus_received_bytes_total{operation="PutObject"})"] == "8");
  CHECK(samples["torhaus_sent_bytes_total"] == "310");
}

TEST_CASE("an operation or status that nobody knows does not make a new series") {
  metrics m({"GetObject"});
  m.observed("-", 400, 0, 0, 1ms);
  m.observed("Made\"Up\n", 999, 0, 0, 1ms);
  m.observed("", 0, 0, 0, 1ms);
  auto samples = samples_of(m.text({}));
  CHECK(samples[R"(torhaus_requests_total{operation="-",status="4xx"})"] == "1");
  CHECK(samples[R"(torhaus_requests_total{operation="-",status="other"})"] == "2");
  for (const auto& [name, value] : samples) CHECK(name.find("Made") == std::string::npos);
}

TEST_CASE("durations are a histogram whose buckets are cumulative") {
  metrics m({"GetObject"});
  for (const auto took : {500us, 1000us, 1001us, 3000us, 300'000us, 60'000'000us}) {
    m.observed("GetObject", 200, 0, 0, took);
  }
  auto samples = samples_of(m.text({}));
  const auto bucket = [&](const std::string& le) {
    return samples[R"(torhaus_request_duration_seconds_bucket{operation="GetObject",le=")" + le +
                   "\"}"];
  };
  CHECK(bucket("0.001") == "2");
  CHECK(bucket("0.0025") == "3");
  CHECK(bucket("0.005") == "4");
  CHECK(bucket("0.25") == "4");
  CHECK(bucket("0.5") == "5");
  CHECK(bucket("10") == "5");
  CHECK(bucket("+Inf") == "6");
  CHECK(samples[R"(torhaus_request_duration_seconds_count{operation="GetObject"})"] == "6");
  const double sum =
      std::stod(samples[R"(torhaus_request_duration_seconds_sum{operation="GetObject"})"]);
  CHECK(sum > 60.305);
  CHECK(sum < 60.306);
}

TEST_CASE("a time that is less than nothing is nothing") {
  metrics m({"GetObject"});
  m.observed("GetObject", 200, 0, 0, -5us);
  auto samples = samples_of(m.text({}));
  CHECK(samples[R"(torhaus_request_duration_seconds_sum{operation="GetObject"})"] == "0");
  CHECK(samples[R"(torhaus_request_duration_seconds_bucket{operation="GetObject",le="0.001"})"] ==
        "1");
}

TEST_CASE("the page is Prometheus' text format") {
  metrics m({"GetObject"});
  m.observed("GetObject", 200, 1, 1, 1ms);
  test::memory_database db;
  const std::string page = m.text({.db = &db});
  CHECK(page.ends_with('\n'));
  std::set<std::string> families;
  std::string family;
  std::string kind;
  for (const std::string& line : lines_of(page)) {
    INFO(line);
    if (line.starts_with("# HELP ")) {
      family = line.substr(7, line.find(' ', 7) - 7);
      CHECK(is_name(family));
      CHECK(families.insert(family).second);
      CHECK(line.size() > 8 + family.size());
      continue;
    }
    if (line.starts_with("# TYPE ")) {
      kind = line.substr(8 + family.size());
      CHECK(line == "# TYPE " + family + " " + kind);
      CHECK((kind == "counter" || kind == "gauge" || kind == "histogram"));
      CHECK(family.ends_with("_total") == (kind == "counter"));
      continue;
    }
    // A sample belongs to the family above it.
    const std::string name = line.substr(0, line.find_first_of("{ "));
    CHECK(name.starts_with(family));
    if (kind != "histogram") CHECK(name == family);
    CHECK_NOTHROW(std::stod(line.substr(line.rfind(' '))));
  }
  CHECK(families.contains("torhaus_kv_entries"));
  CHECK(families.contains("process_resident_memory_bytes"));
  CHECK_FALSE(families.contains("torhaus_connections_open"));
}

TEST_CASE("the process tells of itself") {
  auto samples = samples_of(metrics({}).text({}));
  CHECK(std::stod(samples["process_resident_memory_bytes"]) > 1e6);
  CHECK(std::stod(samples["process_open_fds"]) >= 3);
}

}  // namespace metrics_test
