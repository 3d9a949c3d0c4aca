// UploadPartCopy through the whole pipeline.
#include "gateway/s3/parameters.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/gateway/s3/multipart_world.hpp"

namespace multipart_copy_test {

using namespace torhaus;
using storage::catalog::versioning_state;
using storage::crypto::algorithm;
using test::answer;
using test::header_list;
using test::multipart_world;

namespace {

struct copy_world : multipart_world {
  copy_world() {
    put("/bauamt/source", "0123456789");
    id = start("/bauamt/key");
  }
  answer copy(std::uint32_t number, const std::string& from, header_list more = {}) {
    more.emplace_back("x-amz-copy-source", from);
    return part("/bauamt/key", id, number, "", std::move(more));
  }
  answer copy_range(const std::string& range) {
    return copy(1, "bauamt/source", {{"x-amz-copy-source-range", range}});
  }
  std::string id;
};

}  // namespace

TEST_CASE_METHOD(copy_world, "parts are copied whole or by range") {
  const answer whole = copy(1, "/bauamt/source");
  CHECK(whole.body ==
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        "<CopyPartResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
        "<LastModified>2026-09-21T14:13:20.000Z</LastModified>"
        "<ETag>&quot;781e5e245d69b566979b86e28d23f2c7&quot;</ETag>"
        "</CopyPartResult>");
  const answer range = copy(2, "bauamt/source", {{"x-amz-copy-source-range", "bytes=2-4"}});
  CHECK(range.element("ETag") == etag_text("234"));
  CHECK(complete("/bauamt/key", id, {{1, whole.element("ETag")}, {2, range.element("ETag")}})
            .outcome() == "200");
  CHECK(get("/bauamt/key").body == "0123456789234");
  remove("/bauamt/source");
  CHECK(get("/bauamt/key").body == "0123456789234");
  CHECK(world.accounting_fault().empty());
}

TEST_CASE_METHOD(copy_world, "a range must be first-last and lie within the source") {
  CHECK(copy_range("bytes=0-9").outcome() == "200");
  CHECK(copy_range("bytes=9-9").outcome() == "200");
  for (const char* range : {"bytes=0-10", "bytes=10-11", "bytes=5-2", "bytes=0-", "bytes=-3",
                            "bytes=0", "0-2", "bytes=hello-world", "bytes=0-bar", "bytes=hello-",
                            "bytes=0-2,3-5", "", "bytes=0-99999999999999999999"}) {
    INFO(range);
    const answer a = copy_range(range);
    const bool beyond = std::string(range) == "bytes=10-11";
    CHECK(a.outcome() == (beyond ? "400 InvalidRequest" : "400 InvalidArgument"));
    CHECK(a.element("ArgumentName") == (beyond ? "(none)" : "x-amz-copy-source-range"));
  }
}

TEST_CASE_METHOD(copy_world, "an empty source is an empty part") {
  put("/bauamt/empty", "");
  const answer a = copy(1, "bauamt/empty");
  CHECK(a.element("ETag") == etag_text(""));
  CHECK(copy(1, "bauamt/empty", {{"x-amz-copy-source-range", "bytes=0-0"}}).outcome() ==
        "400 InvalidRequest");
}

TEST_CASE_METHOD(copy_world, "a source of many blocks is copied exactly") {
  std::string body(3'000'000, '\0');
  for (std::size_t i = 0; i < body.size(); ++i) body[i] = static_cast<char>(i * 7 + i / 255);
  put("/bauamt/large", body);
  const answer a = copy(1, "bauamt/large", {{"x-amz-copy-source-range", "bytes=1-2999998"}});
  complete("/bauamt/key", id, {{1, a.element("ETag")}});
  CHECK((get("/bauamt/key").body == body.substr(1, 2'999'998)));
}

TEST_CASE_METHOD(copy_world, "a multipart object is a source like any other") {
  const std::string other = start("/bauamt/joined");
  const answer one = part("/bauamt/joined", other, 1, "abcde");
  const answer two = part("/bauamt/joined", other, 2, "fgh");
  complete("/bauamt/joined", other, {{1, one.header("ETag")}, {2, two.header("ETag")}});
  const answer a = copy(1, "bauamt/joined", {{"x-amz-copy-source-range", "bytes=3-6"}});
  CHECK(a.element("ETag") == etag_text("defg"));
}

TEST_CASE_METHOD(copy_world, "a copied part has a checksum of the upload's algorithm") {
  for (const char* name : {"SHA256", "SHA512", "MD5", "XXHASH64", "XXHASH3", "XXHASH128"}) {
    INFO(name);
    const std::string element = std::string("Checksum") + name;
    const auto kind = *gateway::s3::parse_checksum_name(name);
    const std::string with = start("/bauamt/key", {{"x-amz-checksum-algorithm", name}});
    const answer a = part("/bauamt/key", with, 1, "", {{"x-amz-copy-source", "bauamt/source"}});
    const std::string value = base64(kind, "0123456789");
    CHECK(a.element(element) == value);
    const std::string listed = "<" + element + ">" + value + "</" + element + ">";
    CHECK(complete("/bauamt/key", with, {{1, a.element("ETag"), listed}}).element(element) ==
          composite(kind, {"0123456789"}));
  }
}

TEST_CASE_METHOD(copy_world, "sources and uploads that are not there are refused") {
  CHECK(copy(1, "bauamt/none").outcome() == "404 NoSuchKey");
  CHECK(copy(1, "nobody/key").outcome() == "404 NoSuchBucket");
  CHECK(copy(1, "bauamt").outcome() == "400 InvalidArgument");
  CHECK(copy(0, "bauamt/source").outcome() == "400 InvalidArgument");
  CHECK(
      part("/bauamt/key", "nonsense", 1, "", {{"x-amz-copy-source", "bauamt/source"}}).outcome() ==
      "404 NoSuchUpload");
  CHECK(copy(1, "bauamt/source",
             {{"x-amz-copy-source-if-none-match", "\"781e5e245d69b566979b86e28d23f2c7\""}})
            .outcome() == "412 PreconditionFailed");
  CHECK(copy(1, "bauamt/source", {{"x-amz-source-expected-bucket-owner", "000000000001"}})
            .outcome() == "403 AccessDenied");
}

TEST_CASE_METHOD(copy_world, "another agency's object is no source of a part") {
  send({.method = "PUT", .path = "/stadtwerke"}, stranger);
  const std::string theirs =
      send({.method = "POST", .path = "/stadtwerke/key", .query = "uploads"}, stranger)
          .element("UploadId");
  const test::call c{.method = "PUT",
                     .path = "/stadtwerke/key",
                     .query = "partNumber=1&uploadId=" + theirs,
                     .headers = {{"x-amz-copy-source", "bauamt/source"}}};
  CHECK(send(c, stranger).outcome() == "403 AccessDenied");
}

TEST_CASE_METHOD(copy_world, "the version that was copied is named") {
  set_versioning("bauamt", versioning_state::enabled);
  CHECK(copy(1, "bauamt/source").header("x-amz-copy-source-version-id") == "(none)");
  const std::string version = put("/bauamt/source", "new").header("x-amz-version-id");
  const answer newest = copy(1, "bauamt/source");
  CHECK(newest.header("x-amz-copy-source-version-id") == version);
  const answer old = copy(1, "bauamt/source?versionId=null");
  CHECK(old.header("x-amz-copy-source-version-id") == "null");
  CHECK(old.element("ETag") == etag_text("0123456789"));
}

}  // namespace multipart_copy_test
