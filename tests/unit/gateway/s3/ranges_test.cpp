// Range and lists of ETags. RFC 9110 sections 8.8.3 and 14.
#include "gateway/s3/object/conditions.hpp"

#include "tests/support/catch.hpp"

namespace ranges_test {

using namespace torhaus;
using namespace torhaus::gateway::s3;
using storage::catalog::etag;

namespace {

// "offset+length", "whole", or the error's code.
std::string range(std::string_view header, std::uint64_t size) {
  const auto r = parse_range(header, size);
  if (!r) return std::string(code_of(r.error().code()));
  if (!*r) return "whole";
  return std::to_string((*r)->offset) + "+" + std::to_string((*r)->length);
}

const std::string hex = "0123456789abcdef0123456789abcdef";

bool matches(std::string_view list, const std::string& tag = hex,
             comparison how = comparison::strong) {
  return etag_list_matches(list, *etag::parse(tag), how);
}

}  // namespace

TEST_CASE("a range of bytes is cut to the object") {
  CHECK(range("bytes=0-0", 10) == "0+1");
  CHECK(range("bytes=0-9", 10) == "0+10");
  CHECK(range("bytes=2-5", 10) == "2+4");
  CHECK(range("bytes=2-", 10) == "2+8");
  CHECK(range("bytes=9-", 10) == "9+1");
  CHECK(range("bytes=5-100", 10) == "5+5");
  CHECK(range("bytes=-3", 10) == "7+3");
  CHECK(range("bytes=-10", 10) == "0+10");
  CHECK(range("bytes=-100", 10) == "0+10");
}

TEST_CASE("the unit's case does not matter, and white space makes a range none, as with S3") {
  CHECK(range("Bytes=0-0", 10) == "0+1");
  CHECK(range("bytes=0-0", 10) == "0+1");
  CHECK(range("bytes= 0-0", 10) == range("bytes=x", 10));
  CHECK(range("bytes= -1", 10) == range("bytes=x", 10));
  CHECK(range("bytes=0 -1", 10) == range("bytes=x", 10));
  CHECK(range("bytes=-1", 0) == range("bytes=x", 0));
}

TEST_CASE("a range behind the end is InvalidRange and says what was asked") {
  CHECK(range("bytes=10-", 10) == "InvalidRange");
  CHECK(range("bytes=10-20", 10) == "InvalidRange");
  CHECK(range("bytes=-0", 10) == "InvalidRange");
  CHECK(range("bytes=0-", 0) == "InvalidRange");
  CHECK(range("bytes=0-0", 0) == "InvalidRange");
  const auto refused = parse_range("bytes=10-20", 10);
  REQUIRE_FALSE(refused);
  using field = error::field;
  CHECK(refused.error().fields() ==
        std::vector<field>{{"RangeRequested", "bytes=10-20"}, {"ActualObjectSize", "10"}});
}

TEST_CASE("positions beyond 64 bits are behind the end, not malformed") {
  CHECK(range("bytes=0-99999999999999999999999", 10) == "0+10");
  CHECK(range("bytes=99999999999999999999999-", 10) == "InvalidRange");
  CHECK(range("bytes=-99999999999999999999999", 10) == "0+10");
  CHECK(range("bytes=0-18446744073709551615", 10) == "0+10");
  CHECK(range("bytes=0-", UINT64_MAX) == "0+18446744073709551615");
}

TEST_CASE("a malformed range, several ranges and other units mean the whole object") {
  for (const char* header : {"", "bytes", "bytes=", "bytes=-", "bytes=a-b", "bytes=0", "bytes=5-2",
                             "bytes=0-0,2-3", "bytes=0-0,", "chunks=0-1", "0-1", "bytes=+1-2",
                             "bytes=1--2", "bytes=0x1-2", "bytes=--1", "bytes:0-1", "byte"}) {
    INFO(header);
    CHECK(range(header, 10) == "whole");
  }
}

TEST_CASE("an ETag matches with or without quotation marks") {
  CHECK(matches("\"" + hex + "\""));
  CHECK(matches(hex));
  CHECK(matches("\"0123456789ABCDEF0123456789ABCDEF\""));
  CHECK(matches("*"));
  CHECK_FALSE(matches(""));
  CHECK_FALSE(matches("\"\""));
  CHECK_FALSE(matches("\"abc\""));
  CHECK_FALSE(matches("\"" + hex + "-2\""));
  CHECK(matches("\"" + hex + "-2\"", hex + "-2"));
  CHECK_FALSE(matches("\"" + hex + "-3\"", hex + "-2"));
}

TEST_CASE("one of several ETags is enough") {
  CHECK(matches("\"abc\", \"" + hex + "\""));
  CHECK(matches("\"" + hex + "\",\"abc\""));
  CHECK(matches("\"a\" ,, \"b\" , " + hex));
  CHECK_FALSE(matches("\"a\", \"b\""));
}

TEST_CASE("a weak ETag matches in a weak comparison only") {
  CHECK(matches("W/\"" + hex + "\"", hex, comparison::weak));
  CHECK_FALSE(matches("W/\"" + hex + "\"", hex, comparison::strong));
  CHECK(matches("W/\"" + hex + "\", \"" + hex + "\"", hex, comparison::strong));
  CHECK_FALSE(matches("w/\"" + hex + "\"", hex, comparison::weak));
}

}  // namespace ranges_test
