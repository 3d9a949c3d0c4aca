// Explanations: whether a user may, by what, and who may ask.
#include "auth/identity/directory.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/gateway/admin/admin_world.hpp"

namespace explain_test {

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
  void set_policy(const std::string& statement) {
    const auto bucket = test::run_task(storage.cat->find_bucket("trasse")).value();
    const std::string account = get("agencies/stadtwerke").member("account");
    std::string text = R"({"Version":"2012-10-17","Statement":[)" + statement + "]}";
    for (std::size_t at; (at = text.find("$A")) != text.npos;) text.replace(at, 2, account);
    REQUIRE(test::run_task(storage.cat->set_bucket_setting(
        bucket.id, storage::catalog::bucket_setting::policy, text)));
  }
  admin_key key_of(const std::string& agency, const std::string& user) {
    const admin_reply key = post("agencies/" + agency + "/users/" + user + "/keys", "");
    return {key.member("access_key_id"), key.member("secret_key")};
  }
  admin_reply ask_as(const admin_key& who, const std::string& body) {
    return send({.method = "POST", .path = "/-/admin/v1/explain", .body = body}, who);
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

namespace {

const std::string from_inside =
    R"({"Sid":"Innen","Effect":"Allow","Principal":{"AWS":"$A"},"Action":"s3:GetObject",
    "Resource":"arn:aws:s3:::trasse/*","Condition":{"IpAddress":{"aws:SourceIp":"10.0.0.0/8"},
    "StringEquals":{"torhaus:Project":"trasse"}}})";

std::string with_conditions(const std::string& body, const std::string& conditions) {
  return body.substr(0, body.size() - 1) + R"(,"conditions":)" + conditions + "}";
}

}  // namespace

TEST_CASE_METHOD(explain_world, "conditions of the request can be given") {
  set_policy(from_inside);
  const std::string body = question("stadtwerke", "max", "s3:GetObject", "trasse/plan");
  const admin_reply unknown = post("explain", body);
  CHECK(unknown.member("allowed") == "false");
  CHECK(unknown.member("not_given") == R"(["aws:SourceIp"])");
  const auto from = [&](const std::string& address) {
    return post("explain", with_conditions(body, R"({"aws:sourceip":")" + address + "\"}"));
  };
  CHECK(from("10.1.2.3").member("because") == "resource policy, statement 1 (Innen)");
  CHECK(from("10.1.2.3").member("allowed") == "true");
  CHECK(from("192.0.2.1").member("allowed") == "false");
  CHECK(from("192.0.2.1").member("not_given") == "[]");
  // What is known of the caller cannot be given otherwise.
  const std::string eva = question("bauamt", "eva", "s3:GetObject", "trasse/plan");
  CHECK(post("explain", with_conditions(eva, R"({"torhaus:Agency":"x"})")).member("allowed") ==
        "true");
  for (const std::string bad : {"[]", R"({"a":1})", R"({"a":[]})", R"({"a":[1]})", "\"x\""}) {
    INFO(bad);
    CHECK(post("explain", with_conditions(body, bad)).outcome() == "400 InvalidArgument");
  }
}

TEST_CASE_METHOD(explain_world, "an administrator learns nothing of the projects of others") {
  post("agencies/stadtwerke/users", R"({"name": "lea", "administrator": true})");
  const admin_key lea = key_of("stadtwerke", "lea");
  const std::string body = question("stadtwerke", "max", "s3:GetObject", "trasse/plan");
  const auto check_hidden = [](const admin_reply& r) {
    CHECK(r.outcome() == "200");
    CHECK(r.member("project") == "null");
    CHECK(r.member("state") == "null");
    CHECK(r.member("not_given") == "[]");
  };
  check_hidden(ask_as(lea, body));
  set_policy(from_inside);
  check_hidden(ask_as(lea, body));
  CHECK(ask_as(lea, with_conditions(body, R"({"aws:SourceIp":"10.1.2.3"})")).outcome() ==
        "403 AccessDenied");
  set_policy(R"({"Sid":"Geheim","Effect":"Deny","Principal":{"AWS":"$A"},"Action":"s3:*",
             "Resource":"arn:aws:s3:::trasse/*"})");
  const admin_reply denied = ask_as(lea, body);
  check_hidden(denied);
  CHECK(denied.member("because") == "resource policy");
  CHECK(post("explain", body).member("because") == "resource policy, statement 1 (Geheim)");
  // Of a role that the user has, the project is told.
  post("projects/trasse/members", R"({"agency":"stadtwerke","user":"max","role":"reader"})");
  set_policy(from_inside);
  CHECK(ask_as(lea, body).member("project") == "trasse");
}

TEST_CASE_METHOD(explain_world, "a manager learns nothing of the policies of other agencies") {
  auth::identity::directory entities(identities);
  const auto put = [](auth::identity::entity& e, const auth::identity::directory::view&) {
    e.policies.push_back({"Geheim", R"({"Version":"2012-10-17","Statement":[{"Sid":"Nie",
        "Effect":"Deny","Action":"*","Resource":"*"}]})"});
    return result<void>();
  };
  REQUIRE(
      test::run_task(entities.change(auth::identity::entity_kind::user, "stadtwerke", "max", put)));
  const admin_key eva = key_of("bauamt", "eva");
  const std::string body = question("stadtwerke", "max", "s3:GetObject", "trasse/plan");
  const admin_reply seen = ask_as(eva, body);
  CHECK(seen.member("because") == "identity policy");
  CHECK(seen.member("project") == "trasse");
  CHECK(post("explain", body).member("because") == "identity policy Geheim, statement 1 (Nie)");
}

}  // namespace explain_test
