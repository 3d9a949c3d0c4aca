// Simulations: what policies would say, in AWS's shapes.
#include "tests/unit/gateway/iam/iam_world.hpp"

namespace simulation_test {

using namespace torhaus;
using test::answer;
using test::caller;
using test::escaped;
using test::iam_world;

namespace {

std::string policy(const std::string& statements) {
  return R"({"Version":"2012-10-17","Statement":[)" + statements + "]}";
}
const std::string read_inside =
    R"({"Effect":"Allow","Action":"s3:Get*","Resource":"arn:aws:s3:::akten/*",
  "Condition":{"IpAddress":{"aws:SourceIp":"10.0.0.0/8"}}})";
const std::string deny_all = R"({"Effect":"Deny","Action":"*","Resource":"*"})";

std::string member(const std::string& list, int n, const std::string& value) {
  return "&" + list + ".member." + std::to_string(n) + "=" + escaped(value);
}
std::string from(const std::string& address) {
  return "&ContextEntries.member.1.ContextKeyName=aws%3ASourceIp"
         "&ContextEntries.member.1.ContextKeyType=ip"
         "&ContextEntries.member.1.ContextKeyValues.member.1=" +
         address;
}
const std::string akte = "arn:aws:s3:::akten/1";

struct simulating : iam_world {
  answer custom(const std::string& text, const std::string& rest) {
    return iam("Action=SimulateCustomPolicy" + member("PolicyInputList", 1, text) +
                   member("ActionNames", 1, "s3:GetObject") + rest,
               agency_root);
  }
  answer of(const caller& who, const std::string& rest) {
    return iam("Action=SimulatePrincipalPolicy&PolicySourceArn=" + escaped(who.arn) +
                   member("ActionNames", 1, "s3:GetObject") + rest,
               agency_root);
  }
};

}  // namespace

TEST_CASE_METHOD(simulating, "a policy that is no one's is asked with the conditions given") {
  const std::string one = member("ResourceArns", 1, akte);
  const answer unknown = custom(policy(read_inside), one);
  INFO(unknown.body);
  REQUIRE(unknown.status == 200);
  CHECK(unknown.element("EvalDecision") == "implicitDeny");
  CHECK(unknown.element("EvalResourceName") == akte);
  CHECK(unknown.body.find("<MissingContextValues><member>aws:SourceIp</member>") !=
        std::string::npos);
  const answer inside = custom(policy(read_inside), one + from("10.1.1.1"));
  CHECK(inside.element("EvalDecision") == "allowed");
  CHECK(inside.element("EvalResourceDecision") == "allowed");
  CHECK(inside.element("SourcePolicyId") == "PolicyInputList.1");
  CHECK(inside.body.find("<StartPosition><Line>1</Line><Column>38</Column></StartPosition>") !=
        std::string::npos);
  CHECK(inside.body.find("<EndPosition><Line>2</Line>") != std::string::npos);
  CHECK(inside.element("IsTruncated") == "false");
  CHECK(custom(policy(read_inside), one + from("192.0.2.1")).element("EvalDecision") ==
        "implicitDeny");
  const answer both = custom(
      policy(read_inside), member("PolicyInputList", 2, policy(deny_all)) + one + from("10.1.1.1"));
  CHECK(both.element("EvalDecision") == "explicitDeny");
  CHECK(both.element("SourcePolicyId") == "PolicyInputList.2");
}

TEST_CASE_METHOD(simulating, "of several resources the strictest decision is the whole") {
  const answer a = custom(policy(read_inside), member("ResourceArns", 1, akte) +
                                                   member("ResourceArns", 2, "arn:aws:s3:::b/1") +
                                                   from("10.1.1.1"));
  CHECK(a.element("EvalDecision") == "implicitDeny");
  CHECK(a.element("EvalResourceName") == "*");
  CHECK(a.body.find("<EvalResourceName>arn:aws:s3:::b/1</EvalResourceName>"
                    "<EvalResourceDecision>implicitDeny</EvalResourceDecision>") !=
        std::string::npos);
}

TEST_CASE_METHOD(simulating, "what is attached to a user and its groups is asked") {
  const caller ida = make_user("ida");
  const std::string one = member("ResourceArns", 1, akte);
  CHECK(of(ida, one).element("EvalDecision") == "implicitDeny");
  iam("Action=CreateGroup&GroupName=leser", agency_root);
  iam("Action=AddUserToGroup&GroupName=leser&UserName=ida", agency_root);
  put_policy("Group", "leser", policy(R"({"Effect":"Allow","Action":"s3:*",
      "Resource":"arn:aws:s3:::akten/${aws:username}/*"})"));
  CHECK(of(ida, one).element("EvalDecision") == "implicitDeny");
  const std::string hers = member("ResourceArns", 1, "arn:aws:s3:::akten/ida/1");
  const answer allowed = of(ida, hers);
  CHECK(allowed.element("EvalDecision") == "allowed");
  CHECK(allowed.element("SourcePolicyId") == "leser/p");
  CHECK(allowed.element("SourcePolicyType") == "group");
  const answer limited =
      of(ida, hers + member("PermissionsBoundaryPolicyInputList", 1, policy(read_inside)));
  CHECK(limited.element("EvalDecision") == "implicitDeny");
  CHECK(limited.element("AllowedByPermissionsBoundary") == "false");
  const answer denied = of(ida, hers + member("PolicyInputList", 1, policy(deny_all)));
  CHECK(denied.element("EvalDecision") == "explicitDeny");
  const std::string grant = R"({"Effect":"Allow","Principal":{"AWS":")" + ida.arn +
                            R"("},"Action":"s3:GetObject","Resource":"arn:aws:s3:::akten/*"})";
  const answer given = of(ida, one + "&ResourcePolicy=" + escaped(policy(grant)));
  CHECK(given.element("EvalDecision") == "allowed");
  CHECK(given.element("SourcePolicyType") == "resource");
  // In another account both sides have to.
  CHECK(of(ida, one + "&ResourceOwner=999999999999&ResourcePolicy=" + escaped(policy(grant)))
            .element("EvalDecision") == "implicitDeny");
}

TEST_CASE_METHOD(simulating, "long answers come in pages") {
  const std::string more =
      member("ActionNames", 2, "s3:PutObject") + member("ActionNames", 3, "s3:ListBucket");
  const answer first = custom(policy(deny_all), more + "&MaxItems=2");
  CHECK(first.element("IsTruncated") == "true");
  CHECK(first.element("Marker") == "2");
  const answer second = custom(policy(deny_all), more + "&MaxItems=2&Marker=2");
  CHECK(second.element("EvalActionName") == "s3:ListBucket");
  CHECK(second.element("IsTruncated") == "false");
}

TEST_CASE_METHOD(simulating, "bad simulations are refused, and need a permission") {
  CHECK(outcome(custom("{", "")) == "400 InvalidInput");
  CHECK(outcome(custom(policy(deny_all), "&Marker=x")) == "400 InvalidInput");
  CHECK(outcome(custom(policy(deny_all), "&Marker=9")) == "400 InvalidInput");
  CHECK(outcome(custom(policy(deny_all), "&CallerArn=x")) == "400 InvalidInput");
  CHECK(outcome(custom(policy(deny_all), "&ResourcePolicy=" + escaped(policy(deny_all)))) ==
        "400 InvalidInput");
  CHECK(outcome(custom(policy(deny_all), member("ActionNames", 2, "Get"))) == "400 InvalidInput");
  CHECK(outcome(iam("Action=SimulateCustomPolicy" + member("ActionNames", 1, "s3:GetObject"),
                    agency_root)) == "400 ValidationError");
  std::string many;
  for (int i = 1; i <= 40; ++i) {
    many += member("ActionNames", i + 1, "s3:a" + std::to_string(i));
    many += member("ResourceArns", i, "arn:aws:s3:::b/" + std::to_string(i));
  }
  CHECK(outcome(custom(policy(deny_all), many)) == "400 InvalidInput");
  const caller ida = make_user("ida");
  const caller uwe = make_user("uwe");
  const std::string about_uwe =
      "Action=SimulatePrincipalPolicy&PolicySourceArn=" + escaped(uwe.arn) +
      member("ActionNames", 1, "s3:GetObject");
  CHECK(outcome(iam(about_uwe, ida)) == "403 AccessDenied");
  CHECK(outcome(iam("Action=SimulateCustomPolicy" + member("PolicyInputList", 1, policy(deny_all)) +
                        member("ActionNames", 1, "s3:GetObject"),
                    ida)) == "403 AccessDenied");
  caller strange = uwe;
  strange.arn = "arn:aws:iam::999999999999:user/uwe";
  CHECK(outcome(of(strange, "")) == "404 NoSuchEntity");
  strange.arn = "arn:aws:iam::" + owner.agency.account + ":root";
  CHECK(outcome(of(strange, "")) == "404 NoSuchEntity");
}

}  // namespace simulation_test
