// The routes of the admin API: agencies, users, keys.
#include "gateway/admin/routes.hpp"

#include "tests/support/catch.hpp"
#include "tests/unit/gateway/admin/admin_world.hpp"

namespace routes_test {

using namespace torhaus;
using test::admin_reply;
using test::admin_world;

namespace {

struct agency_world : admin_world {
  agency_world() {
    if (post("agencies", R"({"id": "bauamt", "name": "Bauamt"})").status != 201) {
      throw std::runtime_error("no agency");
    }
    if (post("agencies/bauamt/users", R"({"name": "eva"})").status != 201) {
      throw std::runtime_error("no user");
    }
  }
};

}  // namespace

TEST_CASE_METHOD(admin_world, "an agency is made, shown, changed and deleted") {
  const admin_reply made =
      post("agencies", R"({"id": "bauamt", "name": "Bauamt", "email": "post@bauamt.example"})");
  CHECK(made.status == 201);
  CHECK(made.header("Content-Type") == "application/json");
  CHECK(made.header("Cache-Control") == "no-store");
  CHECK(made.member("id") == "bauamt");
  CHECK(made.member("account").size() == 12);
  CHECK(made.member("canonical_id").size() == 64);
  CHECK(made.member("created") == "2026-09-21T14:13:20Z");
  CHECK(made.member("enabled") == "true");
  CHECK(get("agencies/bauamt").json() == made.json());

  const admin_reply changed =
      patch("agencies/bauamt", R"({"name": "Hochbauamt", "enabled": false})");
  CHECK(changed.outcome() == "200");
  CHECK(changed.member("name") == "Hochbauamt");
  CHECK(changed.member("email") == "post@bauamt.example");
  CHECK(changed.member("enabled") == "false");

  const admin_reply gone = remove("agencies/bauamt");
  CHECK(gone.status == 204);
  CHECK(gone.body.empty());
  CHECK(get("agencies/bauamt").outcome() == "404 NoSuchEntity");
  CHECK(remove("agencies/bauamt").outcome() == "404 NoSuchEntity");
  CHECK(patch("agencies/bauamt", "{}").outcome() == "404 NoSuchEntity");
}

TEST_CASE_METHOD(agency_world, "what is there already, and what is in use, is a conflict") {
  CHECK(post("agencies", R"({"id": "bauamt"})").outcome() == "409 EntityAlreadyExists");
  CHECK(post("agencies/bauamt/users", R"({"name": "eva"})").outcome() == "409 EntityAlreadyExists");
  CHECK(remove("agencies/bauamt").outcome() == "409 DeleteConflict");
}

TEST_CASE_METHOD(agency_world, "a user is made, shown, changed and deleted") {
  const admin_reply made =
      post("agencies/bauamt/users",
           R"({"name": "jo", "display_name": "Jo", "email": "jo@bauamt.example",)"
           R"( "may_open_projects": false})");
  CHECK(made.status == 201);
  CHECK(made.member("agency") == "bauamt");
  CHECK(made.member("may_open_projects") == "false");
  CHECK(made.member("root") == "false");
  CHECK(get("agencies/bauamt/users/jo").json() == made.json());
  const admin_reply changed =
      patch("agencies/bauamt/users/jo", R"({"may_open_projects": true, "display_name": ""})");
  CHECK(changed.member("may_open_projects") == "true");
  CHECK(changed.member("display_name").empty());
  CHECK(changed.member("email") == "jo@bauamt.example");
  CHECK(remove("agencies/bauamt/users/jo").status == 204);
  CHECK(get("agencies/bauamt/users/jo").outcome() == "404 NoSuchEntity");
  CHECK(post("agencies/nobody/users", R"({"name": "jo"})").outcome() == "404 NoSuchEntity");
}

TEST_CASE_METHOD(agency_world, "names in the path are decoded once") {
  CHECK(post("agencies/bauamt/users", R"({"name": "a+b@c.example"})").status == 201);
  CHECK(get("agencies/bauamt/users/a+b@c.example").outcome() == "200");
  CHECK(get("agencies/bauamt/users/a%2Bb%40c.example").outcome() == "200");
  CHECK(get("agencies/bauamt/users/a%252Bb%40c.example").outcome() == "404 NoSuchEntity");
  CHECK(get("agencies/bauamt/users/%zz").outcome() == "404 NotFound");
  CHECK(get("agencies/bauamt/users/%4").outcome() == "404 NotFound");
}

TEST_CASE_METHOD(agency_world, "a key is made, changed and deleted, and its secret shown once") {
  const admin_reply made = post("agencies/bauamt/users/eva/keys", "");
  CHECK(made.status == 201);
  const std::string id = made.member("access_key_id");
  CHECK(id.size() == 20);
  CHECK(made.member("secret_key").size() == 40);
  CHECK(made.member("expires") == "null");
  const admin_reply listed = get("agencies/bauamt/users/eva/keys");
  CHECK(listed.body.find(id) != std::string::npos);
  CHECK(listed.body.find("secret") == std::string::npos);
  CHECK(listed.member("next") == "null");

  const std::string path = "agencies/bauamt/users/eva/keys/" + id;
  const admin_reply changed = patch(path, R"({"enabled": false, "expires": "2027-01-31"})");
  CHECK(changed.member("enabled") == "false");
  CHECK(changed.member("expires") == "2027-01-31T23:59:59Z");
  CHECK(changed.body.find("secret") == std::string::npos);
  CHECK(patch(path, R"({"enabled": true})").member("expires") == "2027-01-31T23:59:59Z");
  CHECK(remove(path).status == 204);
  CHECK(remove(path).outcome() == "404 NoSuchEntity");
}

TEST_CASE_METHOD(agency_world, "a key pair can be given, for imports") {
  const admin_reply made =
      post("agencies/bauamt/users/eva/keys",
           R"({"access_key_id": "AKIAIMPORT0000000001", "secret_key": "a secret from elsewhere"})");
  CHECK(made.status == 201);
  CHECK(made.member("access_key_id") == "AKIAIMPORT0000000001");
  CHECK(made.member("secret_key") == "a secret from elsewhere");
  CHECK(post("agencies/bauamt/users/eva/keys", R"({"access_key_id": "short"})").outcome() ==
        "400 InvalidArgument");
}

TEST_CASE_METHOD(agency_world, "a key is found under its own user only") {
  post("agencies/bauamt/users", R"({"name": "jo"})");
  const std::string id = post("agencies/bauamt/users/eva/keys", "").member("access_key_id");
  post("agencies/bauamt/users/jo/keys", "");
  CHECK(remove("agencies/bauamt/users/jo/keys/" + id).outcome() == "404 NoSuchEntity");
  CHECK(patch("agencies/bauamt/users/jo/keys/" + id, R"({"enabled": false})").outcome() ==
        "404 NoSuchEntity");
  CHECK(get("agencies/bauamt/users/eva/keys").body.find(R"("enabled":true)") != std::string::npos);
}

TEST_CASE_METHOD(agency_world, "expires must be a date or a time") {
  for (const char* bad : {"\"tomorrow\"", "\"2027-02-30\"", "\"\"", "1", "true"}) {
    INFO(bad);
    CHECK(post("agencies/bauamt/users/eva/keys", std::string(R"({"expires": )") + bad + "}")
              .outcome() == "400 InvalidArgument");
  }
  CHECK(get("agencies/bauamt/users/eva/keys").json().at("keys").as_array().empty());
}

TEST_CASE_METHOD(agency_world, "nobody saws off the branch he sits on") {
  CHECK(patch("agencies/root", R"({"enabled": false})").outcome() == "400 InvalidArgument");
  const std::string key = "agencies/root/users/root/keys/" + root.access_key_id;
  CHECK(patch(key, R"({"enabled": false})").outcome() == "400 InvalidArgument");
  CHECK(remove(key).outcome() == "400 InvalidArgument");
  CHECK(get("agencies").outcome() == "200");
}

TEST_CASE_METHOD(agency_world, "unknown members change nothing") {
  const std::pair<const char*, const char*> calls[] = {
      {"POST", "agencies"},
      {"PATCH", "agencies/bauamt"},
      {"POST", "agencies/bauamt/users"},
      {"PATCH", "agencies/bauamt/users/eva"},
      {"POST", "agencies/bauamt/users/eva/keys"},
      {"GET", "agencies"},
      {"GET", "agencies/bauamt"},
      {"DELETE", "agencies/bauamt/users/eva"},
  };
  for (const auto& [method, path] : calls) {
    INFO(method << " " << path);
    const admin_reply a = call(method, path, R"({"id": "new", "name": "new", "colour": "red"})");
    CHECK(a.outcome() == "400 InvalidArgument");
    CHECK(a.member("message").starts_with("unknown member "));
  }
  CHECK(get("agencies/new").status == 404);
  CHECK(get("agencies/bauamt").member("name") == "Bauamt");
  CHECK(get("agencies/bauamt/users/new").status == 404);
  CHECK(get("agencies/bauamt/users/eva").status == 200);
  CHECK(get("agencies/bauamt/users/eva/keys").json().at("keys").as_array().empty());
}

TEST_CASE_METHOD(agency_world, "members of the wrong type change nothing") {
  CHECK(patch("agencies/bauamt", R"({"name": "x", "enabled": "false"})").outcome() ==
        "400 InvalidArgument");
  CHECK(patch("agencies/bauamt", R"({"name": 1})").outcome() == "400 InvalidArgument");
  CHECK(post("agencies/bauamt/users", R"({"name": "x", "root": 1})").outcome() ==
        "400 InvalidArgument");
  CHECK(get("agencies/bauamt").member("name") == "Bauamt");
  CHECK(get("agencies/bauamt/users/x").status == 404);
  for (const char* body : {"[]", "1", "{", "no json", "null"}) {
    INFO(body);
    CHECK(patch("agencies/bauamt", body).outcome() == "400 InvalidArgument");
  }
}

TEST_CASE_METHOD(admin_world, "rules of names are told") {
  const admin_reply a = post("agencies", R"({"id": "Bad Name"})");
  CHECK(a.outcome() == "400 InvalidArgument");
  CHECK(a.member("message").starts_with("id must have"));
  CHECK(a.member("request_id") == "0123456789ABCDEF");
  CHECK(post("agencies", "").outcome() == "400 InvalidArgument");
  CHECK(post("agencies", R"({"id": "a", "account": "12"})").outcome() == "400 InvalidArgument");
}

TEST_CASE_METHOD(agency_world, "lists go on after what they are told") {
  for (const char* id : {"aa", "bb", "cc"}) {
    post("agencies", std::string(R"({"id": ")") + id + "\"}");
  }
  const auto ids = [&](const std::string& query) {
    std::string all;
    const boost::json::object page = get("agencies", query).json();
    for (const auto& a : page.at("agencies").as_array()) {
      all += std::string(a.as_object().at("id").as_string()) + " ";
    }
    return all;
  };
  CHECK(ids("") == "aa bauamt bb cc root ");
  CHECK(ids("after=bauamt") == "bb cc root ");
  CHECK(ids("other=1&after=b%62") == "cc root ");
  CHECK(ids("after=zz").empty());
  CHECK(get("agencies/bauamt/users", "after=eva").json().at("users").as_array().empty());
}

TEST_CASE_METHOD(admin_world, "a thousand and one agencies are two pages") {
  for (int i = 0; i < 1000; ++i) {
    auth::identity::agency a;
    a.id = "a" + std::to_string(10'000 + i);
    REQUIRE(test::run_task(identities.create_agency(a)));
  }
  const admin_reply first = get("agencies");
  CHECK(first.json().at("agencies").as_array().size() == 1000);
  CHECK(first.member("next") == "a10999");
  const admin_reply second = get("agencies", "after=" + first.member("next"));
  CHECK(second.json().at("agencies").as_array().size() == 1);
  CHECK(second.member("next") == "null");
}

TEST_CASE_METHOD(agency_world, "paths that are none are 404, methods that do not fit 405") {
  for (const char* path :
       {"", "nothing", "agencies/", "agencies/bauamt/", "agencies//users", "agencies/bauamt/users/",
        "agencies/bauamt/users/eva/keys/x/y", "Agencies", "agencies/bauamt/projects"}) {
    INFO(path);
    CHECK(get(path).outcome() == "404 NotFound");
  }
  const admin_reply a = call("PUT", "agencies", "{}");
  CHECK(a.outcome() == "405 MethodNotAllowed");
  CHECK(a.header("Allow") == "GET, POST");
  CHECK(call("POST", "agencies/bauamt", "{}").header("Allow") == "GET, PATCH, DELETE");
}

TEST_CASE("every route has its own place in the table") {
  std::vector<std::string> seen;
  for (const auto& row : gateway::admin::admin_routes()) {
    const std::string place = std::string(row.method) + " " + std::string(row.pattern);
    CHECK(std::ranges::find(seen, place) == seen.end());
    seen.push_back(place);
    CHECK(row.run != nullptr);
  }
}

}  // namespace routes_test
