#include "storage/base/utc.hpp"

#include <array>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <random>

#include "tests/support/catch.hpp"

using torhaus::sys_micros;
using torhaus::utc_fields;
using torhaus::utc_of;
using torhaus::utc_text;

TEST_CASE("utc: an instant's fields are those of the C library") {
  std::mt19937_64 random(2026);
  // 1900 to 2200, to the microsecond.
  std::uniform_int_distribution<std::int64_t> micros(-2'208'988'800'000'000, 7'258'118'400'000'000);
  for (int n = 0; n < 20'000; ++n) {
    const sys_micros at{std::chrono::microseconds(micros(random))};
    const auto seconds = std::chrono::floor<std::chrono::seconds>(at);
    const std::time_t whole = seconds.time_since_epoch().count();
    std::tm expected{};
    REQUIRE(::gmtime_r(&whole, &expected) != nullptr);
    const utc_fields f = utc_of(at);
    std::array<char, 80> text{};
    std::snprintf(text.data(), text.size(), "%04d-%02d-%02dT%02d:%02d:%02d.%06dZ",
                  expected.tm_year + 1900, expected.tm_mon + 1, expected.tm_mday, expected.tm_hour,
                  expected.tm_min, expected.tm_sec, static_cast<int>((at - seconds).count()));
    CHECK(utc_text(torhaus::rfc3339_micros, f) == text.data());
    CHECK(f.weekday == static_cast<unsigned>(expected.tm_wday));
  }
}

TEST_CASE("utc: a form says which fields a text has, and what stands between them") {
  const utc_fields f = utc_of(sys_micros(std::chrono::seconds(1'480'000'007)));  // 2016-11-24
  CHECK(utc_text("YYYY-MM-DD", f) == "2016-11-24");
  CHECK(utc_text("YYYYMMDDThhmmssZ", f) == "20161124T150647Z");
  CHECK(utc_text("hh:mm:ss", f) == "15:06:47");
  CHECK(utc_text("", f).empty());
  std::string line = "at ";
  torhaus::append_utc(line, torhaus::rfc3339_seconds, f);
  CHECK(line == "at 2016-11-24T15:06:47Z");
}
