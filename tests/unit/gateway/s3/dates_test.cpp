// Dates as S3 writes and reads them.
#include "gateway/s3/dates.hpp"

#include "tests/support/catch.hpp"

namespace dates_test {

using namespace torhaus;
using namespace torhaus::gateway::s3;
using namespace std::chrono_literals;

namespace {

constexpr auto example = std::chrono::sys_days(std::chrono::year(1994) / 11 / 6) + 8h + 49min + 37s;

bool parses(std::string_view text) { return parse_date(text).has_value(); }

}  // namespace

TEST_CASE("the three forms of RFC 9110 and ISO 8601 name the same second") {
  CHECK(parse_date("Sun, 06 Nov 1994 08:49:37 GMT") == example);
  CHECK(parse_date("Sunday, 06-Nov-94 08:49:37 GMT") == example);
  CHECK(parse_date("Sun Nov  6 08:49:37 1994") == example);
  CHECK(parse_date("1994-11-06T08:49:37Z") == example);
  CHECK(parse_date("1994-11-06T08:49:37.123Z") == example);
  CHECK(parse_date("1994-11-06") == std::chrono::sys_days(std::chrono::year(1994) / 11 / 6));
  CHECK(parse_date("Wed Nov 16 08:49:37 1994") == example + std::chrono::days(10));
}

TEST_CASE("a year of two digits belongs to the century it is near") {
  CHECK(parse_date("Sunday, 06-Nov-26 08:49:37 GMT") ==
        std::chrono::sys_days(std::chrono::year(2026) / 11 / 6) + 8h + 49min + 37s);
  CHECK(parse_date("Sunday, 06-Nov-94 08:49:37 GMT") == example);
}

TEST_CASE("dates before 1970 and after 2106 are dates") {
  CHECK(parse_date("Thu, 01 Jan 1960 00:00:00 GMT") ==
        std::chrono::sys_days(std::chrono::year(1960) / 1 / 1));
  CHECK(parse_date("2999-12-31T23:59:59Z"));
}

TEST_CASE("anything else is no date") {
  for (const char* text : {"",
                           " ",
                           "now",
                           "1",
                           "Sun, 06 Nov 1994 08:49:37",
                           "Sun, 06 Nov 1994 08:49:37 CET",
                           "Sun, 6 Nov 1994 08:49:37 GMT",
                           "Sun, 31 Feb 1994 08:49:37 GMT",
                           "Sun, 06 Foo 1994 08:49:37 GMT",
                           "Sun, 06 Nov 1994 24:00:00 GMT",
                           "Sun, 06 Nov 1994 08:60:37 GMT",
                           "Sun, 06 Nov 1994 08:49:61 GMT",
                           "Sun, 06 Nov 1994 08:49:37 GMT ",
                           "Sun, 06 Nov 1994 -8:49:37 GMT",
                           "Sun, 06 Nov 1994 -0:49:37 GMT",
                           "Sun, 06 Nov 1994 +8:49:37 GMT",
                           "1994-13-06T08:49:37Z",
                           "1994-11-06T08:49:37",
                           "1994-11-06T08:49:37+01:00",
                           "1994-11-06T08:49Z",
                           "19941106T084937Z",
                           "1994-11-06T08:49:37.12345678901Z",
                           "Sun Nov 06 08:49:37 94",
                           "0000-00-00T00:00:00Z"}) {
    INFO(text);
    CHECK_FALSE(parses(text));
  }
}

TEST_CASE("dates are written without a locale") {
  const sys_micros t = example + 999'999us;
  CHECK(http_date(t) == "Sun, 06 Nov 1994 08:49:37 GMT");
  CHECK(iso_date(t) == "1994-11-06T08:49:37.000Z");
  CHECK(http_date(sys_micros{}) == "Thu, 01 Jan 1970 00:00:00 GMT");
  CHECK(http_date(sys_micros(std::chrono::microseconds(-1))) == "Wed, 31 Dec 1969 23:59:59 GMT");
}

TEST_CASE("what is written reads back to the second") {
  for (std::int64_t s = -2'000'000'000; s < 9'000'000'000; s += 123'456'789) {
    const sys_micros t{std::chrono::seconds(s)};
    CHECK(parse_date(http_date(t)) == std::chrono::floor<std::chrono::seconds>(t));
    CHECK(parse_date(iso_date(t)) == std::chrono::floor<std::chrono::seconds>(t));
  }
}

}  // namespace dates_test
