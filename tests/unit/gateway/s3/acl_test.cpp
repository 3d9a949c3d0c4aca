// Access control lists: the operations, and what grants let whom do.
#include "tests/unit/gateway/s3/access_world.hpp"

namespace acl_test {

using namespace torhaus;
using test::access_world;
using test::answer;
using test::caller;
using test::run_task;

namespace {

std::string document(const std::string& owner, const std::string& grants) {
  return "<AccessControlPolicy><Owner><ID>" + owner + "</ID></Owner><AccessControlList>" + grants +
         "</AccessControlList></AccessControlPolicy>";
}

std::string grant(const std::string& grantee, const std::string& permission) {
  return "<Grant><Grantee>" + grantee + "</Grantee><Permission>" + permission +
         "</Permission></Grant>";
}

std::string id(const std::string& canonical_id) { return "<ID>" + canonical_id + "</ID>"; }

}  // namespace

TEST_CASE_METHOD(access_world, "what nobody has shared is private to its owner") {
  for (const char* path : {"/akten", "/akten/key"}) {
    const answer a = get(path, "acl");
    CHECK(a.elements("ID") == std::vector<std::string>(2, owner.agency.canonical_id));
    CHECK(a.elements("DisplayName") == std::vector<std::string>(2, owner.agency.name));
    CHECK(a.elements("Permission") == std::vector<std::string>{"FULL_CONTROL"});
  }
}

TEST_CASE_METHOD(access_world, "a canned ACL of an object lets others read it") {
  CHECK(anonymous("/akten/key").outcome() == "403 AccessDenied");
  CHECK(set_acl("/akten/key", "public-read") == "200");
  CHECK(anonymous("/akten/key").body == "hello");
  const answer a = get("/akten/key", "acl");
  CHECK(a.element("URI") == "http://acs.amazonaws.com/groups/global/AllUsers");
  CHECK(a.elements("Permission") == std::vector<std::string>{"READ", "FULL_CONTROL"});
  CHECK(set_acl("/akten/key", "authenticated-read") == "200");
  CHECK(anonymous("/akten/key").outcome() == "403 AccessDenied");
  CHECK(request("GET", "/akten/key", "", stranger).body == "hello");
  CHECK(set_acl("/akten/key", "private") == "200");
  CHECK(request("GET", "/akten/key", "", stranger).outcome() == "403 AccessDenied");
}

TEST_CASE_METHOD(access_world, "every write takes an ACL") {
  put("/akten/put", "p", {{"x-amz-acl", "public-read"}});
  CHECK(anonymous("/akten/put").body == "p");
  put("/akten/copy", "", {{"x-amz-copy-source", "/akten/key"}, {"x-amz-acl", "public-read"}});
  CHECK(anonymous("/akten/copy").body == "hello");
  // A copy does not take the source's ACL along.
  put("/akten/copy2", "", {{"x-amz-copy-source", "/akten/put"}});
  CHECK(anonymous("/akten/copy2").status == 403);
  const answer begun = post("/akten/parts", "uploads", "", {{"x-amz-acl", "public-read"}});
  const std::string upload = begun.element("UploadId");
  const answer part =
      request("PUT", "/akten/parts", "partNumber=1&uploadId=" + upload, owner, {}, "x");
  post("/akten/parts", "uploadId=" + upload,
       "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>" + part.header("ETag") +
           "</ETag></Part></CompleteMultipartUpload>");
  CHECK(anonymous("/akten/parts").body == "x");
  CHECK(put("/akten/put", "p", {{"x-amz-acl", "public"}}).outcome() == "400 InvalidArgument");
}

TEST_CASE_METHOD(access_world, "a write that sets an ACL needs the permission to set one") {
  const caller jo = make_caller("bauamt", "jo", "AKIACOLLEAGUE0000001");
  auth::projects::member m;
  m.agency = "bauamt";
  m.user = "jo";
  m.as = auth::projects::role::contributor;
  REQUIRE(run_task(projects.add_member("akten", m)));
  const auto write = [&](const caller& who, test::header_list headers,
                         const std::string& query = "") {
    return request(query.empty() ? "PUT" : "POST", "/akten/new", query, who, std::move(headers))
        .outcome();
  };
  const test::header_list open = {{"x-amz-acl", "public-read"}};
  const test::header_list grant_all = {
      {"x-amz-grant-read", "uri=http://acs.amazonaws.com/groups/global/AllUsers"}};
  const test::header_list open_copy = {{"x-amz-copy-source", "/akten/key"},
                                       {"x-amz-acl", "public-read"}};
  CHECK(write(jo, {}) == "200");
  CHECK(write(jo, {{"x-amz-acl", "private"}}) == "200");
  CHECK(write(jo, {{"x-amz-acl", "bucket-owner-full-control"}}) == "200");
  CHECK(write(jo, open) == "403 AccessDenied");
  CHECK(write(jo, grant_all) == "403 AccessDenied");
  CHECK(write(jo, open_copy) == "403 AccessDenied");
  CHECK(write(jo, open, "uploads") == "403 AccessDenied");
  // Nor may the ACL itself give the right to set it.
  CHECK(write(jo, {{"x-amz-grant-write-acp", "id=" + owner.agency.canonical_id},
                   {"x-amz-grant-read", "uri=http://acs.amazonaws.com/groups/global/AllUsers"}}) ==
        "403 AccessDenied");
  CHECK(anonymous("/akten/new").status == 403);
  const std::string objects = "arn:aws:s3:::akten/*";
  CHECK(set_policy(R"({"Effect":"Allow","Principal":{"AWS":")" + jo.arn +
                   R"("},"Action":"s3:PutObjectAcl","Resource":")" + objects + "\"}") == "204");
  CHECK(write(jo, open) == "200");
  CHECK(anonymous("/akten/new").status == 200);
  CHECK(set_policy(R"({"Effect":"Deny","Principal":"*","Action":"s3:PutObjectAcl","Resource":")" +
                   objects + "\"}") == "204");
  CHECK(write(owner, open) == "403 AccessDenied");
  CHECK(write(owner, {}) == "200");
}

// AWS: "Requiring the x-amz-grant-full-control header": the bucket's policy gives s3:PutObject
// alone, and the object's ACL is for its owner's account to set.
TEST_CASE_METHOD(access_world, "another agency sets the ACLs of what it owns") {
  CHECK(set_policy(allow("s3:PutObject", "arn:aws:s3:::akten/*")) == "204");
  const test::header_list give = {{"x-amz-grant-full-control", "id=" + owner.agency.canonical_id}};
  CHECK(request("PUT", "/akten/new", "", stranger, give, "x").outcome() == "200");
  // Nobody in particular may what a policy gives everybody.
  const auto anonymous_write = [&](test::header_list headers) {
    headers.emplace_back("Content-Length", "1");
    return send(
               {.method = "PUT", .path = "/akten/drop", .headers = std::move(headers), .body = "x"})
        .outcome();
  };
  CHECK(anonymous_write({}) == "200");
  CHECK(anonymous_write({{"x-amz-acl", "bucket-owner-full-control"}}) == "200");
  CHECK(anonymous_write({{"x-amz-acl", "public-read"}}) == "403 AccessDenied");
  // The ACL of the bucket makes the object theirs, unless a policy denies it.
  CHECK(set_acl("/akten", "public-read-write") == "200");
  CHECK(set_policy(R"({"Effect":"Deny","Principal":"*","Action":"s3:PutObjectAcl","Resource":")"
                   R"(arn:aws:s3:::akten/*"})") == "204");
  CHECK(anonymous_write({}) == "200");
  CHECK(anonymous_write({{"x-amz-acl", "public-read"}}) == "403 AccessDenied");
  CHECK(request("DELETE", "/akten", "policy", owner).status == 204);
  CHECK(anonymous_write({{"x-amz-acl", "public-read"}}) == "200");
}

TEST_CASE_METHOD(access_world, "a bucket's ACL lets others list, write and read the ACL") {
  CHECK(set_acl("/akten", "public-read") == "200");
  CHECK(anonymous("/akten").status == 200);
  CHECK(request("PUT", "/akten/new", "", stranger, {}, "x").outcome() == "403 AccessDenied");
  CHECK(request("GET", "/akten/key", "", stranger).outcome() == "403 AccessDenied");
  CHECK(set_acl("/akten", "public-read-write") == "200");
  CHECK(request("PUT", "/akten/new", "", stranger, {}, "x").status == 200);
  CHECK(request("GET", "/akten", "acl", stranger).outcome() == "403 AccessDenied");
  CHECK(request("DELETE", "/akten", "", stranger).outcome() == "403 AccessDenied");
}

TEST_CASE_METHOD(access_world, "grants come by document, by id, e-mail or group") {
  const auto with_email = [](auth::identity::agency& a) {
    a.email = "post@stadtwerke.example";
    return result<void>();
  };
  REQUIRE(run_task(identities.change_agency(stranger.agency.id, with_email)));
  const auto put_document = [&](const std::string& grants) {
    return request("PUT", "/akten/key", "acl", owner, {},
                   document(owner.agency.canonical_id, grants))
        .outcome();
  };
  const std::string all = "<URI>http://acs.amazonaws.com/groups/global/AllUsers</URI>";
  CHECK(put_document(grant(id(stranger.agency.canonical_id), "READ")) == "200");
  CHECK(request("GET", "/akten/key", "", stranger).body == "hello");
  CHECK(request("GET", "/akten/key", "acl", stranger).outcome() == "403 AccessDenied");
  CHECK(put_document(grant("<EmailAddress>post@stadtwerke.example</EmailAddress>", "READ_ACP")) ==
        "200");
  CHECK(request("GET", "/akten/key", "acl", stranger).status == 200);
  CHECK(put_document(grant(all, "READ")) == "200");
  CHECK(anonymous("/akten/key").body == "hello");
  CHECK(put_document("") == "200");
  CHECK(get("/akten/key", "acl").elements("Grant").empty());
  CHECK(get("/akten/key").body == "hello");

  CHECK(put_document(grant(id("nobody"), "READ")) == "400 InvalidArgument");
  CHECK(put_document(grant("<EmailAddress>x@y.z</EmailAddress>", "READ")) ==
        "400 UnresolvableGrantByEmailAddress");
  CHECK(put_document(grant("<URI>http://example.org</URI>", "READ")) == "400 InvalidArgument");
  CHECK(put_document(grant(all, "LOOK")) == "400 MalformedACLError");
  CHECK(put_document(grant("", "READ")) == "400 MalformedACLError");
  CHECK(put_document("<Grant><Grantee xmlns:x=\"http://www.w3.org/2001/XMLSchema-instance\" "
                     "x:type=\"Nobody\">" +
                     all + "</Grantee><Permission>READ</Permission></Grant>") ==
        "400 MalformedACLError");
  CHECK(put_document("<Grants/>") == "400 MalformedACLError");
  std::string many;
  for (int i = 0; i < 101; ++i) many += grant(all, "READ");
  CHECK(put_document(many) == "400 MalformedACLError");
}

TEST_CASE_METHOD(access_world, "an ACL is said once, by its owner's name") {
  const std::string body = document(owner.agency.canonical_id, "");
  const auto with = [&](test::header_list headers, const std::string& text) {
    return request("PUT", "/akten", "acl", owner, std::move(headers), text).outcome();
  };
  CHECK(with({}, "") == "400 MissingSecurityHeader");
  CHECK(with({{"x-amz-acl", "private"}}, body) == "400 UnexpectedContent");
  CHECK(with({{"x-amz-acl", "private"}, {"x-amz-grant-read", "id=" + stranger.agency.canonical_id}},
             "") == "400 InvalidRequest");
  CHECK(with({}, document(stranger.agency.canonical_id, "")) == "403 AccessDenied");
  CHECK(with({}, document("nobody", "")) == "400 InvalidArgument");
  CHECK(with({}, "<AccessControlPolicy/>") == "400 MalformedACLError");
  CHECK(with({}, "<Acl/>") == "400 MalformedACLError");
}

TEST_CASE_METHOD(access_world, "grant headers name several grantees") {
  const std::string value = "id=\"" + stranger.agency.canonical_id +
                            "\", uri=\"http://acs.amazonaws.com/groups/global/AllUsers\"";
  CHECK(put("/akten/key", "g", {{"x-amz-grant-read", value}}).status == 200);
  CHECK(get("/akten/key", "acl").elements("Grant").size() == 2);
  CHECK(anonymous("/akten/key").body == "g");
  const auto argument = [&](const char* grantee) {
    const answer a = put("/akten/key", "g", {{"x-amz-grant-read", grantee}});
    return a.outcome() + " " + a.element("ArgumentName");
  };
  CHECK(argument("id=nobody") == "400 InvalidArgument id");
  CHECK(argument("uri=\"http://acs.amazonaws.com/groups/s3/None\"") == "400 InvalidArgument uri");
  CHECK(put("/akten/key", "g", {{"x-amz-grant-read", "name=eva"}}).outcome() ==
        "400 InvalidArgument");
  CHECK(put("/akten/key", "g", {{"x-amz-grant-read", "eva"}}).outcome() == "400 InvalidArgument");
}

TEST_CASE_METHOD(access_world, "an object belongs to who wrote it, and its ACL decides") {
  REQUIRE(set_acl("/akten", "public-read-write") == "200");
  REQUIRE(request("PUT", "/akten/theirs", "", stranger, {}, "mine").status == 200);
  CHECK(request("GET", "/akten/theirs", "", stranger).body == "mine");
  CHECK(request("GET", "/akten/theirs", "acl", stranger).element("ID") ==
        stranger.agency.canonical_id);
  // Not even the bucket's owner, and not by the bucket's policy; but it may delete it.
  CHECK(get("/akten/theirs").outcome() == "403 AccessDenied");
  CHECK(get("/akten/theirs", "acl").outcome() == "403 AccessDenied");
  REQUIRE(set_policy(allow("s3:GetObject", "arn:aws:s3:::akten/*")) == "204");
  CHECK(get("/akten/theirs").outcome() == "403 AccessDenied");
  // AWS: tags are the bucket owner's as well.
  CHECK(get("/akten/theirs", "tagging").outcome() == "200");
  CHECK(remove("/akten/theirs", "tagging").outcome() == "204");
  CHECK(request("GET", "/akten/theirs", "tagging", stranger).outcome() == "200");
  CHECK(get("/akten").elements("DisplayName") ==
        std::vector<std::string>{owner.agency.name, stranger.agency.name});
  CHECK(remove("/akten/theirs").outcome() == "204");
}

TEST_CASE_METHOD(access_world, "versions have ACLs of their own") {
  set_versioning("akten", storage::catalog::versioning_state::enabled);
  const std::string first = put("/akten/doc", "1").header("x-amz-version-id");
  const std::string second = put("/akten/doc", "2").header("x-amz-version-id");
  CHECK(
      request("PUT", "/akten/doc", "acl&versionId=" + first, owner, {{"x-amz-acl", "public-read"}})
          .status == 200);
  CHECK(anonymous("/akten/doc", "versionId=" + first).body == "1");
  CHECK(anonymous("/akten/doc", "versionId=" + second).outcome() == "403 AccessDenied");
  CHECK(anonymous("/akten/doc").outcome() == "403 AccessDenied");
  CHECK(get("/akten/none", "acl").outcome() == "404 NoSuchKey");
  // A delete marker has none. Who names it is told that it is one.
  const std::string marker = remove("/akten/doc").header("x-amz-version-id");
  const auto set_on = [&](const std::string& query) {
    return request("PUT", "/akten/doc", query, owner, {{"x-amz-acl", "private"}});
  };
  const answer unnamed = set_on("acl");
  CHECK(unnamed.outcome() == "405 MethodNotAllowed");
  CHECK(unnamed.header("Allow") == "DELETE");
  CHECK(unnamed.header("x-amz-delete-marker") == "(none)");
  const answer named = set_on("acl&versionId=" + marker);
  CHECK(named.outcome() == "405 MethodNotAllowed");
  CHECK(named.header("Allow") == "DELETE");
  CHECK(named.header("x-amz-delete-marker") == "true");
  CHECK(named.header("x-amz-version-id") == marker);
}

TEST_CASE_METHOD(access_world, "who began an upload lists its parts and aborts it, nobody else") {
  set_acl("/akten", "public-read-write");
  const auto begin = [&](const std::string& key, const caller& who) {
    return request("POST", key, "uploads", who).element("UploadId");
  };
  const std::string theirs = begin("/akten/a", stranger);
  const std::string ours = begin("/akten/b", owner);
  CHECK(request("GET", "/akten/a", "uploadId=" + theirs, stranger).outcome() == "200");
  CHECK(request("GET", "/akten/b", "uploadId=" + ours, stranger).outcome() == "403 AccessDenied");
  CHECK(request("DELETE", "/akten/b", "uploadId=" + ours, stranger).outcome() ==
        "403 AccessDenied");
  CHECK(request("DELETE", "/akten/b", "uploadId=" + theirs, stranger).outcome() ==
        "403 AccessDenied");
  const std::string mine = R"(arn:aws:s3:::akten/a)";
  REQUIRE(set_policy(R"({"Effect":"Deny","Principal":"*","Action":"s3:AbortMultipartUpload",)"
                     R"("Resource":")" +
                     mine + R"("})") == "204");
  CHECK(request("DELETE", "/akten/a", "uploadId=" + theirs, stranger).outcome() ==
        "403 AccessDenied");
  request("DELETE", "/akten", "policy", owner);
  CHECK(request("DELETE", "/akten/a", "uploadId=" + theirs, stranger).outcome() == "204");
  CHECK(request("DELETE", "/akten/b", "uploadId=" + ours, owner).outcome() == "204");
}

// Who may list is told that a key is not there. That answer must not turn into the object when it
// comes into being between the permission and the look at it.
TEST_CASE_METHOD(access_world,
                 "an object that comes into being meanwhile is private all the same") {
  CHECK(set_policy(allow("s3:ListBucket", "arn:aws:s3:::akten")) == "204");
  const std::uint64_t bucket = run_task(world.cat->find_bucket("akten")).value().id;
  CHECK(request("GET", "/akten/late", "", stranger).outcome() == "404 NoSuchKey");
  int number = 0;
  for (const char* query : {"", "acl", "tagging", "attributes"}) {
    for (const char* method : {"GET", "HEAD"}) {
      if (method == std::string("HEAD") && *query != '\0') continue;
      for (unsigned reads = 1; reads <= 12; ++reads) {
        const std::string key = "late" + std::to_string(++number);
        world.db.after_reads(reads, [&] {
          auto o = world.object("secret");
          o.owner_canonical_id = owner.agency.canonical_id;
          o.attributes.tags = {{"kind", "secret"}};
          REQUIRE(run_task(world.cat->put_object(bucket, test::key_of(key), std::move(o),
                                                 world.store_bytes("secret"))));
        });
        const answer a = request(method, "/akten/" + key, query, stranger,
                                 {{"x-amz-object-attributes", "ObjectSize"}});
        INFO(method << " ?" << query << " after " << reads << " reads: " << a.body);
        CHECK((a.status == 403 || a.status == 404));
        world.db.after_reads(0, nullptr);
      }
    }
  }
}

}  // namespace acl_test
