// x-amz-copy-source as clients spell it.
#include "gateway/s3/object/copy_source.hpp"

#include "tests/support/catch.hpp"

namespace copy_source_test {

using namespace torhaus;
using namespace torhaus::gateway::s3;

namespace {

// "bucket|key", "bucket|key|version", or the error's code.
std::string parsed(std::string_view header) {
  const auto s = parse_copy_source(header);
  if (!s) return std::string(code_of(s.error().code()));
  return s->bucket + "|" + s->key + (s->version_id ? "|" + *s->version_id : "");
}

}  // namespace

TEST_CASE("a source is a bucket and a key, with or without a slash in front") {
  CHECK(parsed("bucket/key") == "bucket|key");
  CHECK(parsed("/bucket/key") == "bucket|key");
  CHECK(parsed("bucket/a/b/c") == "bucket|a/b/c");
  CHECK(parsed("bucket//a") == "bucket|/a");
  CHECK(parsed("bucket/../other/key") == "bucket|../other/key");
  CHECK(parsed("bucket/a/") == "bucket|a/");
}

TEST_CASE("a source is decoded once") {
  CHECK(parsed("bucket/a%20b") == "bucket|a b");
  CHECK(parsed("bucket/a%2Bb") == "bucket|a+b");
  CHECK(parsed("bucket/%2541") == "bucket|%41");
  CHECK(parsed("bucket/%C3%A4") == "bucket|\xC3\xA4");
}

TEST_CASE("a plus sign in a source is a space, as with AWS") {
  // aws/aws-cli#614, aws/aws-sdk-php#236: a key with '+' must be sent as %2B.
  CHECK(parsed("bucket/a+b") == "bucket|a b");
}

TEST_CASE("a source may be encoded as a whole") {
  // aws/aws-sdk-js#1821: encodeURIComponent("/from/key").
  CHECK(parsed("%2Fbucket%2Fa%2Fb") == "bucket|a/b");
  CHECK(parsed("bucket%2Fkey") == "bucket|key");
}

TEST_CASE("a version is named behind a question mark") {
  CHECK(parsed("/bucket/key?versionId=abc") == "bucket|key|abc");
  CHECK(parsed("bucket/key?versionId=null") == "bucket|key|null");
  CHECK(parsed("bucket/key?versionId=") == "bucket|key|");
  CHECK(parsed("bucket/a%3Fb?versionId=abc") == "bucket|a?b|abc");
  CHECK(parsed("bucket/a%3FversionId=abc") == "bucket|a?versionId=abc");
}

TEST_CASE("a source without bucket or key is InvalidArgument") {
  for (const char* header : {"", "/", "//", "bucket", "/bucket", "bucket/", "/bucket/", "//key",
                             "?versionId=a", "bucket?versionId=a", "%2F", "bucket%2F"}) {
    INFO(header);
    CHECK(parsed(header) == "InvalidArgument");
  }
}

TEST_CASE("a source with bad encoding or another parameter is InvalidArgument") {
  CHECK(parsed("bucket/%zz") == "InvalidArgument");
  CHECK(parsed("bucket/key%") == "InvalidArgument");
  CHECK(parsed("bucket/key?foo=bar") == "InvalidArgument");
  CHECK(parsed("bucket/key?") == "InvalidArgument");
}

TEST_CASE("an access point's ARN is NotImplemented") {
  CHECK(parsed("arn:aws:s3:eu-central-1:1234:accesspoint/ap/object/key") == "NotImplemented");
}

}  // namespace copy_source_test
