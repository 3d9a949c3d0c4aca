// Tags of buckets.
#include "tests/support/catch.hpp"
#include "tests/unit/gateway/s3/gateway_world.hpp"

namespace bucket_tagging_test {

using namespace torhaus;
using test::answer;
using test::gateway_world;

namespace {

std::string tag(const std::string& key, const std::string& value) {
  return "<Tag><Key>" + key + "</Key><Value>" + value + "</Value></Tag>";
}

struct tagged_world : gateway_world {
  tagged_world() { make_bucket("bauamt"); }
  std::string put_tags(const std::string& tags) {
    return send({.method = "PUT",
                 .path = "/bauamt",
                 .query = "tagging",
                 .body = "<Tagging><TagSet>" + tags + "</TagSet></Tagging>"},
                owner)
        .outcome();
  }
};

}  // namespace

TEST_CASE_METHOD(tagged_world, "tags of a bucket are kept, answered and removed") {
  CHECK(get("/bauamt", "tagging").outcome() == "404 NoSuchTagSet");
  CHECK(put_tags(tag("a:b/c", "") + tag("Cost centre", "4711")) == "200");
  CHECK(get("/bauamt", "tagging").body ==
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        "<Tagging xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><TagSet><Tag><Key>Cost centre"
        "</Key><Value>4711</Value></Tag><Tag><Key>a:b/c</Key><Value/></Tag></TagSet>"
        "</Tagging>");
  CHECK(send({.path = "/bauamt", .query = "tagging"}, stranger).outcome() == "403 AccessDenied");
  CHECK(put_tags("") == "200");
  CHECK(get("/bauamt", "tagging").outcome() == "404 NoSuchTagSet");
  CHECK(put_tags(tag("a", "b")) == "200");
  CHECK(remove("/bauamt", "tagging").status == 204);
  CHECK(get("/bauamt", "tagging").outcome() == "404 NoSuchTagSet");
}

TEST_CASE_METHOD(tagged_world, "a bucket has at most 50 tags, each within S3's limits") {
  std::string fifty;
  for (int i = 0; i < 50; ++i) fifty += tag("k" + std::to_string(i), "v");
  CHECK(put_tags(fifty) == "200");
  CHECK(get("/bauamt", "tagging").elements("Key").size() == 50);
  CHECK(put_tags(fifty + tag("one more", "")) == "400 BadRequest");
  CHECK(put_tags(tag("x", "1") + tag("x", "2")) == "400 InvalidTag");
  CHECK(put_tags(tag("aws:x", "1")) == "400 InvalidTag");
  CHECK(put_tags(tag("x!", "1")) == "400 InvalidTag");
  CHECK(put_tags(tag("x", "1&#10;")) == "400 InvalidTag");
  CHECK(put_tags(tag(std::string(129, 'k'), "1")) == "400 InvalidTag");
  CHECK(put_tags(tag(std::string(128, 'k'), std::string(257, 'v'))) == "400 InvalidTag");
  CHECK(put_tags("<Tag><Key>k</Key><Value>v</Value><More/></Tag>") == "400 MalformedXML");
  CHECK(get("/bauamt", "tagging").elements("Key").size() == 50);
}

}  // namespace bucket_tagging_test
