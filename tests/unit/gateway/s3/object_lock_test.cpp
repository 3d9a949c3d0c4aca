// Object lock: the configuration of buckets, retention and legal hold of versions, and the deletes
// that they refuse.
#include "tests/support/catch.hpp"
#include "tests/unit/gateway/s3/gateway_world.hpp"

namespace object_lock_test {

using namespace torhaus;
using storage::crypto::algorithm;
using test::answer;
using test::gateway_world;
using test::header_list;

namespace {

constexpr const char* rule =
    "<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled><Rule>"
    "<DefaultRetention><Mode>GOVERNANCE</Mode><Days>1</Days></DefaultRetention></Rule>"
    "</ObjectLockConfiguration>";

struct lock_world : gateway_world {
  lock_world() {
    send({.method = "PUT",
          .path = "/akten",
          .headers = {{"x-amz-bucket-object-lock-enabled", "true"}}},
         owner);
    make_bucket("bauamt");
  }

  answer set(const std::string& path, const std::string& query, const std::string& body,
             header_list headers = {}) {
    headers.emplace_back("Content-MD5", base64(algorithm::md5, body));
    return send({.method = "PUT", .path = path, .query = query, .headers = headers, .body = body},
                owner);
  }
  answer configure(const std::string& bucket, const std::string& body) {
    return set("/" + bucket, "object-lock", body);
  }
  answer retain(const std::string& mode, const std::string& until, header_list headers = {},
                const std::string& more = "") {
    return set("/akten/a", "retention" + more,
               "<Retention><Mode>" + mode + "</Mode><RetainUntilDate>" + until +
                   "</RetainUntilDate></Retention>",
               std::move(headers));
  }
  answer hold(const std::string& status) {
    return set("/akten/a", "legal-hold", "<LegalHold><Status>" + status + "</Status></LegalHold>");
  }
  // With the checksum that a retention asks for.
  answer write(const std::string& path, header_list headers = {}) {
    headers.emplace_back("x-amz-checksum-crc32", base64(algorithm::crc32, "text"));
    return put(path, "text", std::move(headers));
  }
  std::string version(const std::string& path, header_list headers = {}) {
    return write(path, std::move(headers)).header("x-amz-version-id");
  }
  answer erase(const std::string& version, header_list headers = {}) {
    return remove("/akten/a", "versionId=" + version, std::move(headers));
  }
};

const header_list bypass = {{"x-amz-bypass-governance-retention", "true"}};

}  // namespace

TEST_CASE_METHOD(lock_world, "a bucket is made with object lock, and has versioning for good") {
  CHECK(get("/akten", "versioning").element("Status") == "Enabled");
  CHECK(get("/akten", "object-lock").element("ObjectLockEnabled") == "Enabled");
  CHECK(get("/akten", "object-lock").element("Rule") == "(none)");
  const std::string suspend =
      "<VersioningConfiguration><Status>Suspended</Status></VersioningConfiguration>";
  CHECK(set("/akten", "versioning", suspend).outcome() == "409 InvalidBucketState");
  CHECK(get("/bauamt", "object-lock").outcome() == "404 ObjectLockConfigurationNotFoundError");
  CHECK(send({.method = "PUT",
              .path = "/dritte",
              .headers = {{"x-amz-bucket-object-lock-enabled", "yes"}}},
             owner)
            .outcome() == "400 InvalidArgument");
}

TEST_CASE_METHOD(lock_world, "object lock is enabled later where versioning is enabled") {
  CHECK(configure("bauamt", rule).outcome() == "409 InvalidBucketState");
  set_versioning("bauamt", storage::catalog::versioning_state::suspended);
  CHECK(configure("bauamt", rule).outcome() == "409 InvalidBucketState");
  set_versioning("bauamt", storage::catalog::versioning_state::enabled);
  CHECK(configure("bauamt", rule).outcome() == "200");
  const answer a = get("/bauamt", "object-lock");
  CHECK(a.element("Mode") == "GOVERNANCE");
  CHECK(a.element("Days") == "1");
}

TEST_CASE_METHOD(lock_world, "a lock configuration that is none is refused") {
  const auto with = [&](const std::string& retention) {
    return configure("akten",
                     "<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled>"
                     "<Rule><DefaultRetention>" +
                         retention + "</DefaultRetention></Rule></ObjectLockConfiguration>")
        .outcome();
  };
  CHECK(with("<Mode>GOVERNANCE</Mode><Days>1</Days><Years>1</Years>") == "400 MalformedXML");
  CHECK(with("<Mode>GOVERNANCE</Mode>") == "400 MalformedXML");
  CHECK(with("<Mode>governance</Mode><Days>1</Days>") == "400 MalformedXML");
  CHECK(with("<Mode>GOVERNANCE</Mode><Days>one</Days>") == "400 MalformedXML");
  CHECK(with("<Mode>GOVERNANCE</Mode><Days>0</Days>") == "400 InvalidArgument");
  CHECK(with("<Mode>COMPLIANCE</Mode><Years>-1</Years>") == "400 InvalidArgument");
  CHECK(with("<Mode>COMPLIANCE</Mode><Years>101</Years>") == "400 InvalidArgument");
  CHECK(with("<Mode>COMPLIANCE</Mode><Days>36501</Days>") == "400 InvalidArgument");
  CHECK(configure("akten", "<ObjectLockConfiguration/>").outcome() == "400 MalformedXML");
  CHECK(configure("akten", "").outcome() == "400 MissingRequestBodyError");
  // What cannot be taken back needs a digest.
  CHECK(send({.method = "PUT", .path = "/akten", .query = "object-lock", .body = rule}, owner)
            .outcome() == "400 InvalidRequest");
}

TEST_CASE_METHOD(lock_world, "a bucket without lock knows no retention and no hold") {
  put("/bauamt/a", "x");
  CHECK(get("/bauamt/a", "retention").outcome() == "400 InvalidRequest");
  CHECK(get("/bauamt/a", "legal-hold").outcome() == "400 InvalidRequest");
  CHECK(set("/bauamt/a", "retention", "<Retention/>").outcome() == "400 InvalidRequest");
  CHECK(set("/bauamt/a", "legal-hold", "<LegalHold><Status>ON</Status></LegalHold>").outcome() ==
        "400 InvalidRequest");
  CHECK(write("/bauamt/b", {{"x-amz-object-lock-legal-hold", "ON"}}).outcome() ==
        "400 InvalidRequest");
  CHECK(get("/bauamt/b").status == 404);
}

TEST_CASE_METHOD(gateway_world, "governance is no matter of a bucket without lock") {
  make_bucket("bauamt");
  put("/bauamt/key", "x");
  for (const char* said : {"true", "false"}) {
    const answer a = remove("/bauamt/key", "", {{"x-amz-bypass-governance-retention", said}});
    CHECK(a.outcome() == "400 InvalidArgument");
    CHECK(a.element("Message") ==
          "x-amz-bypass-governance-retention is only applicable to Object Lock enabled buckets.");
  }
  CHECK(get("/bauamt/key").body == "x");
  // Tools that empty buckets say it of all their keys.
  const std::string list = "<Delete><Quiet>true</Quiet><Object><Key>key</Key></Object></Delete>";
  test::call all{.method = "POST", .path = "/bauamt", .query = "delete", .body = list};
  all.headers = {{"x-amz-bypass-governance-retention", "true"},
                 {"Content-MD5", base64(storage::crypto::algorithm::md5, list)}};
  CHECK(send(all, owner).outcome() == "200");
  CHECK(get("/bauamt/key").status == 404);
}

TEST_CASE_METHOD(lock_world, "retention is set, answered and kept") {
  const std::string v = version("/akten/a");
  CHECK(get("/akten/a", "retention").outcome() == "404 NoSuchObjectLockConfiguration");
  // Beyond the 32-bit times, and with a fraction.
  CHECK(retain("GOVERNANCE", "2140-01-01T00:00:00.123456Z").outcome() == "200");
  const answer a = get("/akten/a", "retention");
  CHECK(a.element("Mode") == "GOVERNANCE");
  CHECK(a.element("RetainUntilDate") == "2140-01-01T00:00:00.123456Z");
  CHECK(head("/akten/a").header("x-amz-object-lock-mode") == "GOVERNANCE");
  CHECK(head("/akten/a").header("x-amz-object-lock-retain-until-date") ==
        "2140-01-01T00:00:00.123456Z");
  CHECK(get("/akten/a", "retention&versionId=" + v).element("Mode") == "GOVERNANCE");
  CHECK(retain("GOVERNANCE", "2141-01-01T00:00:00Z").status == 200);
  CHECK(retain("GOVERNANCE", "2030-01-01T00:00:00Z").outcome() == "403 AccessDenied");
  CHECK(retain("COMPLIANCE", "2141-01-01T00:00:00Z").outcome() == "403 AccessDenied");
  CHECK(set("/akten/a", "retention", "<Retention/>").outcome() == "403 AccessDenied");
  CHECK(retain("GOVERNANCE", "2030-01-01T00:00:00Z", bypass).status == 200);
  CHECK(retain("COMPLIANCE", "2030-01-01T00:00:00Z", bypass).status == 200);
  CHECK(retain("GOVERNANCE", "2031-01-01T00:00:00Z", bypass).outcome() == "403 AccessDenied");
  CHECK(retain("COMPLIANCE", "2029-01-01T00:00:00Z", bypass).outcome() == "403 AccessDenied");
  CHECK(retain("COMPLIANCE", "2031-01-01T00:00:00Z").status == 200);
  CHECK(erase(v, bypass).outcome() == "403 AccessDenied");
}

TEST_CASE_METHOD(lock_world, "retention that is none is refused") {
  version("/akten/a");
  CHECK(retain("governance", "2030-01-01T00:00:00Z").outcome() == "400 MalformedXML");
  CHECK(retain("GOVERNANCE", "soon").outcome() == "400 InvalidArgument");
  CHECK(retain("GOVERNANCE", "2020-01-01T00:00:00Z").outcome() == "400 InvalidArgument");
  CHECK(set("/akten/a", "retention", "<Retention><Mode>GOVERNANCE</Mode></Retention>").outcome() ==
        "400 MalformedXML");
  CHECK(set("/akten/none", "retention", "<Retention/>").outcome() == "404 NoSuchKey");
  CHECK(hold("abc").outcome() == "400 MalformedXML");
  CHECK(get("/akten/none", "retention").outcome() == "404 NoSuchKey");
  const std::string marker = remove("/akten/a").header("x-amz-version-id");
  CHECK(hold("ON").outcome() == "405 MethodNotAllowed");
}

TEST_CASE_METHOD(lock_world, "what is locked is not deleted, alone or in a list") {
  const std::string v = version("/akten/a");
  retain("GOVERNANCE", "2030-01-01T00:00:00Z");
  CHECK(erase(v).outcome() == "403 AccessDenied");
  CHECK(erase(v).element("Message") == "Access Denied because object protected by object lock.");
  // A delete marker may stand above it.
  CHECK(remove("/akten/a").header("x-amz-delete-marker") == "true");
  const std::string list = "<Delete><Object><Key>a</Key><VersionId>" + v +
                           "</VersionId></Object><Object><Key>b</Key></Object></Delete>";
  const auto many = [&](header_list headers) {
    headers.emplace_back("x-amz-checksum-crc32", base64(algorithm::crc32, list));
    return post("/akten", "delete", list, headers);
  };
  const answer refused = many({});
  CHECK(refused.element("Code") == "AccessDenied");
  CHECK(refused.elements("Deleted").size() == 1);
  CHECK(many(bypass).elements("Error").empty());
  CHECK(get("/akten/a", "versionId=" + v).outcome() == "404 NoSuchVersion");
}

TEST_CASE_METHOD(lock_world, "governance is passed by, a hold never, and time ends retention") {
  const std::string v = version("/akten/a");
  retain("GOVERNANCE", "2030-01-01T00:00:00Z");
  CHECK(get("/akten/a", "legal-hold").outcome() == "404 NoSuchObjectLockConfiguration");
  CHECK(hold("ON").status == 200);
  CHECK(get("/akten/a", "legal-hold").element("Status") == "ON");
  CHECK(erase(v, bypass).outcome() == "403 AccessDenied");
  CHECK(hold("OFF").status == 200);
  CHECK(head("/akten/a").header("x-amz-object-lock-legal-hold") == "OFF");
  CHECK(erase(v).outcome() == "403 AccessDenied");
  world.clock.advance(std::chrono::hours(24 * 366 * 4));
  CHECK(erase(v).status == 204);
}

TEST_CASE_METHOD(lock_world, "locks come with uploads and copies") {
  const header_list lock = {{"x-amz-object-lock-mode", "COMPLIANCE"},
                            {"x-amz-object-lock-retain-until-date", "2030-01-01T00:00:00Z"},
                            {"x-amz-object-lock-legal-hold", "ON"}};
  CHECK(erase(version("/akten/a", lock)).outcome() == "403 AccessDenied");
  CHECK(head("/akten/a").header("x-amz-object-lock-mode") == "COMPLIANCE");
  CHECK(head("/akten/a").header("x-amz-object-lock-legal-hold") == "ON");
  CHECK(put("/akten/b", "text", lock).outcome() == "400 InvalidRequest");
  header_list copy = lock;
  copy.emplace_back("x-amz-copy-source", "akten/a");
  CHECK(put("/akten/copy", "", copy).status == 200);
  CHECK(head("/akten/copy").header("x-amz-object-lock-mode") == "COMPLIANCE");
  CHECK(put("/akten/plain", "", {{"x-amz-copy-source", "akten/a"}}).status == 200);
  CHECK(head("/akten/plain").header("x-amz-object-lock-mode") == "(none)");
  CHECK(write("/akten/b", {{"x-amz-object-lock-mode", "COMPLIANCE"}}).outcome() ==
        "400 InvalidArgument");
  CHECK(write("/akten/b", {{"x-amz-object-lock-legal-hold", "on"}}).outcome() ==
        "400 InvalidArgument");
  header_list unknown = lock;
  unknown[0].second = "compliance";
  CHECK(write("/akten/b", unknown).outcome() == "400 InvalidArgument");
  unknown = lock;
  unknown[1].second = "2020-01-01T00:00:00Z";
  CHECK(write("/akten/b", unknown).outcome() == "400 InvalidArgument");
  CHECK(get("/akten/b").status == 404);
}

TEST_CASE_METHOD(lock_world, "the default retention is given to what names none") {
  configure("akten", rule);
  CHECK(put("/akten/a", "text").outcome() == "400 InvalidRequest");
  const std::string v = version("/akten/a");
  CHECK(head("/akten/a").header("x-amz-object-lock-mode") == "GOVERNANCE");
  CHECK(head("/akten/a").header("x-amz-object-lock-retain-until-date") ==
        "2026-09-22T14:13:20.000Z");
  CHECK(erase(v).outcome() == "403 AccessDenied");
  version("/akten/b", {{"x-amz-object-lock-mode", "COMPLIANCE"},
                       {"x-amz-object-lock-retain-until-date", "2030-01-01T00:00:00Z"}});
  CHECK(head("/akten/b").header("x-amz-object-lock-mode") == "COMPLIANCE");
  world.clock.advance(std::chrono::hours(25));
  CHECK(erase(v).status == 204);
}

TEST_CASE_METHOD(lock_world, "a multipart upload keeps its lock for its object") {
  const auto upload = [&](header_list headers) {
    const std::string id = post("/akten/a", "uploads", "", std::move(headers)).element("UploadId");
    const answer part = send({.method = "PUT",
                              .path = "/akten/a",
                              .query = "partNumber=1&uploadId=" + id,
                              .body = "text"},
                             owner);
    world.clock.advance(std::chrono::hours(1));
    return post("/akten/a", "uploadId=" + id,
                "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>" +
                    part.header("ETag") + "</ETag></Part></CompleteMultipartUpload>")
        .header("x-amz-version-id");
  };
  const std::string held = upload({{"x-amz-object-lock-legal-hold", "ON"}});
  CHECK(erase(held, bypass).outcome() == "403 AccessDenied");
  configure("akten", rule);
  const std::string kept = upload({});
  // A day from completion, not from the beginning.
  CHECK(head("/akten/a").header("x-amz-object-lock-retain-until-date") ==
        "2026-09-22T16:13:20.000Z");
  CHECK(erase(kept).outcome() == "403 AccessDenied");
  CHECK(erase(kept, bypass).status == 204);
}

// AWS: "Managing Object Lock", limits on retention periods in a bucket policy.
TEST_CASE_METHOD(lock_world, "policies see the retention and the hold that a request asks for") {
  const auto deny = [&](const std::string& actions, const std::string& condition) {
    REQUIRE(
        set("/akten", "policy",
            R"({"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":)" +
                actions + R"(,"Resource":"arn:aws:s3:::akten/*","Condition":)" + condition + "}]}")
            .status == 204);
  };
  const auto retaining = [&](const std::string& mode, const std::string& until) {
    return write("/akten/b",
                 {{"x-amz-object-lock-mode", mode}, {"x-amz-object-lock-retain-until-date", until}})
        .outcome();
  };
  const std::string no = "403 AccessDenied";
  version("/akten/a");
  const std::string put_retention = R"(["s3:PutObject","s3:PutObjectRetention"])";
  // It is 2026-09-21T14:13:20Z. A day that has begun counts.
  deny(put_retention, R"({"NumericGreaterThan":{"s3:object-lock-remaining-retention-days":"10"}})");
  CHECK(retain("GOVERNANCE", "2026-10-01T14:13:20Z").outcome() == "200");
  CHECK(retain("GOVERNANCE", "2026-10-01T14:13:20.000001Z").outcome() == no);
  CHECK(retain("GOVERNANCE", "Thu, 01 Oct 2026 14:13:21 GMT").outcome() == no);
  // Headers mean nothing here.
  CHECK(retain("GOVERNANCE", "2027-10-01T00:00:00Z",
               {{"x-amz-object-lock-retain-until-date", "2026-09-22T00:00:00Z"}})
            .outcome() == no);
  CHECK(retaining("GOVERNANCE", "2026-10-01T14:13:20Z") == "200");
  CHECK(retaining("GOVERNANCE", "2026-10-01T14:13:21Z") == no);
  CHECK(put("/akten/b", "",
            {{"x-amz-copy-source", "akten/a"},
             {"x-amz-object-lock-mode", "GOVERNANCE"},
             {"x-amz-object-lock-retain-until-date", "2026-10-02T00:00:00Z"}})
            .status == 403);
  CHECK(send({.method = "POST",
              .path = "/akten/b",
              .query = "uploads",
              .headers = {{"x-amz-object-lock-mode", "GOVERNANCE"},
                          {"x-amz-object-lock-retain-until-date", "2026-10-02T00:00:00Z"}}},
             owner)
            .outcome() == no);

  deny(put_retention,
       R"({"DateGreaterThan":{"s3:object-lock-retain-until-date":"2026-12-31T00:00:00Z"}})");
  CHECK(retain("GOVERNANCE", "2026-12-31T00:00:00Z").outcome() == "200");
  CHECK(retain("GOVERNANCE", "2026-12-31T00:00:01Z").outcome() == no);
  CHECK(retaining("GOVERNANCE", "Thu, 31 Dec 2026 00:00:01 GMT") == no);

  deny(put_retention, R"({"StringEquals":{"s3:object-lock-mode":"COMPLIANCE"}})");
  CHECK(retain("COMPLIANCE", "2027-01-01T00:00:00Z").outcome() == no);
  CHECK(retain("GOVERNANCE", "2027-01-01T00:00:00Z").outcome() == "200");
  CHECK(retaining("COMPLIANCE", "2027-01-01T00:00:00Z") == no);

  deny(R"(["s3:PutObject","s3:PutObjectLegalHold"])",
       R"({"StringEquals":{"s3:object-lock-legal-hold":"OFF"}})");
  CHECK(hold("ON").outcome() == "200");
  CHECK(hold("OFF").outcome() == no);
  CHECK(write("/akten/b", {{"x-amz-object-lock-legal-hold", "OFF"}}).outcome() == no);
  CHECK(write("/akten/b", {{"x-amz-object-lock-legal-hold", "ON"}}).outcome() == "200");
}

TEST_CASE_METHOD(lock_world, "a retention that nobody asks for is none that policies see") {
  configure("akten", rule);
  REQUIRE(set("/akten", "policy",
              R"({"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*",)"
              R"("Action":"s3:PutObject","Resource":"arn:aws:s3:::akten/*","Condition":)"
              R"({"NumericLessThan":{"s3:object-lock-remaining-retention-days":"5"}}}]})")
              .status == 204);
  CHECK(write("/akten/a").outcome() == "200");
  CHECK(head("/akten/a").header("x-amz-object-lock-mode") == "GOVERNANCE");
}

}  // namespace object_lock_test
