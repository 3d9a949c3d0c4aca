#include <boost/json.hpp>
#include <random>

#include "gateway/audit/escape.hpp"
#include "gateway/audit/record.hpp"
#include "gateway/audit/secrets.hpp"
#include "storage/journal/line.hpp"
#include "tests/support/catch.hpp"

namespace torhaus::test {
namespace {

using namespace gateway;

constexpr sys_micros now{std::chrono::microseconds(1'790'000'000'000'000)};

boost::json::object parsed(const audit::record& r) {
  std::string members;
  audit::append_members(members, r, now);
  return boost::json::parse("{" + members + "}").as_object();
}

std::string json_value(std::string_view text, std::size_t max = 4096) {
  std::string out = "\"";
  audit::append_escaped(out, text, max);
  out += '"';
  const auto value = boost::json::parse(out);
  return std::string(value.as_string());
}

}  // namespace

TEST_CASE("any_bytes_become_one_value_and_can_be_had_back") {
  std::mt19937 random(3);
  for (int round = 0; round < 20'000; ++round) {
    std::string bytes;
    for (std::size_t i = random() % 20; i > 0; --i) {
      using namespace std::string_view_literals;
      constexpr auto hard = "\\x\"\n\r\0\x7f\xc3\xa4\xf0\x9f\x98\x80\xed\xa0\x80\xff+AF09"sv;
      bytes += random() % 3 == 0 ? static_cast<char>(random()) : hard[random() % hard.size()];
    }
    std::string line;
    audit::append_escaped(line, bytes, 4096);
    REQUIRE(line.find_first_of(std::string_view("\n\r\0", 3)) == std::string::npos);
    const std::string value = json_value(bytes);
    REQUIRE(value == audit::escaped_value(bytes));
    REQUIRE(audit::original_bytes(value) == bytes);
  }
}

TEST_CASE("readable_text_stays_readable") {
  CHECK(json_value("Pläne/Straße 5.pdf") == "Pläne/Straße 5.pdf");
  CHECK(json_value("😀") == "😀");
  CHECK(json_value("a\\b") == "a\\\\b");
  CHECK(json_value("\xff") == "\\xFF");
  CHECK(json_value("\xed\xa0\x80") == "\\xED\\xA0\\x80");
  CHECK(json_value("\xc0\xaf") == "\\xC0\\xAF");
}

TEST_CASE("what_is_cut_says_so") {
  CHECK(json_value("abcdef", 3) == "abc\\+");
  CHECK(json_value("abc", 3) == "abc");
  CHECK(audit::original_bytes("abc\\+") == "abc");
}

TEST_CASE("a_record_has_what_is_known_and_leaves_out_the_rest") {
  http::origin from;
  from.client = asio::ip::make_address("192.0.2.7");
  from.zone = "intern";
  from.tls_version = "TLSv1.3";
  audit::record r("request");
  r.request_id = "0123456789ABCDEF";
  r.from = &from;
  r.user = "arn:aws:iam::111111111111:user/eva";
  r.operation = "PutObject";
  r.bucket = "bau";
  r.key = "\n{\"seq\":1}";
  r.status = 200;
  r.bytes_in = 7;
  r.took = std::chrono::microseconds(12);
  const auto o = parsed(r);
  CHECK(o.at("time").as_string() == "2026-09-21T14:13:20.000000Z");
  CHECK(o.at("ip").as_string() == "192.0.2.7");
  CHECK(o.at("tls").as_string() == "TLSv1.3");
  CHECK(o.at("listener").as_string() == "intern");
  CHECK(o.at("key").as_string() == "\n{\"seq\":1}");
  CHECK(o.at("status").as_int64() == 200);
  CHECK(o.at("took_us").as_int64() == 12);
  CHECK_FALSE(o.contains("error"));
  CHECK_FALSE(o.contains("agency"));
}

TEST_CASE("the_longest_record_is_a_line_of_the_journal") {
  const std::string worst(100'000, '\x01');
  audit::record r("request");
  for (std::string_view* member :
       {&r.request_id, &r.user, &r.agency, &r.account, &r.key_id, &r.claimed_key_id, &r.operation,
        &r.bucket, &r.key, &r.version, &r.source, &r.project, &r.subject, &r.input, &r.error,
        &r.because}) {
    *member = worst;
  }
  std::string members;
  audit::append_members(members, r, now);
  CHECK(members.size() < storage::journal::max_line_bytes - 512);
}

TEST_CASE("the_key_that_a_request_claims_is_found") {
  http::request call;
  CHECK(audit::claimed_key_id(call).empty());
  call.query = "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIA2%2F20261125%2Fde&x=1";
  CHECK(audit::claimed_key_id(call) == "AKIA2");
  call.headers.push_back(
      {"authorization", "AWS4-HMAC-SHA256 Credential=AKIA1/20261125/de/s3/aws4_request, …"});
  CHECK(audit::claimed_key_id(call) == "AKIA1");
}

TEST_CASE("secrets_are_left_out_of_inputs") {
  CHECK(audit::form_without_secrets("Action=CreateLoginProfile&Password=geheim&UserName=eva") ==
        "Action=CreateLoginProfile&Password=-&UserName=eva");
  CHECK(audit::form_without_secrets("WebIdentityToken=ey&X-Amz-Signature=00&x") ==
        "WebIdentityToken=-&X-Amz-Signature=-&x");
  CHECK(audit::json_without_secrets(R"({"name":"a","secret_key":"s","more":[{"token":"t"}]})") ==
        R"({"name":"a","secret_key":"-","more":[{"token":"-"}]})");
  CHECK(audit::json_without_secrets("{\"secret_key\":\"s\"") == "(not JSON)");
}

}  // namespace torhaus::test
