// Which changes a signature survives (none that matter) and what a mismatch tells the client.
#include "auth/sigv4/verifier.hpp"

#include <fstream>
#include <iostream>
#include <sstream>
#include <thread>

#include "storage/crypto/digest.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/auth/sigv4/request_builder.hpp"

namespace verifier_test {

using namespace torhaus::auth::sigv4;
using namespace torhaus::auth::sigv4::test;
using torhaus::errc;

namespace {

torhaus::result<verified> check(owned_request call, std::string_view secret = example_secret) {
  auto claim = parse_credentials(call.view(), example_acceptance(), at(example_time));
  if (!claim) return std::move(claim).error();
  REQUIRE(claim->has_value());
  verifier checker;
  return checker.verify(call.view(), **claim, secret);
}

bool mismatches(const owned_request& call) {
  const auto out = check(call);
  return !out && out.error().code() == errc::signature_does_not_match;
}

std::string field(const torhaus::error& e, std::string_view name) {
  for (const auto& [known, value] : e.fields()) {
    if (known == name) return value;
  }
  return "(absent)";
}

// Signed in the header for one Host and sent with another.
owned_request sent_with_host(const std::string& signed_host, const std::string& sent_host) {
  owned_request call;
  call.path = "/bucket/key";
  call.add("Host", signed_host);
  call.add_all(
      sign_headers(call.view(), empty_hash, example_identity(), *parse_basic(example_time)));
  call.set("Host", sent_host);
  return call;
}

}  // namespace

TEST_CASE("a_signed_request_verifies_and_hands_on_what_chunks_need") {
  const auto out = check(signed_get());
  REQUIRE(out);
  CHECK(out->timestamp == example_time);
  CHECK(out->scope == scope{"20130524", "us-east-1", "s3"});
  CHECK(signed_get().headers.back().second.ends_with(out->seed_signature));
  CHECK(out->key.sign("x") == signing_key::derive(example_secret, out->scope).sign("x"));
  CHECK(check(presigned_get()));
}

TEST_CASE("every_part_of_a_request_is_covered") {
  for (const owned_request& good : {signed_get(), presigned_get()}) {
    owned_request call = good;
    call.method = "PUT";
    CHECK(mismatches(call));
    call = good;
    call.path = "/bucket/key2";
    CHECK(mismatches(call));
    call = good;
    call.query += call.query.empty() ? "acl" : "&acl";
    CHECK(mismatches(call));
    call = good;
    call.set("Host", "s3.example.com");
    CHECK(mismatches(call));
    CHECK_FALSE(check(good, example_secret + " "));
  }
  owned_request call = signed_get();
  call.set("X-Amz-Content-Sha256", "UNSIGNED-PAYLOAD");
  CHECK(mismatches(call));
  call = presigned_get();
  call.add("x-amz-content-sha256", std::string(64, '0'));
  CHECK(mismatches(call));
  call = signed_get();
  call.add("host", "s3.example.org");
  CHECK(check(call).error().code() == errc::bad_request);
}

// As the SDK for JavaScript 2 makes them; S3 takes them with and without the header
// (aws/aws-sdk-js-v3#5414).
TEST_CASE("a_signed_header_of_a_presigned_request_may_be_in_its_query") {
  owned_request call;
  call.method = "PUT";
  call.path = "/bucket/key";
  call.add("Host", "s3.example.org");
  call.add("x-amz-acl", "public-read");
  call.add("x-amz-tagging", "a=b c");
  call.query = "x-amz-acl=public-read&x-amz-tagging=a%3Db+c";
  call.query = presign_query(call.view(), example_identity(), *parse_basic(example_time),
                             std::chrono::hours(1));
  REQUIRE(call.query.find("SignedHeaders=host%3Bx-amz-acl%3Bx-amz-tagging") != std::string::npos);
  CHECK(check(call));
  owned_request bare = call;
  bare.remove("x-amz-acl");
  bare.remove("x-amz-tagging");
  CHECK(check(bare));
  owned_request other = bare;
  other.query.replace(other.query.find("public-read"), 11, "public-full");
  CHECK(mismatches(other));
  other = bare;
  other.add("x-amz-acl", "public-read-write");
  CHECK(mismatches(other));
  other.query += "&x-amz-acl=public-read-write";
  CHECK(mismatches(other));
}

TEST_CASE("a_header_that_is_signed_in_the_header_is_not_looked_for_in_the_query") {
  owned_request call;
  call.path = "/bucket/key";
  call.query = "x-amz-acl=private";
  call.add("Host", "s3.example.org");
  call.add("x-amz-acl", "private");
  call.add_all(
      sign_headers(call.view(), empty_hash, example_identity(), *parse_basic(example_time)));
  REQUIRE(check(call));
  call.remove("x-amz-acl");
  CHECK(mismatches(call));
}

TEST_CASE("a_mismatch_shows_what_was_signed") {
  owned_request call = signed_get();
  call.method = "PUT";
  const auto out = check(call);
  REQUIRE_FALSE(out);
  const torhaus::error& e = out.error();
  CHECK(field(e, "AWSAccessKeyId") == example_key);
  CHECK(field(e, "CanonicalRequest").starts_with("PUT\n/bucket/key\n\nhost:s3.example.org\n"));
  CHECK(field(e, "CanonicalRequestBytes").starts_with("50 55 54 0a 2f 62"));
  CHECK(field(e, "StringToSign")
            .starts_with("AWS4-HMAC-SHA256\n20130524T000000Z\n20130524/us-east-1/s3/"));
  CHECK(field(e, "StringToSignBytes").starts_with("41 57 53 34 2d"));
  CHECK(field(e, "SignatureProvided").size() == 64);
  for (const auto& [name, value] : e.fields())
    CHECK(value.find(example_secret) == std::string::npos);
}

TEST_CASE("the_default_ports_of_host_do_not_matter") {
  const std::vector<std::pair<std::string, std::string>> same = {
      {"s3.example.org", "s3.example.org:443"},
      {"s3.example.org", "s3.example.org:80"},
      {"s3.example.org:443", "s3.example.org"},
      {"s3.example.org:80", "s3.example.org"},
      {"[::1]", "[::1]:443"},
      {"[::1]:80", "[::1]"}};
  for (const auto& [one, other] : same) {
    INFO(one << " " << other);
    CHECK(check(sent_with_host(one, other)));
  }
  CHECK(mismatches(sent_with_host("s3.example.org", "s3.example.org:9000")));
  CHECK(mismatches(sent_with_host("s3.example.org:9000", "s3.example.org")));
  CHECK(mismatches(sent_with_host("s3.example.org", "s3.example.org.:443")));
}

TEST_CASE("a_host_reported_by_a_trusted_proxy_takes_the_place_of_the_header") {
  owned_request call = sent_with_host("public.example.org", "inner:9000");
  CHECK(mismatches(call));
  call.host = "public.example.org";
  CHECK(check(call));
  call.host = "public.example.org:443";
  CHECK(check(call));
}

TEST_CASE("a_path_signed_as_it_was_sent_verifies_too") {
  owned_request call;
  call.path = "/bucket/a+b(1)%2Fc";
  call.add("Host", "h");
  call.add("x-amz-date", std::string(example_time));
  call.add("x-amz-content-sha256", "UNSIGNED-PAYLOAD");
  const std::string names = "host;x-amz-content-sha256;x-amz-date";
  const scope where{"20130524", "us-east-1", "s3"};
  for (const path_style style : {path_style::s3, path_style::verbatim}) {
    const std::string canonical = canonical_request(
        {"GET", canonical_path(call.path, style), "", names, "", "UNSIGNED-PAYLOAD"},
        call.view().headers);
    const std::string signature = signing_key::derive(example_secret, where)
                                      .sign(string_to_sign(example_time, where.text(), canonical));
    owned_request sent = call;
    sent.add("Authorization", "AWS4-HMAC-SHA256 Credential=" + example_key + "/" + where.text() +
                                  ",SignedHeaders=" + names + ",Signature=" + signature);
    CHECK(check(sent));
    sent.path = "/bucket/a+b(1)%2Fd";
    CHECK(mismatches(sent));
  }
}

TEST_CASE("other_services_sign_the_hash_of_the_body") {
  signer_identity who = example_identity();
  who.service = "sts";
  const std::string hash = torhaus::storage::crypto::to_hex(
      torhaus::storage::crypto::digest_of(torhaus::storage::crypto::algorithm::sha256, "Action=x")
          .bytes());
  owned_request call;
  call.method = "POST";
  call.add("Host", "h");
  call.add_all(sign_headers(call.view(), hash, who, *parse_basic(example_time)));
  verifier checker;
  for (const auto& [body_hash, fits] : {std::pair{hash, true}, std::pair{std::string(), false}}) {
    call.body_hash = body_hash;
    const auto claim =
        parse_credentials(call.view(), {{"us-east-1"}, {"s3", "sts"}}, at(example_time));
    REQUIRE(claim);
    const auto out = checker.verify(call.view(), **claim, example_secret);
    CHECK(out.has_value() == fits);
    if (out) CHECK(out->body_hash == hash);
  }
}

TEST_CASE("a_changed_secret_is_noticed_though_its_key_is_cached") {
  owned_request call = signed_get();
  const auto claim = parse_credentials(call.view(), example_acceptance(), at(example_time));
  verifier checker;
  for (int round = 0; round < 3; ++round) {
    CHECK(checker.verify(call.view(), **claim, example_secret));
    CHECK_FALSE(checker.verify(call.view(), **claim, "another"));
  }
}

TEST_CASE("the_key_cache_is_bounded_and_right_from_many_threads") {
  key_cache cache;
  std::atomic<int> wrong = 0;
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&] {
      for (int n = 0; n < 5000; ++n) {
        const std::string id = "K" + std::to_string(n * 7 % 10000);
        const scope where{"20130524", "r", "s3"};
        const auto key = cache.find_or_derive(id, id + "secret", where);
        if (n % 50 == 0 && key.sign("x") != signing_key::derive(id + "secret", where).sign("x"))
          ++wrong;
      }
    });
  }
  for (std::thread& t : threads) t.join();
  CHECK(wrong == 0);
}

TEST_CASE("anonymous_bodies_may_be_hashed_or_unsigned_but_not_signed") {
  owned_request call;
  CHECK(verify_anonymous(call.view())->mode == payload_mode::unsigned_payload);
  call.set("x-amz-content-sha256", "STREAMING-UNSIGNED-PAYLOAD-TRAILER");
  CHECK(verify_anonymous(call.view())->mode == payload_mode::streaming_unsigned_trailer);
  call.set("x-amz-content-sha256", std::string(64, 'A'));
  CHECK(verify_anonymous(call.view())->body_hash == std::string(64, 'a'));
  for (const char* bad :
       {"STREAMING-AWS4-HMAC-SHA256-PAYLOAD", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER"}) {
    call.set("x-amz-content-sha256", bad);
    CHECK(verify_anonymous(call.view()).error().code() == errc::access_denied);
  }
  call.set("x-amz-content-sha256", "x");
  CHECK(verify_anonymous(call.view()).error().code() == errc::invalid_argument);
}

TEST_CASE("a_browser_upload_is_signed_by_its_policy") {
  const std::string policy = "eyJleHBpcmF0aW9uIjoiMjAxMy0wNS0yNVQwMDowMDowMFoifQ==";
  const std::string credential = example_key + "/20130524/us-east-1/s3/aws4_request";
  const std::string signature =
      sign_policy(signing_key::derive(example_secret, {"20130524", "us-east-1", "s3"}), policy);
  const form_fields good{"AWS4-HMAC-SHA256", credential, example_time, signature, "token"};
  const auto claim = parse_form_credentials(good, example_acceptance());
  REQUIRE(claim);
  CHECK(claim->access_key_id == example_key);
  CHECK(claim->session_token == "token");
  verifier checker;
  CHECK(checker.verify_policy(*claim, policy, example_secret)->mode ==
        payload_mode::unsigned_payload);
  const auto wrong = checker.verify_policy(*claim, policy + "x", example_secret);
  REQUIRE_FALSE(wrong);
  CHECK(wrong.error().code() == errc::signature_does_not_match);

  const auto refused = [](form_fields form) {
    return parse_form_credentials(form, example_acceptance()).error().code();
  };
  form_fields bad = good;
  bad.signature = "";
  CHECK(refused(bad) == errc::invalid_argument);
  bad = good;
  bad.algorithm = "AWS4-ECDSA-P256-SHA256";
  CHECK(refused(bad) == errc::not_implemented);
  for (const char* date : {"20130525T000000Z", "2013-05-24"}) {
    bad = good;
    bad.date = date;
    CHECK(refused(bad) == errc::invalid_argument);
  }
  bad = good;
  bad.credential = "key";
  CHECK(refused(bad) == errc::invalid_argument);
}

// Lines made by tests/clients/botocore_signatures.py: fields separated by tabs, each in hex:
// time, method, path, query, secret, region, then name and value of every header.
TEST_CASE("requests_of_a_file_verify") {
  const char* file = std::getenv("TORHAUS_SIGV4_REQUESTS");
  if (file == nullptr) return;
  std::ifstream in(file);
  REQUIRE(in);
  verifier checker;
  std::size_t checked = 0;
  for (std::string line; std::getline(in, line); ++checked) {
    std::vector<std::string> fields;
    std::istringstream parts(line);
    for (std::string part; std::getline(parts, part, '\t');) {
      fields.push_back(torhaus::storage::crypto::from_hex(part).value());
    }
    REQUIRE(fields.size() >= 6);
    owned_request call;
    call.method = fields[1];
    call.path = fields[2];
    call.query = fields[3];
    for (std::size_t n = 6; n + 1 < fields.size(); n += 2) call.add(fields[n], fields[n + 1]);
    INFO(line);
    INFO(call.method << ' ' << call.path << '?' << call.query);
    const auto claim = parse_credentials(call.view(), {{fields[5]}, {"s3"}}, at(fields[0]));
    if (!claim) FAIL(claim.error().message());
    REQUIRE(claim->has_value());
    const auto out = checker.verify(call.view(), **claim, fields[4]);
    if (!out) FAIL(field(out.error(), "CanonicalRequest"));
  }
  std::cout << "signed requests of a file: " << checked << " verified\n";
}

}  // namespace verifier_test
