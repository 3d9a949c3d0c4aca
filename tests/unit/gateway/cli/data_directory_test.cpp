// The data directory's first file: made whole or not at all.
#include "gateway/cli/data_directory.hpp"

#include <fstream>

#include "tests/support/catch.hpp"
#include "tests/support/temp_dir.hpp"

namespace data_directory_test {

using namespace torhaus;
using gateway::cli::prepare_data_directory;

namespace {

void write(const std::filesystem::path& file, const std::string& text) {
  std::ofstream(file) << text;
}

}  // namespace

TEST_CASE("data_directory: a new directory gets a version and is taken again") {
  const test::temp_dir place;
  prepare_data_directory(place.path() / "data");
  CHECK(std::filesystem::exists(place.path() / "data" / "VERSION"));
  CHECK_NOTHROW(prepare_data_directory(place.path() / "data"));
}

TEST_CASE("data_directory: what a first start left that was cut off is no obstacle") {
  const test::temp_dir place;
  write(place.path() / "VERSION.new", "torhaus data dir");
  CHECK_NOTHROW(prepare_data_directory(place.path()));
  CHECK_FALSE(std::filesystem::exists(place.path() / "VERSION.new"));
}

TEST_CASE("data_directory: metadata that are gone or empty are refused, not begun anew") {
  const test::temp_dir place;
  prepare_data_directory(place.path());
  // A first start may end before the database is there.
  CHECK_NOTHROW(prepare_data_directory(place.path()));
  std::filesystem::create_directory(place.path() / "segments");
  CHECK_THROWS_WITH(prepare_data_directory(place.path()), Catch::Contains("is not there"));
  std::filesystem::create_directory(place.path() / "meta");
  write(place.path() / "meta" / "data.mdb", "");
  CHECK_THROWS_WITH(prepare_data_directory(place.path()), Catch::Contains("is empty"));
  write(place.path() / "meta" / "data.mdb", std::string(8192, 'x'));
  CHECK_NOTHROW(prepare_data_directory(place.path()));
}

TEST_CASE("data_directory: other people's files and other formats are refused") {
  const test::temp_dir place;
  write(place.path() / "letter.txt", "x");
  CHECK_THROWS_WITH(prepare_data_directory(place.path()), Catch::Contains("letter.txt"));
  for (const char* text : {"", "torhaus data directory, format 3\n", "something else\n"}) {
    write(place.path() / "VERSION", text);
    CHECK_THROWS_AS(prepare_data_directory(place.path()), std::runtime_error);
  }
}

TEST_CASE("data_directory: an older format becomes this one, so that older programs refuse it") {
  const test::temp_dir place;
  write(place.path() / "VERSION", "torhaus data directory, format 1\n");
  prepare_data_directory(place.path());
  std::ifstream in(place.path() / "VERSION");
  std::string line;
  std::getline(in, line);
  CHECK(line == "torhaus data directory, format 2");
}

}  // namespace data_directory_test
