// The policy of a browser upload: what it may be, and what it asks of a form.
#include "gateway/s3/form/policy.hpp"
#include "storage/crypto/digest.hpp"
#include "tests/support/catch.hpp"

namespace post_policy_test {

using namespace torhaus;
using gateway::s3::form::field;
using gateway::s3::form::policy;

namespace {

constexpr sys_micros now{std::chrono::sys_days{std::chrono::year{2026} / 11 / 25}};

std::string outcome(const std::string& text, const std::vector<field>& fields,
                    const std::string& bucket = "b") {
  const auto parsed = policy::parse(storage::crypto::to_base64(text));
  if (!parsed)
    return std::string(code_of(parsed.error().code())) + ": " +
           std::string(parsed.error().message());
  const auto checked = parsed->check(fields, bucket, now);
  if (!checked)
    return std::string(code_of(checked.error().code())) + ": " +
           std::string(checked.error().message());
  return std::to_string(checked->least) + "-" + std::to_string(checked->most);
}

std::string with_conditions(const std::string& conditions) {
  return R"({"expiration": "2026-11-26T00:00:00.000Z", "conditions": [{"bucket": "b"})" +
         (conditions.empty() ? "" : ", " + conditions) + "]}";
}

const std::string unbounded = "0-18446744073709551615";

}  // namespace

TEST_CASE("a_policy_that_is_none_is_named_so") {
  const auto refused = [](const std::string& text) { return outcome(text, {}); };
  const std::string e = R"("expiration": "2026-11-26T00:00:00Z")";
  const std::string bad = "InvalidPolicyDocument: Invalid Policy: ";
  CHECK(refused("") == bad + "Invalid JSON.");
  CHECK(refused("[]") == bad + "Invalid JSON.");
  CHECK(refused("{" + e) == bad + "Invalid JSON.");
  CHECK(refused("{\"conditions\": []}") == bad + "Policy missing expiration.");
  CHECK(refused("{" + e + "}") == bad + "Policy missing conditions.");
  CHECK(refused("{" + e + ", \"CONDITIONS\": []}") == bad + "Unexpected: 'CONDITIONS'");
  CHECK(refused("{" + e + ", \"conditions\": {}}") ==
        bad + "Invalid 'conditions' value: must be a List.");
  for (const char* when : {"tomorrow", "2026-11-26 00:00:00", "2026-11-26T00:00:00+00:00",
                           "2026-02-30T00:00:00Z", "2026-11-26T00:00:00", "2026-11-26T00:00:00.Z",
                           "20261126T000000Z", "2026-11-26T00:00:00.1xZ"}) {
    CHECK(refused(R"({"expiration": ")" + std::string(when) + R"(", "conditions": []})") ==
          bad + "Invalid 'expiration' value: '" + when + "'");
  }
  CHECK(refused(R"({"expiration": 7, "conditions": []})") ==
        bad + "Invalid 'expiration' value: '7'");
  CHECK(policy::parse("no base64").error().code() == errc::invalid_policy_document);
}

TEST_CASE("a_condition_that_is_none_is_named_so") {
  const auto refused = [](const std::string& condition) {
    const std::string all = outcome(with_conditions(condition), {});
    const std::string bad = "InvalidPolicyDocument: Invalid Policy: ";
    return all.starts_with(bad) ? all.substr(bad.size()) : "taken: " + all;
  };
  const std::string simple =
      "Invalid Simple-Condition: Simple-Conditions must have exactly one property specified.";
  CHECK(refused("{}") == simple);
  CHECK(refused(R"({"a": "1", "b": "2"})") == simple);
  CHECK(refused(R"({"a": 1})") == "Invalid Simple-Condition: value must be a string.");
  CHECK(refused("7") == "Invalid condition test: must be a List or Object.");
  CHECK(refused("[]") == "Invalid Condition: missing operation identifier.");
  CHECK(refused(R"(["like", "$key", "x"])") == "Invalid Condition: unknown operation 'like'.");
  CHECK(refused(R"(["eq", "$key"])") == "Invalid eq: wrong number of arguments.");
  CHECK(refused(R"(["content-length-range", 0])") ==
        "Invalid content-length-range: wrong number of arguments.");
  for (const char* range : {"-1, 0", "0, -1", "0, 1.5", "0, \"x\"", "null, 1"}) {
    CHECK(refused("[\"content-length-range\", " + std::string(range) + "]") ==
          "Invalid content-length-range: not a length.");
  }
}

TEST_CASE("a_form_must_meet_every_condition") {
  const auto failed = [](const std::string& text) {
    return "AccessDenied: Invalid according to Policy: Policy Condition failed: " + text;
  };
  const std::vector<field> form = {{"Key", "user/eric/a"}, {"acl", "private"}};
  // LocalStack's recorded answers of AWS: what is about nothing that there is fails.
  CHECK(outcome(with_conditions(R"(["eq", "key", "user/eric/a"])"), form) ==
        failed(R"(["eq", "key", "user/eric/a"])"));
  CHECK(outcome(with_conditions(R"(["content-length-range", "test", "10"])"), form) ==
        failed(R"(["content-length-range", "test", "10"])"));
  CHECK(outcome(with_conditions(R"(["starts-with", "$key", "user/eric/"], {"acl": "private"})"),
                form) == unbounded);
  CHECK(outcome(with_conditions(R"(["StArTs-WiTh", "$kEY", ""], ["eq", "$ACL", "private"])"),
                form) == unbounded);
  CHECK(outcome(with_conditions(R"(["starts-with", "$key", "user/betty/"], {"acl": "private"})"),
                form) == failed(R"(["starts-with", "$key", "user/betty/"])"));
  CHECK(outcome(with_conditions(R"(["eq", "$key", "user/eric/"], {"acl": "private"})"), form) ==
        failed(R"(["eq", "$key", "user/eric/"])"));
  CHECK(outcome(with_conditions(R"({"key": "user/eric/a"}, {"acl": "Private"})"), form) ==
        failed(R"(["eq", "$acl", "Private"])"));
  // A condition on a field that is not there does not hold, not even an empty one.
  CHECK(outcome(with_conditions(R"(["starts-with", "$x-amz-meta-a", ""])"), {}) ==
        failed(R"(["starts-with", "$x-amz-meta-a", ""])"));
  CHECK(outcome(with_conditions(""), {}, "other") == failed(R"(["eq", "$bucket", "b"])"));
  // The bucket is the one of the address, not one that a field names.
  CHECK(outcome(with_conditions(""), {{"bucket", "b"}}, "other") ==
        failed(R"(["eq", "$bucket", "b"])"));
  CHECK(outcome(with_conditions(""), {{"bucket", "b"}}) == unbounded);
  CHECK(outcome(with_conditions(""), {{"bucket", "other"}}).starts_with("AccessDenied: "));
}

TEST_CASE("every_field_needs_a_condition") {
  const auto extra = [](const std::string& name) {
    return "AccessDenied: Invalid according to Policy: Extra input fields: " + name;
  };
  CHECK(outcome(with_conditions(""),
                {{"x-ignore-this", "1"}, {"policy", "p"}, {"x-amz-signature", "s"}}) == unbounded);
  CHECK(outcome(with_conditions(""), {{"Content-Type", "text/plain"}}) == extra("content-type"));
  CHECK(outcome(with_conditions(""), {{"x-amz-credential", "c"}}) == extra("x-amz-credential"));
  CHECK(outcome(R"({"expiration": "2026-11-26T00:00:00Z", "conditions": [{"key": "k"}]})",
                {{"key", "k"}}) == extra("bucket"));
}

TEST_CASE("a_policy_expires") {
  CHECK(outcome(R"({"expiration": "2026-11-25T00:00:00Z", "conditions": []})", {}) ==
        "AccessDenied: Invalid according to Policy: Policy expired.");
}

TEST_CASE("a_content_type_with_commas_is_a_list_for_starts_with") {
  const std::string images = R"(["starts-with", "$Content-Type", "image/"])";
  CHECK(outcome(with_conditions(images), {{"Content-Type", "image/jpg,image/png, image/gif"}}) ==
        unbounded);
  CHECK(outcome(with_conditions(images), {{"Content-Type", "image/jpg,text/html"}}) ==
        "AccessDenied: Invalid according to Policy: Policy Condition failed: "
        R"(["starts-with", "$Content-Type", "image/"])");
}

TEST_CASE("a_policy_may_be_written_as_aws_writes_it") {
  // Trailing commas, and a dollar sign behind a backslash.
  CHECK(outcome(with_conditions(R"(["eq", "$key", "\$5\\"], ["content-length-range", "1", 10],)"),
                {{"key", "$5\\"}}) == "1-10");
  CHECK(outcome(with_conditions(R"(["starts-with", "$key", "\\$foo"])"), {{"key", "\\$foo.txt"}}) ==
        unbounded);
  CHECK(outcome(with_conditions(R"(["eq", "$key", "\u00e4\"\n"])"), {{"key", "ä\"\n"}}) ==
        unbounded);
}

}  // namespace post_policy_test
