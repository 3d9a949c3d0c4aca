// The bodies of the admin API, and its times.
#include "gateway/admin/json.hpp"

#include "tests/support/catch.hpp"

namespace json_test {

using namespace torhaus;
using namespace torhaus::gateway::admin;
using namespace std::chrono_literals;

namespace {

constexpr auto noon = std::chrono::sys_days(std::chrono::year(2027) / 1 / 31) + 12h;

json_input parsed(std::string_view text) { return json_input::parse(text).value(); }

std::string mistake(const json_input& in) {
  const auto done = in.finish();
  return done ? "none" : std::string(done.error().message());
}

}  // namespace

TEST_CASE("members are taken out one by one") {
  json_input in = parsed(R"({"name": "Bauamt", "enabled": true, "email": ""})");
  CHECK(in.text("name") == "Bauamt");
  CHECK(in.flag("enabled") == true);
  CHECK(in.text("email") == "");
  CHECK_FALSE(in.text("id"));
  CHECK_FALSE(in.flag("root"));
  CHECK(mistake(in) == "none");
}

TEST_CASE("a member that nobody asked for is refused by name") {
  json_input in = parsed(R"({"name": "Bauamt", "colour": "red"})");
  CHECK(in.text("name") == "Bauamt");
  CHECK(mistake(in) == "unknown member colour");
  const auto refused = in.finish();
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code() == errc::invalid_argument);
}

TEST_CASE("a member of another type is refused by name") {
  for (const char* value : {"1", "true", "null", "[]", "{}"}) {
    INFO(value);
    json_input in = parsed(std::string(R"({"name": )") + value + "}");
    CHECK_FALSE(in.text("name"));
    CHECK(mistake(in) == "name must be a string");
  }
  for (const char* value : {"1", "\"true\"", "null", "[]"}) {
    INFO(value);
    json_input in = parsed(std::string(R"({"enabled": )") + value + "}");
    CHECK_FALSE(in.flag("enabled"));
    CHECK(mistake(in) == "enabled must be true or false");
  }
}

TEST_CASE("the first mistake is the one that is told") {
  json_input in = parsed(R"({"name": 1, "enabled": 2, "colour": "red"})");
  in.flag("enabled");
  in.text("name");
  CHECK(mistake(in) == "enabled must be true or false");
}

TEST_CASE("a body must be one JSON object") {
  for (const char* text :
       {"", " ", "[]", "1", "\"a\"", "null", "{", "{}}", "{} {}", "{a: 1}", "{'a': 1}",
        "{\"a\": 1,}", "{\"a\"}", "no json", "{\"a\": \"\xFF\"}", "{\"a\": \"\x01\"}", "<xml/>"}) {
    INFO(text);
    const auto refused = json_input::parse(text);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code() == errc::invalid_argument);
  }
  CHECK(json_input::parse("{}"));
  CHECK(json_input::parse(" {} \n"));
}

TEST_CASE("nesting is bounded") {
  const auto nested = [](std::size_t depth) {
    return R"({"a": )" + std::string(depth, '[') + std::string(depth, ']') + "}";
  };
  CHECK(json_input::parse(nested(7)));
  CHECK_FALSE(json_input::parse(nested(8)));
  CHECK_FALSE(json_input::parse(nested(100'000)));
}

TEST_CASE("times are written in UTC, to the second") {
  CHECK(time_text(noon) == "2027-01-31T12:00:00Z");
  CHECK(time_text(noon + 999'999us) == "2027-01-31T12:00:00Z");
  CHECK(time_text(sys_micros{}) == "1970-01-01T00:00:00Z");
}

TEST_CASE("a time is a second, a date is its last second") {
  CHECK(parse_time("2027-01-31T12:00:00Z") == noon);
  CHECK(parse_time("2027-01-31") == noon + 12h - 1s);
  CHECK(parse_time("2028-02-29"));
  for (std::int64_t s = 0; s < 4'000'000'000; s += 98'765'432) {
    const sys_micros t{std::chrono::seconds(s)};
    CHECK(parse_time(time_text(t)) == t);
  }
}

TEST_CASE("anything else is no time") {
  for (const char* text : {"",
                           "2027",
                           "2027-1-31",
                           "2027-13-01",
                           "2027-02-29",
                           "2027-00-10",
                           "2027-01-00",
                           "2027-01-32",
                           "2027-01-31T12:00:00",
                           "2027-01-31T24:00:00Z",
                           "2027-01-31T12:60:00Z",
                           "2027-01-31T12:00:60Z",
                           "2027-01-31 12:00:00Z",
                           "2027-01-31T12:00:00+01:00",
                           "2027-01-31T12:00:00Zx",
                           " 2027-01-31",
                           "2027-01-31 ",
                           "+027-01-31",
                           "-027-01-31",
                           "2027- 1-31",
                           "2027--1-31",
                           "2027-01-+1",
                           "2027/01/31",
                           "31.01.2027",
                           "20270131",
                           "2027-01-31T-1:00:00Z",
                           "2027-01-31T 1:00:00Z",
                           "2027-01-31t12:00:00z",
                           "tomorrow!!"}) {
    INFO(text);
    CHECK_FALSE(parse_time(text));
  }
  CHECK_FALSE(parse_time(std::string_view("2027-01-3\0", 10)));
}

TEST_CASE("entities are written with all their members, and never a secret") {
  auth::identity::access_key k;
  k.id = "AKIA0000000000000001";
  k.agency = "bauamt";
  k.user = "eva";
  k.created = noon;
  const std::string open = boost::json::serialize(to_json(k));
  CHECK(open == R"({"access_key_id":"AKIA0000000000000001","agency":"bauamt","user":"eva",)"
                R"("created":"2027-01-31T12:00:00Z","enabled":true,"expires":null,)"
                R"("last_used":null})");
  k.expires = noon;
  CHECK(boost::json::serialize(to_json(k)).find(R"("expires":"2027-01-31T12:00:00Z")") !=
        std::string::npos);
  auth::identity::agency a;
  a.id = "bauamt";
  a.name = "Bau\"amt";
  CHECK(boost::json::serialize(to_json(a)).find(R"("name":"Bau\"amt")") != std::string::npos);
}

}  // namespace json_test
