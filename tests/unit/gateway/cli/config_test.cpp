#include "gateway/cli/config.hpp"

#include <fstream>

#include "gateway/cli/data_directory.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temp_dir.hpp"

namespace config_test {

using namespace torhaus;
using namespace torhaus::gateway::cli;
using Catch::Matchers::Contains;

namespace {

struct fixture {
  test::temp_dir directory;
  std::filesystem::path file = directory.path() / "torhaus.toml";

  config load(const std::string& text, const environment& env = {}) {
    std::ofstream(file) << text;
    return load_config(file, env);
  }
};

}  // namespace

TEST_CASE_METHOD(fixture, "a file sets values, the environment overrides them") {
  const config c = load(R"(
data = "/srv/torhaus"
listen = ["127.0.0.1:9000", "[::1]:9000"]
region = "de-th-1"
[limits]
idle_time = "5m"
[storage]
reserve = "2GiB"
[s3]
default_encryption = "AES256"
allow_sse_c_over_http = true
)",
                        {{"TORHAUS_REGION", "de-by-1"},
                         {"TORHAUS_LIMITS_IDLE_TIME", "90s"},
                         {"TORHAUS_BASE_DOMAINS", "s3.example.org, s3.intern"}});
  CHECK(c.data == "/srv/torhaus");
  REQUIRE(c.listen.size() == 2);
  CHECK(c.listen[1].address == "::1");
  CHECK(c.region == "de-by-1");
  CHECK(c.limit.idle_time == std::chrono::seconds(90));
  CHECK(c.reserve_bytes == std::uint64_t{2} << 30);
  CHECK(c.encrypt_by_default);
  CHECK(c.allow_sse_c_over_http);
  CHECK(c.base_domains == std::vector<std::string>{"s3.example.org", "s3.intern"});
}

TEST_CASE_METHOD(fixture, "an unknown key stops the start with file and line") {
  CHECK_THROWS_WITH(load("data = \"/x\"\nregoin = \"a\"\n"),
                    Contains("torhaus.toml:2: regoin: unknown key"));
  CHECK_THROWS_WITH(load("[limits]\n\nidel = \"1s\"\n"),
                    Contains("torhaus.toml:3: limits.idel: unknown key"));
  CHECK_THROWS_WITH(load("", {{"TORHAUS_REGOIN", "x"}}), Contains("TORHAUS_REGOIN: unknown key"));
}

TEST_CASE_METHOD(fixture, "a bad value says what was expected") {
  CHECK_THROWS_WITH(load("listen = \"9000\""), Contains(":1: listen") && Contains("ADDRESS:PORT"));
  CHECK_THROWS_WITH(load("[limits]\nidle_time = \"soon\""), Contains(":2:") && Contains("30s"));
  CHECK_THROWS_WITH(load("[storage]\nreserve = \"many\""), Contains("expected a size"));
  CHECK_THROWS_WITH(load("[s3]\ndefault_encryption = \"DES\""),
                    Contains("expected AES256 or none"));
  CHECK_THROWS_WITH(load("allow_plain_http = \"perhaps\""), Contains("true or false"));
  CHECK_THROWS_WITH(load("threads = 100000"), Contains("from 0 to 256"));
  CHECK_THROWS_WITH(load("data = [1,"), Contains("torhaus.toml:1"));
  CHECK_THROWS_WITH(load("[tls]\nkey = \"k.pem\""), Contains("both certificate and key"));
}

TEST_CASE_METHOD(fixture, "agencies have half of the connections unless somebody says otherwise") {
  CHECK_FALSE(load("").agency_requests);
  CHECK(load("").agency_request_rate == 0);
  const config c = load("[limits]\nagency_requests = 200\nagency_request_rate = 500\n",
                        {{"TORHAUS_LIMITS_AGENCY_REQUESTS", "0"}});
  CHECK(c.agency_requests == 0);
  CHECK(c.agency_request_rate == 500);
  CHECK_THROWS_WITH(load("[limits]\nagency_requests = -1"), Contains("from 0 to 1000000"));
  CHECK_THROWS_WITH(load("[limits]\nagency_request_rate = \"fast\""),
                    Contains("from 0 to 10000000"));
}

TEST_CASE("end points, durations and sizes are parsed whole or not at all") {
  CHECK(parse_endpoint("localhost:80").address == "127.0.0.1");
  CHECK(parse_endpoint("[::]:443").address == "::");
  CHECK(parse_endpoint(":9000").address == "0.0.0.0");
  for (const char* bad : {"", "1.2.3.4", "1.2.3.4:", "1.2.3.4:70000", "::1:9000", "host:9000",
                          "1.2.3.4:9000x", "1.2.3.4:-1"}) {
    CHECK_THROWS_AS(parse_endpoint(bad), config_error);
  }
  CHECK(parse_duration("250ms").count() == 250);
  CHECK(parse_duration("2h").count() == 7'200'000);
  for (const char* bad : {"", "5", "s", "-1s", "1d", "99999999999999999999s", "1 s"}) {
    CHECK_THROWS_AS(parse_duration(bad), config_error);
  }
  CHECK(parse_size("64KiB") == 65536);
  CHECK(parse_size("10GB") == 10'000'000'000);
  for (const char* bad : {"", "-1", "1XB", "18446744073709551615KiB"}) {
    CHECK_THROWS_AS(parse_size(bad), config_error);
  }
}

TEST_CASE("plain HTTP beyond loopback needs its switch") {
  config c;
  c.data = "/srv/x";
  CHECK_NOTHROW(check_safe(c));
  c.listen = {{"0.0.0.0", 9000}};
  CHECK_THROWS_WITH(check_safe(c), Contains("allow_plain_http"));
  c.allow_plain_http = true;
  CHECK_NOTHROW(check_safe(c));
  c.allow_plain_http = false;
  c.listen = {{"::1", 9000}};
  c.admin_listen = {"192.0.2.1", 9001};
  CHECK_THROWS_AS(check_safe(c), config_error);
  c = config{};
  CHECK_THROWS_WITH(check_safe(c), Contains("--data"));
}

TEST_CASE("a data directory is made once, and a foreign or newer one is refused") {
  const test::temp_dir directory;
  const auto data = directory.path() / "new" / "data";
  prepare_data_directory(data);
  CHECK_NOTHROW(prepare_data_directory(data));
  std::ofstream(data / "VERSION") << "torhaus data directory, format 99\n";
  CHECK_THROWS_WITH(prepare_data_directory(data), Contains("format 99"));
  std::ofstream(data / "VERSION") << "something else\n";
  CHECK_THROWS_WITH(prepare_data_directory(data), Contains("not one of Torhaus"));
  const auto foreign = directory.path() / "foreign";
  std::filesystem::create_directory(foreign);
  std::ofstream(foreign / "letter.txt") << "dear";
  CHECK_THROWS_WITH(prepare_data_directory(foreign), Contains("letter.txt"));
  CHECK(default_master_key_file("/srv/data/") == "/srv/data.master-key");
}

TEST_CASE_METHOD(fixture, "webhooks are tables with the operator's names") {
  const config c = load(R"(
[logging]
interval = "30s"
[notification]
max_age = "2h"
max_queued = 500
[notification.webhooks.akten-1]
url = "https://hooks.example.org/s3"
token = "t"
accounts = ["111111111111", "222222222222"]
)",
                        {{"TORHAUS_NOTIFICATION_WEBHOOKS_AKTEN_1_SECRET", "s"},
                         {"TORHAUS_NOTIFICATION_WEBHOOKS_B_URL", "http://127.0.0.1:8080"}});
  CHECK(c.logging_interval == std::chrono::seconds(30));
  CHECK(c.event_max_age == std::chrono::hours(2));
  CHECK(c.event_max_queued == 500);
  REQUIRE(c.webhooks.size() == 2);
  CHECK(c.webhooks[0].name == "akten-1");
  CHECK(c.webhooks[0].url == "https://hooks.example.org/s3");
  CHECK(c.webhooks[0].token == "t");
  CHECK(c.webhooks[0].secret == "s");
  CHECK(c.webhooks[0].accounts == std::vector<std::string>{"111111111111", "222222222222"});
  CHECK(c.webhooks[1].name == "b");
}

TEST_CASE_METHOD(fixture, "a webhook that leads nowhere stops the start") {
  const std::string head = "[notification.webhooks.a]\n";
  CHECK_THROWS_WITH(load(head + "token = \"t\""), Contains("webhooks.a.url: expected a URL"));
  CHECK_THROWS_WITH(load(head + "url = \"hooks\""), Contains(":2:") && Contains("expected a URL"));
  CHECK_THROWS_WITH(load(head + "uri = \"x\""), Contains("webhooks.a.uri: unknown key"));
  CHECK_THROWS_WITH(load(head + "url = \"http://a\"\naccounts = [\"1\"]"), Contains("12 digits"));
  CHECK_THROWS_WITH(load("[notification.webhooks.A_b]\nurl = \"http://a\""),
                    Contains("expected a name"));
  CHECK_THROWS_WITH(load("[notification.webhooks]\na = 1"), Contains("expected a table"));
}

}  // namespace config_test
