// Explanations: whether a user may, by what, and who may ask.
#include "tests/support/catch.hpp"
#include "tests/unit/gateway/admin/admin_world.hpp"

using namespace torhaus;
using test::admin_key;
using test::admin_reply;
using test::admin_world;

namespace {

struct explain_world : admin_world {
  explain_world() {
    post("agencies", R"({"id": "bauamt"})");
    post("agencies", R"({"id": "stadtwerke"})");
    post("agencies/bauamt/users", R"({"name": "eva"})");
    post("agencies/stadtwerke/users", R"({"name": "max"})");
    post("projects", R"({"id": "trasse", "owner": "bauamt", "manager": "eva"})");
    storage::catalog::bucket_record wanted;
    wanted.name = "trasse";
    wanted.project = "trasse";
    wanted.owner_account = get("agencies/bauamt").member("account");
    REQUIRE(test::run_task(storage.cat->create_bucket(wanted)));
  }
  static std::string question(const std::string& agency, const std::string& user,
                              const std::string& action, const std::string& resource) {
    return boost::json::serialize(boost::json::object{
        {"agency", agency}, {"user", user}, {"action", action}, {"resource", resource}});
  }
  admin_reply ask(const std::string& agency, const std::string& user, const std::string& action,
                  const std::string& resource = "arn:aws:s3:::trasse/plan") {
    return post("explain", question(agency, user, action, resource));
  }
};

}  // namespace

TEST_CASE_METHOD(explain_world, "what decides is named") {
  const admin_reply eva = ask("bauamt", "eva", "s3:GetObject");
  REQUIRE(eva.outcome() == "200");
  CHECK(eva.member("allowed") == "true");
  CHECK(eva.member("because") == "project role manager, statement 1 (Manage)");
  CHECK(eva.member("role") == "manager");
  CHECK(eva.member("message") == "null");
  const admin_reply max = ask("stadtwerke", "max", "s3:GetObject", "trasse/plan");
  CHECK(max.member("allowed") == "false");
  CHECK(max.member("because") == "no role, policy or access control list gives it");
  CHECK(max.member("role") == "null");
}

TEST_CASE_METHOD(explain_world, "the state of a project is named") {
  REQUIRE(patch("projects/trasse", R"({"state": "read-only"})").status == 200);
  const admin_reply eva = ask("bauamt", "eva", "s3:PutObject");
  CHECK(eva.member("allowed") == "false");
  CHECK(eva.member("because") == "state of the project");
  CHECK(eva.member("message") == "The project trasse is read-only.");
}

TEST_CASE_METHOD(explain_world, "a bucket that is not there can be asked about before it is made") {
  CHECK(ask("bauamt", "eva", "s3:CreateBucket", "trasse-2").member("allowed") == "true");
  CHECK(ask("stadtwerke", "max", "s3:CreateBucket", "trasse-2").member("allowed") == "false");
  CHECK(ask("stadtwerke", "max", "s3:CreateBucket", "eigenes").member("allowed") == "true");
  CHECK(ask("bauamt", "eva", "s3:GetObject", "trasse-2/x").outcome() == "404 NoSuchBucket");
}

TEST_CASE_METHOD(explain_world, "bad questions and strangers are refused") {
  CHECK(ask("bauamt", "nobody", "s3:GetObject").outcome() == "404 NoSuchEntity");
  CHECK(ask("nowhere", "eva", "s3:GetObject").outcome() == "404 NoSuchEntity");
  CHECK(ask("bauamt", "eva", "s3:GetObject", "Not A Bucket").outcome() == "400 InvalidArgument");
  const admin_reply key = post("agencies/stadtwerke/users/max/keys", "");
  const admin_key max{key.member("access_key_id"), key.member("secret_key")};
  CHECK(send({.method = "POST",
              .path = "/-/admin/v1/explain",
              .body = question("bauamt", "eva", "s3:GetObject", "trasse/x")},
             max)
            .outcome() == "403 AccessDenied");
}
