// Decisions: whom, what, where and under which conditions.
#include "tests/unit/auth/policy/policy_world.hpp"

namespace evaluator_test {

using namespace torhaus;
using test::decide;
using test::parsed;
using test::policy_of;
using test::user_of;
using test::value_map;

namespace {

const auth::principal eva = user_of("111111111111", "eva");
const auth::principal root = user_of("111111111111", "root");
const auth::principal max = user_of("222222222222", "max");
const auth::principal nobody;
const std::string everything = R"("Action":"s3:*","Resource":"*")";

std::string decision_for(const std::string& principal, const auth::principal& who) {
  return decide(parsed(policy_of(R"("Effect":"Deny",)" + principal + "," + everything)), who,
                "s3:GetObject", "arn:aws:s3:::b/k");
}

bool condition_holds(const std::string& condition, const value_map& values) {
  const auto d = parsed(policy_of(R"("Effect":"Allow","Principal":"*",)" + everything +
                                  R"(,"Condition":)" + condition));
  return decide(d, eva, "s3:GetObject", "arn:aws:s3:::b/k", values) == "allow";
}

}  // namespace

TEST_CASE("a principal is matched by everyone, account, arn or canonical id") {
  CHECK(decision_for(R"("Principal":"*")", nobody) == "deny");
  CHECK(decision_for(R"("Principal":{"AWS":"*"})", nobody) == "deny");
  CHECK(decision_for(R"("Principal":{"AWS":"111111111111"})", eva) == "deny");
  CHECK(decision_for(R"("Principal":{"AWS":"arn:aws:iam::111111111111:root"})", eva) == "deny");
  CHECK(decision_for(R"("Principal":{"AWS":"111111111111"})", max) == "none");
  CHECK(decision_for(R"("Principal":{"AWS":"111111111111"})", nobody) == "none");
  CHECK(decision_for(R"("Principal":{"AWS":"arn:aws:iam::111111111111:user/eva"})", eva) == "deny");
  CHECK(decision_for(R"("Principal":{"AWS":"arn:aws:iam::111111111111:user/eva"})", root) ==
        "none");
  CHECK(decision_for(R"("Principal":{"CanonicalUser":"canonical-222222222222"})", max) == "deny");
  CHECK(decision_for(R"("Principal":{"Service":"s3.amazonaws.com"})", eva) == "none");
}

TEST_CASE("NotPrincipal leaves out who is named itself") {
  const std::string but_eva =
      R"("NotPrincipal":{"AWS":["111111111111","arn:aws:iam::111111111111:user/eva"]})";
  CHECK(decision_for(but_eva, eva) == "none");
  CHECK(decision_for(but_eva, root) == "none");
  CHECK(decision_for(but_eva, user_of("111111111111", "ida")) == "deny");
  CHECK(decision_for(but_eva, max) == "deny");
  CHECK(decision_for(but_eva, nobody) == "deny");
}

TEST_CASE("actions and resources take wildcards, and their opposites all others") {
  const auto d =
      parsed(policy_of(R"("Effect":"Allow","Principal":"*","Action":["s3:Get*","S3:PUTOBJECT"],
      "Resource":["arn:aws:s3:::b/a?c/*","arn:aws:s3:::b"])"));
  CHECK(decide(d, eva, "s3:GetObject", "arn:aws:s3:::b/abc/x/y") == "allow");
  CHECK(decide(d, eva, "s3:GetObject",
               "arn:aws:s3:::b/a\xc3\xa4"
               "c/x") == "allow");
  CHECK(decide(d, eva, "s3:PutObject", "arn:aws:s3:::b") == "allow");
  CHECK(decide(d, eva, "s3:DeleteObject", "arn:aws:s3:::b") == "none");
  CHECK(decide(d, eva, "s3:GetObject", "arn:aws:s3:::b/ac/x") == "none");
  CHECK(decide(d, eva, "s3:GetObject", "arn:aws:s3:::B") == "none");
  const auto other = parsed(policy_of(R"("Effect":"Deny","Principal":"*","NotAction":"s3:Get*",)"
                                      R"("NotResource":"arn:aws:s3:::b/open/*")"));
  CHECK(decide(other, eva, "s3:PutObject", "arn:aws:s3:::b/k") == "deny");
  CHECK(decide(other, eva, "s3:GetObject", "arn:aws:s3:::b/k") == "none");
  CHECK(decide(other, eva, "s3:PutObject", "arn:aws:s3:::b/open/k") == "none");
}

TEST_CASE("a deny wins wherever it stands") {
  const std::string allow = R"({"Effect":"Allow","Principal":"*",)" + everything + "}";
  const std::string deny =
      R"({"Effect":"Deny","Principal":{"AWS":"222222222222"},)" + everything + "}";
  for (const std::string& list : {allow + "," + deny, deny + "," + allow}) {
    const auto d = parsed(R"({"Statement":[)" + list + "]}");
    CHECK(decide(d, max, "s3:GetObject", "arn:aws:s3:::b/k") == "deny");
    CHECK(decide(d, eva, "s3:GetObject", "arn:aws:s3:::b/k") == "allow");
  }
}

TEST_CASE("variables stand for the request's values, from version 2012-10-17") {
  const std::string inside = R"("Effect":"Allow","Principal":"*","Action":"s3:*",)"
                             R"("Resource":"arn:aws:s3:::b/${aws:username}/*")";
  const auto d = parsed(policy_of(inside));
  const value_map as_eva{{"aws:username", {"eva"}}};
  CHECK(decide(d, eva, "s3:GetObject", "arn:aws:s3:::b/eva/k", as_eva) == "allow");
  CHECK(decide(d, eva, "s3:GetObject", "arn:aws:s3:::b/max/k", as_eva) == "none");
  CHECK(decide(d, eva, "s3:GetObject", "arn:aws:s3:::b//k") == "none");
  // What a value brings along is text.
  CHECK(decide(d, eva, "s3:GetObject", "arn:aws:s3:::b/max/k",
               value_map{{"aws:username", {"*"}}}) == "none");
  CHECK(decide(d, eva, "s3:GetObject", "arn:aws:s3:::b/max/k",
               value_map{{"aws:username", {"\xff"}}}) == "none");
  const auto old = parsed(R"({"Version":"2008-10-17","Statement":{)" + inside + "}}");
  CHECK(decide(old, eva, "s3:GetObject", "arn:aws:s3:::b/eva/k", as_eva) == "none");
  CHECK(decide(old, eva, "s3:GetObject", "arn:aws:s3:::b/${aws:username}/k", as_eva) == "allow");
  const auto with_default =
      parsed(policy_of(R"("Effect":"Allow","Principal":"*","Action":"s3:*",)"
                       R"("Resource":"arn:aws:s3:::b/${aws:PrincipalTag/team, 'all'}/${*}${$}*")"));
  CHECK(decide(with_default, eva, "s3:GetObject", "arn:aws:s3:::b/all/*$x") == "allow");
  CHECK(decide(with_default, eva, "s3:GetObject", "arn:aws:s3:::b/all/a$x") == "none");
}

TEST_CASE("text operators compare, ignore case, take wildcards, and are negated") {
  const value_map prefix{{"s3:prefix", {"Akten/2026"}}};
  CHECK(condition_holds(R"({"StringEquals":{"s3:Prefix":["x","Akten/2026"]}})", prefix));
  CHECK_FALSE(condition_holds(R"({"StringEquals":{"s3:prefix":"akten/2026"}})", prefix));
  CHECK_FALSE(condition_holds(R"({"StringEquals":{"s3:prefix":"Akten/*"}})", prefix));
  CHECK(condition_holds(R"({"StringEqualsIgnoreCase":{"s3:prefix":"akten/2026"}})", prefix));
  CHECK(condition_holds(R"({"StringLike":{"s3:prefix":"Akten/20?6"}})", prefix));
  CHECK_FALSE(condition_holds(R"({"StringNotLike":{"s3:prefix":["x","Akten/*"]}})", prefix));
  CHECK(condition_holds(R"({"StringNotEquals":{"s3:prefix":["a","b"]}})", prefix));
  CHECK_FALSE(
      condition_holds(R"({"StringNotEqualsIgnoreCase":{"s3:prefix":"AKTEN/2026"}})", prefix));
}

TEST_CASE("a missing key fails what compares, and holds what is negated or IfExists") {
  CHECK_FALSE(condition_holds(R"({"StringEquals":{"s3:prefix":"a"}})", {}));
  CHECK(condition_holds(R"({"StringNotEquals":{"s3:prefix":"a"}})", {}));
  CHECK(condition_holds(R"({"StringEqualsIfExists":{"s3:prefix":"a"}})", {}));
  CHECK(condition_holds(R"({"Null":{"s3:prefix":"true"}})", {}));
  CHECK_FALSE(condition_holds(R"({"Null":{"s3:prefix":"false"}})", {}));
  CHECK(condition_holds(R"({"Null":{"s3:prefix":"false"}})", {{"s3:prefix", {""}}}));
  CHECK(condition_holds(R"({"ForAllValues:StringEquals":{"aws:TagKeys":"a"}})", {}));
  CHECK_FALSE(condition_holds(R"({"ForAnyValue:StringEquals":{"aws:TagKeys":"a"}})", {}));
  CHECK_FALSE(condition_holds(R"({"ForAnyValue:StringNotEquals":{"aws:TagKeys":"a"}})", {}));
}

TEST_CASE("keys with several values are quantified") {
  const value_map both{{"s3:requestobjecttagkeys", {"stand", "akte"}}};
  CHECK(condition_holds(
      R"({"ForAllValues:StringEquals":{"s3:RequestObjectTagKeys":["akte","stand","x"]}})", both));
  CHECK_FALSE(condition_holds(
      R"({"ForAllValues:StringEquals":{"s3:RequestObjectTagKeys":["akte"]}})", both));
  CHECK(condition_holds(R"({"ForAnyValue:StringEquals":{"s3:RequestObjectTagKeys":["akte"]}})",
                        both));
  CHECK(condition_holds(R"({"ForAnyValue:StringNotEquals":{"s3:RequestObjectTagKeys":["akte"]}})",
                        both));
  CHECK_FALSE(condition_holds(
      R"({"ForAllValues:StringNotEquals":{"s3:RequestObjectTagKeys":["akte"]}})", both));
}

TEST_CASE("numbers, dates, booleans and bytes are compared as what they are") {
  const value_map v{{"s3:max-keys", {"10"}},
                    {"aws:currenttime", {"2026-11-25T03:00:00Z"}},
                    {"aws:epochtime", {"1795575600"}},
                    {"aws:securetransport", {"false"}},
                    {"aws:userid", {"QUJD"}}};
  CHECK(condition_holds(R"({"NumericEquals":{"s3:max-keys":"10.0"}})", v));
  CHECK(condition_holds(R"({"NumericLessThanEquals":{"s3:max-keys":10}})", v));
  CHECK_FALSE(condition_holds(R"({"NumericLessThan":{"s3:max-keys":10}})", v));
  CHECK(condition_holds(R"({"NumericGreaterThan":{"s3:max-keys":9}})", v));
  CHECK(condition_holds(R"({"NumericNotEquals":{"s3:max-keys":9}})", v));
  CHECK_FALSE(condition_holds(R"({"NumericEquals":{"s3:max-keys":10}})", {{"s3:max-keys", {"x"}}}));
  CHECK(condition_holds(R"({"DateEquals":{"aws:CurrentTime":"2026-11-25T04:00:00+01:00"}})", v));
  CHECK(condition_holds(R"({"DateLessThan":{"aws:CurrentTime":"2026-11-25T03:00:00.5Z"}})", v));
  CHECK(condition_holds(R"({"DateGreaterThan":{"aws:CurrentTime":"2026-11"}})", v));
  CHECK(condition_holds(R"({"DateEquals":{"aws:EpochTime":"2026-11-25T03:00:00Z"}})", v));
  CHECK_FALSE(condition_holds(R"({"DateGreaterThanEquals":{"aws:CurrentTime":"2027"}})", v));
  CHECK(condition_holds(R"({"Bool":{"aws:SecureTransport":"FALSE"}})", v));
  CHECK_FALSE(condition_holds(R"({"Bool":{"aws:SecureTransport":true}})", v));
  CHECK(condition_holds(R"({"BinaryEquals":{"aws:userid":"QUJD"}})", v));
}

TEST_CASE("addresses lie in networks") {
  const auto from = [](const std::string& address, const std::string& networks) {
    return condition_holds(R"({"IpAddress":{"aws:SourceIp":)" + networks + "}}",
                           {{"aws:sourceip", {address}}});
  };
  CHECK(from("10.1.2.3", R"("10.1.0.0/16")"));
  CHECK_FALSE(from("10.2.2.3", R"("10.1.0.0/16")"));
  CHECK(from("10.2.2.3", R"(["10.1.0.0/16","10.2.2.3"])"));
  CHECK(from("10.1.2.3", R"("0.0.0.0/0")"));
  CHECK_FALSE(from("2001:db8::1", R"("0.0.0.0/0")"));
  CHECK(from("2001:db8:0:1::1", R"("2001:db8::/47")"));
  CHECK_FALSE(from("2001:dba::1", R"("2001:db8::/32")"));
  CHECK(from("::ffff:10.1.2.3", R"("10.1.2.0/24")"));
  CHECK(condition_holds(R"({"NotIpAddress":{"aws:SourceIp":"10.0.0.0/8"}})",
                        {{"aws:sourceip", {"11.0.0.1"}}}));
}

TEST_CASE("a wildcard of an arn stays within its part") {
  const value_map v{{"aws:principalarn", {"arn:aws:iam::111111111111:user/amt/eva"}},
                    {"aws:username", {"eva"}}};
  CHECK(condition_holds(R"({"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::*:user/amt/*"}})", v));
  CHECK(condition_holds(
      R"({"ArnEquals":{"aws:PrincipalArn":"arn:aws:iam::111111111111:user/amt/${aws:username}"}})",
      v));
  CHECK_FALSE(condition_holds(R"({"ArnLike":{"aws:PrincipalArn":"arn:aws:*:user/amt/eva"}})", v));
  CHECK(condition_holds(R"({"ArnNotLike":{"aws:PrincipalArn":"arn:aws:iam::2*:*"}})", v));
}

}  // namespace evaluator_test
