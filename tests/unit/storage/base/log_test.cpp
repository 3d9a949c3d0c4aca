#include "storage/base/log.hpp"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <string>
#include <system_error>
#include <thread>

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

TEST_CASE("log_lines_of_a_burst_arrive_whole_and_in_order") {
  const test::temp_dir directory;
  const std::string file = (directory.path() / "log").string();
  log::configure(log::level::info, file);
  constexpr int lines = 5000;
  for (int n = 0; n < lines; ++n) log::info("said", {{"number", n}});
  log::configure(log::level::info, "");
  std::ifstream in(file);
  int seen = 0;
  for (std::string line; std::getline(in, line); ++seen) {
    INFO(line);
    REQUIRE(line.ends_with("\"event\":\"said\",\"number\":" + std::to_string(seen) + "}"));
  }
  CHECK(seen == lines);
}

TEST_CASE("log_lines_leave_at_once_after_a_quiet_time_and_when_they_warn") {
  const test::temp_dir directory;
  const std::string file = (directory.path() / "log").string();
  const auto lines_now = [&] {
    std::ifstream in(file);
    return std::count(std::istreambuf_iterator<char>(in), {}, '\n');
  };
  log::configure(log::level::info, file);
  log::info("first");
  CHECK(lines_now() == 1);
  log::info("second");
  log::warning("third");
  CHECK(lines_now() == 3);
  log::info("fourth");
  for (int tries = 0; lines_now() < 4 && tries < 500; ++tries) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  CHECK(lines_now() == 4);
  log::configure(log::level::info, "");
}

TEST_CASE("log_goes_on_with_its_file_when_another_cannot_be_opened") {
  const test::temp_dir directory;
  const std::string file = (directory.path() / "log").string();
  log::configure(log::level::info, file);
  std::filesystem::rename(file, file + ".1");
  std::filesystem::create_directory(file);
  log::reopen();
  log::configure(log::level::info, "");
  std::ifstream in(file + ".1");
  std::string line;
  REQUIRE(std::getline(in, line));
  CHECK(line.find("log_not_reopened") != std::string::npos);
  CHECK_THROWS_AS(log::configure(log::level::info, file), std::system_error);
}

}  // namespace log_test
