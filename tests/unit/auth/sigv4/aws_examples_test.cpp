// The worked examples of AWS's S3 documentation: "Signature calculations for the Authorization
// header" (single chunk, multiple chunks, trailing headers), "Authenticating requests: using query
// parameters" and "… using POST".
#include "auth/sigv4/chunked.hpp"
#include "auth/sigv4/verifier.hpp"
#include "storage/crypto/digest.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/auth/sigv4/request_builder.hpp"

namespace aws_examples_test {

using namespace torhaus::auth::sigv4;
using namespace torhaus::auth::sigv4::test;

namespace {

owned_request example(std::string method, std::string path, std::string query) {
  owned_request call;
  call.method = std::move(method);
  call.path = std::move(path);
  call.query = std::move(query);
  call.add("Host", "examplebucket.s3.amazonaws.com");
  return call;
}

std::string authorization(std::string_view signed_headers, std::string_view signature) {
  std::string out =
      "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,";
  out.append("SignedHeaders=").append(signed_headers).append(",Signature=").append(signature);
  return out;
}

torhaus::result<verified> check(owned_request& call) {
  auto claim = parse_credentials(call.view(), example_acceptance(), at(example_time));
  if (!claim) return std::move(claim).error();
  REQUIRE(claim->has_value());
  verifier checker;
  return checker.verify(call.view(), **claim, example_secret);
}

std::string hex_sha256(std::string_view text) {
  return torhaus::storage::crypto::to_hex(
      torhaus::storage::crypto::digest_of(torhaus::storage::crypto::algorithm::sha256, text)
          .bytes());
}

}  // namespace

TEST_CASE("aws_example_get_object_verifies") {
  owned_request call = example("GET", "/test.txt", "");
  call.add("Authorization",
           authorization("host;range;x-amz-content-sha256;x-amz-date",
                         "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"));
  call.add("Range", "bytes=0-9");
  call.add("x-amz-content-sha256", std::string(empty_hash));
  call.add("x-amz-date", "20130524T000000Z");
  const auto out = check(call);
  REQUIRE(out);
  CHECK(out->mode == payload_mode::hashed);
  CHECK(out->body_hash == empty_hash);
  CHECK(out->scope.text() == "20130524/us-east-1/s3/aws4_request");
}

TEST_CASE("aws_example_put_object_verifies") {
  owned_request call = example("PUT", "/test%24file.text", "");
  call.add("Authorization",
           authorization("date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class",
                         "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"));
  call.add("Date", "Fri, 24 May 2013 00:00:00 GMT");
  call.add("x-amz-date", "20130524T000000Z");
  call.add("x-amz-storage-class", "REDUCED_REDUNDANCY");
  call.add("x-amz-content-sha256",
           "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072");
  CHECK(check(call));
}

TEST_CASE("aws_example_get_bucket_lifecycle_verifies") {
  owned_request call = example("GET", "/", "lifecycle");
  call.add("Authorization",
           authorization("host;x-amz-content-sha256;x-amz-date",
                         "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"));
  call.add("x-amz-date", "20130524T000000Z");
  call.add("x-amz-content-sha256", std::string(empty_hash));
  CHECK(check(call));
}

TEST_CASE("aws_example_list_objects_verifies") {
  owned_request call = example("GET", "/", "max-keys=2&prefix=J");
  call.add("Authorization",
           authorization("host;x-amz-content-sha256;x-amz-date",
                         "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"));
  call.add("x-amz-date", "20130524T000000Z");
  call.add("x-amz-content-sha256", std::string(empty_hash));
  CHECK(check(call));
}

TEST_CASE("aws_example_presigned_get_verifies_and_is_what_the_signer_makes") {
  owned_request call = example("GET", "/test.txt", "");
  const std::string made = presign_query(call.view(), example_identity(),
                                         *parse_basic(example_time), std::chrono::hours(24));
  CHECK(made ==
        "X-Amz-Algorithm=AWS4-HMAC-SHA256"
        "&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request"
        "&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host"
        "&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404");
  call.query = made;
  const auto out = check(call);
  REQUIRE(out);
  CHECK(out->mode == payload_mode::unsigned_payload);
}

TEST_CASE("aws_example_chunked_upload_verifies_in_every_chunk") {
  owned_request call = example("PUT", "/examplebucket/chunkObject.txt", "");
  call.set("Host", "s3.amazonaws.com");
  call.add("x-amz-date", "20130524T000000Z");
  call.add("x-amz-storage-class", "REDUCED_REDUNDANCY");
  call.add("Authorization",
           authorization("content-encoding;content-length;host;x-amz-content-sha256;x-amz-date;"
                         "x-amz-decoded-content-length;x-amz-storage-class",
                         "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9"));
  call.add("x-amz-content-sha256", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD");
  call.add("Content-Encoding", "aws-chunked");
  call.add("x-amz-decoded-content-length", "66560");
  call.add("Content-Length", "66824");
  const auto out = check(call);
  REQUIRE(out);
  CHECK(out->mode == payload_mode::streaming_signed);

  const std::string body =
      "10000;chunk-signature=ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648\r\n" +
      std::string(65536, 'a') +
      "\r\n400;chunk-signature="
      "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497\r\n" +
      std::string(1024, 'a') +
      "\r\n0;chunk-signature="
      "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9\r\n\r\n";
  CHECK(body.size() == 66824);
  chunk_decoder decoder(*out, {66560, ""});
  std::vector<std::span<const std::byte>> pieces;
  CHECK(decoder.feed(std::as_bytes(std::span(body.data(), body.size())), pieces));
  CHECK(decoder.finish());
  CHECK(decoder.decoded_bytes() == 66560);
}

TEST_CASE("aws_example_chunked_upload_with_trailer_verifies") {
  owned_request call = example("PUT", "/examplebucket/chunkObject.txt", "");
  call.set("Host", "s3.amazonaws.com");
  call.add("x-amz-date", "20130524T000000Z");
  call.add("x-amz-storage-class", "REDUCED_REDUNDANCY");
  call.add("Authorization",
           authorization("content-encoding;host;x-amz-content-sha256;x-amz-date;"
                         "x-amz-decoded-content-length;x-amz-storage-class;x-amz-trailer",
                         "106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e"));
  call.add("x-amz-content-sha256", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER");
  call.add("Content-Encoding", "aws-chunked");
  call.add("x-amz-decoded-content-length", "66560");
  call.add("x-amz-trailer", "x-amz-checksum-crc32c");
  const auto out = check(call);
  REQUIRE(out);

  const std::string body =
      "10000;chunk-signature=b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2\r\n" +
      std::string(65536, 'a') +
      "\r\n400;chunk-signature="
      "1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7\r\n" +
      std::string(1024, 'a') +
      "\r\n0;chunk-signature=2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992\r\n"
      "x-amz-checksum-crc32c:sOO8/Q==\r\n"
      "x-amz-trailer-signature:"
      "d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435\r\n\r\n";
  chunk_decoder decoder(*out, {66560, "x-amz-checksum-crc32c"});
  std::vector<std::span<const std::byte>> pieces;
  CHECK(decoder.feed(std::as_bytes(std::span(body.data(), body.size())), pieces));
  CHECK(decoder.finish());
  REQUIRE(decoder.trailers().size() == 1);
  CHECK(decoder.trailers()[0].first == "x-amz-checksum-crc32c");
  CHECK(decoder.trailers()[0].second == "sOO8/Q==");
}

TEST_CASE("aws_example_post_policy_is_signed_as_published") {
  const std::string policy =
      "eyAiZXhwaXJhdGlvbiI6ICIyMDE1LTEyLTMwVDEyOjAwOjAwLjAwMFoiLA0KICAiY29uZGl0aW9ucyI6IFsNCiAgICB7"
      "ImJ1"
      "Y2tldCI6ICJzaWd2NGV4YW1wbGVidWNrZXQifSwNCiAgICBbInN0YXJ0cy13aXRoIiwgIiRrZXkiLCAidXNlci91c2Vy"
      "MS8i"
      "XSwNCiAgICB7ImFjbCI6ICJwdWJsaWMtcmVhZCJ9LA0KICAgIHsic3VjY2Vzc19hY3Rpb25fcmVkaXJlY3QiOiAiaHR0"
      "cDov"
      "L3NpZ3Y0ZXhhbXBsZWJ1Y2tldC5zMy5hbWF6b25hd3MuY29tL3N1Y2Nlc3NmdWxfdXBsb2FkLmh0bWwifSwNCiAgICBb"
      "InN0"
      "YXJ0cy13aXRoIiwgIiRDb250ZW50LVR5cGUiLCAiaW1hZ2UvIl0sDQogICAgeyJ4LWFtei1tZXRhLXV1aWQiOiAiMTQz"
      "NjUx"
      "MjM2NTEyNzQifSwNCiAgICB7IngtYW16LXNlcnZlci1zaWRlLWVuY3J5cHRpb24iOiAiQUVTMjU2In0sDQogICAgWyJz"
      "dGFy"
      "dHMtd2l0aCIsICIkeC1hbXotbWV0YS10YWciLCAiIl0sDQoNCiAgICB7IngtYW16LWNyZWRlbnRpYWwiOiAiQUtJQUlP"
      "U0ZP"
      "RE5ON0VYQU1QTEUvMjAxNTEyMjkvdXMtZWFzdC0xL3MzL2F3czRfcmVxdWVzdCJ9LA0KICAgIHsieC1hbXotYWxnb3Jp"
      "dGht"
      "IjogIkFXUzQtSE1BQy1TSEEyNTYifSwNCiAgICB7IngtYW16LWRhdGUiOiAiMjAxNTEyMjlUMDAwMDAwWiIgfQ0KICBd"
      "DQp9";
  const auto key = signing_key::derive(example_secret, {"20151229", "us-east-1", "s3"});
  CHECK(sign_policy(key, policy) ==
        "8afdbf4008c03f22c2cd3cdb72e4afbb1f6a588f3255ac628749a66d7f09699e");
}

TEST_CASE("the_signer_makes_what_aws_publishes_for_a_listing") {
  owned_request call = example("GET", "/", "max-keys=2&prefix=J");
  const header_list added =
      sign_headers(call.view(), hex_sha256(""), example_identity(), *parse_basic(example_time));
  REQUIRE(added.back().first == "Authorization");
  CHECK(added.back().second.ends_with(
      "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"));
}

}  // namespace aws_examples_test
