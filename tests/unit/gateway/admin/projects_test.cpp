// The routes of the admin API about projects and members: what they do, and for whom.
#include "tests/support/catch.hpp"
#include "tests/unit/gateway/admin/admin_world.hpp"

namespace projects_test {

using namespace torhaus;
using test::admin_key;
using test::admin_reply;
using test::admin_world;

namespace {

constexpr const char* refused = "403 AccessDenied";

struct project_world : admin_world {
  project_world() {
    for (const char* id : {"bauamt", "stadtwerke"}) {
      post("agencies", std::string(R"({"id": ")") + id + R"("})");
    }
    chief = user("bauamt", "chief", R"(, "administrator": true)");
    eva = user("bauamt", "eva");
    max = user("stadtwerke", "max");
    REQUIRE(post("projects", R"({"id": "trasse", "owner": "bauamt", "manager": "eva"})").status ==
            201);
  }
  admin_key user(const std::string& agency, const std::string& name, const std::string& more = {}) {
    REQUIRE(
        post("agencies/" + agency + "/users", R"({"name": ")" + name + "\"" + more + "}").status ==
        201);
    const admin_reply made = post("agencies/" + agency + "/users/" + name + "/keys", "");
    return {made.member("access_key_id"), made.member("secret_key")};
  }
  admin_reply as(const admin_key& who, const std::string& method, const std::string& path,
                 const std::string& body = {}) {
    return send({.method = method, .path = "/-/admin/v1/" + path, .body = body}, who);
  }
  static std::string role(const std::string& agency, const std::string& name,
                          const std::string& as) {
    return R"({"agency": ")" + agency + R"(", "user": ")" + name + R"(", "role": ")" + as + "\"}";
  }
  admin_key chief;
  admin_key eva;
  admin_key max;
};

}  // namespace

TEST_CASE_METHOD(project_world, "a project is made, shown, changed and deleted") {
  const admin_reply made = as(chief, "POST", "projects",
                              R"({"id": "netz", "title": "Netz", "purpose": "Ausbau",)"
                              R"( "classification": "intern", "quota_bytes": 1000,)"
                              R"( "quota_objects": 10, "retention_days": 90, "ends": "2027-01-31",)"
                              R"( "read_only_days": 10, "grace_days": 20})");
  REQUIRE(made.outcome() == "201");
  CHECK(made.member("owner") == "bauamt");
  CHECK(made.member("state") == "active");
  CHECK(made.member("read_only_on") == "2027-01-31T23:59:59Z");
  CHECK(made.member("closed_on") == "2027-02-10T23:59:59Z");
  CHECK(made.member("deleted_on") == "2027-03-02T23:59:59Z");
  CHECK(made.member("retention_days") == "90");
  CHECK(made.member("implicit") == "false");
  CHECK(as(chief, "GET", "projects/netz").json() == made.json());
  const admin_reply changed =
      as(chief, "PATCH", "projects/netz", R"({"ends": null, "state": "read-only"})");
  CHECK(changed.member("ends") == "null");
  CHECK(changed.member("deleted_on") == "null");
  CHECK(changed.member("state") == "read-only");
  CHECK(changed.member("title") == "Netz");
  CHECK(as(chief, "DELETE", "projects/netz").status == 204);
  CHECK(get("projects/netz").outcome() == "404 NoSuchEntity");
}

TEST_CASE_METHOD(project_world, "who makes a project manages it, unless another one is named") {
  CHECK(as(chief, "POST", "projects", R"({"id": "netz"})").status == 201);
  const auto members = get("projects/netz/members").json().at("members").as_array();
  REQUIRE(members.size() == 1);
  CHECK(members[0].at("user").as_string() == "chief");
  CHECK(members[0].at("role").as_string() == "manager");
  CHECK(post("projects", R"({"id": "leer", "owner": "bauamt"})").status == 201);
  CHECK(get("projects/leer/members").json().at("members").as_array().empty());
}

TEST_CASE_METHOD(project_world, "bad projects are refused and leave nothing behind") {
  const std::pair<const char*, const char*> cases[] = {
      {R"({"id": "trasse"})", "409 EntityAlreadyExists"},
      {R"({"id": "Not An Id"})", "400 InvalidArgument"},
      {R"({"id": "netz", "owner": "stadtwerke"})", refused},
      {R"({"id": "netz", "manager": "nobody"})", "404 NoSuchEntity"},
      {R"({"id": "netz", "state": "gone"})", "400 InvalidArgument"},
      {R"({"id": "netz", "state": "deleted"})", "400 InvalidArgument"},
      {R"({"id": "netz", "quota_bytes": -1})", "400 InvalidArgument"},
      {R"({"id": "netz", "retention_days": 40000})", "400 InvalidArgument"},
      {R"({"id": "netz", "ends": "2020-01-31"})", "400 InvalidArgument"},
      {R"({"id": "netz", "colour": "red"})", "400 InvalidArgument"},
  };
  for (const auto& [body, outcome] : cases) {
    INFO(body);
    CHECK(as(chief, "POST", "projects", body).outcome() == outcome);
  }
  CHECK(post("projects", R"({"id": "netz", "owner": "nowhere"})").outcome() == "404 NoSuchEntity");
  CHECK(get("projects/netz").outcome() == "404 NoSuchEntity");
}

TEST_CASE_METHOD(project_world, "nobody takes the names that another agency's project covers") {
  const admin_key boss = user("stadtwerke", "boss", R"(, "administrator": true)");
  CHECK(as(boss, "POST", "projects", R"({"id": "trasse-nord"})").outcome() == refused);
  CHECK(as(chief, "POST", "projects", R"({"id": "trasse-nord"})").outcome() == "201");
  CHECK(as(boss, "POST", "projects", R"({"id": "trassen"})").outcome() == "201");
}

TEST_CASE_METHOD(project_world, "a manager changes the words of the project and no more") {
  CHECK(as(eva, "PATCH", "projects/trasse", R"({"title": "Neue Trasse"})").outcome() == "200");
  for (const char* body : {R"({"quota_bytes": 5})", R"({"ends": null})", R"({"state": "closed"})",
                           R"({"retention_days": 1})", R"({"classification": "x"})"}) {
    INFO(body);
    CHECK(as(eva, "PATCH", "projects/trasse", body).outcome() == refused);
  }
  CHECK(as(eva, "DELETE", "projects/trasse").outcome() == refused);
  CHECK(get("projects/trasse").member("title") == "Neue Trasse");
}

TEST_CASE_METHOD(project_world, "a manager gives, changes and ends roles, in any agency") {
  const admin_reply added = as(eva, "POST", "projects/trasse/members",
                               R"({"agency": "stadtwerke", "user": "max", "role": "editor",)"
                               R"( "ends": "2027-01-31"})");
  REQUIRE(added.outcome() == "201");
  CHECK(added.member("ends") == "2027-01-31T23:59:59Z");
  CHECK(added.member("ended") == "false");
  CHECK(added.member("invited_by").ends_with(":user/eva"));
  CHECK(as(eva, "GET", "projects/trasse/members/stadtwerke/max").json() == added.json());
  const admin_reply changed = as(eva, "PATCH", "projects/trasse/members/stadtwerke/max",
                                 R"({"role": "manager", "ends": null})");
  CHECK(changed.member("role") == "manager");
  CHECK(changed.member("ends") == "null");
  CHECK(as(eva, "DELETE", "projects/trasse/members/stadtwerke/max").status == 204);
  CHECK(as(eva, "DELETE", "projects/trasse/members/stadtwerke/max").outcome() ==
        "404 NoSuchEntity");
}

TEST_CASE_METHOD(project_world, "who is no manager gives no role") {
  REQUIRE(as(eva, "POST", "projects/trasse/members", role("stadtwerke", "max", "editor")).status ==
          201);
  CHECK(as(max, "GET", "projects/trasse").outcome() == "200");
  for (const char* as_role : {"reader", "manager"}) {
    CHECK(as(max, "POST", "projects/trasse/members", role("bauamt", "chief", as_role)).outcome() ==
          refused);
  }
  CHECK(as(max, "PATCH", "projects/trasse/members/stadtwerke/max", R"({"role": "manager"})")
            .outcome() == refused);
  CHECK(as(max, "GET", "projects/trasse/members").outcome() == refused);
  CHECK(get("projects/trasse/members/stadtwerke/max").member("role") == "editor");
}

TEST_CASE_METHOD(project_world, "bad members are refused and leave nothing behind") {
  const std::pair<std::string, const char*> cases[] = {
      {role("nowhere", "max", "reader"), "404 NoSuchEntity"},
      {role("stadtwerke", "nobody", "reader"), "404 NoSuchEntity"},
      {role("stadtwerke", "max", "owner"), "400 InvalidArgument"},
      {role("stadtwerke", "max", ""), "400 InvalidArgument"},
      {role("bauamt", "eva", "reader"), "409 EntityAlreadyExists"},
      {R"({"agency": "stadtwerke", "user": "max", "role": "reader", "ends": "2020-01-31"})",
       "400 InvalidArgument"},
  };
  for (const auto& [body, outcome] : cases) {
    INFO(body);
    CHECK(as(eva, "POST", "projects/trasse/members", body).outcome() == outcome);
  }
  CHECK(get("projects/trasse/members").json().at("members").as_array().size() == 1);
}

TEST_CASE_METHOD(project_world, "a manager past the end manages nothing") {
  REQUIRE(patch("projects/trasse/members/bauamt/eva", R"({"ends": "2026-09-30"})").status == 200);
  CHECK(as(eva, "GET", "projects/trasse/members").outcome() == "200");
  clock.advance(std::chrono::days(30));
  CHECK(as(eva, "GET", "projects/trasse/members").outcome() == refused);
  CHECK(as(eva, "GET", "projects").json().at("projects").as_array().empty());
  CHECK(get("projects/trasse/members/bauamt/eva").member("ended") == "true");
}

TEST_CASE_METHOD(project_world,
                 "an administrator gives roles in the agency's projects, not to itself") {
  CHECK(as(chief, "POST", "projects/trasse/members", role("stadtwerke", "max", "manager"))
            .outcome() == "201");
  CHECK(as(chief, "POST", "projects/trasse/members", role("bauamt", "chief", "reader")).outcome() ==
        refused);
  REQUIRE(as(eva, "POST", "projects/trasse/members", role("bauamt", "chief", "reader")).status ==
          201);
  CHECK(as(chief, "PATCH", "projects/trasse/members/bauamt/chief", R"({"role": "manager"})")
            .outcome() == refused);
  CHECK(call("POST", "projects/trasse/members", role("root", "root", "reader")).outcome() ==
        refused);
}

TEST_CASE_METHOD(project_world, "lists show what is one's own") {
  const admin_key boss = user("stadtwerke", "boss", R"(, "administrator": true)");
  REQUIRE(as(boss, "POST", "projects", R"({"id": "netz"})").status == 201);
  const auto ids = [&](const admin_key& who) {
    std::string all;
    const auto body = as(who, "GET", "projects").json();
    for (const auto& p : body.at("projects").as_array()) {
      all += std::string(p.at("id").as_string()) + " ";
    }
    return all;
  };
  CHECK(ids(chief) == "trasse ");
  CHECK(ids(boss) == "netz ");
  CHECK(ids(max).empty());
  CHECK(ids(root) == "netz trasse ");
  REQUIRE(as(boss, "POST", "projects/netz/members", role("bauamt", "eva", "reader")).status == 201);
  CHECK(ids(eva) == "netz trasse ");
  const auto of_eva = get("agencies/bauamt/users/eva/projects").json().at("memberships").as_array();
  REQUIRE(of_eva.size() == 2);
  CHECK(of_eva[0].at("project").as_string() == "netz");
  CHECK(of_eva[0].at("role").as_string() == "reader");
  CHECK(as(chief, "GET", "projects/netz").outcome() == refused);
  CHECK(as(chief, "GET", "projects/none").outcome() == refused);
}

TEST_CASE_METHOD(project_world, "a project with buckets, and an agency with projects, stay") {
  storage::catalog::bucket_record wanted;
  wanted.name = "trasse-2026";
  wanted.owner_account = "111111111111";
  wanted.project = "trasse";
  REQUIRE(test::run_task(storage.cat->create_bucket(wanted)));
  CHECK(as(chief, "DELETE", "projects/trasse").outcome() == "409 DeleteConflict");
  CHECK(remove("agencies/bauamt").outcome() == "409 DeleteConflict");
}

TEST_CASE_METHOD(project_world, "a deleted user leaves no role behind") {
  REQUIRE(remove("agencies/bauamt/users/eva").status == 204);
  CHECK(get("projects/trasse/members").json().at("members").as_array().empty());
}

}  // namespace projects_test
