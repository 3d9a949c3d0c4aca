// The document of the admin API says what the table of routes does, no more and no less.
#include "gateway/admin/openapi.hpp"

#include <set>

#include "gateway/admin/routes.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/gateway/admin/admin_world.hpp"

namespace openapi_test {

using namespace torhaus;
using gateway::admin::admin_routes;
using gateway::admin::body_member;
using gateway::admin::openapi_document;
using test::admin_reply;
using test::admin_world;

namespace {

namespace json = boost::json;

// "GET agencies/*/users" for every operation of the document.
std::set<std::string> documented() {
  std::set<std::string> all;
  for (const auto& [path, methods] : openapi_document().at("paths").as_object()) {
    std::string pattern;
    bool within = false;
    for (const char c : std::string_view(path).substr(1)) {
      if (c == '{') pattern += '*';
      within = c == '{' || (within && c != '}');
      if (!within && c != '}') pattern += c;
    }
    for (const auto& [method, operation] : methods.as_object()) {
      std::string upper(method);
      for (char& c : upper) c = static_cast<char>(c - 'a' + 'A');
      all.insert(upper + " " + pattern);
    }
  }
  return all;
}

json::value sample(const body_member& m) {
  using kind = body_member::kind;
  if (m.type == kind::flag) return true;
  if (m.type == kind::number) return 1;
  if (m.type == kind::texts) return json::array{"a.example"};
  if (m.type == kind::time) return "2027-01-31";
  return "x";
}

// Every "$ref" below.
void collect(const json::value& from, std::set<std::string>& references) {
  if (from.is_array()) {
    for (const json::value& one : from.as_array()) collect(one, references);
  }
  if (!from.is_object()) return;
  for (const auto& [name, value] : from.as_object()) {
    if (name == "$ref") references.emplace(value.as_string());
    collect(value, references);
  }
}

}  // namespace

TEST_CASE("the document has every route, and no other") {
  std::set<std::string> routes;
  for (const auto& row : admin_routes()) {
    routes.insert(std::string(row.method) + " " + std::string(row.pattern));
  }
  CHECK(documented() == routes);
}

TEST_CASE("what the document refers to is in it") {
  std::set<std::string> references;
  collect(openapi_document(), references);
  CHECK(references.size() > 5);
  for (const std::string& name : references) {
    INFO(name);
    REQUIRE(name.starts_with("#/components/schemas/"));
    CHECK(openapi_document()
              .at("components")
              .at("schemas")
              .as_object()
              .contains(name.substr(std::string("#/components/schemas/").size())));
  }
}

TEST_CASE_METHOD(admin_world, "a route takes every member that the document names, and no other") {
  for (const auto& row : admin_routes()) {
    if (row.method == "GET" || row.method == "DELETE") continue;
    std::string path;
    for (const char c : row.pattern) path += c == '*' ? std::string("root") : std::string(1, c);
    json::object body;
    for (const body_member& m : row.body) body[m.name] = sample(m);
    INFO(row.method << " " << row.pattern);
    const admin_reply all = call(std::string(row.method), path, json::serialize(body));
    CHECK(all.body.find("unknown member") == std::string::npos);
    CHECK(all.body.find(" must be a string") == std::string::npos);
    CHECK(all.body.find(" must be true or false") == std::string::npos);
    CHECK(all.body.find(" must be a whole number") == std::string::npos);
    body["colour"] = "red";
    const admin_reply more = call(std::string(row.method), path, json::serialize(body));
    const bool about_nothing = more.outcome() == "404 NoSuchEntity";
    CHECK((about_nothing || more.status == 400));
  }
}

TEST_CASE_METHOD(admin_world, "the document is served to whoever signs") {
  const admin_reply a = get("openapi.json");
  REQUIRE(a.outcome() == "200");
  CHECK(a.member("openapi") == "3.1.0");
  CHECK(a.json() == openapi_document());
  CHECK(send({.path = "/-/admin/v1/openapi.json"}).outcome() == "403 AccessDenied");
}

}  // namespace openapi_test
