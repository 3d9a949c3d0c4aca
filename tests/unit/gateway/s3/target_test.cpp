// Which bucket and key a request speaks of.
#include "gateway/s3/target.hpp"

#include "tests/support/catch.hpp"

namespace target_test {

using namespace torhaus;
using namespace torhaus::gateway::s3;

namespace {

const std::vector<std::string> bases = {"s3.example.org", "example.org", "files.amt.example"};

// "bucket|key", or the error's code.
std::string parsed(std::string_view host, std::string_view path, std::string_view query = "") {
  const auto t = parse_target(host, path, query, bases);
  if (!t) return std::string(code_of(t.error().code()));
  return t->bucket + "|" + t->key;
}

std::string path_style(std::string_view path) { return parsed("127.0.0.1:9000", path); }

std::string parameter(std::string_view query, std::string_view name) {
  const auto t = parse_target("127.0.0.1", "/b", query, bases);
  if (!t) return std::string(code_of(t.error().code()));
  return std::string(t->parameter(name).value_or("(none)"));
}

}  // namespace

TEST_CASE("path style names the bucket first and the key behind it") {
  CHECK(path_style("/") == "|");
  CHECK(path_style("/bucket") == "bucket|");
  CHECK(path_style("/bucket/") == "bucket|");
  CHECK(path_style("/bucket/key") == "bucket|key");
  CHECK(path_style("/bucket/a/b/c.txt") == "bucket|a/b/c.txt");
  CHECK(parsed("[::1]:9000", "/bucket/key") == "bucket|key");
}

TEST_CASE("a key is never normalised") {
  CHECK(path_style("/bucket//") == "bucket|/");
  CHECK(path_style("/bucket//a") == "bucket|/a");
  CHECK(path_style("/bucket/a//b/") == "bucket|a//b/");
  CHECK(path_style("/bucket/./a") == "bucket|./a");
  CHECK(path_style("/bucket/../other/key") == "bucket|../other/key");
  CHECK(path_style("/bucket/..") == "bucket|..");
  CHECK(path_style("/bucket/%2e%2e/a") == "bucket|../a");
}

TEST_CASE("a path is decoded exactly once") {
  CHECK(path_style("/bucket/a%20b") == "bucket|a b");
  CHECK(path_style("/bucket/a+b") == "bucket|a+b");
  CHECK(path_style("/bucket/a%2Bb") == "bucket|a+b");
  CHECK(path_style("/bucket/a%2fb") == "bucket|a/b");
  CHECK(path_style("/bucket/%2F") == "bucket|/");
  CHECK(path_style("/bucket/%2541") == "bucket|%41");
  CHECK(path_style("/bucket/%C3%A4") == "bucket|\xC3\xA4");
  CHECK(path_style("/bucket/a%3Fb%23c") == "bucket|a?b#c");
  CHECK(path_style("/bucket/a%00b") == std::string("bucket|a\0b", 10));
  CHECK(path_style("/bucket/%0A%7F") == "bucket|\n\x7F");
}

TEST_CASE("an encoded slash does not end a bucket's name") {
  CHECK(path_style("/bucket%2Fkey") == "bucket/key|");
  CHECK(path_style("/a+b/key") == "a+b|key");
}

TEST_CASE("bad percent-encoding is InvalidURI") {
  for (const char* path : {"/bucket/%", "/bucket/%4", "/bucket/a%zz", "/bucket/%-1", "/%4g/key",
                           "/bucket/%+1", "/bucket/a%2"}) {
    INFO(path);
    CHECK(path_style(path) == "InvalidURI");
  }
  CHECK(parsed("x", "/b", "a=%4") == "InvalidURI");
  CHECK(parsed("x", "/b", "%zz=1") == "InvalidURI");
}

TEST_CASE("a key that is no UTF-8 is InvalidURI") {
  for (const char* path : {"/b/%FF", "/b/%C3", "/b/%ED%A0%80", "/b/%C0%AF", "/b/%F5%80%80%80"}) {
    INFO(path);
    CHECK(path_style(path) == "InvalidURI");
  }
}

TEST_CASE("a key has at most 1024 bytes, counted after decoding") {
  CHECK(path_style("/b/" + std::string(1024, 'k')) == "b|" + std::string(1024, 'k'));
  CHECK(path_style("/b/" + std::string(1025, 'k')) == "KeyTooLongError");
  std::string encoded = "/b/";
  for (int i = 0; i < 1024; ++i) encoded += "%41";
  CHECK(path_style(encoded) == "b|" + std::string(1024, 'A'));
}

TEST_CASE("an empty bucket name before a key is no bucket") {
  CHECK(path_style("//key") == "InvalidBucketName");
  CHECK(path_style("//") == "InvalidBucketName");
}

TEST_CASE("virtual-host style names the bucket in Host") {
  CHECK(parsed("bucket.s3.example.org", "/") == "bucket|");
  CHECK(parsed("bucket.s3.example.org", "/a/b") == "bucket|a/b");
  CHECK(parsed("bucket.s3.example.org:8443", "/key") == "bucket|key");
  CHECK(parsed("a.dotted.bucket.s3.example.org", "/key") == "a.dotted.bucket|key");
  CHECK(parsed("bucket.files.amt.example", "/key") == "bucket|key");
  CHECK(parsed("BUCKET.S3.Example.ORG", "/Key") == "bucket|Key");
  CHECK(parsed("bucket.s3.example.org", "//a") == "bucket|/a");
  CHECK(parsed("bucket.s3.example.org", "/-/health/live") == "bucket|-/health/live");
  CHECK(parsed("bucket.s3.example.org", "/%2F") == "bucket|/");
}

TEST_CASE("the longest base domain decides, in whatever order they are configured") {
  CHECK(parsed("bucket.example.org", "/key") == "bucket|key");
  CHECK(parsed("bucket.s3.example.org", "/key") == "bucket|key");
  const auto turned =
      parse_target("bucket.s3.example.org", "/key", "", {"example.org", "s3.example.org"});
  REQUIRE(turned);
  CHECK(turned->bucket == "bucket");
}

TEST_CASE("a base domain itself is path style") {
  CHECK(parsed("s3.example.org", "/bucket/key") == "bucket|key");
  CHECK(parsed("example.org:80", "/bucket/key") == "bucket|key");
  CHECK(parsed("S3.EXAMPLE.ORG", "/bucket/key") == "bucket|key");
}

TEST_CASE("a host that only looks like a base domain is path style") {
  CHECK(parsed("bucket.s3.example.org.evil.net", "/b/k") == "b|k");
  CHECK(parsed("bucketfiles.amt.example", "/b/k") == "b|k");
  CHECK(parsed(".files.amt.example", "/b/k") == "b|k");
  CHECK(parsed("", "/b/k") == "b|k");
}

TEST_CASE("what names a bucket in its host is told apart from reserved paths") {
  CHECK(names_bucket_in_host("bucket.s3.example.org", bases));
  CHECK_FALSE(names_bucket_in_host("s3.example.org", bases));
  CHECK_FALSE(names_bucket_in_host("10.0.0.1:9000", bases));
}

TEST_CASE("query parameters are decoded once, in the order sent, '+' as a space") {
  CHECK(parameter("prefix=a%2Fb&marker=x", "prefix") == "a/b");
  CHECK(parameter("prefix=a+b", "prefix") == "a b");
  CHECK(parameter("prefix=a%2Bb", "prefix") == "a+b");
  CHECK(parameter("prefix=%2541", "prefix") == "%41");
  CHECK(parameter("prefix=a=b", "prefix") == "a=b");
  CHECK(parameter("p%72efix=x", "prefix") == "x");
  CHECK(parameter("uploads", "uploads").empty());
  CHECK(parameter("uploads=", "uploads").empty());
  CHECK(parameter("&&a=1&", "a") == "1");
  CHECK(parameter("a=1&a=2", "a") == "1");
  CHECK(parameter("Prefix=x", "prefix") == "(none)");
}

TEST_CASE("the number of query parameters is bounded") {
  std::string query;
  for (int i = 0; i < 256; ++i) query += "a=1&";
  CHECK(parameter(query, "a") == "1");
  CHECK(parameter(query + "a=1", "a") == "InvalidURI");
}

}  // namespace target_test
