// Keys of sessions: who stands for somebody else within the limits of policies does not administer,
// since no policy speaks of administration.
#include "auth/identity/directory.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/gateway/admin/admin_world.hpp"

namespace sessions_test {

using namespace torhaus;
using auth::identity::session;
using test::admin_key;
using test::admin_world;
using test::run_task;

namespace {

struct sessions_world : admin_world {
  sessions_world() {
    REQUIRE(post("agencies", R"({"id": "bauamt"})").status == 201);
    for (const char* user : {R"({"name": "eva", "administrator": true})", R"({"name": "jo"})"}) {
      REQUIRE(post("agencies/bauamt/users", user).status == 201);
    }
    const std::string trasse = R"({"id": "trasse", "owner": "bauamt", "manager": "jo"})";
    REQUIRE(post("projects", trasse).status == 201);
  }
  admin_key session_of(session::kind type, const std::string& name, std::string id) {
    session s;
    s.type = type;
    s.agency = "bauamt";
    s.name = name;
    s.id = std::move(id);
    s.session_name = "firma";
    if (type == session::kind::federated) {
      s.policies = {R"({"Version": "2012-10-17", "Statement": {"Effect": "Allow",
                        "Action": "s3:GetObject", "Resource": "*"}})"};
    }
    s.issued = clock.now();
    s.expires = clock.now() + std::chrono::hours(1);
    const auto keys = identities.make_session(s);
    return {keys.access_key_id, keys.secret, keys.token};
  }
  admin_key of_user(session::kind type, const std::string& name) {
    return session_of(type, name, run_task(identities.find_user("bauamt", name)).value().id);
  }
  std::string as(const admin_key& who, const std::string& method, const std::string& path,
                 const std::string& body = {}) {
    return send({.method = method, .path = "/-/admin/v1/" + path, .body = body}, who).outcome();
  }
};

const std::string new_member = R"({"agency": "bauamt", "user": "eva", "role": "manager"})";
const std::string import_of_member =
    R"({"csv": "project,agency,user,role\ntrasse,bauamt,eva,manager\n"})";

}  // namespace

TEST_CASE_METHOD(sessions_world, "whom a manager vouches for gives no roles") {
  const admin_key firma = of_user(session::kind::federated, "jo");
  CHECK(as(firma, "GET", "projects/trasse/members") == "403 AccessDenied");
  CHECK(as(firma, "POST", "projects/trasse/members", new_member) == "403 AccessDenied");
  CHECK(as(firma, "POST", "imports/members", import_of_member) == "403 AccessDenied");
  CHECK(as(firma, "PATCH", "projects/trasse", R"({"title": "x"})") == "403 AccessDenied");
  const std::string question =
      R"({"user": "jo", "action": "s3:GetObject", "resource": "trasse/key"})";
  CHECK(as(firma, "POST", "explain", question) == "403 AccessDenied");
  CHECK(get("projects/trasse/members").json().at("members").as_array().size() == 1);
}

TEST_CASE_METHOD(sessions_world, "whom an administrator vouches for, and a role, call nothing") {
  auth::identity::directory entities(identities);
  auth::identity::entity lesen;
  lesen.kind = auth::identity::entity_kind::role;
  lesen.agency = "bauamt";
  lesen.name = "lesen";
  const auto nothing = [](auto&, const auto&) { return result<void>(); };
  const auto made = run_task(entities.create(lesen, 10, nothing)).value();
  for (const admin_key& who : {of_user(session::kind::federated, "eva"),
                               session_of(session::kind::role, made.name, made.id)}) {
    CHECK(as(who, "GET", "agencies/bauamt/users") == "403 AccessDenied");
    CHECK(as(who, "GET", "projects") == "403 AccessDenied");
    CHECK(as(who, "GET", "audit/records") == "403 AccessDenied");
    CHECK(as(who, "POST", "projects", R"({"id": "neu", "owner": "bauamt"})") == "403 AccessDenied");
  }
}

TEST_CASE_METHOD(sessions_world, "temporary keys of a user are that user") {
  const admin_key jo = of_user(session::kind::user, "jo");
  CHECK(as(jo, "POST", "projects/trasse/members", new_member) == "201");
}

}  // namespace sessions_test
