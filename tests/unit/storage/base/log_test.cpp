#include "storage/base/log.hpp"

#include <chrono>
#include <fstream>
#include <iterator>
#include <regex>
#include <string>

#include "tests/support/catch.hpp"
#include "tests/support/temp_dir.hpp"

namespace log_test {

using namespace torhaus;

namespace {

// What one call writes.
template <class Write>
std::string written(const std::string& file, Write write) {
  log::configure(log::level::info, file);
  write();
  log::configure(log::level::info, "");
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

TEST_CASE("log_escapes_what_would_end_a_text_or_a_line") {
  const test::temp_dir directory;
  const std::string line = written((directory.path() / "log").string(), [] {
    log::info("said", {{"text", "a\"b\\c\nd\x7f\x01 e"}, {"empty", ""}, {"number", 42}});
  });
  CHECK(
      line.ends_with(",\"level\":\"info\",\"event\":\"said\",\"text\":\"a\\\"b\\\\c\\u000ad"
                     "\\u007f\\u0001 e\",\"empty\":\"\",\"number\":42}\n"));
}

TEST_CASE("log_tells_the_time_in_utc_to_the_microsecond") {
  const test::temp_dir directory;
  const auto before = std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now());
  const std::string line =
      written((directory.path() / "log").string(), [] { log::info("said", {}); });
  std::smatch found;
  const std::regex form(
      R"(^\{"time":"(\d{4})-(\d{2})-(\d{2})T([01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{6}Z",)");
  REQUIRE(std::regex_search(line, found, form));
  const std::chrono::year_month_day date{
      std::chrono::year(std::stoi(found[1])),
      std::chrono::month(static_cast<unsigned>(std::stoi(found[2]))),
      std::chrono::day(static_cast<unsigned>(std::stoi(found[3])))};
  REQUIRE(date.ok());
  CHECK(std::chrono::sys_days(date) - before <= std::chrono::days(1));
  CHECK(std::chrono::sys_days(date) >= before);
}

}  // namespace log_test
