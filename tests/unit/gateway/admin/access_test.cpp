// Who may administer: the installation's root, with a signature that covers the body, and nobody
// else.
#include "gateway/admin/routes.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/gateway/admin/admin_world.hpp"

using namespace torhaus;
using test::admin_call;
using test::admin_key;
using test::admin_reply;
using test::admin_world;

namespace {

// A path that fits the pattern.
std::string path_of(const gateway::admin::admin_route& row) {
  std::string path = "/-/admin/v1/";
  for (const char c : row.pattern) path += c == '*' ? std::string("root") : std::string(1, c);
  return path;
}

struct tenant_world : admin_world {
  tenant_world() {
    post("agencies", R"({"id": "bauamt"})");
    post("agencies/bauamt/users", R"({"name": "chief", "root": true})");
    post("agencies/bauamt/users/chief/keys",
         R"({"access_key_id": "AKIACHIEF00000000001", "secret_key": "secret-of-the-chief"})");
  }
  const admin_key chief{"AKIACHIEF00000000001", "secret-of-the-chief"};
};

}  // namespace

TEST_CASE_METHOD(tenant_world, "without a signature every route is refused") {
  for (const auto& row : gateway::admin::admin_routes()) {
    INFO(row.method << " " << row.pattern);
    const admin_reply a = send({.method = std::string(row.method), .path = path_of(row)});
    CHECK(a.outcome() == "403 AccessDenied");
    CHECK(a.close);
  }
}

TEST_CASE_METHOD(tenant_world, "a user of an agency is refused by every route") {
  for (const auto& row : gateway::admin::admin_routes()) {
    INFO(row.method << " " << row.pattern);
    CHECK(send({.method = std::string(row.method), .path = path_of(row)}, chief).outcome() ==
          "403 AccessDenied");
  }
  CHECK(get("agencies/root").status == 200);
}

TEST_CASE_METHOD(tenant_world, "the root of another agency is no root of the installation") {
  CHECK(get("agencies/bauamt/users/chief").member("root") == "true");
  CHECK(send({.path = "/-/admin/v1/agencies"}, chief).outcome() == "403 AccessDenied");
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
  const auto r = handler->refuse(error(errc::bad_request, "Malformed"), "0123456789ABCDEF");
  CHECK(r.status == 400);
  CHECK(std::get<std::string>(r.body).find(R"("code":"BadRequest")") != std::string::npos);
}
