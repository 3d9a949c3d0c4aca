// Bucket policies: the operations, and what they let whom do.
#include "tests/unit/gateway/s3/access_world.hpp"

namespace bucket_policy_test {

using namespace torhaus;
using test::access_world;
using test::answer;
using test::run_task;

namespace {
const std::string objects = "arn:aws:s3:::akten/*";
const std::string bucket = "arn:aws:s3:::akten";
}  // namespace

TEST_CASE_METHOD(access_world, "a bucket policy is stored, answered and removed") {
  CHECK(get("/akten", "policy").outcome() == "404 NoSuchBucketPolicy");
  CHECK(set_policy(allow("s3:GetObject", objects)) == "204");
  const answer stored = get("/akten", "policy");
  CHECK(stored.header("Content-Type") == "application/json");
  CHECK(stored.body ==
        R"({"Version":"2012-10-17","Statement":[)" + allow("s3:GetObject", objects) + "]}");
  CHECK(remove("/akten", "policy").outcome() == "204");
  CHECK(remove("/akten", "policy").outcome() == "204");
  CHECK(get("/akten", "policy").outcome() == "404 NoSuchBucketPolicy");
}

TEST_CASE_METHOD(access_world, "a policy that cannot be is refused and nothing is stored") {
  const auto with = [&](const std::string& statement) {
    const answer a = request("PUT", "/akten", "policy", owner, {},
                             R"({"Version":"2012-10-17","Statement":[)" + statement + "]}");
    const std::string message = a.element("Message");
    return a.outcome() + ": " + message.substr(0, message.find(" ["));
  };
  CHECK(with(allow("s3:GetObject", "arn:aws:s3:::other/*")) ==
        "400 MalformedPolicy: Policy has invalid resource");
  CHECK(with(allow("s3:Get", objects)) == "400 MalformedPolicy: Policy has invalid action");
  CHECK(with("nonsense") ==
        "400 MalformedPolicy: Policies must be valid JSON and the first byte must be '{'");
  for (const std::string& nobody :
       {std::string(R"({"AWS":"999999999999"})"), std::string(R"({"CanonicalUser":"abc"})"),
        R"({"AWS":"arn:aws:iam::)" + account_of(stranger) + R"(:user/nobody"})"}) {
    INFO(nobody);
    CHECK(with(R"({"Effect":"Allow","Principal":)" + nobody + R"(,"Action":"s3:*","Resource":")" +
               objects + "\"}") == "400 MalformedPolicy: Invalid principal in policy");
  }
  CHECK(get("/akten", "policy").outcome() == "404 NoSuchBucketPolicy");
}

TEST_CASE_METHOD(access_world, "a policy lets in everyone, an agency, a user, or a canonical id") {
  CHECK(anonymous("/akten/key").outcome() == "403 AccessDenied");
  CHECK(set_policy(allow("s3:GetObject", objects)) == "204");
  CHECK(anonymous("/akten/key").body == "hello");
  CHECK(anonymous("/akten").outcome() == "403 AccessDenied");
  for (const std::string& who :
       {R"({"AWS":")" + account_of(stranger) + R"("})", R"({"AWS":")" + stranger.arn + R"("})",
        R"({"AWS":"arn:aws:iam::)" + account_of(stranger) + R"(:root"})",
        R"({"CanonicalUser":")" + stranger.agency.canonical_id + R"("})"}) {
    INFO(who);
    CHECK(set_policy(R"({"Effect":"Allow","Principal":)" + who +
                     R"(,"Action":"s3:GetObject","Resource":")" + objects + "\"}") == "204");
    CHECK(request("GET", "/akten/key", "", stranger).body == "hello");
    CHECK(anonymous("/akten/key").outcome() == "403 AccessDenied");
    CHECK(request("PUT", "/akten/new", "", stranger, {}, "x").outcome() == "403 AccessDenied");
  }
}

TEST_CASE_METHOD(access_world, "a deny counts for the owner's users, but root keeps the policy") {
  CHECK(set_policy(R"({"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":[")" + bucket +
                   R"(",")" + objects + R"("]})") == "204");
  const answer denied = get("/akten/key");
  CHECK(denied.outcome() == "403 AccessDenied");
  CHECK(denied.element("Message").find("explicit deny") != std::string::npos);
  CHECK(remove("/akten", "policy").outcome() == "403 AccessDenied");
  auth::identity::user u;
  u.agency = "bauamt";
  u.name = "leitung";
  u.root = true;
  REQUIRE(run_task(identities.create_user(u)));
  auth::identity::access_key k;
  k.id = "AKIABAUAMTROOT000001";
  k.agency = "bauamt";
  k.user = "leitung";
  const auto made = run_task(identities.create_key(k, "secret-of-the-root-user"));
  const test::caller root{k.id, made.value().secret, owner.agency, {}};
  CHECK(request("GET", "/akten/key", "", root).outcome() == "403 AccessDenied");
  CHECK(request("GET", "/akten", "policy", root).status == 200);
  CHECK(request("DELETE", "/akten", "policy", root).outcome() == "204");
  CHECK(get("/akten/key").body == "hello");
}

TEST_CASE_METHOD(access_world, "conditions see headers, parameters, client and object") {
  const auto read_with = [&](const std::string& condition, test::header_list headers = {}) {
    REQUIRE(set_policy(allow("s3:GetObject", objects, condition)) == "204");
    return anonymous("/akten/key", "", std::move(headers)).status;
  };
  CHECK(read_with(R"({"StringLike":{"aws:Referer":"https://amt.example/*"}})",
                  {{"Referer", "https://amt.example/x"}}) == 200);
  CHECK(read_with(R"({"StringLike":{"aws:Referer":"https://amt.example/*"}})") == 403);
  CHECK(read_with(R"({"Bool":{"aws:SecureTransport":"false"}})") == 200);
  CHECK(read_with(R"({"IpAddress":{"aws:SourceIp":"0.0.0.0/32"}})") == 200);
  // What a client claims to be is not looked at.
  CHECK(read_with(R"({"IpAddress":{"aws:SourceIp":"10.0.0.1"}})",
                  {{"X-Forwarded-For", "10.0.0.1"}}) == 403);
  CHECK(read_with(R"({"StringEquals":{"s3:ExistingObjectTag/stand":"frei"}})") == 403);
  put("/akten/key", "hello", {{"x-amz-tagging", "stand=frei"}});
  CHECK(read_with(R"({"StringEquals":{"s3:ExistingObjectTag/stand":"frei"}})") == 200);
  CHECK(read_with(R"({"Null":{"s3:authType":"true"}})") == 200);

  REQUIRE(set_policy(allow("s3:ListBucket", bucket,
                           R"({"StringEquals":{"s3:prefix":"offen/"},)"
                           R"("NumericLessThanEquals":{"s3:max-keys":"10"}})")) == "204");
  CHECK(anonymous("/akten", "prefix=offen/&max-keys=10").status == 200);
  CHECK(anonymous("/akten", "prefix=offen/&max-keys=11").status == 403);
  CHECK(anonymous("/akten", "prefix=&max-keys=10").status == 403);
}

TEST_CASE_METHOD(access_world, "conditions see what a write asks for") {
  const auto allow_put = [&](const std::string& condition) {
    REQUIRE(set_policy(allow("s3:PutObject", objects, condition) + "," +
                       allow("s3:PutObjectTagging", objects, condition)) == "204");
  };
  const auto write = [&](test::header_list headers) {
    return request("PUT", "/akten/new", "", stranger, std::move(headers), "x").status;
  };
  allow_put(R"({"StringEquals":{"s3:x-amz-acl":"bucket-owner-full-control"}})");
  CHECK(write({}) == 403);
  CHECK(write({{"x-amz-acl", "bucket-owner-full-control"}}) == 200);
  allow_put(R"({"StringEquals":{"s3:RequestObjectTag/stand":"neu"},)"
            R"("ForAllValues:StringEquals":{"s3:RequestObjectTagKeys":["stand"]}})");
  CHECK(write({{"x-amz-tagging", "stand=neu"}}) == 200);
  CHECK(write({{"x-amz-tagging", "stand=alt"}}) == 403);
  CHECK(write({{"x-amz-tagging", "stand=neu&mehr=1"}}) == 403);
  // In PutObjectTagging the tags are in the body.
  const auto tag = [&](const std::string& value) {
    return request("PUT", "/akten/key", "tagging", stranger, {},
                   "<Tagging><TagSet><Tag><Key>stand</Key><Value>" + value +
                       "</Value></Tag></TagSet></Tagging>")
        .status;
  };
  CHECK(tag("neu") == 200);
  CHECK(tag("alt") == 403);
}

TEST_CASE_METHOD(access_world, "a copy's source is a bucket and a key, however it is written") {
  put("/akten/offen/a b", "text");
  put("/akten/geheim/a", "text");
  REQUIRE(set_policy(allow("s3:PutObject", objects,
                           R"({"StringLike":{"s3:x-amz-copy-source":"akten/offen/*"}})") +
                     "," + allow("s3:GetObject", objects) + "," +
                     allow("s3:GetObjectVersion", objects)) == "204");
  const auto copy = [&](const std::string& source) {
    return request("PUT", "/akten/copy", "", stranger, {{"x-amz-copy-source", source}}).status;
  };
  for (const char* source : {"akten/offen/a%20b", "/akten/offen/a%20b", "akten%2Foffen%2Fa%20b",
                             "%2Fakten%2Foffen%2Fa+b", "akten/offen/a b?versionId=null"}) {
    INFO(source);
    CHECK(copy(source) == 200);
  }
  CHECK(copy("akten/geheim/a") == 403);
  CHECK(copy("akten/geheim/a?versionId=akten/offen/") == 403);
  CHECK(copy("akten%2Fgeheim%2Fa") == 403);
}

// AWS: "Amazon S3 Signature Version 4 authentication specific policy keys".
TEST_CASE_METHOD(access_world, "a presigned URL has an unsigned payload unless it says a digest") {
  REQUIRE(set_policy(R"({"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":")" + objects +
                     R"(","Condition":{"StringEquals":{"s3:x-amz-content-sha256":)"
                     R"("UNSIGNED-PAYLOAD"}}})") == "204");
  CHECK(get("/akten/key").outcome() == "200");
  test::call c{.path = "/akten/key", .headers = {{"Host", "s3.example.org"}}};
  const std::vector<auth::sigv4::header_view> host = {{"Host", "s3.example.org"}};
  c.query = auth::sigv4::presign_query(
      {.method = "GET", .raw_path = c.path, .raw_query = {}, .headers = host}, identity(owner),
      now(), std::chrono::seconds(60));
  CHECK(send(c).outcome() == "403 AccessDenied");
}

TEST_CASE_METHOD(access_world, "tags are for the version that the caller was let at") {
  REQUIRE(set_policy(allow("s3:PutObjectTagging", objects,
                           R"({"StringEquals":{"s3:ExistingObjectTag/stand":"frei"}})")) == "204");
  const std::string tags =
      "<Tagging><TagSet><Tag><Key>von</Key><Value>max</Value></Tag></TagSet></Tagging>";
  bool interrupted = true;
  for (unsigned reads = 1; interrupted; ++reads) {
    INFO("after " << reads << " reads");
    REQUIRE(reads < 20);
    put("/akten/key", "alt", {{"x-amz-tagging", "stand=frei"}});
    interrupted = false;
    world.db.after_reads(reads, [&] {
      interrupted = true;
      put("/akten/key", "neu", {{"x-amz-tagging", "stand=geheim"}});
    });
    const answer tagged = request("PUT", "/akten/key", "tagging", stranger, {}, tags);
    world.db.after_reads(0, nullptr);
    CHECK(tagged.status == (interrupted ? 403 : 200));
    CHECK(get("/akten/key", "tagging").element("Key") == (interrupted ? "stand" : "von"));
  }
}

TEST_CASE_METHOD(access_world, "who may not list is not told that a key is missing") {
  REQUIRE(set_policy(allow("s3:GetObject", objects)) == "204");
  CHECK(anonymous("/akten/none").outcome() == "403 AccessDenied");
  REQUIRE(set_policy(allow("s3:GetObject", objects) + "," + allow("s3:ListBucket", bucket)) ==
          "204");
  CHECK(anonymous("/akten/none").outcome() == "404 NoSuchKey");
  // AWS: it is enough to be allowed to list it.
  REQUIRE(set_policy(allow("s3:ListBucket", bucket, R"({"StringLike":{"s3:prefix":"offen/*"}})")) ==
          "204");
  CHECK(request("HEAD", "/akten/offen/none", "", stranger).status == 404);
  CHECK(request("HEAD", "/akten/none", "", stranger).status == 403);
  CHECK(request("GET", "/akten/key", "", stranger).outcome() == "403 AccessDenied");
}

TEST_CASE_METHOD(access_world, "a copy needs leave to read its very source") {
  put("/akten/secret", "s");
  REQUIRE(set_policy(allow("s3:GetObject", "arn:aws:s3:::akten/key")) == "204");
  REQUIRE(request("PUT", "/mein", "", stranger).status == 200);
  const auto copy = [&](const std::string& source) {
    return request("PUT", "/mein/copy", "", stranger, {{"x-amz-copy-source", source}}).outcome();
  };
  CHECK(copy("/akten/key") == "200");
  CHECK(copy("/akten/secret") == "403 AccessDenied");
  CHECK(copy("/akten/none") == "403 AccessDenied");
}

TEST_CASE_METHOD(access_world, "the status tells whether the policy of a bucket is public") {
  const auto is_public = [&] { return get("/akten", "policyStatus").element("IsPublic"); };
  CHECK(get("/akten", "policyStatus").outcome() == "404 NoSuchBucketPolicy");
  REQUIRE(set_policy(allow("s3:GetObject", objects)) == "204");
  CHECK(is_public() == "true");
  REQUIRE(set_policy(allow("s3:GetObject", objects,
                           R"({"IpAddress":{"aws:SourceIp":"192.0.2.0/24"}})")) == "204");
  CHECK(is_public() == "false");
  REQUIRE(set_acl("/akten", "authenticated-read") == "200");
  CHECK(is_public() == "false");  // of the policy, not of the ACL
}

}  // namespace bucket_policy_test
