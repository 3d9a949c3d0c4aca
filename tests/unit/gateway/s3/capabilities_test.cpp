// The list of operations in gateway/README.md is the table, not a memory of it.
#include "gateway/s3/capabilities.hpp"

#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/support/catch.hpp"

namespace capabilities_test {

namespace {

std::string read_file(const std::filesystem::path& file) {
  std::ifstream in(file);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

std::filesystem::path source_root() {
  return std::filesystem::path(__FILE__)
      .parent_path()
      .parent_path()
      .parent_path()
      .parent_path()
      .parent_path();
}

}  // namespace

TEST_CASE("the capability list in gateway/README.md is what `torhaus capabilities` prints") {
  const std::string begin = "<!-- capabilities -->\n";
  const std::string end = "<!-- /capabilities -->";
  const std::string text = read_file(source_root() / "gateway" / "README.md");
  const std::size_t from = text.find(begin);
  const std::size_t to = text.find(end);
  REQUIRE(from != std::string::npos);
  REQUIRE(to != std::string::npos);
  const std::size_t first = from + begin.size();
  CHECK(text.substr(first, to - first) == torhaus::gateway::s3::capability_table());
}

}  // namespace capabilities_test
