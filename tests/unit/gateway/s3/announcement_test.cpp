// What a request's headers say about its body.
#include "gateway/s3/body/announcement.hpp"

#include "gateway/s3/parameters.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/gateway/s3/gateway_world.hpp"

namespace announcement_test {

using namespace torhaus;
using namespace torhaus::gateway;
using namespace torhaus::gateway::s3;
using auth::sigv4::payload_mode;
using storage::crypto::algorithm;

namespace {

struct said {
  std::vector<http::header> headers = {};
  payload_mode mode = payload_mode::unsigned_payload;
  std::string body = "hello";
  bool chunked = false;
  bool with_checksums = true;
};

result<announcement> read(const said& s) {
  test::text_body body(s.body, 100);
  body.chunked = s.chunked;
  http::request call;
  call.headers = s.headers;
  call.body = &body;
  auth::sigv4::verified signature;
  signature.mode = s.mode;
  return read_announcement(call, signature, s.with_checksums);
}

std::string code(const said& s) {
  const auto a = read(s);
  return a ? "good" : std::string(code_of(a.error().code()));
}

const std::string md5 = test::gateway_world::base64(algorithm::md5, "hello");
const std::string crc32 = test::gateway_world::base64(algorithm::crc32, "hello");
const std::string sha256 = test::gateway_world::base64(algorithm::sha256, "hello");

}  // namespace

TEST_CASE("a plain body has the length of its Content-Length") {
  const auto a = read({});
  REQUIRE(a);
  CHECK(a->length == 5);
  CHECK_FALSE(a->streaming);
  CHECK_FALSE(a->md5);
  CHECK_FALSE(a->checksum);
  CHECK_FALSE(a->trailer);
}

TEST_CASE("a plain body without a length is MissingContentLength") {
  CHECK(code({.chunked = true}) == "MissingContentLength");
}

TEST_CASE("a streaming body has the length of x-amz-decoded-content-length") {
  for (const payload_mode mode :
       {payload_mode::streaming_signed, payload_mode::streaming_signed_trailer,
        payload_mode::streaming_unsigned_trailer}) {
    for (const bool chunked : {false, true}) {
      const auto a = read({.headers = {{"x-amz-decoded-content-length", "1234"}},
                           .mode = mode,
                           .chunked = chunked});
      REQUIRE(a);
      CHECK(a->streaming);
      CHECK(a->length == 1234);
    }
  }
  CHECK(code({.mode = payload_mode::streaming_signed}) == "MissingContentLength");
  CHECK(code({.headers = {{"x-amz-decoded-content-length", "12a"}},
              .mode = payload_mode::streaming_signed}) == "MissingContentLength");
  CHECK(code({.headers = {{"x-amz-decoded-content-length", "-1"}},
              .mode = payload_mode::streaming_signed}) == "MissingContentLength");
}

TEST_CASE("more than 5 GiB at once is EntityTooLarge") {
  const auto of = [](const char* length) {
    return code({.headers = {{"x-amz-decoded-content-length", length}},
                 .mode = payload_mode::streaming_signed});
  };
  CHECK(of("5368709120") == "good");
  CHECK(of("5368709121") == "EntityTooLarge");
}

TEST_CASE("Content-MD5 is 16 bytes in base64") {
  const auto a = read({.headers = {{"Content-MD5", md5}}});
  REQUIRE(a);
  REQUIRE(a->md5);
  CHECK(*a->md5 == test::digest(algorithm::md5, "hello"));
  for (const char* bad : {"", "short", "AAAA", "5d41402abc4b2a76b9719d911017c592",
                          "XUFAKrxLKna5cZ2REBfFkh==", "XUFAKrxLKna5cZ2REBfFkg"}) {
    INFO(bad);
    CHECK(code({.headers = {{"Content-MD5", bad}}}) == "InvalidDigest");
  }
}

TEST_CASE("each checksum header announces its algorithm") {
  for (const algorithm kind : checksum_algorithms()) {
    const std::string name = "X-Amz-Checksum-" + std::string(storage::crypto::name_of(kind));
    const std::string value = test::gateway_world::base64(kind, "hello");
    const auto a = read({.headers = {{name, value}}});
    REQUIRE(a);
    REQUIRE(a->checksum);
    CHECK(*a->checksum == test::digest(kind, "hello"));
    CHECK(code({.headers = {{name, "bad"}}}) == "InvalidRequest");
    CHECK(code({.headers = {{name, ""}}}) == "InvalidRequest");
    CHECK(code({.headers = {{name, value + "-1"}}}) == "InvalidRequest");
  }
}

TEST_CASE("two checksums are refused") {
  CHECK(code({.headers = {{"x-amz-checksum-crc32", crc32}, {"x-amz-checksum-sha256", sha256}}}) ==
        "InvalidRequest");
  // Whatever they are worth.
  const auto bad = read({.headers = {{"x-amz-checksum-crc32", ""}, {"x-amz-checksum-sha256", ""}}});
  REQUIRE_FALSE(bad);
  CHECK(bad.error().message() ==
        "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.");
  CHECK(code({.headers = {{"x-amz-checksum-crc32", crc32},
                          {"x-amz-decoded-content-length", "5"},
                          {"x-amz-trailer", "x-amz-checksum-sha256"}},
              .mode = payload_mode::streaming_unsigned_trailer}) == "InvalidRequest");
}

TEST_CASE("a checksum that nobody here can compute is refused, not ignored") {
  for (const char* name :
       {"x-amz-checksum-sha3", "x-amz-checksum-xxhash32", "x-amz-checksum-foo"}) {
    INFO(name);
    CHECK(code({.headers = {{name, "AAAA"}}}) == "InvalidRequest");
    CHECK(code({.headers = {{name, "AAAA"}}, .with_checksums = false}) == "InvalidRequest");
  }
  CHECK(code({.headers = {{"x-amz-checksum-algorithm", "CRC32"},
                          {"x-amz-checksum-type", "FULL_OBJECT"},
                          {"x-amz-checksum-mode", "ENABLED"}}}) == "good");
}

TEST_CASE("checksums of the object to be are left to the handler") {
  const auto a = read({.headers = {{"x-amz-checksum-crc32", "AAAAAA==-3"}, {"Content-MD5", md5}},
                       .with_checksums = false});
  REQUIRE(a);
  CHECK_FALSE(a->checksum);
  CHECK(a->md5);
}

TEST_CASE("x-amz-sdk-checksum-algorithm must be followed by a checksum") {
  const http::header sdk{"x-amz-sdk-checksum-algorithm", "CRC32"};
  CHECK(code({.headers = {sdk}}) == "InvalidRequest");
  CHECK(code({.headers = {sdk, {"x-amz-checksum-crc32", crc32}}}) == "good");
  CHECK(code({.headers = {sdk, {"Content-MD5", md5}}}) == "good");
  CHECK(code({.headers = {{"x-amz-sdk-checksum-algorithm", "ROT13"}}}) == "InvalidRequest");
  // versity/versitygw#1598 shows S3's answer.
  CHECK(code({.headers = {sdk, {"x-amz-checksum-sha256", sha256}}}) == "InvalidRequest");
  CHECK(code({.headers = {{"x-amz-sdk-checksum-algorithm", "ROT13"},
                          {"x-amz-checksum-sha256", sha256}}}) == "InvalidRequest");
}

TEST_CASE("a trailer is announced by x-amz-trailer") {
  const auto with = [](const char* names, payload_mode mode) {
    return read({.headers = {{"x-amz-decoded-content-length", "5"}, {"x-amz-trailer", names}},
                 .mode = mode});
  };
  const auto a = with("X-Amz-Checksum-CRC32C", payload_mode::streaming_unsigned_trailer);
  REQUIRE(a);
  CHECK(a->trailer == algorithm::crc32c);
  CHECK(a->trailer_names == "X-Amz-Checksum-CRC32C");
  CHECK_FALSE(with("x-amz-checksum-foo", payload_mode::streaming_unsigned_trailer));
  CHECK_FALSE(with("x-amz-meta-a", payload_mode::streaming_unsigned_trailer));
  CHECK_FALSE(
      with("x-amz-checksum-crc32,x-amz-checksum-sha1", payload_mode::streaming_unsigned_trailer));
  CHECK_FALSE(with("x-amz-checksum-crc32", payload_mode::unsigned_payload));
}

TEST_CASE("an SDK's announcement must agree with its trailer") {
  const auto with = [](const char* named) {
    return code({.headers = {{"x-amz-decoded-content-length", "5"},
                             {"x-amz-sdk-checksum-algorithm", named},
                             {"x-amz-trailer", "x-amz-checksum-crc32"}},
                 .mode = payload_mode::streaming_unsigned_trailer});
  };
  CHECK(with("CRC32") == "good");
  CHECK(with("crc32") == "good");
  CHECK(with("SHA256") == "InvalidRequest");
}

TEST_CASE("aws-chunked is refused where nothing tells whether the body is framed") {
  CHECK(code({.headers = {{"Content-Encoding", "aws-chunked"}}}) == "InvalidArgument");
  CHECK(code({.headers = {{"Content-Encoding", "gzip,aws-chunked"}}}) == "InvalidArgument");
  CHECK(code({.headers = {{"Content-Encoding", "gzip,aws-chunked"}},
              .mode = payload_mode::hashed}) == "good");
  CHECK(
      code({.headers = {{"Content-Encoding", "aws-chunked"}, {"x-amz-decoded-content-length", "5"}},
            .mode = payload_mode::streaming_signed}) == "good");
  CHECK(code({.headers = {{"Content-Encoding", "gzip"}}}) == "good");
}

TEST_CASE("aws-chunked is taken out of Content-Encoding and the rest is kept") {
  const auto stripped = [](std::string_view value) {
    std::string rest = "before";
    const bool found = strip_aws_chunked(value, rest);
    return (found ? "yes:" : "no:") + rest;
  };
  CHECK(stripped("aws-chunked") == "yes:");
  CHECK(stripped("AWS-Chunked") == "yes:");
  CHECK(stripped("gzip") == "no:gzip");
  CHECK(stripped("aws-chunked,gzip") == "yes:gzip");
  CHECK(stripped("gzip, aws-chunked") == "yes:gzip");
  CHECK(stripped("gzip , br,aws-chunked ,") == "yes:gzip,br");
  CHECK(stripped("") == "no:");
  CHECK(stripped("deflate, gzip") == "no:deflate, gzip");
  CHECK(stripped("not-aws-chunked") == "no:not-aws-chunked");
}

}  // namespace announcement_test
