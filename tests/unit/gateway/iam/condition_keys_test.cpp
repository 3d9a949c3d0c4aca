// What policies of identities may ask of requests, as the Service Authorization Reference lists it.
#include "tests/unit/gateway/iam/iam_world.hpp"

namespace condition_keys_test {

using namespace torhaus;
using test::answer;
using test::caller;
using test::escaped;
using test::iam_world;

namespace {

struct keys_world : iam_world {
  // A user of IAM with one policy of such statements.
  caller user_with(const std::string& name, const std::string& statements) {
    caller made = make_user(name);
    set(name, statements);
    return made;
  }
  void set(const std::string& name, const std::string& statements) {
    put_policy("User", name, R"({"Version":"2012-10-17","Statement":[)" + statements + "]}");
  }
  static std::string statement(const std::string& effect, const std::string& action,
                               const std::string& condition) {
    return R"({"Effect":")" + effect + R"(","Action":)" + action +
           R"(,"Resource":"*","Condition":)" + condition + "}";
  }
  const std::string account = owner.agency.account;
};

const std::string no = "403 AccessDenied";

}  // namespace

TEST_CASE_METHOD(keys_world, "where a bucket is made is in the body of CreateBucket") {
  const caller ida =
      user_with("ida", statement("Allow", R"("s3:CreateBucket")",
                                 R"({"StringEquals":{"s3:LocationConstraint":"de-test-1"}})"));
  const auto create = [&](const std::string& bucket, const std::string& place) {
    const std::string body = place.empty()
                                 ? ""
                                 : "<CreateBucketConfiguration><LocationConstraint>" + place +
                                       "</LocationConstraint></CreateBucketConfiguration>";
    return send({.method = "PUT", .path = "/" + bucket, .body = body}, ida).outcome();
  };
  CHECK(create("hier", "de-test-1") == "200");
  CHECK(create("dort", "us-east-1") == no);
  CHECK(create("irgendwo", "") == no);
  set("ida", statement("Allow", R"("s3:CreateBucket")", "{}") + "," +
                 statement("Deny", R"("s3:CreateBucket")",
                           R"({"StringNotEquals":{"s3:LocationConstraint":"de-test-1"}})"));
  CHECK(create("wieder", "de-test-1") == "200");
  CHECK(create("dort", "us-east-1") == no);
  CHECK(create("irgendwo", "") == no);
}

TEST_CASE_METHOD(keys_world, "what a list asks for is no value in other operations") {
  make_bucket("bauamt");
  put("/bauamt/geheim", "x");
  const caller ida =
      user_with("ida", statement("Allow", R"("s3:*")", R"({"StringLike":{"s3:prefix":"ida/*"}})"));
  CHECK(send({.path = "/bauamt", .query = "prefix=ida/"}, ida).outcome() == "200");
  CHECK(send({.path = "/bauamt", .query = "prefix=ida/&versions"}, ida).outcome() == "200");
  CHECK(send({.path = "/bauamt/geheim", .query = "prefix=ida/"}, ida).outcome() == no);
  CHECK(send({.path = "/bauamt", .query = "prefix=ida/&uploads"}, ida).outcome() == no);
  CHECK(
      send({.method = "DELETE", .path = "/bauamt/geheim", .query = "prefix=ida/"}, ida).outcome() ==
      no);
}

TEST_CASE_METHOD(keys_world, "tags that a bucket is made with or given are in the body") {
  const caller ida =
      user_with("ida", statement("Allow", R"(["s3:CreateBucket","s3:TagResource"])",
                                 R"({"StringEquals":{"aws:RequestTag/amt":"bau"},)"
                                 R"("ForAllValues:StringEquals":{"aws:TagKeys":["amt","jahr"]}})"));
  const auto tags = [](const std::string& amt, const std::string& more = "") {
    return "<Tags><Tag><Key>amt</Key><Value>" + amt + "</Value></Tag>" +
           (more.empty() ? "" : "<Tag><Key>" + more + "</Key><Value>1</Value></Tag>") + "</Tags>";
  };
  const auto create = [&](const std::string& bucket, const std::string& said) {
    const std::string body = "<CreateBucketConfiguration>" + said + "</CreateBucketConfiguration>";
    return send({.method = "PUT", .path = "/" + bucket, .body = body}, ida).outcome();
  };
  CHECK(create("ohne", "") == no);
  CHECK(create("kasse", tags("kasse")) == no);
  CHECK(create("mehr", tags("bau", "geld")) == no);
  CHECK(create("bau", tags("bau", "jahr")) == "200");
  const auto tag = [&](const std::string& said) {
    return send({.method = "POST",
                 .path = "/v20180820/tags/arn%3Aaws%3As3%3A%3A%3Abau",
                 .headers = {{"x-amz-account-id", account}},
                 .body = "<TagResourceRequest>" + said + "</TagResourceRequest>"},
                ida)
        .outcome();
  };
  CHECK(tag(tags("kasse")) == no);
  CHECK(tag(tags("bau")) == "204");
}

TEST_CASE_METHOD(keys_world,
                 "policies of users are for those with a boundary where a policy asks") {
  const std::string boundary = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess";
  const caller leader = user_with(
      "leader",
      statement("Allow",
                R"(["iam:AttachUserPolicy","iam:DetachUserPolicy","iam:PutUserPolicy",)"
                R"("iam:DeleteUserPolicy","iam:CreateUser","iam:PutUserPermissionsBoundary"])",
                R"({"StringEquals":{"iam:PermissionsBoundary":")" + boundary + "\"}}"));
  make_user("bound", "&PermissionsBoundary=" + boundary);
  make_user("free");
  const std::string text = escaped(
      R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}})");
  for (const std::string& action :
       {std::string("AttachUserPolicy&PolicyArn=arn:aws:iam::aws:policy/AmazonS3FullAccess"),
        std::string("DetachUserPolicy&PolicyArn=arn:aws:iam::aws:policy/AmazonS3FullAccess"),
        "PutUserPolicy&PolicyName=q&PolicyDocument=" + text,
        std::string("DeleteUserPolicy&PolicyName=q")}) {
    INFO(action);
    CHECK(outcome(iam("Action=" + action + "&UserName=bound", leader)) == "200");
    CHECK(outcome(iam("Action=" + action + "&UserName=free", leader)) == no);
    CHECK(outcome(iam("Action=" + action + "&UserName=nobody", leader)) == no);
  }
  const std::string given = "&PermissionsBoundary=";
  CHECK(outcome(iam("Action=CreateUser&UserName=x" + given + boundary, leader)) == "200");
  CHECK(outcome(iam("Action=CreateUser&UserName=y", leader)) == no);
  // Here the key is what the request gives, whatever the user has.
  const std::string put = "Action=PutUserPermissionsBoundary&UserName=";
  CHECK(outcome(iam(put + "free" + given + boundary, leader)) == "200");
  CHECK(outcome(iam(put + "free" + given + "arn:aws:iam::aws:policy/AdministratorAccess",
                    leader)) == no);
}

TEST_CASE_METHOD(keys_world, "a boundary stays where a policy says which one must not be taken") {
  const std::string boundary = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess";
  const caller leader = user_with(
      "leader",
      statement("Allow", R"("iam:*")", "{}") + "," +
          statement("Deny", R"("iam:DeleteUserPermissionsBoundary")",
                    R"({"StringEquals":{"iam:PermissionsBoundary":")" + boundary + "\"}}"));
  make_user("bound", "&PermissionsBoundary=" + boundary);
  make_user("other", "&PermissionsBoundary=arn:aws:iam::aws:policy/IAMReadOnlyAccess");
  const std::string drop = "Action=DeleteUserPermissionsBoundary&UserName=";
  CHECK(outcome(iam(drop + "bound", leader)) == no);
  CHECK(outcome(iam(drop + "other", leader)) == "200");
}

TEST_CASE_METHOD(keys_world, "tag keys of policies and providers are seen") {
  const caller leader = user_with(
      "leader", statement("Allow", R"("iam:*")", "{}") + "," +
                    statement("Deny", R"(["iam:Tag*","iam:Untag*"])",
                              R"({"ForAnyValue:StringEquals":{"aws:TagKeys":"kostenstelle"}})"));
  const std::string policy = "&PolicyArn=arn:aws:iam::" + account + ":policy/p";
  REQUIRE(iam("Action=CreatePolicy&PolicyName=p&PolicyDocument=" +
                  escaped(R"({"Version":"2012-10-17","Statement":{"Effect":"Allow",)"
                          R"("Action":"s3:*","Resource":"*"}})"),
              agency_root)
              .status == 200);
  REQUIRE(
      iam("Action=CreateOpenIDConnectProvider&Url=https://sso.example.org", agency_root).status ==
      200);
  const std::string provider =
      "&OpenIDConnectProviderArn=arn:aws:iam::" + account + ":oidc-provider/sso.example.org";
  for (const auto& [kind, which] :
       {std::pair("Policy", policy), std::pair("OpenIDConnectProvider", provider)}) {
    for (const auto& [key, expected] :
         {std::pair("kostenstelle", no.c_str()), std::pair("farbe", "200")}) {
      INFO(kind << " " << key);
      CHECK(outcome(iam(std::string("Action=Tag") + kind + which + "&Tags.member.1.Key=" + key +
                            "&Tags.member.1.Value=1",
                        leader)) == expected);
      CHECK(outcome(iam(std::string("Action=Untag") + kind + which + "&TagKeys.member.1=" + key,
                        leader)) == expected);
    }
  }
}

TEST_CASE_METHOD(keys_world, "a policy may keep its users to resources of one account") {
  const std::string own = R"({"StringEquals":{"aws:ResourceAccount":")" + account + "\"}}";
  const caller ida = user_with("ida", statement("Allow", R"(["s3:*","iam:Get*"])", own));
  make_bucket("eigen");
  put("/eigen/key", "hello");
  REQUIRE(send({.method = "PUT", .path = "/fremd"}, stranger).status == 200);
  REQUIRE(send({.method = "PUT", .path = "/fremd/key", .body = "x"}, stranger).status == 200);
  REQUIRE(send({.method = "PUT",
                .path = "/fremd",
                .query = "policy",
                .body = R"({"Version":"2012-10-17","Statement":{"Effect":"Allow",)"
                        R"("Principal":{"AWS":")" +
                        account +
                        R"("},"Action":"s3:*","Resource":["arn:aws:s3:::fremd",)"
                        R"("arn:aws:s3:::fremd/*"]}})"},
               stranger)
              .outcome() == "204");
  CHECK(send({.path = "/eigen/key"}, ida).outcome() == "200");
  CHECK(send({.path = "/fremd/key"}, ida).outcome() == no);
  // A copy's source has an account of its own.
  const auto copy = [&](const std::string& from, const std::string& to) {
    return send({.method = "PUT", .path = to, .headers = {{"x-amz-copy-source", from}}}, ida)
        .outcome();
  };
  CHECK(copy("eigen/key", "/eigen/copy") == "200");
  CHECK(copy("fremd/key", "/eigen/copy") == no);
  CHECK(copy("eigen/key", "/fremd/copy") == no);
  CHECK(send({.path = "/"}, ida).outcome() == "200");
  CHECK(send({.method = "PUT", .path = "/neu"}, ida).outcome() == "200");
  CHECK(outcome(iam("Action=GetUser&UserName=ida", ida)) == "200");
  set("ida",
      statement("Allow", R"(["s3:*"])",
                R"({"StringEquals":{"s3:ResourceAccount":")" + stranger.agency.account + "\"}}"));
  CHECK(send({.path = "/fremd/key"}, ida).outcome() == "200");
  CHECK(send({.path = "/eigen/key"}, ida).outcome() == no);
}

}  // namespace condition_keys_test
