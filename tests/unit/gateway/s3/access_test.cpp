// Who may do what: the same answer for every row of the operations table.
#include "gateway/s3/operations.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/identity_edits.hpp"
#include "tests/unit/gateway/s3/gateway_world.hpp"

namespace access_test {

using namespace torhaus;
using gateway::s3::operation;
using gateway::s3::scope;
using test::answer;
using test::call;
using test::gateway_world;

namespace {

struct object_world : gateway_world {
  object_world() {
    make_bucket("bauamt");
    put("/bauamt/key", "hello");
  }

  // A request that reaches the row, on what is really there.
  static call call_of(const operation& row) {
    call c;
    c.method = row.method;
    if (row.where == scope::bucket) c.path = "/bauamt";
    if (row.where == scope::object) c.path = "/bauamt/key";
    if (row.where == scope::resource) c.path = "/v20180820/tags/arn%3Aaws%3As3%3A%3A%3Abauamt";
    std::string_view spec = row.sub_resource;
    while (!spec.empty()) {
      const std::string_view name = spec.substr(0, spec.find('&'));
      const bool value = name == "id" || name == "uploadId" || name == "partNumber";
      c.query.append(c.query.empty() ? "" : "&").append(name).append(value ? "=1" : "");
      spec.remove_prefix(std::min(spec.size(), name.size() + 1));
    }
    if (!row.header.empty()) c.headers.emplace_back(row.header, "/bauamt/key");
    return c;
  }

  void expect_untouched() {
    CHECK(get("/bauamt/key").body == "hello");
    CHECK(get("/bauamt", "list-type=2").element("KeyCount") == "1");
    CHECK(get("/bauamt", "uploads").elements("Upload").empty());
  }
};

}  // namespace

TEST_CASE_METHOD(object_world, "another agency's user is denied everything on a bucket") {
  for (const operation& row : gateway::s3::operations()) {
    if (row.where == scope::service || row.name == "CreateBucket") continue;
    if (row.method == "OPTIONS") continue;      // a preflight shows no credentials
    if (row.name == "DeleteObjects") continue;  // denied by the key, see below
    INFO(row.name);
    const answer a = send(call_of(row), stranger);
    CHECK(seen.operation == row.name);
    CHECK(a.status == 403);
    if (row.method != "HEAD") {
      CHECK(a.element("Code") == "AccessDenied");
      CHECK(a.element("Message").find(stranger.arn) != std::string::npos);
    }
  }
  expect_untouched();
}

TEST_CASE_METHOD(object_world, "anonymous callers are denied everything") {
  for (const operation& row : gateway::s3::operations()) {
    if (row.method == "OPTIONS") continue;      // a preflight shows no credentials
    if (row.name == "DeleteObjects") continue;  // denied by the key, see below
    INFO(row.name);
    call c = call_of(row);
    if (row.name == "CreateBucket") c.path = "/new-bucket";
    if (c.method == "PUT" || c.method == "POST") c.headers.emplace_back("Content-Length", "0");
    const answer a = send(c);
    CHECK(seen.operation == row.name);
    if (row.name == "PostObject") {  // the credentials would be in the form
      CHECK(a.outcome() == "412 PreconditionFailed");
      continue;
    }
    CHECK(a.status == 403);
    if (row.method != "HEAD") {
      CHECK(a.element("Code") == "AccessDenied");
      CHECK(a.element("Message") == "Access Denied");
    }
  }
  expect_untouched();
}

TEST_CASE_METHOD(object_world, "DeleteObjects is denied key by key") {
  call c{.method = "POST", .path = "/bauamt", .query = "delete"};
  c.body = "<Delete><Object><Key>key</Key></Object></Delete>";
  c.headers = {{"Content-MD5", base64(storage::crypto::algorithm::md5, c.body)}};
  const answer foreign = send(c, stranger);
  CHECK(foreign.status == 200);
  CHECK(foreign.element("Code") == "AccessDenied");
  CHECK(foreign.elements("Deleted").empty());
  c.headers.emplace_back("Content-Length", std::to_string(c.body.size()));
  const answer anonymous = send(c);
  CHECK(anonymous.status == 200);
  CHECK(anonymous.element("Code") == "AccessDenied");
  expect_untouched();
}

TEST_CASE_METHOD(object_world, "the installation's root is no user of an agency's buckets") {
  REQUIRE(test::run_task(identities.resolve(owner.access_key_id)));
  const auto root = identities.ensure_root("AKIAROOT000000000001", "secret-of-the-root-user");
  REQUIRE(root);
  const test::caller boss{"AKIAROOT000000000001", "secret-of-the-root-user", {}, {}};
  CHECK(send({.path = "/bauamt/key"}, boss).outcome() == "403 AccessDenied");
  CHECK(send({.path = "/bauamt"}, boss).outcome() == "403 AccessDenied");
  CHECK(send({.method = "DELETE", .path = "/bauamt/key"}, boss).outcome() == "403 AccessDenied");
  expect_untouched();
}

TEST_CASE_METHOD(object_world, "a colleague without a role may not, and with one may") {
  const test::caller colleague = make_caller("bauamt", "jo", "AKIABAUAMT0000000002");
  CHECK(send({.path = "/bauamt/key"}, colleague).outcome() == "403 AccessDenied");
  auth::projects::member m;
  m.agency = "bauamt";
  m.user = "jo";
  REQUIRE(test::run_task(projects.add_member("bauamt", m)));
  CHECK(send({.path = "/bauamt/key"}, colleague).body == "hello");
}

TEST_CASE_METHOD(object_world, "a refusal names caller, action and resource") {
  const auto message = [&](call c) { return send(std::move(c), stranger).element("Message"); };
  const std::string who = "User: " + stranger.arn + " is not authorized to perform: ";
  CHECK(message({.path = "/bauamt/key"}) ==
        who + "s3:GetObject on resource: \"arn:aws:s3:::bauamt/key\"");
  CHECK(message({.path = "/bauamt/key", .query = "versionId=null"}) ==
        who + "s3:GetObjectVersion on resource: \"arn:aws:s3:::bauamt/key\"");
  CHECK(message({.path = "/bauamt"}) == who + "s3:ListBucket on resource: \"arn:aws:s3:::bauamt\"");
}

TEST_CASE_METHOD(object_world, "what has no handler is NotImplemented by name for its owner") {
  for (const operation& row : gateway::s3::operations()) {
    if (row.run != nullptr) continue;
    INFO(row.name);
    const answer a = send(call_of(row), owner);
    CHECK(seen.operation == row.name);
    CHECK(a.outcome() == "501 NotImplemented");
    CHECK(a.element("Message") == std::string(row.name) + " is not implemented by this server.");
  }
  expect_untouched();
}

TEST_CASE_METHOD(object_world, "a bucket that is not there is NoSuchBucket for everyone") {
  for (const operation& row : gateway::s3::operations()) {
    if (row.where == scope::service || row.name == "CreateBucket") continue;
    if (row.method == "OPTIONS") continue;      // a preflight shows no credentials
    if (row.name == "DeleteObjects") continue;  // denied by the key, see below
    INFO(row.name);
    call c = call_of(row);
    c.path.replace(c.path.find("bauamt"), 6, "nobody");
    const answer a = send(c, stranger);
    CHECK(a.status == 404);
    const bool resource = row.where == scope::resource;
    if (row.method != "HEAD") {
      CHECK(a.element("Code") == (resource ? "NoSuchResource" : "NoSuchBucket"));
    }
  }
}

TEST_CASE_METHOD(object_world, "an x-amz header that is not signed is refused by name") {
  // CVE-2026-54330: it would turn somebody's upload into a copy of what he never meant.
  const std::pair<const char*, const char*> added[] = {{"X-Amz-Copy-Source", "/bauamt/key"},
                                                       {"x-amz-meta-a", "b"},
                                                       {"x-amz-acl", "private"},
                                                       {"x-amz-tagging", "a=b"},
                                                       {"x-amz-storage-class", "STANDARD"},
                                                       {"x-amz-foo", "bar"}};
  for (const auto& [name, value] : added) {
    INFO(name);
    std::string lower(name);
    for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    call header{.method = "PUT",
                .path = "/bauamt/new",
                .headers = {{"Host", "s3.example.org"}, {"Content-Length", "0"}}};
    sign(header, owner);
    header.headers.emplace_back(name, value);
    const answer a = send(header);
    CHECK(a.outcome() == "403 AccessDenied");
    CHECK(a.element("HeadersNotSigned") == lower);

    call link{.method = "PUT", .path = "/bauamt/new"};
    const std::vector<auth::sigv4::header_view> host = {{"Host", "s3.example.org"}};
    link.query = auth::sigv4::presign_query(
        {.method = "PUT", .raw_path = link.path, .raw_query = {}, .headers = host}, identity(owner),
        now(), std::chrono::hours(1));
    link.headers = {{"Host", "s3.example.org"}, {"Content-Length", "0"}, {name, value}};
    const answer b = send(link);
    CHECK(b.outcome() == "403 AccessDenied");
    CHECK(b.element("HeadersNotSigned") == lower);
  }
  CHECK(head("/bauamt/new").status == 404);
}

TEST_CASE_METHOD(object_world, "forms of authentication that do not hold are refused") {
  CHECK(send({.path = "/bauamt/key", .headers = {{"Authorization", "AWS key:signature"}}})
            .outcome() == "400 InvalidRequest");
  CHECK(send({.path = "/bauamt/key", .headers = {{"Authorization", "Bearer token"}}}).outcome() ==
        "400 InvalidArgument");
  CHECK(send({.path = "/bauamt/key", .headers = {{"Authorization", "Basic dTpw"}}}).outcome() ==
        "400 InvalidArgument");
  test::caller wrong = owner;
  wrong.secret += "x";
  CHECK(send({.path = "/bauamt/key"}, wrong).outcome() == "403 SignatureDoesNotMatch");
  test::caller unknown = owner;
  unknown.access_key_id = "AKIAUNKNOWN000000001";
  CHECK(send({.path = "/bauamt/key"}, unknown).outcome() == "403 InvalidAccessKeyId");
}

TEST_CASE_METHOD(object_world, "a signature of another region says which one is right") {
  call c{.path = "/bauamt/key", .headers = {{"Host", "s3.example.org"}}};
  const std::vector<auth::sigv4::header_view> host = {{"Host", "s3.example.org"}};
  auth::sigv4::signer_identity who = identity(owner);
  who.region = "us-west-2";
  const auto added = auth::sigv4::sign_headers(
      {.method = "GET", .raw_path = c.path, .raw_query = {}, .headers = host}, sha256_hex(""), who,
      now());
  c.headers.insert(c.headers.end(), added.begin(), added.end());
  const answer a = send(c);
  CHECK(a.outcome() == "400 AuthorizationHeaderMalformed");
  CHECK(a.element("Region") == "de-test-1");
}

TEST_CASE_METHOD(object_world, "a presigned URL ends when its time is over") {
  call c{.path = "/bauamt/key", .headers = {{"Host", "s3.example.org"}}};
  const std::vector<auth::sigv4::header_view> host = {{"Host", "s3.example.org"}};
  c.query = auth::sigv4::presign_query(
      {.method = "GET", .raw_path = c.path, .raw_query = {}, .headers = host}, identity(owner),
      now(), std::chrono::seconds(60));
  CHECK(send(c).body == "hello");
  world.clock.advance(std::chrono::seconds(61));
  CHECK(send(c).outcome() == "403 AccessDenied");
}

TEST_CASE_METHOD(object_world, "a disabled key is refused at once") {
  auto keys = test::run_task(identities.list_keys("bauamt", "eva"));
  REQUIRE(keys);
  REQUIRE(test::run_task(identities.change_key(keys->front().id, test::disable)));
  CHECK(get("/bauamt/key").status == 403);
}

TEST_CASE_METHOD(object_world, "who may not list is not told of a key that was deleted") {
  set_versioning("bauamt", storage::catalog::versioning_state::enabled);
  CHECK(send({.method = "PUT",
              .path = "/bauamt",
              .query = "policy",
              .body = R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":)"
                      R"({"AWS":")" +
                      stranger.arn +
                      R"("},"Action":["s3:GetObject","s3:*Tagging"],)"
                      R"("Resource":"arn:aws:s3:::bauamt/*"}]})"},
             owner)
            .outcome() == "204");
  put("/bauamt/gone", "x");
  const std::string marker = remove("/bauamt/gone").header("x-amz-version-id");
  const std::string tags = "<Tagging><TagSet/></Tagging>";
  for (const char* path : {"/bauamt/gone", "/bauamt/never"}) {
    INFO(path);
    CHECK(send({.path = path}, stranger).outcome() == "403 AccessDenied");
    CHECK(send({.path = path, .query = "tagging"}, stranger).outcome() == "403 AccessDenied");
    CHECK(send({.method = "PUT", .path = path, .query = "tagging", .body = tags}, stranger)
              .outcome() == "403 AccessDenied");
    CHECK(send({.method = "DELETE", .path = path, .query = "tagging"}, stranger).outcome() ==
          "403 AccessDenied");
  }
  CHECK(get("/bauamt/gone", "tagging").outcome() == "405 MethodNotAllowed");
  CHECK(get("/bauamt/gone", "tagging").header("Allow") == "DELETE");
  // Who names the marker knows of it.
  CHECK(
      send({.path = "/bauamt/gone", .query = "tagging&versionId=" + marker}, stranger).outcome() ==
      "405 MethodNotAllowed");
}

TEST_CASE_METHOD(object_world,
                 "who may not list is not told that the source of a copy is missing") {
  set_versioning("bauamt", storage::catalog::versioning_state::enabled);
  put("/bauamt/gone", "x");
  const std::string marker = remove("/bauamt/gone").header("x-amz-version-id");
  const auto allow = [&](const std::string& more) {
    const std::string who = R"({"Effect":"Allow","Principal":{"AWS":")" + stranger.arn + R"("},)";
    return send({.method = "PUT",
                 .path = "/bauamt",
                 .query = "policy",
                 .body = R"({"Version":"2012-10-17","Statement":[)" + who +
                         R"("Action":["s3:GetObject","s3:GetObjectVersion"],)"
                         R"("Resource":"arn:aws:s3:::bauamt/*"})" +
                         (more.empty() ? "" : "," + who + more) + "]}"},
                owner)
        .outcome();
  };
  CHECK(send({.method = "PUT", .path = "/stadtwerke"}, stranger).status == 200);
  const std::string upload =
      send({.method = "POST", .path = "/stadtwerke/copy", .query = "uploads"}, stranger)
          .element("UploadId");
  const auto copy = [&](const std::string& from, const std::string& query) {
    return send({.method = "PUT",
                 .path = "/stadtwerke/copy",
                 .query = query,
                 .headers = {{"x-amz-copy-source", from}}},
                stranger)
        .outcome();
  };
  const std::string other_version = "?versionId=" + std::string(32, '0');
  for (const std::string& query : {std::string(), "partNumber=1&uploadId=" + upload}) {
    INFO(query);
    CHECK(allow("") == "204");
    CHECK(copy("bauamt/key", query) == "200");
    CHECK(copy("bauamt/never", query) == "403 AccessDenied");
    CHECK(copy("bauamt/gone", query) == "403 AccessDenied");
    CHECK(copy("bauamt/key" + other_version, query) == "403 AccessDenied");
    CHECK(copy("bauamt/gone?versionId=" + marker, query) == "400 InvalidRequest");
    CHECK(allow(R"("Action":"s3:ListBucket","Resource":"arn:aws:s3:::bauamt",)"
                R"("Condition":{"StringEquals":{"s3:prefix":"never"}}})") == "204");
    CHECK(copy("bauamt/never", query) == "404 NoSuchKey");
    CHECK(copy("bauamt/gone", query) == "403 AccessDenied");
    CHECK(allow(R"("Action":"s3:ListBucket","Resource":"arn:aws:s3:::bauamt"})") == "204");
    CHECK(copy("bauamt/gone", query) == "404 NoSuchKey");
    CHECK(copy("bauamt/key" + other_version, query) == "404 NoSuchVersion");
  }
}

}  // namespace access_test
