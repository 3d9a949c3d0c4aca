// PutBucketVersioning, and what it changes for every other operation.
#include "tests/support/catch.hpp"
#include "tests/unit/gateway/s3/gateway_world.hpp"

namespace versioning_test {

using namespace torhaus;
using test::answer;
using test::gateway_world;
using test::header_list;

namespace {

struct bucket_world : gateway_world {
  bucket_world() { make_bucket("bauamt"); }

  answer configure(const std::string& inner) {
    return send({.method = "PUT",
                 .path = "/bauamt",
                 .query = "versioning",
                 .body = "<VersioningConfiguration>" + inner + "</VersioningConfiguration>"},
                owner);
  }
  answer enable() { return configure("<Status>Enabled</Status>"); }
  answer suspend() { return configure("<Status>Suspended</Status>"); }
  std::string version_of(const answer& a) { return a.header("x-amz-version-id"); }
};

}  // namespace

TEST_CASE_METHOD(bucket_world, "versioning is enabled and suspended") {
  CHECK(get("/bauamt", "versioning").element("Status") == "(none)");
  CHECK(enable().outcome() == "200");
  CHECK(get("/bauamt", "versioning").element("Status") == "Enabled");
  CHECK(suspend().status == 200);
  CHECK(get("/bauamt", "versioning").element("Status") == "Suspended");
  CHECK(configure("<Status>Enabled</Status><MfaDelete>Disabled</MfaDelete>").status == 200);
  CHECK(get("/bauamt", "versioning").element("MfaDelete") == "(none)");
}

TEST_CASE_METHOD(bucket_world, "a versioning configuration that is none changes nothing") {
  CHECK(configure("").outcome() == "400 IllegalVersioningConfigurationException");
  CHECK(configure("<Status>Off</Status>").outcome() == "400 MalformedXML");
  CHECK(configure("<Status>enabled</Status>").outcome() == "400 MalformedXML");
  CHECK(configure("<Status>Enabled</Status><MfaDelete>Enabled</MfaDelete>").outcome() ==
        "501 NotImplemented");
  CHECK(configure("<MfaDelete>Enabled</MfaDelete>").outcome() ==
        "400 IllegalVersioningConfigurationException");
  CHECK(configure("<Status>Enabled</Status><MfaDelete>Yes</MfaDelete>").outcome() ==
        "400 MalformedXML");
  const auto raw = [&](std::string body) {
    return send({.method = "PUT", .path = "/bauamt", .query = "versioning", .body = body}, owner)
        .outcome();
  };
  CHECK(raw("") == "400 MissingRequestBodyError");
  CHECK(raw("<Other/>") == "400 MalformedXML");
  CHECK(get("/bauamt", "versioning").element("Status") == "(none)");
  CHECK(send({.method = "PUT", .path = "/nobody", .query = "versioning", .body = "<a/>"}, owner)
            .outcome() == "404 NoSuchBucket");
}

TEST_CASE_METHOD(bucket_world, "every write tells its version, every read can name one") {
  CHECK(version_of(put("/bauamt/a", "null")) == "(none)");
  enable();
  const std::string one = version_of(put("/bauamt/a", "one"));
  const std::string two = version_of(put("/bauamt/a", "two"));
  CHECK(one.size() == 32);
  CHECK(one != two);
  CHECK(version_of(get("/bauamt/a")) == two);
  CHECK(get("/bauamt/a", "versionId=" + one).body == "one");
  CHECK(get("/bauamt/a", "versionId=null").body == "null");
  CHECK(version_of(head("/bauamt/a", "versionId=" + one)) == one);
  CHECK(get("/bauamt/a", "versionId=" + std::string(32, '0')).outcome() == "404 NoSuchVersion");
  CHECK(get("/bauamt/a", "versionId=").outcome() == "400 InvalidArgument");
  const answer copied = put("/bauamt/b", "", {{"x-amz-copy-source", "bauamt/a?versionId=" + one}});
  CHECK(copied.header("x-amz-copy-source-version-id") == one);
  CHECK(version_of(copied) == version_of(get("/bauamt/b")));
  CHECK(get("/bauamt/b").body == "one");
}

TEST_CASE_METHOD(bucket_world, "tags belong to a version") {
  enable();
  const std::string one = version_of(put("/bauamt/a", "one", {{"x-amz-tagging", "k=1"}}));
  const std::string two = version_of(put("/bauamt/a", "two", {{"x-amz-tagging", "k=2"}}));
  const auto value = [&](const std::string& version) {
    return get("/bauamt/a", "tagging&versionId=" + version).element("Value");
  };
  CHECK(value(one) == "1");
  const answer set = send({.method = "PUT",
                           .path = "/bauamt/a",
                           .query = "tagging&versionId=" + one,
                           .body = "<Tagging><TagSet><Tag><Key>k</Key><Value>x</Value></Tag>"
                                   "</TagSet></Tagging>"},
                          owner);
  CHECK(version_of(set) == one);
  CHECK(value(one) == "x");
  CHECK(value(two) == "2");
  CHECK(remove("/bauamt/a", "tagging&versionId=" + one).status == 204);
  CHECK(value(one) == "(none)");
  CHECK(version_of(get("/bauamt/a", "tagging")) == two);
}

TEST_CASE_METHOD(bucket_world, "a suspended bucket keeps its versions and writes null ones") {
  enable();
  const std::string one = version_of(put("/bauamt/a", "one"));
  suspend();
  CHECK(version_of(put("/bauamt/a", "two")) == "(none)");
  CHECK(version_of(put("/bauamt/a", "three")) == "(none)");
  CHECK(version_of(put("/bauamt/a", "",
                       {{"x-amz-copy-source", "bauamt/a"},
                        {"x-amz-metadata-directive", "REPLACE"}})) == "null");
  CHECK(get("/bauamt", "versions").elements("VersionId") == std::vector<std::string>{"null", one});
  const answer marked = remove("/bauamt/a");
  CHECK(marked.header("x-amz-delete-marker") == "true");
  CHECK(version_of(marked) == "null");
  CHECK(get("/bauamt/a", "versionId=null").outcome() == "405 MethodNotAllowed");
  CHECK(get("/bauamt/a", "versionId=null").header("x-amz-delete-marker") == "true");
  CHECK(version_of(remove("/bauamt/a", "versionId=null")) == "null");
  CHECK(get("/bauamt/a").body == "one");
}

}  // namespace versioning_test
