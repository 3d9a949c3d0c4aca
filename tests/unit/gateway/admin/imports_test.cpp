// Imports from CSV: all rows or none, and every bad line named.
#include "gateway/admin/csv.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/gateway/admin/admin_world.hpp"

namespace imports_test {

using namespace torhaus;
using gateway::admin::parse_csv;
using test::admin_key;
using test::admin_reply;
using test::admin_world;

namespace {

struct import_world : admin_world {
  import_world() {
    post("agencies", R"({"id": "bauamt"})");
    post("agencies", R"({"id": "stadtwerke"})");
    post("agencies/bauamt/users", R"({"name": "chief", "administrator": true})");
    post("agencies/bauamt/users", R"({"name": "eva"})");
    post("agencies/stadtwerke/users", R"({"name": "max"})");
    post("projects", R"({"id": "trasse", "owner": "bauamt", "manager": "eva"})");
    post("projects", R"({"id": "netz", "owner": "stadtwerke"})");
  }
  admin_key key_of(const std::string& agency, const std::string& user) {
    const admin_reply made = post("agencies/" + agency + "/users/" + user + "/keys", "");
    return {made.member("access_key_id"), made.member("secret_key")};
  }
  static std::string document(const std::string& csv) {
    return boost::json::serialize(boost::json::object{{"csv", csv}});
  }
  admin_reply import(const admin_key& who, const std::string& what, const std::string& csv) {
    return send({.method = "POST", .path = "/-/admin/v1/imports/" + what, .body = document(csv)},
                who);
  }
  // "line 3", "line 5": where a refused import was wrong.
  static std::vector<std::string> places(const admin_reply& a) {
    std::vector<std::string> all;
    const auto body = a.json();
    for (const auto& d : body.at("details").as_array()) {
      all.emplace_back(d.at("at").as_string());
    }
    return all;
  }
};

std::string told(std::string_view text) {
  const auto parsed = parse_csv(text, {"a", "b"});
  return parsed ? "good" : std::string(parsed.error().message());
}

}  // namespace

TEST_CASE_METHOD(import_world, "users are imported with all they have") {
  const admin_reply done =
      import(root, "users",
             "agency,name,display_name,email,kind,expires,administrator,outsider\n"
             "bauamt,jo,\"Jo, aus Süd\",jo@bauamt.example,person,,yes,\n"
             "stadtwerke,scanner,,,application,,,\n"
             "bauamt,gast,,,,2027-01-31,no,yes\n");
  REQUIRE(done.outcome() == "201");
  CHECK(done.member("imported") == "3");
  const admin_reply jo = get("agencies/bauamt/users/jo");
  CHECK(jo.member("display_name") == "Jo, aus Süd");
  CHECK(jo.member("administrator") == "true");
  CHECK(get("agencies/stadtwerke/users/scanner").member("kind") == "application");
  const admin_reply guest = get("agencies/bauamt/users/gast");
  CHECK(guest.member("expires") == "2027-01-31T23:59:59Z");
  CHECK(guest.member("may_open_projects") == "false");
}

TEST_CASE_METHOD(import_world, "one bad line, and no user is imported") {
  const admin_reply done = import(root, "users",
                                  "agency,name,kind,expires,outsider\n"
                                  "bauamt,jo,person,,\n"
                                  "nowhere,jo,person,,\n"
                                  "bauamt,eva,person,,\n"
                                  "bauamt,k,robot,,\n"
                                  "bauamt,gast,person,,yes\n"
                                  "bauamt,spaet,person,soon,\n"
                                  "bauamt,jo,person,,\n"
                                  "bauamt,f,person,,perhaps\n");
  CHECK(done.outcome() == "400 InvalidArgument");
  CHECK(places(done) == std::vector<std::string>{"line 3", "line 4", "line 5", "line 6", "line 7",
                                                 "line 8", "line 9"});
  CHECK(done.member("message") == "7 of 8 lines are bad; nothing was imported");
  CHECK(get("agencies/bauamt/users/jo").status == 404);
}

TEST_CASE_METHOD(import_world, "an administrator imports into the own agency only") {
  const admin_key chief = key_of("bauamt", "chief");
  CHECK(import(chief, "users", "name\njo\n").outcome() == "201");
  CHECK(get("agencies/bauamt/users/jo").status == 200);
  const admin_reply done = import(chief, "users", "agency,name\nbauamt,a1\nstadtwerke,a2\n");
  CHECK(places(done) == std::vector<std::string>{"line 3"});
  CHECK(get("agencies/bauamt/users/a1").status == 404);
  CHECK(import(key_of("bauamt", "eva"), "users", "agency,name\nbauamt,a1\n").outcome() ==
        "400 InvalidArgument");
}

TEST_CASE_METHOD(import_world, "roles are imported, also from a spreadsheet") {
  const admin_reply done = import(root, "members",
                                  "\xEF\xBB\xBFproject;agency;user;role;ends\r\n"
                                  "trasse;stadtwerke;max;editor;2027-01-31\r\n"
                                  "netz;bauamt;eva;reader;\r\n");
  REQUIRE(done.outcome() == "201");
  CHECK(get("projects/trasse/members/stadtwerke/max").member("ends") == "2027-01-31T23:59:59Z");
  CHECK(get("projects/netz/members/bauamt/eva").member("role") == "reader");
}

TEST_CASE_METHOD(import_world, "one bad line, and no role is given") {
  const admin_reply done = import(root, "members",
                                  "project,agency,user,role,ends\n"
                                  "trasse,stadtwerke,max,editor,\n"
                                  "trasse,stadtwerke,max,boss,\n"
                                  "none,stadtwerke,max,reader,\n"
                                  "trasse,bauamt,eva,reader,\n"
                                  "trasse,nowhere,max,reader,\n"
                                  "netz,stadtwerke,max,reader,2020-01-31\n");
  CHECK(places(done) == std::vector<std::string>{"line 3", "line 4", "line 5", "line 6", "line 7"});
  CHECK(get("projects/trasse/members/stadtwerke/max").status == 404);
}

TEST_CASE_METHOD(import_world, "a manager imports roles of the own project only") {
  const admin_key eva = key_of("bauamt", "eva");
  CHECK(import(eva, "members", "project,agency,user,role\ntrasse,stadtwerke,max,reader\n")
            .outcome() == "201");
  const admin_reply done = import(eva, "members",
                                  "project,agency,user,role\n"
                                  "netz,bauamt,chief,reader\n"
                                  "trasse,bauamt,chief,reader\n");
  CHECK(places(done) == std::vector<std::string>{"line 2"});
  CHECK(get("projects/trasse/members/bauamt/chief").status == 404);
  CHECK(import(key_of("bauamt", "chief"), "members",
               "project,agency,user,role\ntrasse,bauamt,chief,reader\n")
            .outcome() == "400 InvalidArgument");
}

TEST_CASE_METHOD(import_world, "what is no table of the right columns is refused") {
  for (const char* csv : {"", "name,colour\nx,red\n", "agency\nbauamt\n", "name\n\"x\n"}) {
    INFO(csv);
    CHECK(import(root, "users", csv).outcome() == "400 InvalidArgument");
  }
  CHECK(import(root, "members", "project,agency,user\ntrasse,bauamt,chief\n").outcome() ==
        "400 InvalidArgument");
}

TEST_CASE("fields are taken as they are quoted, and lines counted as they stand") {
  const auto parsed = parse_csv("a,b\n\"x,\"\"y\"\"\nz\",2\n\n3,\n", {"a", "b"});
  REQUIRE(parsed);
  REQUIRE(parsed->rows.size() == 2);
  CHECK(parsed->field(parsed->rows[0], "a") == "x,\"y\"\nz");
  CHECK(parsed->field(parsed->rows[0], "b") == "2");
  CHECK(parsed->rows[0].line == 2);
  CHECK(parsed->rows[1].line == 5);
  CHECK(parsed->field(parsed->rows[1], "b").empty());
  CHECK(parsed->field(parsed->rows[1], "c").empty());
}

TEST_CASE("what is wrong with a table is told with its line") {
  CHECK(told("a,b\n1,2\n") == "good");
  CHECK(told("a,b\r\n1,2") == "good");
  CHECK(told("") == "line 1: the names of the columns are missing");
  CHECK(told("a,c\n") == "line 1: there is no column c; columns are a b");
  CHECK(told("a,a\n") == "line 1: the column a stands twice");
  CHECK(told("a,b\n1,2\n3\n") == "line 3: 1 fields instead of 2");
  CHECK(told("a,b\n1,2,3\n") == "line 2: 3 fields instead of 2");
  CHECK(told("a,b\n\"1,2\n") == "line 2: a quotation mark that is never closed");
  CHECK(told("a,b\n1\",2\n") == "line 2: a quotation mark within a field that has none around it");
  CHECK(told("a,b\n\"1\"x,2\n") == "line 2: text behind a closing quotation mark");
  CHECK(told("a,b\n" + std::string(40, ',') + "\n") == "line 2: too many fields");
}

}  // namespace imports_test
