// Operations on the service and on buckets, through the whole pipeline.
#include "tests/support/catch.hpp"
#include "tests/support/identity_edits.hpp"
#include "tests/unit/gateway/s3/gateway_world.hpp"

namespace buckets_test {

using namespace torhaus;
using test::answer;
using test::gateway_world;

namespace {

std::string location(const std::string& region) {
  return "<CreateBucketConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
         "<LocationConstraint>" +
         region + "</LocationConstraint></CreateBucketConfiguration>";
}

}  // namespace

TEST_CASE("a bucket is made, found, listed and deleted") {
  gateway_world w;
  const answer made = w.put("/bauamt-plaene", "");
  CHECK(made.outcome() == "200");
  CHECK(made.header("Location") == "/bauamt-plaene");
  CHECK(made.body.empty());

  const answer found = w.head("/bauamt-plaene");
  CHECK(found.outcome() == "200");
  CHECK(found.header("x-amz-bucket-region") == "de-test-1");
  CHECK(found.body.empty());

  const answer gone = w.remove("/bauamt-plaene");
  CHECK(gone.status == 204);
  CHECK(w.head("/bauamt-plaene").status == 404);
  CHECK(w.remove("/bauamt-plaene").outcome() == "404 NoSuchBucket");
}

TEST_CASE("a bucket can be addressed by the host") {
  gateway_world w;
  w.make_bucket("bauamt");
  w.put("/bauamt/-/health/live", "a key like a reserved path");
  const answer a = w.send({.path = "/-/health/live", .host = "bauamt.s3.example.org"}, w.owner);
  CHECK(a.outcome() == "200");
  CHECK(a.body == "a key like a reserved path");
  const answer put = w.send(
      {.method = "PUT", .path = "/-/x", .body = "y", .host = "bauamt.s3.example.org"}, w.owner);
  CHECK(put.outcome() == "200");
  CHECK(w.get("/bauamt/-/x").body == "y");
}

TEST_CASE("reserved paths answer without a signature and never reach buckets") {
  gateway_world w;
  CHECK(w.send({.path = "/-/health/live"}).body == "ok\n");
  CHECK(w.send({.path = "/-/health/ready"}).status == 200);
  CHECK(w.send({.path = "/-/other"}).status == 404);
  w.services.ready = [] { return false; };
  CHECK(w.send({.path = "/-/health/ready"}).status == 503);
  CHECK(w.send({.path = "/-/health/live"}).status == 200);
}

TEST_CASE("the location constraint of this installation, or one that knows of none, is taken") {
  gateway_world w;
  CHECK(w.put("/bucket-a", location("de-test-1")).outcome() == "200");
  CHECK(w.put("/bucket-b", location("us-east-1")).outcome() == "200");
  CHECK(w.put("/bucket-c", location("")).outcome() == "200");
  CHECK(w.put("/bucket-d", "<CreateBucketConfiguration/>").outcome() == "200");
  const answer other = w.put("/bucket-e", location("eu-west-3"));
  CHECK(other.outcome() == "400 IllegalLocationConstraintException");
  CHECK(other.element("Message") ==
        "The eu-west-3 location constraint is incompatible for the region specific endpoint this "
        "request was sent to.");
  w.services.region = "us-east-1";
  const answer east = w.put("/bucket-e", location("eu-west-3"));
  CHECK(east.outcome() == "400 InvalidLocationConstraint");
  CHECK(east.element("LocationConstraint") == "eu-west-3");
  // AWS: there it is said by saying nothing.
  const answer itself = w.put("/bucket-e", location("us-east-1"));
  CHECK(itself.outcome() == "400 InvalidLocationConstraint");
  CHECK(itself.element("LocationConstraint") == "us-east-1");
  CHECK(w.head("/bucket-e").status == 404);
  CHECK(w.put("/bucket-e", location("")).outcome() == "200");
}

TEST_CASE("one's own bucket can be made again in us-east-1, which resets its ACL") {
  gateway_world w;
  w.services.region = "us-east-1";
  w.services.new_buckets = {auth::object_ownership::object_writer, false};
  const std::vector<std::pair<std::string, std::string>> shared{{"x-amz-acl", "public-read"}};
  REQUIRE(w.send({.method = "PUT", .path = "/bauamt", .headers = shared}, w.owner).outcome() ==
          "200");
  CHECK(w.get("/bauamt", "acl").elements("Permission").size() == 2);
  w.put("/bauamt/key", "kept");
  CHECK(w.put("/bauamt", "").outcome() == "200");
  CHECK(w.get("/bauamt", "acl").elements("Permission").size() == 1);
  CHECK(w.get("/bauamt/key").body == "kept");
  // AWS: not with tags, be they those that it has.
  CHECK(w.put("/bauamt",
              "<CreateBucketConfiguration><Tags><Tag><Key>a</Key><Value>b</Value></Tag></Tags>"
              "</CreateBucketConfiguration>")
            .outcome() == "409 BucketAlreadyOwnedByYou");
  CHECK(w.put("/bauamt", "<CreateBucketConfiguration><Tags/></CreateBucketConfiguration>")
            .outcome() == "200");
  CHECK(w.send({.method = "PUT", .path = "/bauamt"}, w.stranger).outcome() ==
        "409 BucketAlreadyExists");
  w.services.region = "de-test-1";
  CHECK(w.put("/bauamt", "").outcome() == "409 BucketAlreadyOwnedByYou");
}

TEST_CASE("what a bucket's configuration asks for and is not there is refused") {
  gateway_world w;
  const auto with = [&](const std::string& inner) {
    return w.put("/bucket", "<CreateBucketConfiguration>" + inner + "</CreateBucketConfiguration>")
        .outcome();
  };
  CHECK(with("<Bucket><Type>Directory</Type></Bucket>") == "501 NotImplemented");
  CHECK(with("<Location><Name>az1</Name></Location>") == "501 NotImplemented");
  CHECK(with("<Tags><Tag><Key>a</Key></Tag></Tags>") == "400 MalformedXML");
  CHECK(with("<Tags><Tag><Key>aws:a</Key><Value>b</Value></Tag></Tags>") == "400 InvalidTag");
  CHECK(w.put("/bucket", "<Other/>").outcome() == "400 MalformedXML");
  CHECK(w.put("/bucket", "no xml").outcome() == "400 MalformedXML");
  CHECK(w.head("/bucket").status == 404);
}

TEST_CASE("a bucket may have tags from the beginning, and is answered with its arn") {
  gateway_world w;
  const answer made = w.put("/bucket",
                            "<CreateBucketConfiguration><Tags><Tag><Key>amt</Key><Value>bau"
                            "</Value></Tag></Tags></CreateBucketConfiguration>");
  CHECK(made.outcome() == "200");
  CHECK(made.header("x-amz-bucket-arn") == "arn:aws:s3:::bucket");
  CHECK(w.get("/bucket", "tagging").element("Key") == "amt");
  CHECK(w.get("/bucket", "tagging").element("Value") == "bau");
  const answer system = w.put("/other",
                              "<CreateBucketConfiguration><Tags><Tag><Key>aws:amt</Key><Value>bau"
                              "</Value></Tag></Tags></CreateBucketConfiguration>");
  CHECK(system.outcome() == "400 InvalidTag");
  CHECK(system.element("Message").starts_with("User-defined tag keys can't start with"));
  CHECK(system.element("TagKey") == "(none)");
}

TEST_CASE("names that no bucket can have are refused") {
  gateway_world w;
  for (const char* name : {"ab", "Bucket", "bucket_1", "-bucket", "bucket-", "a..b", "192.168.5.4",
                           "xn--bucket", "bucket-s3alias", "bucket%20a"}) {
    INFO(name);
    const answer a = w.put(std::string("/") + name, "");
    CHECK(a.outcome() == "400 InvalidBucketName");
    CHECK(w.get(std::string("/") + name).outcome() == "404 NoSuchBucket");
  }
  CHECK(w.put("/" + std::string(64, 'a'), "").outcome() == "400 InvalidBucketName");
}

TEST_CASE("a bucket that is there already is mine or another's") {
  gateway_world w;
  w.make_bucket("bauamt");
  const answer mine = w.put("/bauamt", "");
  CHECK(mine.outcome() == "409 BucketAlreadyOwnedByYou");
  CHECK(mine.element("BucketName") == "bauamt");
  const answer other = w.send({.method = "PUT", .path = "/bauamt"}, w.stranger);
  CHECK(other.outcome() == "409 BucketAlreadyExists");
}

TEST_CASE("an ACL that would grant anything is refused at creation") {
  gateway_world w;
  const auto with = [&](const std::string& name, const std::string& value) {
    return w.put("/bucket", "", {{name, value}}).outcome();
  };
  CHECK(with("x-amz-acl", "public-read") == "400 InvalidBucketAclWithObjectOwnership");
  CHECK(with("x-amz-acl", "nothing-known") == "400 InvalidArgument");
  CHECK(with("x-amz-grant-read", "id=1") == "400 InvalidBucketAclWithObjectOwnership");
  CHECK(with("x-amz-object-ownership", "Nobody") == "400 InvalidArgument");
  CHECK(with("x-amz-bucket-object-lock-enabled", "false") == "200");
}

TEST_CASE("a bucket with objects in it is not deleted, one with unfinished uploads is") {
  gateway_world w;
  w.make_bucket("bauamt");
  w.put("/bauamt/key", "x");
  const answer refused = w.remove("/bauamt");
  CHECK(refused.outcome() == "409 BucketNotEmpty");
  CHECK(refused.element("BucketName") == "bauamt");
  w.remove("/bauamt/key");
  CHECK(w.post("/bauamt/key", "uploads", "").outcome() == "200");
  CHECK(w.remove("/bauamt").status == 204);
}

TEST_CASE("what keeps a bucket with versions from being deleted is named") {
  gateway_world w;
  w.make_bucket("bauamt");
  w.set_versioning("bauamt", storage::catalog::versioning_state::enabled);
  const std::string marker = w.remove("/bauamt/key").header("x-amz-version-id");
  const answer refused = w.remove("/bauamt");
  CHECK(refused.outcome() == "409 BucketNotEmpty");
  CHECK(refused.element("Message") ==
        "The bucket you tried to delete is not empty. You must delete all versions in the bucket.");
  CHECK(refused.element("BucketName") == "bauamt");
  w.remove("/bauamt/key", "versionId=" + marker);
  CHECK(w.remove("/bauamt").status == 204);
}

TEST_CASE("the location of a bucket is its region, and empty for us-east-1") {
  gateway_world w;
  w.make_bucket("bauamt");
  CHECK(w.get("/bauamt", "location").body ==
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<LocationConstraint "
        "xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">de-test-1</LocationConstraint>");
  w.services.region = "us-east-1";
  w.make_bucket("bauamt-us");
  CHECK(w.get("/bauamt-us", "location").body.ends_with("2006-03-01/\"/>"));
}

TEST_CASE("the state of versioning is nothing, Enabled or Suspended") {
  gateway_world w;
  w.make_bucket("bauamt");
  CHECK(w.get("/bauamt", "versioning").element("Status") == "(none)");
  w.set_versioning("bauamt", storage::catalog::versioning_state::enabled);
  CHECK(w.get("/bauamt", "versioning").element("Status") == "Enabled");
  w.set_versioning("bauamt", storage::catalog::versioning_state::suspended);
  CHECK(w.get("/bauamt", "versioning").element("Status") == "Suspended");
}

TEST_CASE("the ACL of a bucket and of an object grants the owner everything") {
  gateway_world w;
  w.make_bucket("bauamt");
  w.put("/bauamt/key", "x");
  for (const answer& a : {w.get("/bauamt", "acl"), w.get("/bauamt/key", "acl")}) {
    CHECK(a.outcome() == "200");
    CHECK(a.elements("ID") == std::vector<std::string>(2, w.owner.agency.canonical_id));
    CHECK(a.elements("DisplayName") == std::vector<std::string>(2, w.owner.agency.name));
    CHECK(a.elements("Permission") == std::vector<std::string>{"FULL_CONTROL"});
    CHECK(a.body.find("xsi:type=\"CanonicalUser\"") != std::string::npos);
  }
  CHECK(w.get("/bauamt/none", "acl").outcome() == "404 NoSuchKey");
}

TEST_CASE("each agency lists its own buckets") {
  gateway_world w;
  w.make_bucket("bauamt-b");
  w.make_bucket("bauamt-a");
  CHECK(w.send({.method = "PUT", .path = "/stadtwerke"}, w.stranger).outcome() == "200");
  const answer mine = w.get("/");
  CHECK(mine.elements("Name") == std::vector<std::string>{"bauamt-a", "bauamt-b"});
  CHECK(mine.element("ID") == w.owner.agency.canonical_id);
  CHECK(mine.element("DisplayName") == w.owner.agency.name);
  CHECK(mine.elements("BucketRegion").empty());
  CHECK(mine.element("BucketArn") == "arn:aws:s3:::bauamt-a");
  CHECK(w.head("/bauamt-a").header("x-amz-bucket-arn") == "arn:aws:s3:::bauamt-a");
  CHECK(mine.element("CreationDate") == "2026-09-21T14:13:20.000Z");
  CHECK(w.send({.path = "/"}, w.stranger).elements("Name") ==
        std::vector<std::string>{"stadtwerke"});
}

TEST_CASE("buckets are listed in pages, by prefix and by region") {
  gateway_world w;
  for (const char* name : {"aa-1", "aa-2", "aa-3", "bb-1"}) w.make_bucket(name);
  std::vector<std::string> names;
  std::string token;
  for (int page = 0; page < 4; ++page) {
    const answer a =
        w.get("/", "max-buckets=1" + (token.empty() ? "" : "&continuation-token=" + token));
    REQUIRE(a.elements("Name").size() == 1);
    names.push_back(a.element("Name"));
    CHECK(a.element("BucketRegion") == "de-test-1");
    token = a.element("ContinuationToken");
    if (token == "(none)") break;
    for (std::size_t at; (at = token.find('=')) != std::string::npos;) token.replace(at, 1, "%3D");
  }
  CHECK(names == std::vector<std::string>{"aa-1", "aa-2", "aa-3", "bb-1"});
  CHECK(token == "(none)");

  const answer prefix = w.get("/", "prefix=aa-");
  CHECK(prefix.elements("Name").size() == 3);
  CHECK(prefix.element("Prefix") == "aa-");
  CHECK(prefix.element("BucketRegion") == "de-test-1");
  CHECK(w.get("/", "bucket-region=de-test-1").elements("Name").size() == 4);
  CHECK(w.get("/", "bucket-region=eu-west-1").elements("Name").empty());
  CHECK(w.get("/", "max-buckets=0").outcome() == "400 InvalidArgument");
  CHECK(w.get("/", "max-buckets=10001").outcome() == "400 InvalidArgument");
  CHECK(w.get("/", "continuation-token=%25").outcome() == "400 InvalidArgument");
}

TEST_CASE("a caller who may not open projects makes no bucket") {
  gateway_world w;
  REQUIRE(test::run_task(w.identities.change_user("bauamt", "eva", test::opens_no_projects)));
  CHECK(w.put("/bauamt", "").outcome() == "403 AccessDenied");
}

}  // namespace buckets_test
