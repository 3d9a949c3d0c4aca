// What is written down of IAM and STS requests.
#include "tests/unit/gateway/audit/trail_world.hpp"
#include "tests/unit/gateway/iam/iam_world.hpp"

namespace audit_test {

using namespace torhaus;
using test::caller;

namespace {

struct audited_iam : test::iam_world {
  audited_iam() : recorded(world.clock) { front.trail = &*recorded.trail; }
  std::string last(const std::string& member) { return recorded.last(member); }

  test::trail_world recorded;
};

}  // namespace

TEST_CASE_METHOD(audited_iam, "a record of IAM names the statement that decided") {
  const caller ida = make_user("ida");
  CHECK(last("op") == "iam:CreateAccessKey");
  CHECK(last("because") == "default rights of the agency");
  CHECK(iam("Action=ListUsers", ida).status == 403);
  CHECK(last("because") == "(none)");  // nothing speaks of it
  put_policy("User", "ida",
             R"({"Version":"2012-10-17","Statement":[
             {"Sid":"Sehen","Effect":"Allow","Action":"iam:List*","Resource":"*"},
             {"Sid":"Nie","Effect":"Deny","Action":"iam:ListRoles","Resource":"*"}]})");
  CHECK(iam("Action=ListUsers", ida).status == 200);
  CHECK(last("because") == "identity policy p, statement 1 (Sehen)");
  CHECK(iam("Action=ListRoles", ida).status == 403);
  CHECK(last("because") == "identity policy p, statement 2 (Nie)");
  CHECK(last("error") == "AccessDenied");
}

TEST_CASE_METHOD(audited_iam, "a record of STS names the statement of the trust policy") {
  const caller ida = make_user("ida");
  const std::string trust = R"({"Version":"2012-10-17","Statement":{"Sid":"Ida","Effect":"Allow",
      "Principal":{"AWS":")" +
                            ida.arn + R"("},"Action":"sts:AssumeRole"}})";
  const auto role = iam(
      "Action=CreateRole&RoleName=r&AssumeRolePolicyDocument=" + test::escaped(trust), agency_root);
  const std::string assume = "Action=AssumeRole&RoleSessionName=heute&RoleArn=";
  CHECK(sts(assume + role.element("Arn"), ida).status == 200);
  CHECK(last("user") == ida.arn);
  CHECK(last("because") == "resource policy, statement 1 (Ida)");
}

}  // namespace audit_test
