// GetObjectTagging, PutObjectTagging and DeleteObjectTagging through the whole pipeline.
#include "tests/support/catch.hpp"
#include "tests/unit/gateway/s3/gateway_world.hpp"

namespace tagging_test {

using namespace torhaus;
using storage::catalog::versioning_state;
using test::answer;
using test::gateway_world;

namespace {

std::string tag(const std::string& key, const std::string& value) {
  return "<Tag><Key>" + key + "</Key><Value>" + value + "</Value></Tag>";
}

std::string tagging(const std::string& tags) {
  return "<Tagging xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><TagSet>" + tags +
         "</TagSet></Tagging>";
}

struct tagged_world : gateway_world {
  tagged_world() {
    make_bucket("bauamt");
    put("/bauamt/key", "hello", {{"x-amz-tagging", "a=1"}, {"x-amz-meta-m", "n"}});
  }
  answer put_tags(const std::string& body, const std::string& query = "tagging") {
    return send({.method = "PUT", .path = "/bauamt/key", .query = query, .body = body}, owner);
  }
  answer tags(const std::string& query = "tagging") { return get("/bauamt/key", query); }
};

}  // namespace

TEST_CASE_METHOD(tagged_world, "tags are read, replaced and deleted") {
  CHECK(tags().body ==
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        "<Tagging xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><TagSet>"
        "<Tag><Key>a</Key><Value>1</Value></Tag></TagSet></Tagging>");
  CHECK(put_tags(tagging(tag("b:c\xc3\xa4", "2 3") + tag("d", ""))).outcome() == "200");
  CHECK(tags().elements("Key") == std::vector<std::string>{"b:c\xc3\xa4", "d"});
  CHECK(tags().elements("Value") == std::vector<std::string>{"2 3", ""});
  CHECK(get("/bauamt/key").header("x-amz-tagging-count") == "2");
  CHECK(remove("/bauamt/key", "tagging").status == 204);
  CHECK(tags().outcome() == "200");
  CHECK(tags().elements("Tag").empty());
}

TEST_CASE_METHOD(tagged_world, "tagging changes neither the bytes nor the rest of an object") {
  const answer before = get("/bauamt/key");
  world.clock.advance(std::chrono::hours(1));
  put_tags(tagging(tag("x", "y")));
  const answer after = get("/bauamt/key");
  CHECK(after.body == "hello");
  CHECK(after.headers == before.headers);
  CHECK(world.accounting_fault().empty());
}

TEST_CASE_METHOD(tagged_world, "tags beyond S3's limits change nothing") {
  std::string eleven;
  for (int i = 0; i < 11; ++i) eleven += tag("k" + std::to_string(i), "v");
  CHECK(put_tags(tagging(eleven)).outcome() == "400 BadRequest");
  CHECK(put_tags(tagging(tag("x", "1") + tag("x", "2"))).outcome() == "400 InvalidTag");
  CHECK(put_tags(tagging(tag("", "1"))).outcome() == "400 InvalidTag");
  CHECK(put_tags(tagging(tag("aws:x", "1"))).outcome() == "400 InvalidTag");
  CHECK(put_tags(tagging(tag(std::string(129, 'k'), "1"))).outcome() == "400 InvalidTag");
  CHECK(put_tags(tagging(tag("k", std::string(257, 'v')))).outcome() == "400 InvalidTag");
  CHECK(tags().elements("Key") == std::vector<std::string>{"a"});
}

TEST_CASE_METHOD(tagged_world, "a tagging that is none is MalformedXML") {
  for (const std::string& body :
       {std::string(), std::string("no xml"), std::string("<TagSet/>"),
        tagging("<Tag><Key>k</Key></Tag>"), tagging("<Tag><Value>v</Value></Tag>"),
        tagging("<Label><Key>k</Key><Value>v</Value></Label>")}) {
    INFO(body);
    CHECK(put_tags(body).outcome() == "400 MalformedXML");
  }
  CHECK(tags().elements("Key") == std::vector<std::string>{"a"});
  CHECK(put_tags("<Tagging/>").outcome() == "200");
  CHECK(tags().elements("Key").empty());
}

TEST_CASE_METHOD(tagged_world, "each version has tags of its own") {
  set_versioning("bauamt", versioning_state::enabled);
  const std::string second =
      put("/bauamt/key", "second", {{"x-amz-tagging", "b=2"}}).header("x-amz-version-id");
  CHECK(put_tags(tagging(tag("c", "3")), "tagging&versionId=null").header("x-amz-version-id") ==
        "null");
  CHECK(tags().element("Key") == "b");
  CHECK(tags().header("x-amz-version-id") == second);
  CHECK(tags("tagging&versionId=null").element("Key") == "c");
  CHECK(remove("/bauamt/key", "tagging&versionId=" + second).header("x-amz-version-id") == second);
  CHECK(tags().elements("Tag").empty());
  CHECK(tags("tagging&versionId=nonsense").outcome() == "400 InvalidArgument");
}

TEST_CASE_METHOD(tagged_world, "what is not there has no tags") {
  CHECK(get("/bauamt/none", "tagging").outcome() == "404 NoSuchKey");
  CHECK(get("/bauamt/none", "tagging").element("Key") == "bauamt/none");
  CHECK(remove("/bauamt/none", "tagging").outcome() == "404 NoSuchKey");
  set_versioning("bauamt", versioning_state::enabled);
  const std::string marker = remove("/bauamt/key").header("x-amz-version-id");
  // LocalStack's recorded answers of AWS: a marker is named by its kind, with or without its id.
  const std::string id = "tagging&versionId=" + marker;
  for (const answer& a :
       {tags(), tags(id), put_tags(tagging(tag("x", "y"))), put_tags(tagging(tag("x", "y")), id),
        remove("/bauamt/key", "tagging"), remove("/bauamt/key", id)}) {
    CHECK(a.outcome() == "405 MethodNotAllowed");
    CHECK(a.element("ResourceType") == "DeleteMarker");
    CHECK(a.element("Method") != "(none)");
  }
}

}  // namespace tagging_test
