// Ownership of objects, and the four public access blocks.
#include "tests/unit/gateway/s3/access_world.hpp"

namespace public_access_test {

using namespace torhaus;
using test::access_world;
using test::answer;
using test::gateway_world;

namespace {
const std::string objects = "arn:aws:s3:::akten/*";
}

TEST_CASE("a new bucket has its ACLs off and everything public blocked") {
  gateway_world w;
  w.make_bucket("akten");
  CHECK(w.get("/akten", "ownershipControls").element("ObjectOwnership") == "BucketOwnerEnforced");
  const answer block = w.get("/akten", "publicAccessBlock");
  for (const char* name :
       {"BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"}) {
    CHECK(block.element(name) == "true");
  }
  const auto with = [&](test::header_list headers) {
    return w.put("/zweit", "", std::move(headers)).outcome();
  };
  CHECK(with({{"x-amz-object-ownership", "ObjectWriter"}, {"x-amz-acl", "public-read"}}) ==
        "400 InvalidBucketAclWithBlockPublicAccessError");
  CHECK(with({{"x-amz-object-ownership", "ObjectWriter"},
              {"x-amz-grant-read", "id=" + w.stranger.agency.canonical_id}}) == "200");
  CHECK(w.send({.method = "GET", .path = "/zweit"}, w.stranger).status == 200);
}

TEST_CASE_METHOD(access_world, "the public access block is stored, answered and removed") {
  CHECK(get("/akten", "publicAccessBlock").outcome() == "404 NoSuchPublicAccessBlockConfiguration");
  CHECK(set_block({.block_public_policy = true}) == "200");
  CHECK(get("/akten", "publicAccessBlock").element("BlockPublicPolicy") == "true");
  CHECK(get("/akten", "publicAccessBlock").element("BlockPublicAcls") == "false");
  const auto with = [&](const std::string& inside) {
    return request(
               "PUT", "/akten", "publicAccessBlock", owner, {},
               "<PublicAccessBlockConfiguration>" + inside + "</PublicAccessBlockConfiguration>")
        .outcome();
  };
  CHECK(with("") == "400 InvalidRequest");
  CHECK(with("<BlockPublicAcls>yes</BlockPublicAcls>") == "400 MalformedXML");
  CHECK(with("<BlockAll>true</BlockAll>") == "400 MalformedXML");
  CHECK(with("<BlockPublicAcls>true</BlockPublicAcls><BlockPublicAcls>false</BlockPublicAcls>") ==
        "400 MalformedXML");
  CHECK(get("/akten", "publicAccessBlock").element("BlockPublicPolicy") == "true");
  CHECK(remove("/akten", "publicAccessBlock").outcome() == "204");
  CHECK(get("/akten", "publicAccessBlock").outcome() == "404 NoSuchPublicAccessBlockConfiguration");
}

TEST_CASE_METHOD(access_world, "BlockPublicAcls refuses public ACLs and no others") {
  REQUIRE(set_block({.block_public_acls = true}) == "200");
  CHECK(set_acl("/akten", "public-read") == "403 AccessDenied");
  CHECK(set_acl("/akten/key", "authenticated-read") == "403 AccessDenied");
  CHECK(put("/akten/new", "x", {{"x-amz-acl", "public-read"}}).outcome() == "403 AccessDenied");
  CHECK(put("/akten/new", "x", {{"x-amz-acl", "private"}}).outcome() == "200");
  CHECK(put("/akten/new", "x", {{"x-amz-grant-read", "id=" + stranger.agency.canonical_id}})
            .outcome() == "200");
}

TEST_CASE_METHOD(access_world, "IgnorePublicAcls lets them stand and count for nothing") {
  REQUIRE(set_acl("/akten", "public-read") == "200");
  REQUIRE(set_acl("/akten/key", "public-read") == "200");
  REQUIRE(set_block({.ignore_public_acls = true}) == "200");
  CHECK(anonymous("/akten").outcome() == "403 AccessDenied");
  CHECK(anonymous("/akten/key").outcome() == "403 AccessDenied");
  CHECK(get("/akten/key", "acl").elements("Grant").size() == 2);
  REQUIRE(set_block({.ignore_public_acls = false}) == "200");
  CHECK(anonymous("/akten/key").body == "hello");
}

TEST_CASE_METHOD(access_world, "BlockPublicPolicy refuses public policies and no others") {
  REQUIRE(set_block({.block_public_policy = true}) == "200");
  CHECK(set_policy(allow("s3:GetObject", objects)) == "403 AccessDenied");
  CHECK(get("/akten", "policy").outcome() == "404 NoSuchBucketPolicy");
  CHECK(set_policy(R"({"Effect":"Allow","Principal":{"AWS":")" + account_of(stranger) +
                   R"("},"Action":"s3:GetObject","Resource":")" + objects + "\"}") == "204");
}

TEST_CASE_METHOD(access_world, "RestrictPublicBuckets keeps a public bucket to its own agency") {
  REQUIRE(set_policy(allow("s3:GetObject", objects)) == "204");
  REQUIRE(set_block({.restrict_public_buckets = true}) == "200");
  CHECK(anonymous("/akten/key").outcome() == "403 AccessDenied");
  CHECK(request("GET", "/akten/key", "", stranger).outcome() == "403 AccessDenied");
  CHECK(get("/akten/key").body == "hello");
}

TEST_CASE_METHOD(access_world, "ownership controls are stored, answered and removed") {
  CHECK(get("/akten", "ownershipControls").outcome() == "404 OwnershipControlsNotFoundError");
  for (const char* name : {"BucketOwnerEnforced", "BucketOwnerPreferred", "ObjectWriter"}) {
    CHECK(set_ownership(name) == "200");
    CHECK(get("/akten", "ownershipControls").element("ObjectOwnership") == name);
  }
  CHECK(set_ownership("Nobody") == "400 MalformedXML");
  CHECK(
      request("PUT", "/akten", "ownershipControls", owner, {}, "<OwnershipControls/>").outcome() ==
      "400 MalformedXML");
  CHECK(remove("/akten", "ownershipControls").outcome() == "204");
  CHECK(get("/akten", "ownershipControls").outcome() == "404 OwnershipControlsNotFoundError");
}

TEST_CASE_METHOD(access_world, "with BucketOwnerEnforced everything is the bucket owner's") {
  REQUIRE(set_acl("/akten", "public-read") == "200");
  CHECK(set_ownership("BucketOwnerEnforced") == "400 InvalidBucketAclWithObjectOwnership");
  REQUIRE(set_acl("/akten", "private") == "200");
  REQUIRE(set_acl("/akten/key", "public-read") == "200");
  REQUIRE(set_ownership("BucketOwnerEnforced") == "200");
  CHECK(anonymous("/akten/key").outcome() == "403 AccessDenied");
  CHECK(get("/akten/key", "acl").elements("Grant").size() == 1);
  CHECK(set_acl("/akten", "private") == "400 AccessControlListNotSupported");
  CHECK(set_acl("/akten/key", "private") == "400 AccessControlListNotSupported");
  CHECK(set_acl("/akten/key", "bucket-owner-full-control") == "200");
  REQUIRE(set_policy(allow("s3:PutObject", objects)) == "204");
  REQUIRE(request("PUT", "/akten/new", "", stranger, {}, "x").status == 200);
  CHECK(get("/akten/new").body == "x");
  CHECK(get("/akten/new", "acl").element("ID") == owner.agency.canonical_id);
  CHECK(request("GET", "/akten/new", "", stranger).outcome() == "403 AccessDenied");
}

TEST_CASE_METHOD(access_world,
                 "with BucketOwnerEnforced only the owner's account may say private") {
  REQUIRE(set_ownership("BucketOwnerEnforced") == "200");
  REQUIRE(set_policy(allow("s3:*", objects)) == "204");
  const auto write = [&](const test::caller& who, const std::string& acl) {
    return request("PUT", "/akten/new", "", who, {{"x-amz-acl", acl}}, "x").outcome();
  };
  CHECK(write(owner, "private") == "200");
  CHECK(write(owner, "bucket-owner-full-control") == "200");
  CHECK(write(stranger, "private") == "400 AccessControlListNotSupported");
  CHECK(write(stranger, "bucket-owner-full-control") == "200");
  CHECK(send({.method = "PUT",
              .path = "/akten/new",
              .headers = {{"x-amz-acl", "private"}, {"Content-Length", "1"}},
              .body = "x"})
            .outcome() == "400 AccessControlListNotSupported");
  CHECK(
      request("POST", "/akten/parts", "uploads", stranger, {{"x-amz-acl", "private"}}).outcome() ==
      "400 AccessControlListNotSupported");
  CHECK(request("PUT", "/akten/copy", "", stranger,
                {{"x-amz-acl", "private"}, {"x-amz-copy-source", "/akten/key"}})
            .outcome() == "400 AccessControlListNotSupported");
}

TEST_CASE_METHOD(access_world, "with BucketOwnerPreferred a writer can give its object away") {
  REQUIRE(set_ownership("BucketOwnerPreferred") == "200");
  REQUIRE(set_policy(allow("s3:PutObject", objects)) == "204");
  REQUIRE(request("PUT", "/akten/kept", "", stranger, {}, "x").status == 200);
  REQUIRE(request("PUT", "/akten/given", "", stranger, {{"x-amz-acl", "bucket-owner-full-control"}},
                  "x")
              .status == 200);
  CHECK(get("/akten/kept").outcome() == "403 AccessDenied");
  CHECK(get("/akten/given").body == "x");
  CHECK(get("/akten/given", "acl").element("ID") == owner.agency.canonical_id);
}

}  // namespace public_access_test
