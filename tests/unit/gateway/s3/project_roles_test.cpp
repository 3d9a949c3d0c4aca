// Roles in projects, from the first request to the last: who comes in, who does not, and what a
// project's state refuses.
#include "tests/support/catch.hpp"
#include "tests/support/identity_edits.hpp"
#include "tests/unit/gateway/s3/gateway_world.hpp"

namespace project_roles_test {

using namespace torhaus;
using auth::projects::role;
using auth::projects::state;
using test::answer;
using test::caller;
using test::gateway_world;
using test::run_task;

namespace {

constexpr const char* refused = "403 AccessDenied";

struct roles_world : gateway_world {
  roles_world() {
    make_bucket("trasse");
    put("/trasse/plan", "plan");
    jo = make_caller("bauamt", "jo", "AKIACOLLEAGUE0000001");
  }
  void add(const std::string& agency, const std::string& user, role as,
           std::optional<sys_micros> ends = std::nullopt) {
    auth::projects::member m;
    m.agency = agency;
    m.user = user;
    m.as = as;
    m.ends = ends;
    REQUIRE(run_task(projects.add_member("trasse", m)));
  }
  void change(const auth::projects::store::edit_function& edit) {
    REQUIRE(run_task(projects.change("trasse", edit)));
  }
  std::string as(const caller& who, const std::string& method, const std::string& path,
                 const std::string& query = {}, const std::string& body = {},
                 test::header_list headers = {}) {
    return send({.method = method,
                 .path = path,
                 .query = query,
                 .headers = std::move(headers),
                 .body = body},
                who)
        .outcome();
  }
  caller make_root(const std::string& agency, const std::string& key) {
    auth::identity::user u;
    u.agency = agency;
    u.name = "root";
    u.root = true;
    REQUIRE(run_task(identities.create_user(u)));
    auth::identity::access_key k;
    k.id = key;
    k.agency = agency;
    k.user = "root";
    const auto made = run_task(identities.create_key(k, "secret-of-" + key)).value();
    return {key, made.secret, run_task(identities.find_agency(agency)).value(), {}};
  }
  std::vector<std::string> names_seen_by(const caller& who) {
    return send({.method = "GET", .path = "/"}, who).elements("Name");
  }
  caller jo;
};

}  // namespace

TEST_CASE_METHOD(roles_world, "who makes a bucket has it, and colleagues have nothing of it") {
  CHECK(get("/trasse/plan").outcome() == "200");
  for (const auto& [method, path] :
       {std::pair("GET", "/trasse/plan"), std::pair("GET", "/trasse"), std::pair("HEAD", "/trasse"),
        std::pair("PUT", "/trasse/new"), std::pair("DELETE", "/trasse/plan"),
        std::pair("DELETE", "/trasse")}) {
    INFO(method << " " << path);
    CHECK(send({.method = method, .path = path}, jo).status == 403);
  }
  CHECK(names_seen_by(jo).empty());
  CHECK(names_seen_by(owner) == std::vector<std::string>{"trasse"});
}

TEST_CASE_METHOD(roles_world, "the root of the owning agency has everything") {
  const caller root = make_root("bauamt", "AKIAROOTOFBAUAMT0001");
  CHECK(as(root, "GET", "/trasse/plan") == "200");
  CHECK(as(root, "DELETE", "/trasse/plan") == "204");
  CHECK(as(root, "PUT", "/trasse-2") == "200");
  CHECK(names_seen_by(root) == std::vector<std::string>{"trasse", "trasse-2"});
  const caller other = make_root("stadtwerke", "AKIAROOTOFWERKE00001");
  CHECK(as(other, "GET", "/trasse/plan") == refused);
}

TEST_CASE_METHOD(roles_world, "a reader of another agency reads and lists and does no more") {
  add("stadtwerke", "max", role::reader);
  CHECK(as(stranger, "GET", "/trasse/plan") == "200");
  CHECK(as(stranger, "GET", "/trasse") == "200");
  CHECK(as(stranger, "GET", "/trasse", "versions") == "200");
  CHECK(as(stranger, "GET", "/trasse/plan", "tagging") == "200");
  CHECK(as(stranger, "GET", "/trasse/missing") == "404 NoSuchKey");
  CHECK(as(stranger, "PUT", "/trasse/new", "", "x") == refused);
  CHECK(as(stranger, "DELETE", "/trasse/plan") == refused);
  CHECK(as(stranger, "GET", "/trasse", "policy") == refused);
  CHECK(names_seen_by(stranger) == std::vector<std::string>{"trasse"});
}

TEST_CASE_METHOD(roles_world, "a contributor writes and overwrites, an editor deletes") {
  add("stadtwerke", "max", role::contributor);
  CHECK(as(stranger, "PUT", "/trasse/plan", "", "new") == "200");
  CHECK(as(stranger, "PUT", "/trasse/copy", "", "", {{"x-amz-copy-source", "/trasse/plan"}}) ==
        "200");
  CHECK(as(stranger, "POST", "/trasse/big", "uploads") == "200");
  CHECK(as(stranger, "DELETE", "/trasse/plan") == refused);
  add("bauamt", "jo", role::editor);
  CHECK(as(jo, "DELETE", "/trasse/plan") == "204");
  CHECK(as(jo, "DELETE", "/trasse") == refused);
}

TEST_CASE_METHOD(roles_world, "a manager of another agency makes, sets and deletes buckets") {
  add("stadtwerke", "max", role::manager);
  CHECK(as(stranger, "PUT", "/trasse-2") == "200");
  const auto made = run_task(world.cat->find_bucket("trasse-2")).value();
  CHECK(made.project == "trasse");
  CHECK(made.owner_account == owner.agency.account);
  CHECK(made.owner_canonical_id == owner.agency.canonical_id);
  CHECK(as(stranger, "PUT", "/trasse-2", "versioning",
           "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>") == "200");
  CHECK(as(stranger, "PUT", "/trasse-2/key", "", "x") == "200");
  CHECK(as(owner, "GET", "/trasse-2/key") == "200");
  CHECK(as(stranger, "DELETE", "/trasse-2") == "409 BucketNotEmpty");
}

TEST_CASE_METHOD(roles_world, "a depositor puts what is new and sees nothing") {
  add("stadtwerke", "max", role::depositor);
  CHECK(as(stranger, "PUT", "/trasse/in", "", "first") == "200");
  CHECK(as(stranger, "PUT", "/trasse/in", "", "second") == refused);
  CHECK(as(stranger, "PUT", "/trasse/plan", "", "mine") == refused);
  const auto etag = head("/trasse/plan").header("ETag");
  CHECK(as(stranger, "PUT", "/trasse/plan", "", "mine", {{"If-Match", etag}}) == refused);
  CHECK(get("/trasse/in").body == "first");
  CHECK(get("/trasse/plan").body == "plan");
  CHECK(as(stranger, "GET", "/trasse/in") == refused);
  CHECK(as(stranger, "GET", "/trasse/missing") == refused);
  CHECK(as(stranger, "GET", "/trasse") == refused);
  CHECK(as(stranger, "GET", "/trasse", "uploads") == refused);
  CHECK(as(stranger, "DELETE", "/trasse/in") == refused);
  CHECK(as(stranger, "GET", "/trasse", "location") == "200");
}

TEST_CASE_METHOD(roles_world, "a depositor cannot overwrite by an upload in parts or a copy") {
  add("stadtwerke", "max", role::depositor);
  const auto complete = [&](const std::string& key) {
    const answer begun =
        send({.method = "POST", .path = "/trasse/" + key, .query = "uploads"}, stranger);
    REQUIRE(begun.status == 200);
    const std::string id = begun.element("UploadId");
    const answer part = send({.method = "PUT",
                              .path = "/trasse/" + key,
                              .query = "partNumber=1&uploadId=" + id,
                              .body = "part"},
                             stranger);
    return as(stranger, "POST", "/trasse/" + key, "uploadId=" + id,
              "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>" +
                  part.header("ETag") + "</ETag></Part></CompleteMultipartUpload>");
  };
  CHECK(complete("parts") == "200");
  CHECK(complete("plan") == refused);
  CHECK(get("/trasse/plan").body == "plan");
  const answer made = send({.method = "PUT", .path = "/eigenes"}, stranger);
  REQUIRE(made.status == 200);
  CHECK(as(stranger, "PUT", "/eigenes/x", "", "other") == "200");
  CHECK(as(stranger, "PUT", "/trasse/plan", "", "", {{"x-amz-copy-source", "/eigenes/x"}}) ==
        refused);
  CHECK(as(stranger, "PUT", "/trasse/copied", "", "", {{"x-amz-copy-source", "/eigenes/x"}}) ==
        "200");
  CHECK(get("/trasse/plan").body == "plan");
}

TEST_CASE_METHOD(roles_world, "a depositor cannot overwrite by a rename either") {
  add("stadtwerke", "max", role::depositor);
  CHECK(as(owner, "PUT", "/trasse", "policy",
           R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":")" +
               stranger.arn + R"("},"Action":["s3:GetObject","s3:DeleteObject"],)" +
               R"("Resource":"arn:aws:s3:::trasse/in/*"}]})") == "204");
  REQUIRE(as(stranger, "PUT", "/trasse/in/a", "", "mine") == "200");
  const test::header_list from = {{"x-amz-rename-source", "in/a"}};
  CHECK(as(stranger, "PUT", "/trasse/plan", "renameObject", "", from) == refused);
  CHECK(get("/trasse/plan").body == "plan");
  CHECK(as(stranger, "PUT", "/trasse/in/b", "renameObject", "", from) == "200");
}

TEST_CASE_METHOD(roles_world, "a depositor sets no tags along with what is put") {
  add("stadtwerke", "max", role::depositor);
  const test::header_list tagged = {{"x-amz-tagging", "a=1"}};
  CHECK(as(stranger, "PUT", "/trasse/in", "", "x", tagged) == refused);
  CHECK(as(stranger, "POST", "/trasse/in", "uploads", "", tagged) == refused);
  CHECK(as(stranger, "PUT", "/trasse/in", "", "x") == "200");
  add("bauamt", "jo", role::contributor);
  CHECK(as(jo, "PUT", "/trasse/mine", "", "x", tagged) == "200");
}

TEST_CASE_METHOD(roles_world, "who may read and write by role copies with the tags") {
  add("stadtwerke", "max", role::reader);
  add("bauamt", "jo", role::contributor);
  put("/trasse/tagged", "x", {{"x-amz-tagging", "a=1"}});
  REQUIRE(as(stranger, "PUT", "/eigenes") == "200");
  const test::header_list from = {{"x-amz-copy-source", "/trasse/tagged"}};
  CHECK(as(stranger, "PUT", "/eigenes/taken", "", "", from) == "200");
  CHECK(as(stranger, "PUT", "/trasse/copied", "", "", from) == refused);
  CHECK(as(jo, "PUT", "/trasse/copied", "", "", from) == "200");
  CHECK(head("/trasse/copied").header("x-amz-tagging-count") == "1");
}

TEST_CASE_METHOD(roles_world, "a depositor leaves tags behind") {
  add("stadtwerke", "max", role::depositor);
  REQUIRE(as(stranger, "PUT", "/eigenes") == "200");
  REQUIRE(as(stranger, "PUT", "/eigenes/x", "", "x", {{"x-amz-tagging", "a=1"}}) == "200");
  test::header_list from = {{"x-amz-copy-source", "/eigenes/x"}};
  CHECK(as(stranger, "PUT", "/trasse/in", "", "", from) == refused);
  from.emplace_back("x-amz-tagging-directive", "REPLACE");
  CHECK(as(stranger, "PUT", "/trasse/in", "", "", from) == "200");
}

TEST_CASE_METHOD(roles_world, "who may not change tags is not told whether there is an object") {
  add("stadtwerke", "max", role::reader);
  for (const char* key : {"/trasse/plan", "/trasse/missing"}) {
    INFO(key);
    CHECK(as(stranger, "DELETE", key, "tagging") == refused);
    CHECK(as(stranger, "DELETE", key, "tagging&versionId=null") == refused);
    CHECK(as(stranger, "PUT", key, "tagging", "<Tagging><TagSet/></Tagging>") == refused);
  }
  CHECK(as(stranger, "GET", "/trasse/missing", "tagging") == "404 NoSuchKey");
}

TEST_CASE_METHOD(roles_world, "a role ends with its end, at the next request") {
  add("stadtwerke", "max", role::reader, world.clock.now() + std::chrono::minutes(5));
  CHECK(as(stranger, "GET", "/trasse/plan") == "200");
  world.clock.advance(std::chrono::minutes(5));
  CHECK(as(stranger, "GET", "/trasse/plan") == refused);
  CHECK(names_seen_by(stranger).empty());
}

TEST_CASE_METHOD(roles_world,
                 "a bucket policy denies members too, and gives what a role does not") {
  add("stadtwerke", "max", role::editor);
  const auto set = [&](const std::string& statement) {
    return as(owner, "PUT", "/trasse", "policy",
              R"({"Version":"2012-10-17","Statement":[)" + statement + "]}");
  };
  CHECK(set(R"({"Effect":"Deny","Principal":"*","Action":"s3:DeleteObject",)"
            R"("Resource":"arn:aws:s3:::trasse/*"})") == "204");
  CHECK(as(stranger, "DELETE", "/trasse/plan") == refused);
  CHECK(as(stranger, "GET", "/trasse/plan") == "200");
  CHECK(set(R"({"Effect":"Allow","Principal":{"AWS":")" + jo.arn +
            R"("},"Action":"s3:GetObject","Resource":"arn:aws:s3:::trasse/*"})") == "204");
  CHECK(as(jo, "GET", "/trasse/plan") == "200");
  CHECK(as(jo, "PUT", "/trasse/plan") == refused);
}

TEST_CASE_METHOD(roles_world, "a policy may ask for role, agency and classification") {
  add("stadtwerke", "max", role::reader);
  change([](auth::projects::project& p) -> result<void> {
    p.classification = "VS-NfD";
    return {};
  });
  const auto deny = [&](const std::string& key, const std::string& value) {
    CHECK(as(owner, "PUT", "/trasse", "policy",
             R"({"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*",)"
             R"("Action":"s3:GetObject","Resource":"arn:aws:s3:::trasse/*",)"
             R"("Condition":{"StringEquals":{")" +
                 key + R"(":")" + value + R"("}}}]})") == "204");
    return as(stranger, "GET", "/trasse/plan");
  };
  CHECK(deny("torhaus:Role", "reader") == refused);
  CHECK(deny("torhaus:Role", "editor") == "200");
  CHECK(deny("torhaus:Agency", "stadtwerke") == refused);
  CHECK(deny("torhaus:Agency", "bauamt") == "200");
  CHECK(deny("torhaus:Classification", "VS-NfD") == refused);
  CHECK(deny("torhaus:Classification", "offen") == "200");
  CHECK(deny("torhaus:Project", "trasse") == refused);
}

TEST_CASE_METHOD(roles_world, "a read-only project is read, and says why it is not written") {
  add("stadtwerke", "max", role::editor);
  change([](auth::projects::project& p) -> result<void> {
    p.held = state::read_only;
    return {};
  });
  CHECK(as(stranger, "GET", "/trasse/plan") == "200");
  const answer a = put("/trasse/plan", "x");
  CHECK(a.outcome() == refused);
  CHECK(a.element("Message") == "The project trasse is read-only.");
  CHECK(as(stranger, "DELETE", "/trasse/plan") == refused);
  CHECK(as(owner, "PUT", "/trasse-2") == refused);
  CHECK(as(owner, "DELETE", "/trasse") == refused);
}

TEST_CASE_METHOD(roles_world, "a closed project is read by its managers") {
  add("stadtwerke", "max", role::editor);
  change([&](auth::projects::project& p) -> result<void> {
    p.ends = world.clock.now() - std::chrono::days(40);
    return {};
  });
  CHECK(as(owner, "GET", "/trasse/plan") == "200");
  CHECK(as(stranger, "GET", "/trasse/plan") == refused);
  CHECK(put("/trasse/plan", "x").element("Message") == "The project trasse is closed.");
}

TEST_CASE_METHOD(roles_world, "a name that a project covers is for those who manage it") {
  CHECK(as(jo, "PUT", "/trasse-3") == refused);
  CHECK(as(stranger, "PUT", "/trasse-3") == refused);
  CHECK(as(stranger, "PUT", "/trassen") == "200");
  CHECK(as(jo, "PUT", "/trasse") == "409 BucketAlreadyOwnedByYou");
  CHECK(as(stranger, "PUT", "/trasse") == "409 BucketAlreadyExists");
  CHECK(as(owner, "PUT", "/trasse-3") == "200");
  CHECK(run_task(projects.find("trassen"))->owner == "stadtwerke");
}

TEST_CASE_METHOD(roles_world,
                 "an opened project goes with its last bucket, one of administration stays") {
  CHECK(as(owner, "PUT", "/trasse-2") == "200");
  CHECK(remove("/trasse/plan").status == 204);
  CHECK(remove("/trasse").status == 204);
  CHECK(run_task(projects.find("trasse")));
  CHECK(remove("/trasse-2").status == 204);
  CHECK_FALSE(run_task(projects.find("trasse")));
  CHECK(as(stranger, "PUT", "/trasse") == "200");
  add("bauamt", "eva", role::reader);
  CHECK(as(stranger, "DELETE", "/trasse") == "204");
  CHECK(run_task(projects.find("trasse"))->owner == "stadtwerke");
  CHECK(as(owner, "PUT", "/trasse") == refused);
}

TEST_CASE_METHOD(roles_world, "a user who may not open projects makes buckets in those that are") {
  REQUIRE(run_task(identities.change_user("stadtwerke", "max", test::opens_no_projects)));
  CHECK(as(stranger, "PUT", "/eigenes") == refused);
  add("stadtwerke", "max", role::manager);
  CHECK(as(stranger, "PUT", "/trasse-2") == "200");
}

TEST_CASE_METHOD(roles_world, "a bucket of an older store belongs to its agency's root, at first") {
  storage::catalog::bucket_record old;
  old.name = "alt";
  old.project = "alt";
  old.owner_account = owner.agency.account;
  old.owner_canonical_id = owner.agency.canonical_id;
  REQUIRE(run_task(world.cat->create_bucket(old)));
  CHECK(as(owner, "GET", "/alt") == refused);
  CHECK(run_task(projects.find("alt"))->owner == "bauamt");
  const caller root = make_root("bauamt", "AKIAROOTOFBAUAMT0001");
  CHECK(as(root, "GET", "/alt") == "200");
}

TEST_CASE_METHOD(roles_world, "lists of buckets go on where they ended") {
  for (const char* name : {"/a-1", "/b-1", "/c-1"}) {
    REQUIRE(send({.method = "PUT", .path = name}, owner).status == 200);
  }
  const answer first = get("/", "max-buckets=2");
  CHECK(first.elements("Name") == std::vector<std::string>{"a-1", "b-1"});
  std::string token = first.element("ContinuationToken");
  REQUIRE(token != "(none)");
  std::string encoded;
  for (const char c : token) encoded += c == '=' ? std::string("%3D") : std::string(1, c);
  const answer rest = get("/", "continuation-token=" + encoded + "&max-buckets=5");
  CHECK(rest.elements("Name") == std::vector<std::string>{"c-1", "trasse"});
  CHECK(get("/", "prefix=tra").elements("Name") == std::vector<std::string>{"trasse"});
}

TEST_CASE_METHOD(gateway_world,
                 "a project that is deleted meanwhile does not come back by a bucket") {
  auth::projects::project p;
  p.id = "trasse";
  p.owner = "bauamt";
  auth::projects::member eva;
  eva.agency = "bauamt";
  eva.user = "eva";
  const std::string self = "id=\"" + owner.agency.canonical_id + "\"";
  unsigned interrupted = 0;
  for (unsigned reads = 1; reads <= 12; ++reads) {
    INFO("after " << reads << " reads");
    REQUIRE(run_task(projects.create(p, eva)));
    bool removed = false;
    identity_db.after_reads(reads,
                            [&] { removed = run_task(projects.remove("trasse")).has_value(); });
    // Who is granted something is looked up after the permission.
    const answer made = send(
        {.method = "PUT", .path = "/trasse-plan", .headers = {{"x-amz-grant-full-control", self}}},
        owner);
    identity_db.after_reads(0, nullptr);
    if (!removed) break;
    ++interrupted;
    CHECK_FALSE(run_task(projects.find("trasse")));
    // Before the permission it was not there, and the bucket opened one of its own.
    const auto bucket = run_task(world.cat->find_bucket("trasse-plan"));
    CHECK(made.outcome() == (bucket ? "200" : "409 OperationAborted"));
    if (!bucket) continue;
    CHECK(bucket->project == "trasse-plan");
    REQUIRE(send({.method = "DELETE", .path = "/trasse-plan"}, owner).status == 204);
  }
  CHECK(interrupted > 0);
}

}  // namespace project_roles_test
