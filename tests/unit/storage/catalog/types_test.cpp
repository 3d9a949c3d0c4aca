// Names from outside: buckets, keys, ETags.
#include "storage/catalog/types.hpp"
#include "tests/support/catch.hpp"

namespace types_test {

using namespace torhaus;
using namespace torhaus::storage::catalog;

TEST_CASE("bucket names follow the rules of AWS") {
  for (const char* good : {"abc", "a-b", "a.b.c", "0ab", "my-project-daten", "1.2.3", "a--b",
                           "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffggg"}) {
    CAPTURE(good);
    CHECK(bucket_name::parse(good));
  }
  for (const char* bad : {"",
                          "ab",
                          "Abc",
                          "a_b",
                          "-abc",
                          "abc-",
                          ".abc",
                          "abc.",
                          "a..b",
                          "a.-b",
                          "a-.b",
                          "192.168.5.4",
                          "xn--abc",
                          "sthree-abc",
                          "amzn-s3-demo-x",
                          "abc-s3alias",
                          "abc--ol-s3",
                          "abc.mrap",
                          "abc--x-s3",
                          "abc--table-s3",
                          "a b",
                          "a/b",
                          "\xC3\xA4pfel",
                          "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffgggg"}) {
    CAPTURE(bad);
    const auto parsed = bucket_name::parse(bad);
    REQUIRE_FALSE(parsed);
    CHECK(parsed.error().code() == errc::invalid_bucket_name);
  }
}

TEST_CASE("object keys are any UTF-8 of 1 to 1024 bytes and stay as they are") {
  const std::string nul("a\0b", 3);
  for (const std::string& good :
       {std::string("a"), std::string("//"), std::string(".."), std::string("a/"), nul,
        std::string("\x01\x7F"), std::string(1024, 'x'), std::string("\xF0\x9F\x98\x80"),
        std::string("\xEF\xBF\xBF")}) {
    const auto parsed = object_key::parse(good);
    REQUIRE(parsed);
    CHECK(parsed->str() == good);
  }
  for (const std::string& bad :
       {std::string(), std::string("\x80"), std::string("\xC0\x80"), std::string("\xE0\x80\x80"),
        std::string("\xED\xA0\x80"), std::string("\xF4\x90\x80\x80"),
        std::string("\xF0\x80\x80\x80"), std::string("\xFF"), std::string("a\xC3"),
        std::string("\xE2\x82")}) {
    const auto parsed = object_key::parse(bad);
    REQUIRE_FALSE(parsed);
    CHECK(parsed.error().code() == errc::invalid_uri);
  }
}

TEST_CASE("a key of 1025 bytes is too long and the error says so") {
  const auto parsed = object_key::parse(std::string(1025, 'x'));
  REQUIRE_FALSE(parsed);
  CHECK(parsed.error().code() == errc::key_too_long);
  const std::vector<error::field> fields = {{"Size", "1025"}, {"MaxSizeAllowed", "1024"}};
  CHECK(parsed.error().fields() == fields);
}

TEST_CASE("ETags are read with and without quotation marks and nothing else is") {
  const std::string hex = "0123456789abcdef0123456789abcdef";
  const auto plain = etag::parse(hex);
  REQUIRE(plain);
  CHECK(plain->text() == hex);
  CHECK(etag::parse("\"" + hex + "\"") == plain);
  CHECK(etag::parse("\"" + hex) == plain);
  CHECK(etag::parse(hex + "\"") == plain);
  const auto parts = etag::parse(hex + "-10000");
  REQUIRE(parts);
  CHECK(parts->parts == 10'000);
  CHECK(parts->text() == hex + "-10000");
  for (const std::string& bad :
       {std::string(), std::string("*"), hex.substr(1), hex + "0", hex + "-", hex + "-0",
        hex + "-01", hex + "-1x", hex + "-99999999999", "\"\"" + hex, "W/\"" + hex + "\"",
        std::string(32, 'g'), hex + " -1"}) {
    CAPTURE(bad);
    CHECK_FALSE(etag::parse(bad));
  }
}

}  // namespace types_test
