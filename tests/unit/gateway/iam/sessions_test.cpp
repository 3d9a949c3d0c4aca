// Roles and temporary keys.
#include "tests/unit/gateway/iam/iam_world.hpp"

namespace sessions_test {

using namespace torhaus;
using test::answer;
using test::caller;
using test::escaped;
using test::iam_world;

namespace {

const std::string read_all =
    R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":["s3:Get*","s3:List*"],)"
    R"("Resource":"*"}})";
const std::string list_all =
    R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:List*","Resource":"*"}})";

struct sessions_world : iam_world {
  sessions_world() {
    make_bucket("bauamt");
    put("/bauamt/key", "hello");
  }
  std::string role_arn() const { return "arn:aws:iam::" + owner.agency.account + ":role/lesen"; }
  // A role that `trusted` (JSON) may assume, and that may read.
  void make_role(const std::string& trusted) {
    const std::string trust =
        R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":)" + trusted +
        R"(,"Action":["sts:AssumeRole","sts:TagSession"]}})";
    const answer a = iam(
        "Action=CreateRole&RoleName=lesen&AssumeRolePolicyDocument=" + escaped(trust), agency_root);
    INFO(a.body);
    REQUIRE(a.element("Arn") == role_arn());
    put_policy("Role", "lesen", read_all);
  }
  answer assume(const caller& who, const std::string& rest = "") {
    return sts("Action=AssumeRole&RoleSessionName=sitzung&RoleArn=" + role_arn() + rest, who);
  }
  std::string read_as(const caller& who) { return send({.path = "/bauamt/key"}, who).outcome(); }
};

}  // namespace

TEST_CASE_METHOD(sessions_world, "who is trusted takes the rights of a role for a while") {
  const caller ida = make_user("ida");
  make_role(R"({"AWS":")" + ida.arn + "\"}");
  const answer a = assume(ida);
  const caller session = holder_of(a);
  CHECK(a.element("Arn") == "arn:aws:sts::" + owner.agency.account + ":assumed-role/lesen/sitzung");
  CHECK(session.access_key_id.starts_with("ASIA"));
  CHECK(read_as(ida) == "403 AccessDenied");
  CHECK(read_as(session) == "200");
  const answer self = sts("Action=GetCallerIdentity", session);
  CHECK(self.element("Arn") == a.element("Arn"));
  CHECK(self.element("UserId") == a.element("AssumedRoleId"));
  world.clock.advance(std::chrono::hours(1));
  CHECK(read_as(session) == "400 ExpiredToken");
  CHECK(outcome(sts("Action=GetCallerIdentity", session)) == "403 ExpiredToken");
}

TEST_CASE_METHOD(sessions_world, "the end of a role ends its sessions") {
  const caller ida = make_user("ida");
  make_role(R"({"AWS":")" + ida.arn + "\"}");
  const caller session = holder_of(assume(ida));
  CHECK(read_as(session) == "200");
  CHECK(iam("Action=DeleteRolePolicy&RoleName=lesen&PolicyName=p", agency_root).status == 200);
  CHECK(read_as(session) == "403 AccessDenied");
  CHECK(iam("Action=DeleteRole&RoleName=lesen", agency_root).status == 200);
  CHECK(read_as(session) == "403 InvalidAccessKeyId");
  make_role(R"({"AWS":")" + ida.arn + "\"}");  // another role of that name
  CHECK(read_as(session) == "403 InvalidAccessKeyId");
}

TEST_CASE_METHOD(sessions_world, "a forged, foreign or missing token opens nothing") {
  const caller ida = make_user("ida");
  make_role(R"({"AWS":")" + ida.arn + "\"}");
  const caller session = holder_of(assume(ida));
  caller forged = session;
  forged.token[20] = forged.token[20] == 'A' ? 'B' : 'A';
  CHECK(read_as(forged) == "400 InvalidToken");
  CHECK(outcome(sts("Action=GetCallerIdentity", forged)) == "403 InvalidClientTokenId");
  caller foreign = session;
  foreign.token = holder_of(assume(ida)).token;
  CHECK(read_as(foreign) == "400 InvalidToken");
  caller bare = session;
  bare.token.clear();
  CHECK(read_as(bare) == "403 InvalidAccessKeyId");
  caller permanent = owner;
  permanent.token = session.token;
  CHECK(read_as(permanent) == "400 InvalidToken");
}

TEST_CASE_METHOD(sessions_world, "a session policy takes rights and gives none") {
  const caller ida = make_user("ida");
  make_role(R"({"AWS":")" + ida.arn + "\"}");
  CHECK(read_as(holder_of(assume(ida, "&Policy=" + escaped(list_all)))) == "403 AccessDenied");
  CHECK(read_as(holder_of(assume(ida, "&Policy=" + escaped(read_all)))) == "200");
  const std::string arns = "&PolicyArns.member.1.arn=arn:aws:iam::aws:policy/";
  CHECK(read_as(holder_of(assume(ida, arns + "AmazonS3ReadOnlyAccess"))) == "200");
  CHECK(read_as(holder_of(assume(ida, arns + "IAMFullAccess"))) == "403 AccessDenied");
  CHECK(outcome(assume(ida, "&Policy=%7B")) == "400 MalformedPolicyDocument");
  CHECK(outcome(assume(ida, "&Policy=" + escaped(R"({"Version":"2012-10-17","Statement":{"Effect":
      "Allow","Action":"s3:*","Resource":"arn:aws:s3:::)" +
                                                 std::string(2048, 'x') + "\"}}"))) ==
        "400 PackedPolicyTooLarge");
}

TEST_CASE_METHOD(sessions_world, "who is not trusted may not assume, and is not told why") {
  const caller ida = make_user("ida");
  const caller zoe = make_user("zoe");
  make_role(R"({"AWS":")" + ida.arn + "\"}");
  CHECK(outcome(assume(zoe)) == "403 AccessDenied");
  CHECK(outcome(assume(stranger)) == "403 AccessDenied");
  CHECK(outcome(assume(agency_root)) == "403 AccessDenied");  // AWS: not root users
  const std::string other =
      "Action=AssumeRole&RoleSessionName=sitzung&RoleArn=arn:aws:iam::" + owner.agency.account +
      ":role/none";
  CHECK(outcome(sts(other, ida)) == "403 AccessDenied");
  CHECK(outcome(assume(ida, "&DurationSeconds=899")) == "400 ValidationError");
  CHECK(outcome(assume(ida, "&DurationSeconds=3601")) == "400 ValidationError");
}

TEST_CASE_METHOD(sessions_world, "a trust policy may ask for an external id, and for tags") {
  const caller ida = make_user("ida");
  const std::string trust =
      R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":")" + ida.arn +
      R"("},"Action":"sts:AssumeRole","Condition":{"StringEquals":{"sts:ExternalId":"geheim"}}}})";
  CHECK(iam("Action=CreateRole&RoleName=lesen&AssumeRolePolicyDocument=" + escaped(trust),
            agency_root)
            .status == 200);
  CHECK(outcome(assume(ida)) == "403 AccessDenied");
  CHECK(outcome(assume(ida, "&ExternalId=falsch")) == "403 AccessDenied");
  CHECK(outcome(assume(ida, "&ExternalId=geheim")) == "200");
  // Tags need sts:TagSession.
  CHECK(outcome(assume(ida, "&ExternalId=geheim&Tags.member.1.Key=k&Tags.member.1.Value=v")) ==
        "403 AccessDenied");
  const std::string unknown = R"({"Version":"2012-10-17","Statement":{"Effect":"Allow",
      "Principal":{"AWS":"arn:aws:iam::)" +
                              owner.agency.account +
                              R"(:user/nobody"},"Action":"sts:AssumeRole"}})";
  CHECK(outcome(iam("Action=CreateRole&RoleName=r2&AssumeRolePolicyDocument=" + escaped(unknown),
                    agency_root)) == "400 MalformedPolicyDocument");
}

TEST_CASE_METHOD(sessions_world, "GetSessionToken gives the user's own rights, but not in IAM") {
  const caller session = holder_of(sts("Action=GetSessionToken&DurationSeconds=900", owner));
  CHECK(read_as(session) == "200");
  CHECK(sts("Action=GetCallerIdentity", session).element("Arn") == owner.arn);
  CHECK(outcome(iam("Action=GetUser", session)) == "403 InvalidClientTokenId");
  CHECK(outcome(sts("Action=GetSessionToken", session)) == "403 AccessDenied");
  CHECK(outcome(sts("Action=GetSessionToken&DurationSeconds=129601", owner)) ==
        "400 ValidationError");
  CHECK(outcome(sts("Action=GetSessionToken&DurationSeconds=3601", agency_root)) ==
        "400 ValidationError");
}

TEST_CASE_METHOD(sessions_world, "GetFederationToken gives no more than both policies allow") {
  const std::string ask = "Action=GetFederationToken&Name=firma";
  CHECK(read_as(holder_of(sts(ask, owner))) == "403 AccessDenied");  // no policy, no rights
  const caller session = holder_of(sts(ask + "&Policy=" + escaped(read_all), owner));
  CHECK(read_as(session) == "200");
  CHECK(send({.method = "PUT", .path = "/bauamt/key", .body = "x"}, session).status == 403);
  CHECK(sts("Action=GetCallerIdentity", session).element("Arn") ==
        "arn:aws:sts::" + owner.agency.account + ":federated-user/firma");
  const caller ida = make_user("ida");
  CHECK(outcome(sts(ask, ida)) == "403 AccessDenied");
}

TEST_CASE_METHOD(sessions_world, "a session policy that is not there leaves no rights") {
  const caller ida = make_user("ida");
  make_role(R"({"AWS":")" + ida.arn + "\"}");
  const std::string both = "&Policy=" + escaped(read_all) +
                           "&PolicyArns.member.1.arn=arn:aws:iam::" + owner.agency.account +
                           ":policy/sperre";
  CHECK(read_as(holder_of(assume(ida, both))) == "403 AccessDenied");
  const std::string text =
      escaped(R"({"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"s3:Put*",)"
              R"("Resource":"*"}})");
  REQUIRE(iam("Action=CreatePolicy&PolicyName=sperre&PolicyDocument=" + text, agency_root).status ==
          200);
  const caller session = holder_of(assume(ida, both));
  CHECK(read_as(session) == "200");
  // What it denied would be allowed without it.
  const std::string arn = "arn:aws:iam::" + owner.agency.account + ":policy/sperre";
  REQUIRE(iam("Action=DeletePolicy&PolicyArn=" + arn, agency_root).status == 200);
  CHECK(read_as(session) == "403 AccessDenied");
}

// AWS: "Chaining roles with session tags".
TEST_CASE_METHOD(sessions_world, "transitive tags go on to the next role, and cannot be changed") {
  const caller ida = make_user("ida");
  make_role(R"({"AWS":")" + ida.arn + "\"}");
  const std::string trust =
      R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":")" + role_arn() +
      R"("},"Action":["sts:AssumeRole","sts:TagSession"]}})";
  REQUIRE(iam("Action=CreateRole&RoleName=weiter&AssumeRolePolicyDocument=" + escaped(trust),
              agency_root)
              .status == 200);
  put_policy("Role", "weiter",
             R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:GetObject",
             "Resource":"*","Condition":{"StringEquals":{"aws:PrincipalTag/amt":"kasse"}}}})");
  const std::string tag = "&Tags.member.1.Key=amt&Tags.member.1.Value=kasse";
  const std::string on = "&TransitiveTagKeys.member.1=AMT";
  const auto next = [&](const caller& who, const std::string& rest = "") {
    return sts("Action=AssumeRole&RoleSessionName=weiter&RoleArn=arn:aws:iam::" +
                   owner.agency.account + ":role/weiter" + rest,
               who);
  };
  CHECK(read_as(holder_of(next(holder_of(assume(ida, tag))))) == "403 AccessDenied");
  const caller first = holder_of(assume(ida, tag + on));
  CHECK(read_as(holder_of(next(first))) == "200");
  CHECK(outcome(next(first, tag)) == "400 InvalidParameterValue");
  CHECK(read_as(holder_of(next(first, "&Tags.member.1.Key=x&Tags.member.1.Value=y"))) == "200");
  CHECK(outcome(assume(ida, on)) == "400 InvalidParameterValue");
}

// AWS: "Permissions required to add session tags".
TEST_CASE_METHOD(sessions_world, "tags of GetFederationToken need a permission of their own") {
  const std::string ask =
      "Action=GetFederationToken&Name=firma&Tags.member.1.Key=amt&Tags.member.1.Value=kasse";
  const auto policy_for = [](const std::string& actions, const std::string& condition = "{}") {
    return R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":)" + actions +
           R"(,"Resource":"*","Condition":)" + condition + "}}";
  };
  const caller ida = make_user("ida");
  put_policy("User", "ida", policy_for(R"("sts:GetFederationToken")"));
  CHECK(outcome(sts("Action=GetFederationToken&Name=firma", ida)) == "200");
  CHECK(outcome(sts(ask, ida)) == "403 AccessDenied");
  const std::string both = R"(["sts:GetFederationToken","sts:TagSession"])";
  put_policy("User", "ida", policy_for(both));
  CHECK(outcome(sts(ask, ida)) == "200");
  put_policy("User", "ida",
             policy_for(both, R"({"StringEqualsIfExists":{"aws:RequestTag/amt":"bau"}})"));
  CHECK(outcome(sts(ask, ida)) == "403 AccessDenied");
  // Users of administration may without a policy, but give nobody a tag.
  CHECK(outcome(sts("Action=GetFederationToken&Name=firma", owner)) == "200");
  CHECK(outcome(sts(ask, owner)) == "403 AccessDenied");
  CHECK(outcome(sts(ask, agency_root)) == "200");
}

}  // namespace sessions_test
