// Policies that the grammar refuses, with the text that says why.
#include "tests/unit/auth/policy/policy_world.hpp"

namespace parser_test {

using namespace torhaus;
using auth::policy::holder;
using test::policy_of;

namespace {

std::string refusal(const std::string& text, holder h = holder::resource) {
  const auto made = auth::policy::parse(text, h);
  if (made) return "(taken)";
  CHECK(made.error().code() == errc::malformed_policy);
  const std::string message(made.error().message());
  return message.substr(0, message.find(" [line "));
}

// The end of the message: where it is.
std::string place(const std::string& text) {
  const auto made = auth::policy::parse(text, holder::resource);
  if (made) return "(taken)";
  const std::string message(made.error().message());
  return message.substr(std::min(message.size(), message.find(" [line ")));
}

std::string bucket_refusal(const std::string& statement) {
  const auto made = auth::policy::parse(policy_of(statement), holder::resource);
  if (!made) return refusal(policy_of(statement));
  const auto good = auth::policy::check_for_bucket(*made, "akten");
  if (good) return "(taken)";
  const std::string message(good.error().message());
  CHECK(message.ends_with(" [statement 1]"));
  return message.substr(0, message.find(" [statement "));
}

const std::string whole = R"("Sid":"a b","Effect":"Allow","Principal":"*","Action":"s3:GetObject",)"
                          R"("Resource":"arn:aws:s3:::akten/*")";

}  // namespace

TEST_CASE("a policy needs its elements, each of its kind") {
  CHECK(refusal(policy_of(whole)) == "(taken)");
  CHECK(refusal("") == "Policies must be valid JSON and the first byte must be '{'");
  CHECK(refusal("[]") == "Policies must be valid JSON and the first byte must be '{'");
  CHECK(refusal(policy_of(whole) + "x") ==
        "Policies must be valid JSON and the first byte must be '{'");
  CHECK(refusal("{}") == "Missing required field Statement");
  CHECK(refusal(R"({"Version":"2012-10-18","Statement":[]})") ==
        "The policy must contain a valid version string");
  CHECK(refusal(R"({"Statement":[]})") ==
        "Statement must be an object or a list that is not empty");
  CHECK(refusal(R"({"Statement":[1]})") == "Statement must be an object or a list of objects");
  CHECK(refusal(R"({"Statements":[]})") == "Policy has an unknown element");
  CHECK(refusal(policy_of(R"("Principal":"*","Action":"s3:*","Resource":"*")")) ==
        "Missing required field Effect");
  CHECK(refusal(policy_of(R"("Effect":"allow","Principal":"*","Action":"s3:*","Resource":"*")")) ==
        "Invalid effect: \"allow\"");
  CHECK(refusal(policy_of(R"("Effect":"Allow","Action":"s3:*","Resource":"*")")) ==
        "Missing required field Principal");
  CHECK(refusal(policy_of(R"("Effect":"Allow","Principal":"*","Resource":"*")")) ==
        "Missing required field Action");
  CHECK(refusal(policy_of(R"("Effect":"Allow","Principal":"*","Action":"s3:*")")) ==
        "Missing required field Resource");
  CHECK(refusal(policy_of(whole + R"(,"Resources":"*")")) == "Policy has an unknown element");
  CHECK(refusal(policy_of(whole + R"(,"NotAction":"s3:*")")) ==
        "Policy has both Action and NotAction");
}

TEST_CASE("an element that stands twice, or a Sid that is used twice, is refused") {
  CHECK(refusal(policy_of(R"("Effect":"Deny",)" + whole)) ==
        "Policy has an element that stands twice");
  CHECK(refusal(R"({"Statement":[{)" + whole + "},{" + whole + "}]}") ==
        "Statement IDs (SID) in a single policy must be unique.");
}

TEST_CASE("a policy has at most 20 KiB and a bounded depth") {
  std::string long_id(auth::policy::max_bytes, 'x');
  CHECK(refusal(R"({"Id":")" + long_id + R"(","Statement":[]})") ==
        "Policy exceeds the maximum allowed document size.");
  CHECK(refusal(std::string(10'000, '[')) ==
        "Policies must be valid JSON and the first byte must be '{'");
}

TEST_CASE("principals are everyone, accounts, users, roles, sessions and canonical ids") {
  const auto with = [](const std::string& principal) {
    return refusal(policy_of(R"("Effect":"Deny","Principal":)" + principal +
                             R"(,"Action":"s3:*","Resource":"*")"));
  };
  for (const char* good :
       {R"("*")", R"({"AWS":"*"})", R"({"AWS":"123456789012"})",
        R"({"AWS":["arn:aws:iam::123456789012:root","arn:aws:iam::123456789012:user/a/b"]})",
        R"({"AWS":"arn:aws:iam::123456789012:role/r"})",
        R"({"AWS":"arn:aws:sts::123456789012:assumed-role/r/s"})",
        R"({"CanonicalUser":"79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be"})",
        R"({"Service":"logging.s3.amazonaws.com"})"}) {
    INFO(good);
    CHECK(with(good) == "(taken)");
  }
  for (const char* bad :
       {R"("arn:aws:iam::123456789012:root")", R"({"AWS":"12345678901"})", R"({"AWS":"eva"})",
        R"({"AWS":"arn:aws:iam::123456789012:user/*"})", R"({"AWS":"arn:aws:iam::agency:root"})",
        R"({"AWS":"arn:aws:iam::123456789012:group/g"})", R"({"AWS":[]})", R"({"AWS":1})", "{}",
        R"({"Aws":"*"})", R"({"CanonicalUser":"*"})", "[]"}) {
    INFO(bad);
    CHECK(with(bad) == "Invalid principal in policy");
  }
}

TEST_CASE("a policy of an identity has no principal") {
  const std::string inside = R"("Effect":"Allow","Action":"sts:AssumeRole","Resource":"*")";
  CHECK(refusal(policy_of(inside), holder::identity) == "(taken)");
  CHECK(refusal(policy_of(inside + R"(,"Principal":"*")"), holder::identity) ==
        "Policy document should not specify a principal.");
}

TEST_CASE("conditions name known operators, known keys and values that can be compared") {
  const auto with = [](const std::string& condition) {
    return refusal(policy_of(whole + R"(,"Condition":)" + condition));
  };
  for (const char* good :
       {R"({"StringEquals":{"s3:prefix":"a"}})",
        R"({"ForAllValues:StringLikeIfExists":{"s3:RequestObjectTagKeys":["a","b*"]}})",
        R"({"NumericLessThan":{"s3:max-keys":10}})", R"({"Bool":{"aws:SecureTransport":true}})",
        R"({"IpAddress":{"aws:SourceIp":["10.0.0.0/8","2001:db8::/32"]}})",
        R"({"DateGreaterThan":{"aws:CurrentTime":"2026-11-25T03:00:00Z"}})",
        R"({"DateLessThan":{"aws:EpochTime":1795575600}})",
        R"({"Null":{"s3:ExistingObjectTag/stand":"true"}})"}) {
    INFO(good);
    CHECK(with(good) == "(taken)");
  }
  CHECK(with(R"({"StringIs":{"s3:prefix":"a"}})") == "Invalid Condition type : StringIs");
  CHECK(with(R"({"NullIfExists":{"s3:prefix":"true"}})") ==
        "Invalid Condition type : NullIfExists");
  for (const char* key : {"s3:Prefixes", "prefix", "s3:ExistingObjectTag/", "aws:"}) {
    INFO(key);
    CHECK(with(std::string(R"({"StringEquals":{")") + key + R"(":"a"}})") ==
          "Policy has an invalid condition key");
  }
  for (const char* value :
       {R"({"NumericEquals":{"s3:max-keys":"ten"}})", R"({"Bool":{"aws:SecureTransport":"yes"}})",
        R"({"IpAddress":{"aws:SourceIp":"10.0.0.0/33"}})",
        R"({"IpAddress":{"aws:SourceIp":"10.0.0"}})",
        R"({"DateEquals":{"aws:CurrentTime":"2026-02-30"}})",
        R"({"BinaryEquals":{"aws:userid":"=="}})", R"({"StringEquals":{"s3:prefix":[]}})",
        R"({"StringEquals":{"s3:prefix":null}})"}) {
    INFO(value);
    CHECK(with(value) == "Policy has an invalid condition value");
  }
  CHECK(with(R"({"StringEquals":{}})") == "Policy has an invalid condition");
}

TEST_CASE("a bucket policy speaks of its own bucket and of actions that apply to its resources") {
  const auto with = [](const std::string& action, const std::string& resource) {
    return bucket_refusal(R"("Effect":"Deny","Principal":"*","Action":)" + action +
                          R"(,"Resource":)" + resource);
  };
  const std::string bucket = R"("arn:aws:s3:::akten")";
  const std::string objects = R"("arn:aws:s3:::akten/*")";
  const std::string both = "[" + bucket + "," + objects + "]";
  for (const auto& [action, resource] :
       {std::pair{std::string(R"("s3:GetObject")"), objects},
        {R"("s3:ListBucket")", bucket},
        {R"("s3:*")", bucket},
        {R"("*")", objects},
        {R"("s3:getobject")", objects},
        {R"(["s3:ListBucket","s3:GetObject"])", both},
        {R"("s3:ListBucket")", both},
        {R"("s3:ListBucket")", R"(["arn:aws:s3:::*","arn:aws:s3:::*/*"])"},
        {R"("s3:GetObject")", R"("*")"},
        {R"("s3:GetObject")", R"("arn:aws:s3:::akt*")"}}) {
    INFO(action << " on " << resource);
    CHECK(with(action, resource) == "(taken)");
  }
  for (const char* resource :
       {R"("arn:aws:s3:::other/*")", R"("arn:aws:s3:::akten2")", R"("arn:aws:sqs:::akten")",
        R"("akten")", R"(["arn:aws:s3:::akten","arn:aws:s3:::other"])", "[]", "1"}) {
    INFO(resource);
    CHECK(with(R"("s3:*")", resource) == "Policy has invalid resource");
  }
  for (const char* action :
       {R"("s3:GetObjects")", R"("sqs:SendMessage")", R"("GetObject")", "[]"}) {
    INFO(action);
    CHECK(with(action, both) == "Policy has invalid action");
  }
  CHECK(with(R"("s3:GetObject")", bucket) ==
        "Action does not apply to any resource(s) in statement");
  CHECK(with(R"(["s3:ListBucket","s3:GetObject"])", objects) ==
        "Action does not apply to any resource(s) in statement");
  CHECK(bucket_refusal(R"("Effect":"Allow","NotPrincipal":{"AWS":"123456789012"},)"
                       R"("Action":"s3:GetObject","Resource":)" +
                       objects) == "Allow with NotPrincipal is not allowed.");
}

TEST_CASE("what is refused is named with its line, element and statement") {
  const std::string good =
      "{\n  \"Effect\": \"Deny\",\n  \"Principal\": \"*\",\n"
      "  \"Action\": \"s3:*\",\n  \"Resource\": \"*\"\n}";
  const auto both = [&](const std::string& second) {
    return "{\n\"Statement\": [\n" + good + ",\n" + second + "]}";
  };
  const auto with = [&](const std::string& from, const std::string& to) {
    std::string changed = good;
    return both(changed.replace(changed.find(from), from.size(), to));
  };
  CHECK(place(both(good)) == "(taken)");
  CHECK(place(with("Deny", "Forbid")) == " [line 10, Effect of statement 2]");
  CHECK(place(with("Action", "Aktion")) == " [line 12, Aktion of statement 2]");
  CHECK(place(with("s3:*", "s3")) == " [line 12, Action of statement 2]");
  CHECK(place(with("\"*\",", "{\"AWS\": [\"\\\"Effect\", \"nobody\"]},")) ==
        " [line 11, Principal of statement 2]");
  CHECK(place(with("  \"Action\": \"s3:*\",\n", "")) == " [line 9, Action of statement 2]");
  CHECK(place(both(good + ",\n}")) == " [line 15]");
  CHECK(place("{\"Statement\": {\n\"Effect\": 1}}") == " [line 2, Effect of statement 1]");
}

}  // namespace parser_test
