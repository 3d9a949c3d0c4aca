// Who may administer: the installation's root, with a signature that covers the body, and nobody
// else.
#include "gateway/admin/routes.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/gateway/admin/admin_world.hpp"

namespace access_test {

using namespace torhaus;
using test::admin_call;
using test::admin_key;
using test::admin_reply;
using test::admin_world;

namespace {

using gateway::admin::reach;

// A path that fits the pattern.
std::string path_of(const gateway::admin::admin_route& row, const std::string& name = "root") {
  std::string path = "/-/admin/v1/";
  for (const char c : row.pattern) path += c == '*' ? name : std::string(1, c);
  return path;
}

struct tenant_world : admin_world {
  tenant_world() {
    for (const char* id : {"bauamt", "stadtwerke"}) {
      post("agencies", std::string(R"({"id": ")") + id + R"("})");
    }
    add_user("bauamt", R"({"name": "root", "root": true})");
    add_user("bauamt", R"({"name": "chief", "administrator": true})");
    add_user("bauamt", R"({"name": "eva"})");
    add_user("stadtwerke", R"({"name": "root", "root": true})");
    chief = key_of("bauamt", "chief");
    agency_root = key_of("bauamt", "root");
    eva = key_of("bauamt", "eva");
  }
  void add_user(const std::string& agency, const std::string& body) {
    REQUIRE(post("agencies/" + agency + "/users", body).status == 201);
  }
  admin_key key_of(const std::string& agency, const std::string& user) {
    const admin_reply made = post("agencies/" + agency + "/users/" + user + "/keys", "");
    return {made.member("access_key_id"), made.member("secret_key")};
  }
  std::string as(const admin_key& who, const std::string& method, const std::string& path,
                 const std::string& body = {}) {
    return send({.method = method, .path = "/-/admin/v1/" + path, .body = body}, who).outcome();
  }
  admin_key chief;
  admin_key agency_root;
  admin_key eva;
};

constexpr const char* refused = "403 AccessDenied";

}  // namespace

TEST_CASE_METHOD(tenant_world, "without a signature every route is refused") {
  for (const auto& row : gateway::admin::admin_routes()) {
    INFO(row.method << " " << row.pattern);
    const admin_reply a = send({.method = std::string(row.method), .path = path_of(row)});
    CHECK(a.outcome() == refused);
    CHECK(a.close);
  }
}

TEST_CASE_METHOD(tenant_world,
                 "a user without an office is refused by every route that is for some") {
  for (const auto& row : gateway::admin::admin_routes()) {
    if (row.may == reach::everybody) continue;
    for (const char* name : {"root", "bauamt"}) {
      INFO(row.method << " " << row.pattern << " " << name);
      CHECK(send({.method = std::string(row.method), .path = path_of(row, name)}, eva).outcome() ==
            refused);
    }
  }
  CHECK(as(eva, "GET", "agencies") == refused);
  CHECK(as(eva, "POST", "projects", R"({"id": "trasse"})") == refused);
  CHECK(as(eva, "GET", "projects") == "200");
}

TEST_CASE_METHOD(tenant_world, "an administrator is refused by every route about another agency") {
  for (const admin_key& who : {chief, agency_root}) {
    for (const auto& row : gateway::admin::admin_routes()) {
      if (row.may == reach::everybody) continue;
      for (const char* name : {"root", "stadtwerke", "nowhere"}) {
        INFO(row.method << " " << row.pattern << " " << name);
        CHECK(
            send({.method = std::string(row.method), .path = path_of(row, name)}, who).outcome() ==
            refused);
      }
    }
  }
  CHECK(get("agencies/stadtwerke").status == 200);
}

TEST_CASE_METHOD(tenant_world,
                 "an administrator sees and changes the own agency, but not its quota") {
  const admin_reply list = send({.path = "/-/admin/v1/agencies"}, chief);
  REQUIRE(list.json().at("agencies").as_array().size() == 1);
  CHECK(list.body.find("stadtwerke") == std::string::npos);
  CHECK(as(chief, "PATCH", "agencies/bauamt", R"({"contact": "Zimmer 12"})") == "200");
  for (const char* body : {R"({"quota_bytes": 5})", R"({"quota_objects": 5})",
                           R"({"enabled": false})", R"({"email": "post@stadtwerke.example"})"}) {
    INFO(body);
    CHECK(as(chief, "PATCH", "agencies/bauamt", body) == refused);
  }
  CHECK(get("agencies/bauamt").member("quota_bytes") == "0");
  CHECK(as(chief, "DELETE", "agencies/bauamt") == refused);
  CHECK(as(chief, "POST", "agencies", R"({"id": "new"})") == refused);
}

TEST_CASE_METHOD(tenant_world, "an administrator keeps its users and keys") {
  CHECK(as(chief, "POST", "agencies/bauamt/users", R"({"name": "jo"})") == "201");
  CHECK(as(chief, "POST", "agencies/bauamt/users/jo/keys") == "201");
  CHECK(as(chief, "PATCH", "agencies/bauamt/users/jo", R"({"administrator": true})") == "200");
  CHECK(as(chief, "DELETE", "agencies/bauamt/users/jo") == "204");
}

TEST_CASE_METHOD(tenant_world, "an administrator has no way to the root user of the agency") {
  CHECK(as(chief, "POST", "agencies/bauamt/users/root/keys") == refused);
  const std::string key = "agencies/bauamt/users/root/keys/" + agency_root.access_key_id;
  CHECK(as(chief, "POST", key + "/rotate") == refused);
  CHECK(as(chief, "PATCH", key, R"({"enabled": false})") == refused);
  CHECK(as(chief, "DELETE", key) == refused);
  CHECK(as(chief, "PATCH", "agencies/bauamt/users/root", R"({"email": "a@b"})") == refused);
  CHECK(as(chief, "DELETE", "agencies/bauamt/users/root") == refused);
  CHECK(as(chief, "POST", "agencies/bauamt/users", R"({"name": "r2", "root": true})") == refused);
  CHECK(as(agency_root, "POST", "agencies/bauamt/users/root/keys") == "201");
}

TEST_CASE_METHOD(tenant_world, "nobody becomes an administrator by himself") {
  CHECK(as(eva, "PATCH", "agencies/bauamt/users/eva", R"({"administrator": true})") == refused);
  CHECK(as(eva, "POST", "agencies/bauamt/users/chief/keys") == refused);
  CHECK(get("agencies/bauamt/users/eva").member("administrator") == "false");
}

TEST_CASE_METHOD(tenant_world, "the last administrator of an agency cannot leave it") {
  // The agency's root could help; without it, nobody could.
  REQUIRE(remove("agencies/bauamt/users/root").status == 204);
  CHECK(as(chief, "PATCH", "agencies/bauamt/users/chief", R"({"enabled": false})") ==
        "409 DeleteConflict");
  CHECK(as(chief, "PATCH", "agencies/bauamt/users/chief", R"({"administrator": false})") ==
        "409 DeleteConflict");
  CHECK(as(chief, "DELETE", "agencies/bauamt/users/chief") == "409 DeleteConflict");
  CHECK(as(chief, "POST", "agencies/bauamt/users", R"({"name": "jo", "administrator": true})") ==
        "201");
  CHECK(as(chief, "PATCH", "agencies/bauamt/users/chief", R"({"administrator": false})") == "200");
  CHECK(as(chief, "GET", "agencies/bauamt") == refused);
  CHECK(patch("agencies/bauamt/users/jo", R"({"administrator": false})").outcome() == "200");
}

TEST_CASE_METHOD(tenant_world, "an administrator of the agency root is an operator") {
  add_user("root", R"({"name": "nora", "administrator": true})");
  const admin_key nora = key_of("root", "nora");
  CHECK(as(nora, "POST", "agencies", R"({"id": "new"})") == "201");
  CHECK(as(nora, "GET", "agencies/bauamt/users") == "200");
  CHECK(as(nora, "POST", "agencies/root/users/root/keys") == refused);
  CHECK(as(nora, "POST", "agencies/bauamt/users/root/keys") == "201");
}

TEST_CASE_METHOD(admin_world, "a path that is none tells a stranger nothing") {
  CHECK(send({.path = "/-/admin/v1/nothing"}).outcome() == "403 AccessDenied");
  CHECK(send({.path = "/-/other"}, root).outcome() == "404 NotFound");
  CHECK(send({.path = "/bucket/key"}, root).outcome() == "404 NotFound");
}

TEST_CASE_METHOD(admin_world, "a wrong secret and an unknown key are refused") {
  CHECK(send(admin_call{}, {root.access_key_id, "wrong secret 1234"}).outcome() ==
        "403 SignatureDoesNotMatch");
  CHECK(send(admin_call{}, {"AKIAUNKNOWN000000001", "secret-of-nobody"}).outcome() ==
        "403 InvalidAccessKeyId");
}

TEST_CASE_METHOD(admin_world, "the signature covers the body") {
  admin_call c{.method = "POST", .body = R"({"id": "bauamt"})"};
  sign(c, root, R"({"id": "stadtwerke"})");
  CHECK(send(c).outcome() == "403 SignatureDoesNotMatch");
  admin_call empty{.method = "POST", .body = R"({"id": "bauamt"})"};
  sign(empty, root, "");
  CHECK(send(empty).outcome() == "403 SignatureDoesNotMatch");
  CHECK(get("agencies/bauamt").status == 404);
}

TEST_CASE_METHOD(admin_world, "a header cannot take the body out of the signature") {
  const std::string body = R"({"id": "bauamt"})";
  for (const std::string& hash :
       {std::string("UNSIGNED-PAYLOAD"), std::string("STREAMING-UNSIGNED-PAYLOAD-TRAILER"),
        sha256_hex("other")}) {
    INFO(hash);
    admin_call c{.method = "POST", .body = body, .headers = {{"x-amz-content-sha256", hash}}};
    c.headers.insert(c.headers.begin(), {"Host", "127.0.0.1:9001"});
    std::vector<auth::sigv4::header_view> views;
    for (const auto& [name, value] : c.headers) views.push_back({name, value});
    const auto added = auth::sigv4::sign_headers(
        {.method = c.method, .raw_path = c.path, .raw_query = {}, .headers = views}, hash,
        {root.access_key_id, root.secret, "", region, "torhaus-admin"},
        std::chrono::floor<std::chrono::seconds>(clock.now()));
    c.headers.insert(c.headers.end(), added.begin(), added.end());
    CHECK(send(c).outcome() == "403 AccessDenied");
  }
  CHECK(get("agencies/bauamt").status == 404);
}

TEST_CASE_METHOD(admin_world, "a signature for S3 is none for administration") {
  admin_call c;
  sign(c, root, {}, "s3");
  CHECK(send(c).outcome() == "400 AuthorizationHeaderMalformed");
}

TEST_CASE_METHOD(admin_world, "a signature made for one call is none for another") {
  admin_call c{.path = "/-/admin/v1/agencies/root"};
  sign(c, root);
  CHECK(send(c).outcome() == "200");
  c.method = "DELETE";
  CHECK(send(c).outcome() == "403 SignatureDoesNotMatch");
  c.method = "GET";
  c.query = "after=x";
  CHECK(send(c).outcome() == "403 SignatureDoesNotMatch");
}

TEST_CASE_METHOD(admin_world, "an old signature is refused with the server's time") {
  admin_call c;
  sign(c, root);
  clock.advance(std::chrono::minutes(16));
  CHECK(send(c).outcome() == "403 RequestTimeTooSkewed");
}

TEST_CASE_METHOD(admin_world, "a body of more than 1 MiB is refused before it is looked at") {
  admin_call c{.method = "POST", .body = std::string((std::size_t{1} << 20) + 1, ' ')};
  CHECK(send(c).outcome() == "400 MaxMessageLengthExceeded");
}

TEST_CASE_METHOD(admin_world, "health and metrics need no signature") {
  CHECK(send({.path = "/-/health/live"}).body == "ok\n");
  CHECK(send({.path = "/-/health/ready"}).status == 200);
  const admin_reply page = send({.path = "/-/metrics"});
  CHECK(page.status == 200);
  CHECK(page.header("Content-Type") == "text/plain; version=0.0.4");
  CHECK(page.body.starts_with("# HELP "));
  services.ready = [] { return false; };
  CHECK(send({.path = "/-/health/ready"}).status == 503);
  CHECK(send({.path = "/-/health/live"}).status == 200);
}

TEST_CASE_METHOD(admin_world, "what never became a request is refused in JSON") {
  const auto r = handler->refuse(error(errc::bad_request, "Malformed"), {}, "0123456789ABCDEF");
  CHECK(r.status == 400);
  CHECK(std::get<std::string>(r.body).find(R"("code":"BadRequest")") != std::string::npos);
}

}  // namespace access_test
