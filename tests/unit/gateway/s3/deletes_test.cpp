// DeleteObject and DeleteObjects through the whole pipeline.
#include "tests/support/catch.hpp"
#include "tests/unit/gateway/s3/gateway_world.hpp"

namespace deletes_test {

using namespace torhaus;
using storage::catalog::versioning_state;
using storage::crypto::algorithm;
using test::answer;
using test::gateway_world;
using test::header_list;

namespace {

struct bucket_world : gateway_world {
  bucket_world() { make_bucket("bauamt"); }

  // With the checksum that SDKs send; `integrity` replaces it.
  answer delete_objects(const std::string& body, std::optional<header_list> integrity = {}) {
    const header_list usual = {{"x-amz-checksum-crc32", base64(algorithm::crc32, body)}};
    return post("/bauamt", "delete", body, integrity.value_or(usual));
  }
};

std::string object(const std::string& key, const std::string& more = "") {
  return "<Object><Key>" + key + "</Key>" + more + "</Object>";
}

std::string list(const std::string& objects) {
  return "<Delete xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">" + objects + "</Delete>";
}

}  // namespace

TEST_CASE_METHOD(bucket_world, "deleting succeeds, twice as well") {
  put("/bauamt/key", "x");
  const answer a = remove("/bauamt/key");
  CHECK(a.status == 204);
  CHECK(a.body.empty());
  CHECK(a.header("x-amz-version-id") == "(none)");
  CHECK(get("/bauamt/key").outcome() == "404 NoSuchKey");
  CHECK(remove("/bauamt/key").status == 204);
  CHECK(remove("/nobody/key").outcome() == "404 NoSuchBucket");
  CHECK(world.accounting_fault().empty());
}

TEST_CASE_METHOD(bucket_world, "with versioning a delete makes a marker, which can be deleted") {
  set_versioning("bauamt", versioning_state::enabled);
  const std::string version = put("/bauamt/key", "x").header("x-amz-version-id");
  const answer marked = remove("/bauamt/key");
  CHECK(marked.status == 204);
  CHECK(marked.header("x-amz-delete-marker") == "true");
  const std::string marker = marked.header("x-amz-version-id");
  CHECK(get("/bauamt/key", "versionId=" + version).body == "x");
  const answer undone = remove("/bauamt/key", "versionId=" + marker);
  CHECK(undone.header("x-amz-delete-marker") == "true");
  CHECK(undone.header("x-amz-version-id") == marker);
  CHECK(get("/bauamt/key").body == "x");
  const answer gone = remove("/bauamt/key", "versionId=" + version);
  CHECK(gone.header("x-amz-delete-marker") == "(none)");
  CHECK(gone.header("x-amz-version-id") == version);
  CHECK(get("/bauamt/key").status == 404);
  CHECK(remove("/bauamt/key", "versionId=nonsense").outcome() == "400 InvalidArgument");
}

TEST_CASE_METHOD(bucket_world, "several objects are deleted at once and named in the order sent") {
  for (const char* key : {"a", "b", "c"}) put(std::string("/bauamt/") + key, "x");
  const answer a = delete_objects(list(object("b") + object("a") + object("none")));
  CHECK(a.outcome() == "200");
  CHECK(a.header("Content-Type") == "application/xml");
  CHECK(a.body ==
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        "<DeleteResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
        "<Deleted><Key>b</Key></Deleted><Deleted><Key>a</Key></Deleted>"
        "<Deleted><Key>none</Key></Deleted></DeleteResult>");
  CHECK(get("/bauamt/a").status == 404);
  CHECK(get("/bauamt/c").status == 200);
}

TEST_CASE_METHOD(bucket_world, "a quiet delete tells of failures only") {
  put("/bauamt/a", "x");
  const answer a =
      delete_objects(list("<Quiet>true</Quiet>" + object("a") + object(std::string(1025, 'k'))));
  CHECK(a.status == 200);
  CHECK(a.elements("Deleted").empty());
  REQUIRE(a.elements("Error").size() == 1);
  CHECK(a.element("Code") == "KeyTooLongError");
  CHECK(get("/bauamt/a").status == 404);
}

TEST_CASE_METHOD(bucket_world, "keys in the list are exact") {
  for (const char* path : {"/%3C%26%3E", "/%20", "/a%0Db", "/a%01b", "/a//b"}) {
    put(std::string("/bauamt") + path, "x");
  }
  const answer a = delete_objects(list(object("&lt;&amp;&gt;") + object(" ") + object("a&#13;b") +
                                       object("a&#x1;b") + object("a//b")));
  CHECK(a.elements("Deleted").size() == 5);
  CHECK(get("/bauamt", "list-type=2").element("KeyCount") == "0");
}

TEST_CASE_METHOD(bucket_world, "versions and markers are told in the result") {
  set_versioning("bauamt", versioning_state::enabled);
  const std::string version = put("/bauamt/a", "x").header("x-amz-version-id");
  put("/bauamt/b", "x");
  const answer a =
      delete_objects(list(object("a", "<VersionId>" + version + "</VersionId>") + object("b")));
  CHECK(a.elements("VersionId") == std::vector<std::string>{version});
  CHECK(a.elements("DeleteMarker") == std::vector<std::string>{"true"});
  const std::string marker = a.element("DeleteMarkerVersionId");
  CHECK(marker == get("/bauamt/b").header("x-amz-version-id"));
  const answer undone = delete_objects(list(object("b", "<VersionId>" + marker + "</VersionId>")));
  CHECK(undone.element("DeleteMarkerVersionId") == marker);
  CHECK(get("/bauamt/b").status == 200);
  const answer wrong = delete_objects(list(object("b", "<VersionId>nonsense</VersionId>")));
  CHECK(wrong.element("Code") == "NoSuchVersion");
}

TEST_CASE_METHOD(bucket_world, "an ETag in the list is a condition") {
  put("/bauamt/a", "hello");
  put("/bauamt/b", "hello");
  const answer a =
      delete_objects(list(object("a", "<ETag>\"5d41402abc4b2a76b9719d911017c592\"</ETag>") +
                          object("b", "<ETag>\"00000000000000000000000000000000\"</ETag>")));
  CHECK(a.elements("Deleted").size() == 1);
  CHECK(a.element("Code") == "PreconditionFailed");
  CHECK(get("/bauamt/a").status == 404);
  CHECK(get("/bauamt/b").status == 200);
}

TEST_CASE_METHOD(bucket_world, "size and time are conditions of a delete") {
  const header_list wrong[] = {
      {{"x-amz-if-match-size", "4"}},
      {{"x-amz-if-match-last-modified-time", "Mon, 21 Sep 2026 14:13:21 GMT"}},
      {{"x-amz-if-match-size", "5"}, {"If-Match", "\"00000000000000000000000000000000\""}}};
  put("/bauamt/a", "hello");
  for (const header_list& h : wrong) {
    CHECK(remove("/bauamt/a", "", h).outcome() == "412 PreconditionFailed");
  }
  CHECK(remove("/bauamt/a", "", {{"x-amz-if-match-size", "five"}}).outcome() ==
        "400 InvalidArgument");
  CHECK(remove("/bauamt/a", "", {{"x-amz-if-match-last-modified-time", "noon"}}).outcome() ==
        "400 InvalidArgument");
  const std::string time = get("/bauamt/a").header("Last-Modified");
  CHECK(remove("/bauamt/a", "",
               {{"x-amz-if-match-size", "5"},
                {"x-amz-if-match-last-modified-time", time},
                {"If-Match", "*"}})
            .status == 204);
  CHECK(get("/bauamt/a").status == 404);
  // What is not there is deleted, whatever its size or time should be; only an ETag is missed.
  CHECK(remove("/bauamt/a", "", wrong[0]).status == 204);
  CHECK(remove("/bauamt/a", "", wrong[1]).status == 204);
  CHECK(remove("/bauamt/a", "", wrong[2]).outcome() == "404 NoSuchKey");
}

TEST_CASE_METHOD(bucket_world, "an ETag in the list is missed where no object is") {
  const answer a = delete_objects(list(object("none", "<ETag>*</ETag>") + object("never")));
  CHECK(a.elements("Code") == std::vector<std::string>{"NoSuchKey"});
  CHECK(a.elements("Deleted").size() == 1);
}

TEST_CASE_METHOD(bucket_world, "size and time in the list are conditions as well") {
  for (const char* key : {"a", "b", "c"}) put(std::string("/bauamt/") + key, "hello");
  const std::string time = get("/bauamt/a").header("Last-Modified");
  const answer a = delete_objects(
      list(object("a", "<LastModifiedTime>" + time + "</LastModifiedTime><Size>5</Size>") +
           object("b", "<LastModifiedTime>2026-09-21T14:13:20.000Z</LastModifiedTime>") +
           object("c", "<Size>6</Size>")));
  CHECK(a.elements("Deleted").size() == 2);
  CHECK(a.elements("Code") == std::vector<std::string>{"PreconditionFailed"});
  CHECK(get("/bauamt/c").status == 200);
  for (const char* bad : {"<Size>x</Size>", "<LastModifiedTime>noon</LastModifiedTime>"}) {
    CHECK(delete_objects(list(object("c", bad))).outcome() == "400 MalformedXML");
  }
}

TEST_CASE_METHOD(bucket_world, "a delete marker matches by its time, and by * when it is named") {
  set_versioning("bauamt", versioning_state::enabled);
  put("/bauamt/a", "");
  const std::string marker = remove("/bauamt/a").header("x-amz-version-id");
  const std::string named = "versionId=" + marker;
  CHECK(remove("/bauamt/a", named, {{"x-amz-if-match-size", "0"}}).status == 412);
  CHECK(remove("/bauamt/a", "", {{"x-amz-if-match-size", "0"}}).status == 412);
  const header_list empty{{"If-Match", "\"d41d8cd98f00b204e9800998ecf8427e\""}};
  CHECK(remove("/bauamt/a", named, empty).status == 412);
  CHECK(remove("/bauamt/a", "", empty).outcome() == "404 NoSuchKey");
  CHECK(remove("/bauamt/a", "", {{"If-Match", "*"}}).outcome() == "404 NoSuchKey");
  const std::string time = get("/bauamt/a", named).header("Last-Modified");
  CHECK(remove("/bauamt/a", named, {{"x-amz-if-match-last-modified-time", time}}).status == 204);
}

TEST_CASE_METHOD(bucket_world, "the list must be protected by a digest, whichever") {
  const std::string body = list(object("a"));
  CHECK(delete_objects(body, header_list{}).outcome() == "400 InvalidRequest");
  const std::pair<const char*, algorithm> headers[] = {
      {"Content-MD5", algorithm::md5},
      {"x-amz-checksum-crc32", algorithm::crc32},
      {"x-amz-checksum-crc32c", algorithm::crc32c},
      {"x-amz-checksum-crc64nvme", algorithm::crc64nvme},
      {"x-amz-checksum-sha1", algorithm::sha1},
      {"x-amz-checksum-sha256", algorithm::sha256}};
  for (const auto& [name, kind] : headers) {
    INFO(name);
    CHECK(delete_objects(body, header_list{{name, base64(kind, body)}}).outcome() == "200");
    put("/bauamt/a", "x");
    CHECK(delete_objects(body, header_list{{name, base64(kind, "other")}}).outcome() ==
          "400 BadDigest");
    CHECK(get("/bauamt/a").status == 200);
  }
}

TEST_CASE_METHOD(bucket_world, "a list that is none is MalformedXML") {
  put("/bauamt/a", "x");
  std::string many;
  for (int i = 0; i < 1001; ++i) many += object("k" + std::to_string(i));
  for (const std::string& body :
       {std::string(), std::string("no xml"), list(""), list("<Object/>"), list(object("")),
        list("<Object><VersionId>null</VersionId></Object>"), std::string("<Other/>"),
        std::string("<Delete><Object><Key>a</Key></Object>"), list(many), list(object("&a;")),
        "<!DOCTYPE Delete>" + list(object("a"))}) {
    CHECK(delete_objects(body).outcome() == "400 MalformedXML");
  }
  CHECK(get("/bauamt/a").status == 200);
}

TEST_CASE_METHOD(bucket_world, "a thousand keys are deleted by one request") {
  std::string keys;
  for (int i = 0; i < 1000; ++i) keys += object("k" + std::to_string(i));
  put("/bauamt/k999", "x");
  const answer a = delete_objects(list(keys));
  CHECK(a.elements("Deleted").size() == 1000);
  CHECK(get("/bauamt/k999").status == 404);
}

TEST_CASE_METHOD(bucket_world, "a list of more than 2 MiB is refused") {
  const std::string body = list("<!--" + std::string(std::size_t{2} << 20, 'x') + "-->");
  CHECK(delete_objects(body).outcome() == "400 MaxMessageLengthExceeded");
}

}  // namespace deletes_test
