// GetObjectAttributes through the whole pipeline.
#include "tests/support/catch.hpp"
#include "tests/unit/gateway/s3/multipart_world.hpp"

namespace object_attributes_test {

using namespace torhaus;
using storage::catalog::versioning_state;
using test::answer;
using test::header_list;

namespace {

constexpr const char* everything = "ETag,Checksum,ObjectParts,StorageClass,ObjectSize";

struct attribute_world : test::gateway_world {
  attribute_world() { make_bucket("bauamt"); }
  answer ask(const std::string& names, const std::string& query = "attributes",
             header_list more = {}) {
    more.emplace_back("x-amz-object-attributes", names);
    return get("/bauamt/key", query, std::move(more));
  }
  // Three parts, numbered 2, 5 and 9.
  void put_parts() {
    const std::string id =
        post("/bauamt/key", "uploads", "", {{"x-amz-checksum-algorithm", "SHA256"}})
            .element("UploadId");
    std::string list;
    for (const int number : {2, 5, 9}) {
      const std::string n = std::to_string(number);
      const std::string body(5 + static_cast<std::size_t>(number), 'p');
      const answer part = send(
          {.method = "PUT",
           .path = "/bauamt/key",
           .query = "partNumber=" + n + "&uploadId=" + id,
           .headers = {{"x-amz-checksum-sha256", base64(storage::crypto::algorithm::sha256, body)}},
           .body = body},
          owner);
      list += "<Part><PartNumber>" + n + "</PartNumber><ETag>" + part.header("ETag") +
              "</ETag><ChecksumSHA256>" + part.header("x-amz-checksum-sha256") +
              "</ChecksumSHA256></Part>";
    }
    const answer done = post("/bauamt/key", "uploadId=" + id,
                             "<CompleteMultipartUpload>" + list + "</CompleteMultipartUpload>");
    REQUIRE(done.outcome() == "200");
  }
};

}  // namespace

TEST_CASE_METHOD(attribute_world, "attributes are those asked for") {
  put("/bauamt/key", "hello");
  const answer a = ask(everything);
  CHECK(a.body ==
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<GetObjectAttributesResponse "
        "xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
        "<ETag>5d41402abc4b2a76b9719d911017c592</ETag><Checksum><ChecksumCRC64NVME>" +
            a.element("ChecksumCRC64NVME") +
            "</ChecksumCRC64NVME><ChecksumType>FULL_OBJECT</ChecksumType></Checksum>"
            "<StorageClass>STANDARD</StorageClass><ObjectSize>5</ObjectSize>"
            "</GetObjectAttributesResponse>");
  CHECK(a.header("Last-Modified") == head("/bauamt/key").header("Last-Modified"));
  CHECK(a.header("x-amz-version-id") == "(none)");
  const answer size = ask(" ObjectSize ");
  CHECK(size.element("ObjectSize") == "5");
  CHECK(size.element("ETag") == "(none)");
  CHECK(ask("ETag,Nonsense").outcome() == "400 InvalidArgument");
  CHECK(ask("etag").outcome() == "400 InvalidArgument");
  CHECK(ask("").outcome() == "400 InvalidRequest");
  CHECK(get("/bauamt/key", "attributes").outcome() == "400 InvalidRequest");
  CHECK(get("/bauamt/none", "attributes", {{"x-amz-object-attributes", "ETag"}}).outcome() ==
        "404 NoSuchKey");
  CHECK(send({.path = "/bauamt/key",
              .query = "attributes",
              .headers = {{"x-amz-object-attributes", "ETag"}}},
             stranger)
            .outcome() == "403 AccessDenied");
}

TEST_CASE_METHOD(attribute_world, "parts are listed a page at a time") {
  put_parts();
  const answer all = ask(everything);
  CHECK(all.elements("PartNumber") == std::vector<std::string>{"2", "5", "9"});
  CHECK(all.elements("Size") == std::vector<std::string>{"7", "10", "14"});
  CHECK(all.elements("ChecksumSHA256").size() == 4);
  CHECK(all.element("PartsCount") == "3");
  CHECK(all.element("IsTruncated") == "false");
  CHECK(all.element("MaxParts") == "1000");
  CHECK(all.element("ChecksumType") == "COMPOSITE");
  CHECK(all.elements("ChecksumSHA256").front().size() == 44);  // no "-3" behind it
  CHECK(all.element("ObjectSize") == "31");
  CHECK(all.element("ETag").ends_with("-3"));

  const auto page = [&](const std::string& max, const std::string& after) {
    return ask("ObjectParts", "attributes",
               {{"x-amz-max-parts", max}, {"x-amz-part-number-marker", after}});
  };
  const answer first = page("2", "0");
  CHECK(first.elements("PartNumber") == std::vector<std::string>{"2", "5"});
  CHECK(first.element("IsTruncated") == "true");
  CHECK(first.element("NextPartNumberMarker") == "5");
  CHECK(first.element("PartsCount") == "3");
  const answer second = page("2", "5");
  CHECK(second.elements("PartNumber") == std::vector<std::string>{"9"});
  CHECK(second.element("IsTruncated") == "false");
  CHECK(second.element("PartNumberMarker") == "5");
  const answer beyond = page("2", "9");
  CHECK(beyond.elements("Part").empty());
  CHECK(beyond.element("NextPartNumberMarker") == "0");
  CHECK(page("0", "0").element("IsTruncated") == "true");
  CHECK(page("many", "0").outcome() == "400 InvalidArgument");
  CHECK(page("1", "-1").outcome() == "400 InvalidArgument");
}

TEST_CASE_METHOD(attribute_world, "each version has attributes of its own, a marker has none") {
  set_versioning("bauamt", versioning_state::enabled);
  const std::string first = put("/bauamt/key", "first").header("x-amz-version-id");
  put("/bauamt/key", "the second");
  CHECK(ask("ObjectSize").element("ObjectSize") == "10");
  const answer named = ask("ObjectSize", "attributes&versionId=" + first);
  CHECK(named.element("ObjectSize") == "5");
  CHECK(named.header("x-amz-version-id") == first);
  const std::string marker = remove("/bauamt/key").header("x-amz-version-id");
  const answer gone = ask("ObjectSize");
  CHECK(gone.outcome() == "404 NoSuchKey");
  CHECK(gone.header("x-amz-delete-marker") == "true");
  CHECK(ask("ObjectSize", "attributes&versionId=" + marker).outcome() == "405 MethodNotAllowed");
}

}  // namespace object_attributes_test
