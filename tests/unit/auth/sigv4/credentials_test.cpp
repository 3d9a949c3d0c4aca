// What bad credentials get: codes, texts and fields as S3 answers them.
#include "auth/sigv4/credentials.hpp"

#include <tuple>

#include "auth/sigv4/verifier.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/auth/sigv4/request_builder.hpp"

namespace credentials_test {

using namespace torhaus::auth::sigv4;
using namespace torhaus::auth::sigv4::test;
using torhaus::errc;
using torhaus::error;

namespace {

torhaus::result<std::optional<credentials>> parse(owned_request& call,
                                                  std::string_view now = example_time) {
  return parse_credentials(call.view(), example_acceptance(), at(now));
}

std::string field(const error& e, std::string_view name) {
  for (const auto& [known, value] : e.fields()) {
    if (known == name) return value;
  }
  return "(absent)";
}

error refused(owned_request call, std::string_view now = example_time) {
  auto out = parse(call, now);
  REQUIRE_FALSE(out);
  return std::move(out).error();
}

// The signed request with the Authorization header's text changed.
owned_request with_authorization(std::string_view from, std::string_view to) {
  owned_request call = signed_get();
  std::string text = call.headers.back().second;
  const std::size_t where = text.find(from);
  REQUIRE(where != std::string::npos);
  call.set("Authorization", text.replace(where, from.size(), to));
  return call;
}

owned_request with_query(std::string_view from, std::string_view to) {
  owned_request call = presigned_get();
  const std::size_t where = call.query.find(from);
  REQUIRE(where != std::string::npos);
  call.query.replace(where, from.size(), to);
  return call;
}

}  // namespace

TEST_CASE("a_request_without_credentials_is_anonymous") {
  owned_request call;
  call.query = "list-type=2&prefix=X-Amz-Signature";
  const auto out = parse(call);
  REQUIRE(out);
  CHECK_FALSE(out->has_value());
}

TEST_CASE("the_authorization_header_is_read_with_and_without_blanks") {
  for (const char* separator : {",", ", ", " ,  ", ",\t"}) {
    owned_request call = signed_get();
    std::string text = call.headers.back().second;
    for (std::size_t n = text.find(", "); n != std::string::npos; n = text.find(", ", n + 4)) {
      text.replace(n, 2, separator);
    }
    call.set("Authorization", text);
    const auto out = parse(call);
    REQUIRE(out);
    CHECK((*out)->access_key_id == example_key);
    CHECK((*out)->signed_headers == "host;x-amz-content-sha256;x-amz-date");
    CHECK((*out)->signature.size() == 64);
    CHECK((*out)->mode == payload_mode::hashed);
  }
}

TEST_CASE("a_malformed_authorization_header_is_refused_in_s3s_words") {
  const std::string head = "The authorization header is malformed; ";
  const std::vector<std::tuple<std::string, std::string, std::string>> cases = {
      {"/us-east-1/", "/eu-west-1/", "the region 'eu-west-1' is wrong; expecting 'us-east-1'"},
      {"/us-east-1/", "//", "a non-empty region must be provided in the credential."},
      {"/s3/", "/ec2/", "incorrect service \"ec2\". This endpoint belongs to \"s3\"."},
      {"aws4_request", "aws5", "incorrect terminal \"aws5\". This endpoint uses \"aws4_request\"."},
      {"/20130524/", "/2013052/",
       "incorrect date format \"2013052\". This date in the credential must be in the format "
       "\"yyyyMMdd\"."},
      {"/20130524/", "/20130525/", "Invalid credential date. Date is not the same as X-Amz-Date."},
      {"/aws4_request", "",
       "the Credential is mal-formed; expecting "
       "\"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request\"."},
      {"Credential=AKIA", "Credential=a/b/AKIA",
       "the Credential is mal-formed; expecting "
       "\"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request\"."},
      {"Credential=" + example_key, "Credential=",
       "the Credential is mal-formed; expecting "
       "\"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request\"."},
      {"Signature=", "Seal=", "the authorization component \"Seal="},
      {", SignedHeaders=", ", SignedHeaders", "the authorization component \"SignedHeaders"},
      {"SignedHeaders=host;", "SignedHeaders=host;;",
       "the authorization component \"SignedHeaders="},
      {"SignedHeaders=host;", "SignedHeaders=host;host;",
       "the authorization component \"SignedHeaders="},
      {"SignedHeaders=", "Signature=0, SignedHeaders=", "the authorization component \"Signature="},
  };
  for (const auto& [from, to, text] : cases) {
    INFO(from << " -> " << to);
    const error e = refused(with_authorization(from, to));
    CHECK(e.code() == errc::authorization_header_malformed);
    CHECK(std::string(e.message()).starts_with(head + text));
  }
  owned_request call = signed_get();
  call.set("Authorization", "AWS4-HMAC-SHA256 Credential=a");
  CHECK(refused(call).message() == head +
                                       "the authorization header requires three components: "
                                       "Credential, SignedHeaders, and Signature.");
}

TEST_CASE("a_wrong_region_is_answered_with_the_right_one") {
  CHECK(field(refused(with_authorization("/us-east-1/", "/eu-west-1/")), "Region") == "us-east-1");
  const error e = refused(with_query("us-east-1", "eu-west-1"));
  CHECK(e.code() == errc::authorization_query_parameters_error);
  CHECK(e.message() ==
        "Error parsing the X-Amz-Credential parameter; the region 'eu-west-1' is wrong; expecting "
        "'us-east-1'");
  CHECK(field(e, "Region") == "us-east-1");
}

TEST_CASE("further_regions_and_services_are_accepted_when_listed") {
  owned_request call = with_authorization("/us-east-1/", "/eu-west-1/");
  CHECK(parse_credentials(call.view(), {{"us-east-1", "eu-west-1"}, {"s3"}}, at(example_time)));
  owned_request other = with_authorization("/s3/", "/sts/");
  CHECK(parse_credentials(other.view(), {{"us-east-1"}, {"s3", "sts"}}, at(example_time)));
}

TEST_CASE("clocks_may_differ_by_fifteen_minutes_and_no_more") {
  owned_request call = signed_get();
  CHECK(parse(call, "20130524T001500Z"));
  CHECK(parse(call, "20130523T234500Z"));
  for (const char* now : {"20130524T001501Z", "20130523T234459Z", "20260101T000000Z"}) {
    const error e = refused(call, now);
    CHECK(e.code() == errc::request_time_too_skewed);
    CHECK(field(e, "RequestTime") == example_time);
    CHECK(field(e, "MaxAllowedSkewMilliseconds") == "900000");
  }
  CHECK(field(refused(call, "20130524T001501Z"), "ServerTime") == "2013-05-24T00:15:01Z");
}

TEST_CASE("a_request_needs_one_readable_date") {
  owned_request call = signed_get();
  call.set("X-Amz-Date", "2013-05-24T00:00:00Z");
  CHECK(refused(call).code() == errc::access_denied);
  CHECK(refused(call).message() == "AWS authentication requires a valid Date or x-amz-date header");
  call.remove("X-Amz-Date");
  CHECK(refused(call).code() == errc::access_denied);
  owned_request twice = signed_get();
  twice.add("x-amz-date", std::string(example_time));
  CHECK(refused(twice).code() == errc::access_denied);
}

TEST_CASE("the_date_header_serves_when_there_is_no_x_amz_date") {
  owned_request call = signed_get();
  call.remove("X-Amz-Date");
  call.add("Date", "Fri, 24 May 2013 00:00:00 GMT");
  call.set("Authorization",
           "AWS4-HMAC-SHA256 Credential=" + example_key +
               "/20130524/us-east-1/s3/aws4_request, SignedHeaders=date;host, Signature=0");
  const auto out = parse(call);
  REQUIRE(out);
  CHECK((*out)->timestamp == example_time);
}

TEST_CASE("x_amz_content_sha256_is_required_and_known") {
  owned_request call = signed_get();
  call.remove("X-Amz-Content-Sha256");
  const error missing = refused(call);
  CHECK(missing.code() == errc::invalid_request);
  CHECK(missing.message() == "Missing required header for this request: x-amz-content-sha256");
  for (const char* bad :
       {"", "garbage", "unsigned-payload", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILERS",
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b85",
        "g3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"}) {
    owned_request odd = signed_get();
    odd.set("X-Amz-Content-Sha256", bad);
    CHECK(refused(odd).code() == errc::invalid_argument);
    CHECK(field(refused(odd), "ArgumentName") == "x-amz-content-sha256");
  }
  owned_request ecdsa = signed_get();
  ecdsa.set("X-Amz-Content-Sha256", "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD-TRAILER");
  CHECK(refused(ecdsa).code() == errc::not_implemented);
  owned_request twice = signed_get();
  twice.add("x-amz-content-sha256", "UNSIGNED-PAYLOAD");
  CHECK(refused(twice).code() == errc::invalid_argument);
}

TEST_CASE("the_five_payload_modes_are_told_apart") {
  CHECK(*parse_payload_mode("UNSIGNED-PAYLOAD") == payload_mode::unsigned_payload);
  CHECK(*parse_payload_mode(std::string(64, 'A')) == payload_mode::hashed);
  CHECK(*parse_payload_mode("STREAMING-AWS4-HMAC-SHA256-PAYLOAD") ==
        payload_mode::streaming_signed);
  CHECK(*parse_payload_mode("STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER") ==
        payload_mode::streaming_signed_trailer);
  CHECK(*parse_payload_mode("STREAMING-UNSIGNED-PAYLOAD-TRAILER") ==
        payload_mode::streaming_unsigned_trailer);
}

// CVE-2026-54330.
TEST_CASE("a_header_that_must_be_signed_and_is_not_is_named") {
  for (owned_request call : {signed_get(), presigned_get()}) {
    call.add("X-Amz-Copy-Source", "/other/object");
    call.add("x-amz-acl", "public-read");
    call.add("Content-MD5", "1B2M2Y8AsgTpgAmY7PhCfg==");
    call.add("Content-Type", "text/plain");
    call.add("x-amzn-trace-id", "1");
    const error e = refused(call);
    CHECK(e.code() == errc::access_denied);
    CHECK(e.message() == "There were headers present in the request which were not signed");
    CHECK(field(e, "HeadersNotSigned") == "x-amz-copy-source, x-amz-acl, content-md5");
  }
  const error host = refused(with_authorization("SignedHeaders=host;", "SignedHeaders="));
  CHECK(field(host, "HeadersNotSigned") == "host");
  CHECK(field(refused(with_query("SignedHeaders=host", "SignedHeaders=range")),
              "HeadersNotSigned") == "host");
  const error date = refused(with_authorization(";x-amz-date,", ","));
  CHECK(field(date, "HeadersNotSigned") == "x-amz-date");
}

TEST_CASE("a_refusal_names_a_bounded_number_of_headers") {
  owned_request call = signed_get();
  for (int n = 0; n < 5000; ++n) call.add("x-amz-meta-" + std::to_string(n), "v");
  CHECK(field(refused(call), "HeadersNotSigned").size() < 4096);
}

TEST_CASE("two_mechanisms_at_once_are_refused") {
  owned_request call = presigned_get();
  call.add("Authorization", "AWS4-HMAC-SHA256 x");
  CHECK(refused(call).code() == errc::invalid_argument);
  CHECK(std::string(refused(call).message()).starts_with("Only one auth mechanism allowed;"));
  owned_request both = presigned_get();
  both.query += "&Signature=abc";
  CHECK(refused(both).code() == errc::invalid_argument);
  owned_request twice = signed_get();
  twice.add("authorization", twice.headers.back().second);
  CHECK(refused(twice).code() == errc::invalid_argument);
}

TEST_CASE("unknown_mechanisms_are_refused") {
  for (const char* text :
       {"Bearer x", "Basic eDp5", "AWS4-HMAC-SHA512 x", "", "AWS4-HMAC-SHA256"}) {
    owned_request call = signed_get();
    call.set("Authorization", text);
    CHECK(refused(call).code() == errc::invalid_argument);
  }
  owned_request ecdsa = signed_get();
  ecdsa.set("Authorization", "AWS4-ECDSA-P256-SHA256 Credential=x");
  CHECK(refused(ecdsa).code() == errc::not_implemented);
}

TEST_CASE("signature_version_2_is_refused_by_name") {
  const std::string text =
      "The authorization mechanism you have provided is not supported. Please use "
      "AWS4-HMAC-SHA256.";
  owned_request header = signed_get();
  header.set("Authorization", "AWS AKIAIOSFODNN7EXAMPLE:frJIUN8DYpKDtOLCwo//yllqDzg=");
  CHECK(refused(header).code() == errc::invalid_request);
  CHECK(refused(header).message() == text);
  owned_request query;
  query.query = "AWSAccessKeyId=AKIAIOSFODNN7EXAMPLE&Expires=1175139620&Signature=abc";
  CHECK(refused(query).code() == errc::invalid_request);
  CHECK(refused(query).message() == text);
}

TEST_CASE("a_presigned_request_lives_from_its_date_to_its_expiry") {
  owned_request call = presigned_get();
  CHECK(parse(call, "20130523T234500Z"));
  CHECK(parse(call, "20130524T010000Z"));
  const error expired = refused(call, "20130524T010001Z");
  CHECK(expired.code() == errc::access_denied);
  CHECK(expired.message() == "Request has expired");
  CHECK(field(expired, "X-Amz-Expires") == "3600");
  CHECK(field(expired, "Expires") == "2013-05-24T01:00:00Z");
  CHECK(field(expired, "ServerTime") == "2013-05-24T01:00:01Z");
  const error early = refused(call, "20130523T234459Z");
  CHECK(early.code() == errc::access_denied);
  CHECK(early.message() == "Request is not yet valid");
}

TEST_CASE("the_expiry_is_a_number_between_a_second_and_a_week") {
  for (const char* good : {"1", "604800", "%2B5", "0005"}) {
    owned_request call = with_query("Expires=3600", std::string("Expires=") + good);
    CHECK(parse(call));
  }
  for (const auto& [value, text] : std::vector<std::pair<std::string, std::string>>{
           {"", "X-Amz-Expires should be a number"},
           {"1e3", "X-Amz-Expires should be a number"},
           {"99999999999999999999", "X-Amz-Expires should be a number"},
           {"-1", "X-Amz-Expires must be non-negative"},
           {"604801",
            "X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires "
            "must be less "
            "than 604800 seconds"}}) {
    const error e = refused(with_query("Expires=3600", "Expires=" + value));
    CHECK(e.code() == errc::authorization_query_parameters_error);
    CHECK(e.message() == text);
  }
  CHECK(refused(with_query("Expires=3600", "Expires=0")).message() == "Request has expired");
}

TEST_CASE("bad_presigned_parameters_are_refused") {
  const std::string incomplete =
      "Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, "
      "X-Amz-Signature, "
      "X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.";
  for (const char* name : {"X-Amz-Credential", "X-Amz-Signature", "X-Amz-Date",
                           "X-Amz-SignedHeaders", "X-Amz-Expires", "X-Amz-Algorithm"}) {
    const error e = refused(with_query(name, "Other"));
    CHECK(e.code() == errc::authorization_query_parameters_error);
    CHECK(e.message() == incomplete);
  }
  for (const auto& [from, to] : std::vector<std::pair<std::string, std::string>>{
           {"AWS4-HMAC-SHA256", "AWS4-HMAC-SHA1"},
           {"20130524T000000Z", "20130524"},
           {"%2F20130524%2F", "%2F20130525%2F"},
           {"%2Fs3%2F", "%2Fec2%2F"},
           {"%2Faws4_request", ""},
           {"SignedHeaders=host", "SignedHeaders=host%3Bhost"},
           {"SignedHeaders=host", "SignedHeaders="},
           {"&X-Amz-Date=", "&X-Amz-Date=20130524T000000Z&X-Amz-Date="},
           {"&X-Amz-Date=", "&X-Amz-Dat%65=20130524T000000Z&X-Amz-Date="}}) {
    INFO(from << " -> " << to);
    CHECK(refused(with_query(from, to)).code() == errc::authorization_query_parameters_error);
  }
  CHECK(refused(with_query("AWS4-HMAC-SHA256", "AWS4-ECDSA-P256-SHA256")).code() ==
        errc::not_implemented);
}

TEST_CASE("the_session_token_is_taken_from_header_and_query") {
  signer_identity who = example_identity();
  who.session_token = "token/with+signs==";
  owned_request header;
  header.add("Host", "h");
  header.add_all(sign_headers(header.view(), empty_hash, who, *parse_basic(example_time)));
  CHECK((**parse(header)).session_token == who.session_token);
  owned_request query;
  query.add("Host", "h");
  query.query = presign_query(query.view(), who, *parse_basic(example_time), std::chrono::hours(1));
  CHECK((**parse(query)).session_token == who.session_token);
}

TEST_CASE("no_region_to_accept_is_a_broken_invariant") {
  owned_request call = signed_get();
  CHECK_THROWS_AS(parse_credentials(call.view(), {}, at(example_time)), std::logic_error);
}

}  // namespace credentials_test
