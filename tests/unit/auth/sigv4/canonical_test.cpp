// Paths, queries, header values and times in their canonical form.
#include "auth/sigv4/canonical.hpp"

#include "auth/sigv4/timestamp.hpp"
#include "auth/sigv4/uri.hpp"
#include "tests/support/catch.hpp"

namespace canonical_test {

using namespace torhaus::auth::sigv4;

TEST_CASE("s3_paths_are_decoded_and_encoded_once_and_nothing_is_removed") {
  const auto s3 = [](std::string_view path) { return canonical_path(path, path_style::s3); };
  CHECK(s3("") == "/");
  CHECK(s3("/") == "/");
  CHECK(s3("/b//a/./../k/") == "/b//a/./../k/");
  CHECK(s3("/b/a%20b+c~d") == "/b/a%20b%2Bc~d");
  CHECK(s3("/b/a(1)!*'") == "/b/a%281%29%21%2A%27");
  CHECK(s3("/b/%7E%c3%a4") == "/b/~%C3%A4");
  CHECK(s3("/b/100%") == "/b/100%25");
  CHECK(s3("/b/%zz%4") == "/b/%25zz%254");
  CHECK(s3("/b/\xc3\xa4") == "/b/%C3%A4");
}

TEST_CASE("other_services_sign_the_path_encoded_once_more") {
  CHECK(canonical_path("/a%20b", path_style::encoded_twice) == "/a%2520b");
  CHECK(canonical_path("/a//../b/./", path_style::normalized_twice) == "/b/");
  CHECK(canonical_path("/../..", path_style::normalized_twice) == "/");
  CHECK(canonical_path("/a/b/..", path_style::normalized_twice) == "/a/");
  CHECK(canonical_path("/a/b", path_style::normalized_twice) == "/a/b");
}

TEST_CASE("queries_are_sorted_by_encoded_name_and_value") {
  CHECK(canonical_query("") == "");
  CHECK(canonical_query("lifecycle") == "lifecycle=");
  CHECK(canonical_query("b=2&a=1&&a=0") == "a=0&a=1&b=2");
  CHECK(canonical_query("a-b=1&a=2") == "a=2&a-b=1");
  CHECK(canonical_query("prefix=a+b%2Bc/d") == "prefix=a%20b%2Bc%2Fd");
  CHECK(canonical_query("a=b=c") == "a=b%3Dc");
  CHECK(canonical_query("X-Amz-Signature=1&x=2", "X-Amz-Signature") == "x=2");
  CHECK(canonical_query("X-Amz-Signatur%65=1&x=2", "X-Amz-Signature") == "x=2");
  CHECK(canonical_query("=&=1") == "=&=1");
}

TEST_CASE("header_values_lose_outer_blanks_and_keep_one_between_words") {
  const auto value = [](std::string_view text) {
    std::string out = "x:";
    append_canonical_value(out, text);
    return out;
  };
  CHECK(value("") == "x:");
  CHECK(value("   ") == "x:");
  CHECK(value(" a \t b  ") == "x:a b");
  CHECK(value("\"a   b\"") == "x:\"a b\"");
}

TEST_CASE("an_expect_header_that_a_proxy_took_away_is_signed_with_its_only_value") {
  const std::array<header_view, 1> headers = {{{"Host", "h"}}};
  const std::string canonical =
      canonical_request({"PUT", "/", "", "expect;host;x", "", "hash"}, headers);
  CHECK(canonical == "PUT\n/\n\nexpect:100-continue\nhost:h\nx:\n\nexpect;host;x\nhash");
}

TEST_CASE("times_have_one_spelling_and_must_exist") {
  using std::chrono::sys_days;
  using namespace std::chrono_literals;
  const std::chrono::sys_seconds time = sys_days(2013y / 5 / 24) + 1h + 2min + 3s;
  CHECK(format_basic(time) == "20130524T010203Z");
  CHECK(format_extended(time) == "2013-05-24T01:02:03Z");
  CHECK(parse_basic("20130524T010203Z") == time);
  CHECK(parse_http_date("Fri, 24 May 2013 01:02:03 GMT") == time);
  for (const char* bad : {"", "20130524T010203", "20130524t010203Z", "20130532T010203Z",
                          "20130229T000000Z", "20130524T240000Z", "20130524T006000Z",
                          "2013052aT010203Z", "20130524T010203Z ", "2013-05-24T01:02:03Z"}) {
    CHECK_FALSE(parse_basic(bad));
  }
  for (const char* bad : {"", "Fri, 24 May 2013 01:02:03 UTC", "Xyz, 24 May 2013 01:02:03 GMT",
                          "Fri, 24 Mai 2013 01:02:03 GMT", "Fri, 31 Feb 2013 01:02:03 GMT"}) {
    CHECK_FALSE(parse_http_date(bad));
  }
}

TEST_CASE("decoding_leaves_what_is_no_percent_code") {
  CHECK(decode("%41%4a%4A+", plus::literal) == "AJJ+");
  CHECK(decode("a+b%2B", plus::space) == "a b+");
  CHECK(decode("%", plus::literal) == "%");
  CHECK(decode("%4", plus::literal) == "%4");
  CHECK(decode("%00", plus::literal) == std::string(1, '\0'));
}

}  // namespace canonical_test
