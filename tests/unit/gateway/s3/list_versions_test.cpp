// ListObjectVersions: the dialect. What is listed in which order is the catalog's, and tested
// there.
#include "tests/support/catch.hpp"
#include "tests/unit/gateway/s3/gateway_world.hpp"

namespace list_versions_test {

using namespace torhaus;
using storage::catalog::versioning_state;
using test::answer;
using test::gateway_world;

namespace {

using names = std::vector<std::string>;

struct bucket_world : gateway_world {
  bucket_world() {
    make_bucket("bauamt");
    set_versioning("bauamt", versioning_state::enabled);
  }
  answer list(const std::string& query = "") {
    return get("/bauamt", "versions" + (query.empty() ? "" : "&" + query));
  }
  std::string version(const std::string& path) {
    world.clock.advance(std::chrono::microseconds(10));
    return put("/bauamt/" + path, "hello").header("x-amz-version-id");
  }
  std::string marker(const std::string& path) {
    world.clock.advance(std::chrono::microseconds(10));
    return remove("/bauamt/" + path).header("x-amz-version-id");
  }
};

}  // namespace

TEST_CASE_METHOD(bucket_world, "an empty bucket has no versions") {
  CHECK(list().body ==
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        "<ListVersionsResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
        "<Name>bauamt</Name><Prefix/><KeyMarker/><VersionIdMarker/><MaxKeys>1000</MaxKeys>"
        "<IsTruncated>false</IsTruncated></ListVersionsResult>");
}

TEST_CASE_METHOD(bucket_world, "versions and markers are written as AWS writes them") {
  const std::string first = version("a%26b");
  const std::string second = marker("a%26b");
  const std::string who = "<Owner><ID>" + owner.agency.canonical_id +
                          "</ID><DisplayName>Amt bauamt</DisplayName></Owner>";
  const std::string time = "<LastModified>2026-09-21T14:13:20.000Z</LastModified>";
  const std::string expected =
      "<IsTruncated>false</IsTruncated><DeleteMarker><Key>a&amp;b</Key><VersionId>" + second +
      "</VersionId><IsLatest>true</IsLatest>" + time + who +
      "</DeleteMarker><Version><Key>a&amp;b</Key><VersionId>" + first +
      "</VersionId><IsLatest>false</IsLatest>" + time +
      "<ETag>&quot;5d41402abc4b2a76b9719d911017c592&quot;</ETag>"
      "<ChecksumAlgorithm>CRC64NVME</ChecksumAlgorithm><ChecksumType>FULL_OBJECT</ChecksumType>"
      "<Size>5</Size>" +
      who + "<StorageClass>STANDARD</StorageClass></Version></ListVersionsResult>";
  CHECK(list().body.find(expected) != std::string::npos);
}

TEST_CASE_METHOD(bucket_world, "pages go on inside a key") {
  const std::string a1 = version("a");
  const std::string b1 = version("b");
  const std::string b2 = version("b");
  const std::string b3 = marker("b");
  names seen;
  std::string next;
  for (int pages = 0; pages < 10; ++pages) {
    const answer page = list("max-keys=1" + next);
    for (const std::string& id : page.elements("VersionId")) seen.push_back(id);
    if (page.element("IsTruncated") == "false") break;
    next = "&key-marker=" + page.element("NextKeyMarker") +
           "&version-id-marker=" + page.element("NextVersionIdMarker");
  }
  CHECK(seen == names{a1, b3, b2, b1});
  CHECK(list("key-marker=a").elements("VersionId") == names{b3, b2, b1});
  const answer rest = list("key-marker=b&version-id-marker=" + b2);
  CHECK(rest.element("KeyMarker") == "b");
  CHECK(rest.element("VersionIdMarker") == b2);
  CHECK(rest.elements("VersionId") == names{b1});
  CHECK(rest.element("NextKeyMarker") == "(none)");
}

TEST_CASE_METHOD(bucket_world, "prefix and delimiter roll versions up") {
  for (const char* key : {"x/1", "x/1", "x/2", "y", "z/1"}) version(key);
  const answer all = list("delimiter=/");
  CHECK(all.elements("Key") == names{"y"});
  CHECK(all.elements("Prefix") == names{"", "x/", "z/"});
  const answer first = list("delimiter=/&max-keys=1");
  CHECK(first.element("NextKeyMarker") == "x/");
  CHECK(first.element("NextVersionIdMarker") == "(none)");
  CHECK(list("delimiter=/&key-marker=x/").elements("Key") == names{"y"});
  CHECK(list("prefix=x/").elements("Key") == names{"x/1", "x/1", "x/2"});
  CHECK(list("prefix=x/").element("Prefix") == "x/");
  CHECK(list("max-keys=0").elements("Key").empty());
}

TEST_CASE_METHOD(bucket_world, "encoding-type=url covers keys, prefixes and markers") {
  version("a%20b/%C3%A4");
  const answer a = list("encoding-type=url&prefix=a%20&delimiter=/&key-marker=a%20");
  CHECK(a.element("EncodingType") == "url");
  CHECK(a.elements("Prefix") == names{"a%20", "a%20b/"});
  CHECK(a.element("KeyMarker") == "a%20");
  CHECK(list("encoding-type=url").element("Key") == "a%20b/%C3%A4");
  CHECK(list("encoding-type=base64").outcome() == "400 InvalidArgument");
}

TEST_CASE_METHOD(bucket_world, "markers that are none are refused") {
  version("a");
  CHECK(list("version-id-marker=" + std::string(32, '0')).outcome() == "400 InvalidArgument");
  CHECK(list("key-marker=a&version-id-marker=").outcome() == "400 InvalidArgument");
  CHECK(list("key-marker=a&version-id-marker=x").outcome() == "400 InvalidArgument");
  CHECK(list("max-keys=-1").outcome() == "400 InvalidArgument");
  CHECK(get("/nobody", "versions").outcome() == "404 NoSuchBucket");
}

}  // namespace list_versions_test
