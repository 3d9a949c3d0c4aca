// Users, groups, keys and their policies: what IAM makes, and what the made may do.
#include "auth/identity/directory.hpp"
#include "auth/identity/schema.hpp"
#include "tests/unit/gateway/iam/iam_world.hpp"

namespace users_test {

using namespace torhaus;
using test::answer;
using test::caller;
using test::escaped;
using test::iam_world;
using test::run_task;

namespace {

const std::string read_all =
    R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":["s3:Get*","s3:List*"],)"
    R"("Resource":"*"}})";
const std::string deny_all =
    R"({"Version":"2012-10-17","Statement":{"Sid":"No","Effect":"Deny","Action":"*",)"
    R"("Resource":"*"}})";

struct users_world : iam_world {
  users_world() {
    make_bucket("bauamt");
    put("/bauamt/key", "hello");
  }
  std::string read_as(const caller& who) { return send({.path = "/bauamt/key"}, who).outcome(); }
};

}  // namespace

TEST_CASE_METHOD(users_world,
                 "a user of IAM may what its policies, its groups and its keys let it") {
  const caller ida = make_user("ida");
  CHECK(read_as(ida) == "403 AccessDenied");
  put_policy("User", "ida", read_all);
  CHECK(read_as(ida) == "200");
  CHECK(send({.method = "PUT", .path = "/bauamt/key", .body = "x"}, ida).outcome() ==
        "403 AccessDenied");
  put_policy("User", "ida", deny_all);
  const answer denied = send({.path = "/bauamt/key"}, ida);
  CHECK(denied.element("Message").find("with an explicit deny in an identity-based policy") !=
        std::string::npos);
  CHECK(iam("Action=DeleteUserPolicy&UserName=ida&PolicyName=p", agency_root).status == 200);
  CHECK(read_as(ida) == "403 AccessDenied");

  CHECK(iam("Action=CreateGroup&GroupName=Leser", agency_root).status == 200);
  put_policy("Group", "Leser", read_all);
  CHECK(iam("Action=AddUserToGroup&GroupName=leser&UserName=ida", agency_root).status == 200);
  CHECK(read_as(ida) == "200");
  CHECK(iam("Action=UpdateGroup&GroupName=Leser&NewGroupName=Lesende", agency_root).status == 200);
  CHECK(read_as(ida) == "200");
  CHECK(iam("Action=GetGroup&GroupName=Lesende", agency_root).element("UserName") == "ida");
  CHECK(outcome(iam("Action=DeleteGroup&GroupName=Lesende", agency_root)) == "409 DeleteConflict");
  CHECK(iam("Action=RemoveUserFromGroup&GroupName=Lesende&UserName=ida", agency_root).status ==
        200);
  CHECK(read_as(ida) == "403 AccessDenied");
}

TEST_CASE_METHOD(users_world, "managed policies, a boundary and versions decide as they are now") {
  const caller ida = make_user("ida");
  const std::string arn = "arn:aws:iam::" + owner.agency.account + ":policy/team/lesen";
  const std::string make = "Action=CreatePolicy&PolicyName=lesen&Path=/team/&PolicyDocument=";
  CHECK(iam(make + escaped(read_all), agency_root).element("Arn") == arn);
  CHECK(outcome(iam(make + escaped(read_all), agency_root)) == "409 EntityAlreadyExists");
  const std::string attach = "Action=AttachUserPolicy&UserName=ida&PolicyArn=";
  CHECK(outcome(iam(attach + "arn:aws:iam::aws:policy/Nothing", agency_root)) ==
        "404 NoSuchEntity");
  CHECK(iam(attach + arn, agency_root).status == 200);
  CHECK(read_as(ida) == "200");
  CHECK(iam("Action=CreatePolicyVersion&SetAsDefault=true&PolicyArn=" + arn +
                "&PolicyDocument=" + escaped(deny_all),
            agency_root)
            .element("VersionId") == "v2");
  CHECK(read_as(ida) == "403 AccessDenied");
  CHECK(iam("Action=SetDefaultPolicyVersion&VersionId=v1&PolicyArn=" + arn, agency_root).status ==
        200);
  CHECK(read_as(ida) == "200");
  CHECK(iam("Action=PutUserPermissionsBoundary&UserName=ida&PermissionsBoundary=arn:aws:iam::aws:"
            "policy/IAMFullAccess",
            agency_root)
            .status == 200);
  CHECK(read_as(ida) == "403 AccessDenied");
  CHECK(iam("Action=DeleteUserPermissionsBoundary&UserName=ida", agency_root).status == 200);
  CHECK(read_as(ida) == "200");
  CHECK(iam("Action=GetPolicy&PolicyArn=" + arn, agency_root).element("AttachmentCount") == "1");
  CHECK(iam("Action=ListEntitiesForPolicy&PolicyArn=" + arn, agency_root).element("UserName") ==
        "ida");
  CHECK(iam("Action=DeletePolicyVersion&VersionId=v2&PolicyArn=" + arn, agency_root).status == 200);
  CHECK(outcome(iam("Action=DeletePolicyVersion&VersionId=v1&PolicyArn=" + arn, agency_root)) ==
        "409 DeleteConflict");
  CHECK(outcome(iam("Action=DeletePolicy&PolicyArn=" + arn, agency_root)) == "409 DeleteConflict");
  CHECK(outcome(iam("Action=DeleteUser&UserName=ida", agency_root)) == "409 DeleteConflict");
}

TEST_CASE_METHOD(users_world, "names differ in more than case, and a renamed user keeps its keys") {
  const caller ida = make_user("Ida", "&Path=/amt/");
  put_policy("User", "ida", read_all);
  CHECK(outcome(iam("Action=CreateUser&UserName=ida", agency_root)) == "409 EntityAlreadyExists");
  CHECK(iam("Action=GetUser&UserName=iDA", agency_root).element("UserName") == "Ida");
  CHECK(iam("Action=UpdateUser&UserName=Ida&NewUserName=Zoe", agency_root).status == 200);
  CHECK(outcome(iam("Action=GetUser&UserName=Ida", agency_root)) == "404 NoSuchEntity");
  CHECK(read_as(ida) == "200");
  CHECK(ask("Action=GetCallerIdentity&Version=2011-06-15", ida, "sts").element("Arn") ==
        "arn:aws:iam::" + owner.agency.account + ":user/amt/Zoe");
  // Administration's users keep their names.
  CHECK(outcome(iam("Action=UpdateUser&UserName=eva&NewUserName=max", agency_root)) ==
        "400 UnmodifiableEntity");
  CHECK(outcome(iam("Action=DeleteUser&UserName=eva", agency_root)) == "409 DeleteConflict");
}

TEST_CASE_METHOD(users_world,
                 "a member of a project keeps its name, and is none once it is deleted") {
  make_user("ida");
  make_bucket("trasse");
  auth::projects::member m;
  m.agency = "bauamt";
  m.user = "ida";
  REQUIRE(run_task(projects.add_member("trasse", m)));
  const std::string rename = "Action=UpdateUser&UserName=ida&NewUserName=zoe";
  CHECK(outcome(iam(rename, agency_root)) == "400 UnmodifiableEntity");
  const auto keys = run_task(identities.list_keys("bauamt", "ida"));
  REQUIRE(run_task(identities.delete_key(keys->front().id)));
  REQUIRE(iam("Action=DeleteUser&UserName=ida", agency_root).status == 200);
  CHECK(run_task(projects.memberships("bauamt", "ida", "", 10))->empty());
  make_user("max");
  CHECK(outcome(iam("Action=UpdateUser&UserName=max&NewUserName=ida", agency_root)) == "200");
}

TEST_CASE_METHOD(users_world, "IAM and administration have one rule about names of users") {
  CHECK(outcome(iam("Action=CreateUser&UserName=EVA", agency_root)) == "409 EntityAlreadyExists");
  CHECK(iam("Action=GetUser&UserName=EVA", agency_root).element("UserName") == "eva");
  make_user("Ida");
  auth::identity::user ida;
  ida.agency = "bauamt";
  ida.name = "ida";
  CHECK(run_task(identities.create_user(ida)).error().code() == errc::entity_already_exists);
  CHECK(outcome(iam("Action=UpdateUser&UserName=Ida&NewUserName=Eva", agency_root)) ==
        "409 EntityAlreadyExists");
  CHECK(outcome(iam("Action=UpdateUser&UserName=Ida&NewUserName=IDA", agency_root)) == "200");
}

TEST_CASE_METHOD(users_world, "of a pair in an older store IAM keeps what is about one") {
  auth::identity::user twin = run_task(identities.find_user("bauamt", "eva")).value();
  twin.name = "Eva";
  twin.id = "AIDATWIN";
  REQUIRE(identity_db.write_blocking([&](storage::kv::transaction& t) {
    t.put(auth::identity::user_key("bauamt", "Eva"), auth::identity::encode(twin));
    return true;
  }));
  put_policy("User", "eva", deny_all);
  const answer refused =
      iam("Action=PutUserPolicy&UserName=Eva&PolicyName=p&PolicyDocument=" + escaped(read_all),
          agency_root);
  CHECK(outcome(refused) == "400 UnmodifiableEntity");
  CHECK(iam("Action=CreateGroup&GroupName=g", agency_root).status == 200);
  CHECK(outcome(iam("Action=AddUserToGroup&GroupName=g&UserName=Eva", agency_root)) ==
        "400 UnmodifiableEntity");
  CHECK(iam("Action=ListUserPolicies&UserName=eva", agency_root).element("member") == "p");
  CHECK(iam("Action=ListUserPolicies&UserName=Eva", agency_root).elements("member").empty());
  CHECK(iam("Action=GetUser&UserName=Eva", agency_root).element("UserId") == "AIDATWIN");
}

TEST_CASE_METHOD(users_world, "of another agency's policy nothing is told") {
  const std::string stranger_policy = "arn:aws:iam::" + stranger.agency.account + ":policy/geheim";
  auth::identity::directory entities(identities);
  auth::identity::entity e;
  e.kind = auth::identity::entity_kind::policy;
  e.agency = "stadtwerke";
  e.name = "geheim";
  e.versions.push_back({1, read_all, {}});
  REQUIRE(run_task(entities.create(e, 10, [](auto&, const auto&) { return result<void>(); })));
  const answer there =
      iam("Action=ListEntitiesForPolicy&PolicyArn=" + stranger_policy, agency_root);
  const answer not_there =
      iam("Action=ListEntitiesForPolicy&PolicyArn=" + stranger_policy + "x", agency_root);
  CHECK(outcome(there) == "404 NoSuchEntity");
  CHECK(outcome(not_there) == "404 NoSuchEntity");
  CHECK(there.element("Message") == "Policy " + stranger_policy + " was not found.");
  CHECK(outcome(iam("Action=ListEntitiesForPolicy&PolicyArn=arn:aws:iam::aws:policy/ReadOnlyAccess",
                    agency_root)) == "200");
}

TEST_CASE_METHOD(users_world, "a user has two keys at most, and a disabled one opens nothing") {
  const caller ida = make_user("ida");
  put_policy("User", "ida", read_all);
  CHECK(iam("Action=CreateAccessKey&UserName=ida", agency_root).status == 200);
  CHECK(outcome(iam("Action=CreateAccessKey&UserName=ida", agency_root)) == "409 LimitExceeded");
  const std::string key = "&UserName=ida&AccessKeyId=" + ida.access_key_id;
  CHECK(iam("Action=UpdateAccessKey&Status=Inactive" + key, agency_root).status == 200);
  CHECK(read_as(ida) == "403 InvalidAccessKeyId");
  CHECK(iam("Action=UpdateAccessKey&Status=Active" + key, agency_root).status == 200);
  CHECK(read_as(ida) == "200");
  CHECK(iam("Action=GetAccessKeyLastUsed&AccessKeyId=" + ida.access_key_id, agency_root)
            .element("UserName") == "ida");
  CHECK(iam("Action=DeleteAccessKey" + key, agency_root).status == 200);
  CHECK(read_as(ida) == "403 InvalidAccessKeyId");
  CHECK(outcome(iam("Action=DeleteAccessKey" + key, agency_root)) == "404 NoSuchEntity");
}

TEST_CASE_METHOD(users_world, "a user may do in IAM what its policies say, and no more") {
  const caller ida = make_user("ida");
  CHECK(outcome(iam("Action=GetUser", ida)) == "403 AccessDenied");
  CHECK(outcome(iam("Action=CreateUser&UserName=x", ida)) == "403 AccessDenied");
  put_policy("User", "ida",
             R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iam:*","Resource":
             "arn:aws:iam::*:user/${aws:username}"}]})");
  CHECK(iam("Action=GetUser", ida).element("UserName") == "ida");
  CHECK(iam("Action=ListUserPolicies&UserName=ida", ida).element("member") == "p");
  CHECK(outcome(iam("Action=GetUser&UserName=eva", ida)) == "403 AccessDenied");
  CHECK(outcome(iam("Action=CreateUser&UserName=x", ida)) == "403 AccessDenied");
  // Whether there is such a user is not told.
  CHECK(outcome(iam("Action=GetUser&UserName=nobody", ida)) == "403 AccessDenied");
}

TEST_CASE_METHOD(users_world, "what is wrong with a parameter is said, and nothing is changed") {
  make_user("ida");
  const auto put = [&](const std::string& text) {
    return iam("Action=PutUserPolicy&UserName=ida&PolicyName=p&PolicyDocument=" + escaped(text),
               agency_root);
  };
  CHECK(outcome(put("{")) == "400 MalformedPolicyDocument");
  CHECK(outcome(put(R"({"Version":"2012-10-17","Statement":[{"Effekt":"Allow"}]})")) ==
        "400 MalformedPolicyDocument");
  CHECK(outcome(put(R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*",
      "Resource":"*","Principal":"*"}]})")) == "400 MalformedPolicyDocument");
  CHECK(outcome(put(R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*",
      "Resource":"arn:aws:s3:::)" +
                    std::string(2048, 'a') + "\"}]}")) == "409 LimitExceeded");
  CHECK(iam("Action=ListUserPolicies&UserName=ida", agency_root).elements("member").empty());
  for (const std::string& name : std::vector<std::string>{"a b", "a/b", "", std::string(65, 'a')}) {
    INFO(name);
    CHECK(outcome(iam("Action=CreateUser&UserName=" + escaped(name), agency_root)) ==
          "400 ValidationError");
  }
  CHECK(outcome(iam("Action=CreateUser&UserName=x&Path=amt", agency_root)) ==
        "400 ValidationError");
  CHECK(outcome(iam("Action=CreateUser&UserName=x&Tags.member.1.Key=k&Tags.member.1.Value=v&"
                    "Tags.member.2.Key=K&Tags.member.2.Value=w",
                    agency_root)) == "400 InvalidInput");
  CHECK(outcome(iam("Action=AddUserToGroup&GroupName=none&UserName=ida", agency_root)) ==
        "404 NoSuchEntity");
}

TEST_CASE_METHOD(users_world, "a tag of the user is a variable of policies") {
  make_user("ida", "&Tags.member.1.Key=bucket&Tags.member.1.Value=bauamt");
  const answer key = iam("Action=CreateAccessKey&UserName=ida", agency_root);
  const caller ida{key.element("AccessKeyId"), key.element("SecretAccessKey"), owner.agency, {}};
  put_policy("User", "ida",
             R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:GetObject",
             "Resource":"arn:aws:s3:::${aws:PrincipalTag/bucket}/*"}})");
  CHECK(read_as(ida) == "200");
  CHECK(iam("Action=TagUser&UserName=ida&Tags.member.1.Key=bucket&Tags.member.1.Value=other",
            agency_root)
            .status == 200);
  CHECK(read_as(ida) == "403 AccessDenied");
  CHECK(iam("Action=ListUserTags&UserName=ida", agency_root).element("Value") == "other");
}

}  // namespace users_test
