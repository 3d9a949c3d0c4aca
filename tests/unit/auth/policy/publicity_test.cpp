// AWS's meaning of "public".
#include "auth/policy/publicity.hpp"
#include "tests/unit/auth/policy/policy_world.hpp"

namespace publicity_test {

using namespace torhaus;
using test::parsed;
using test::policy_of;

namespace {

bool is_public(const std::string& principal, const std::string& condition = {}) {
  return auth::policy::is_public(
      parsed(policy_of(R"("Effect":"Allow","Action":"s3:*","Resource":"*","Principal":)" +
                       principal + (condition.empty() ? "" : R"(,"Condition":)" + condition))));
}

}  // namespace

TEST_CASE("a policy is public when it allows anything to everyone") {
  CHECK(is_public(R"("*")"));
  CHECK(is_public(R"({"AWS":["111111111111","*"]})"));
  CHECK_FALSE(is_public(R"({"AWS":"111111111111"})"));
  CHECK_FALSE(auth::policy::is_public(
      parsed(policy_of(R"("Effect":"Deny","Action":"s3:*","Resource":"*","Principal":"*")"))));
}

TEST_CASE("conditions on fixed values make it private, others do not") {
  for (const char* binding :
       {R"({"StringEquals":{"aws:SourceVpc":"vpc-1"}})",
        R"({"IpAddress":{"aws:SourceIp":"192.0.2.0/24"}})",
        R"({"IpAddress":{"aws:SourceIp":["10.0.0.0/8","2001:db8::/32"]}})",
        R"({"StringLike":{"aws:userid":"AROAEXAMPLE:*"}})",
        R"({"ArnEquals":{"aws:PrincipalArn":"arn:aws:iam::111111111111:user/eva"}})",
        R"({"StringEquals":{"aws:PrincipalOrgID":"o-1"},"Bool":{"aws:SecureTransport":"true"}})"}) {
    INFO(binding);
    CHECK_FALSE(is_public(R"("*")", binding));
  }
  for (const char* loose :
       {R"({"StringLike":{"aws:SourceVpc":"vpc-*"}})",
        R"({"IpAddress":{"aws:SourceIp":["192.0.2.0/24","0.0.0.0/0"]}})",
        R"({"IpAddress":{"aws:SourceIp":"2000::/3"}})", R"({"StringLike":{"aws:userid":"*"}})",
        R"({"StringNotEquals":{"aws:SourceVpc":"vpc-1"}})",
        R"({"StringEqualsIfExists":{"aws:SourceVpc":"vpc-1"}})",
        R"({"StringEquals":{"aws:Referer":"https://example.org"}})",
        R"({"StringEquals":{"aws:userid":"${aws:userid}"}})",
        R"({"Bool":{"aws:SecureTransport":"true"}})"}) {
    INFO(loose);
    CHECK(is_public(R"("*")", loose));
  }
}

}  // namespace publicity_test
