// ListObjects and ListObjectsV2: the dialect. What is listed in which order is the catalog's, and
// tested there.
#include "tests/support/catch.hpp"
#include "tests/unit/gateway/s3/gateway_world.hpp"

namespace listings_test {

using namespace torhaus;
using storage::crypto::algorithm;
using test::answer;
using test::gateway_world;

namespace {

using names = std::vector<std::string>;

struct bucket_world : gateway_world {
  bucket_world() { make_bucket("bauamt"); }
  void fill(const names& keys) {
    for (const std::string& key : keys) put("/bauamt/" + key, "hello");
  }
  answer v1(const std::string& query = "") { return get("/bauamt", query); }
  answer v2(const std::string& query = "") {
    return get("/bauamt", "list-type=2" + (query.empty() ? "" : "&" + query));
  }
};

std::string encoded(const std::string& token) {
  std::string out;
  for (const char c : token) out += c == '+' ? "%2B" : c == '=' ? "%3D" : std::string(1, c);
  return out;
}

}  // namespace

TEST_CASE_METHOD(bucket_world, "an empty bucket is an empty list") {
  CHECK(v2().body ==
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        "<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
        "<Name>bauamt</Name><Prefix/><KeyCount>0</KeyCount><MaxKeys>1000</MaxKeys>"
        "<IsTruncated>false</IsTruncated></ListBucketResult>");
  CHECK(v1().body ==
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        "<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
        "<Name>bauamt</Name><Prefix/><Marker/><MaxKeys>1000</MaxKeys>"
        "<IsTruncated>false</IsTruncated></ListBucketResult>");
}

TEST_CASE_METHOD(bucket_world, "an entry is written as AWS writes it") {
  put("/bauamt/a%26b", "hello", {{"x-amz-storage-class", "GLACIER_IR"}});
  const std::string entry =
      "<Key>a&amp;b</Key><LastModified>2026-09-21T14:13:20.000Z</LastModified>"
      "<ETag>&quot;5d41402abc4b2a76b9719d911017c592&quot;</ETag>"
      "<ChecksumAlgorithm>CRC64NVME</ChecksumAlgorithm><ChecksumType>FULL_OBJECT</ChecksumType>"
      "<Size>5</Size>";
  const std::string owner_text = "<Owner><ID>" + owner.agency.canonical_id +
                                 "</ID><DisplayName>Amt bauamt</DisplayName></Owner>";
  const std::string storage_class = "<StorageClass>GLACIER_IR</StorageClass>";
  CHECK(v2().body.find("<Contents>" + entry + storage_class + "</Contents>") != std::string::npos);
  // Version 1 always names the owner, version 2 when it is asked to.
  const std::string owned = "<Contents>" + entry + owner_text + storage_class + "</Contents>";
  CHECK(v1().body.find(owned) != std::string::npos);
  CHECK(v2("fetch-owner=true").body.find(owned) != std::string::npos);
  CHECK(v2("fetch-owner=false").elements("Owner").empty());
}

TEST_CASE_METHOD(bucket_world, "prefix and delimiter make folders") {
  fill({"a/1", "a/2", "b/1", "c"});
  const answer top = v2("delimiter=%2F");
  CHECK(top.elements("Key") == names{"c"});
  CHECK(top.elements("Prefix") == names{"", "a/", "b/"});
  CHECK(top.element("Delimiter") == "/");
  CHECK(top.element("KeyCount") == "3");
  const answer inside = v2("delimiter=%2F&prefix=a%2F");
  CHECK(inside.elements("Key") == names{"a/1", "a/2"});
  CHECK(inside.element("Prefix") == "a/");
  // An empty delimiter is none.
  CHECK(v2("delimiter=").elements("Key").size() == 4);
  CHECK(v2("delimiter=").elements("Delimiter").empty());
}

TEST_CASE_METHOD(bucket_world, "version 2 is read page by page with its token") {
  fill({"a", "b", "c", "d", "e"});
  names keys;
  std::string token;
  for (int page = 0; page < 5; ++page) {
    const answer a =
        v2("max-keys=2" + (token.empty() ? "" : "&continuation-token=" + encoded(token)));
    CHECK(a.element("MaxKeys") == "2");
    if (!token.empty()) CHECK(a.element("ContinuationToken") == token);
    for (const std::string& key : a.elements("Key")) keys.push_back(key);
    const bool more = a.element("IsTruncated") == "true";
    CHECK(more == (a.element("NextContinuationToken") != "(none)"));
    if (!more) break;
    token = a.element("NextContinuationToken");
  }
  CHECK(keys == names{"a", "b", "c", "d", "e"});
}

TEST_CASE_METHOD(bucket_world, "a token that is none of ours is refused, an empty one too") {
  fill({"a", "b"});
  CHECK(v2("continuation-token=nonsense").outcome() == "400 InvalidArgument");
  CHECK(v2("continuation-token=AAAA").outcome() == "400 InvalidArgument");
  const answer empty = v2("continuation-token=");
  CHECK(empty.outcome() == "400 InvalidArgument");
  CHECK(empty.element("ArgumentName") == "continuation-token");
  CHECK(empty.element("ArgumentValue") == "(none)");
  CHECK(v2("encoding-type=").outcome() == "400 InvalidArgument");
}

TEST_CASE_METHOD(bucket_world, "start-after is where a listing begins, until there is a token") {
  fill({"a", "b", "c", "d"});
  const answer first = v2("start-after=a&max-keys=1");
  CHECK(first.elements("Key") == names{"b"});
  CHECK(first.element("StartAfter") == "a");
  const answer second =
      v2("start-after=a&continuation-token=" + encoded(first.element("NextContinuationToken")));
  CHECK(second.elements("Key") == names{"c", "d"});
  CHECK(second.element("StartAfter") == "(none)");
}

TEST_CASE_METHOD(bucket_world, "version 1 is read page by page with its marker") {
  fill({"a", "b", "c"});
  const answer first = v1("max-keys=2");
  CHECK(first.elements("Key") == names{"a", "b"});
  CHECK(first.element("IsTruncated") == "true");
  // AWS: NextMarker comes with a delimiter only; else the client goes on from the last key.
  CHECK(first.elements("NextMarker").empty());
  const answer second = v1("max-keys=2&marker=b");
  CHECK(second.elements("Key") == names{"c"});
  CHECK(second.element("Marker") == "b");
  CHECK(second.element("IsTruncated") == "false");
}

TEST_CASE_METHOD(bucket_world, "version 1 names its next marker with a delimiter") {
  fill({"a/1", "b", "c/1"});
  const answer first = v1("max-keys=1&delimiter=%2F");
  CHECK(first.elements("Prefix") == names{"", "a/"});
  CHECK(first.element("NextMarker") == "a/");
  const answer second = v1("max-keys=1&delimiter=%2F&marker=a%2F");
  CHECK(second.elements("Key") == names{"b"});
  CHECK(second.element("NextMarker") == "b");
}

TEST_CASE_METHOD(bucket_world, "max-keys is a number, and larger ones are cut") {
  fill({"a", "b"});
  CHECK(v2("max-keys=5000").element("MaxKeys") == "1000");
  CHECK(v2("max-keys=").element("MaxKeys") == "1000");
  CHECK(v2("max-keys=2147483647").element("MaxKeys") == "1000");
  const answer none = v2("max-keys=0");
  CHECK(none.element("MaxKeys") == "0");
  CHECK(none.element("IsTruncated") == "false");
  CHECK(none.elements("Key").empty());
  for (const char* bad : {"-1", "abc", "1.5", "2147483648", "%201"}) {
    INFO(bad);
    const answer a = v2(std::string("max-keys=") + bad);
    CHECK(a.outcome() == "400 InvalidArgument");
    CHECK(a.element("ArgumentName") == "max-keys");
    CHECK(v1(std::string("max-keys=") + bad).outcome() == "400 InvalidArgument");
  }
}

TEST_CASE_METHOD(bucket_world, "encoding-type=url covers every name in the answer") {
  fill({"a%20b%2Fc%2B1", "a%20b%2Fc%2B2", "a%20b%2Fd%3Ce", "a%20b%2Fd%2F1", "a%01b"});
  const answer two =
      v2("encoding-type=url&prefix=a%20b%2F&delimiter=%2F&start-after=a%20b%2Fc%2B1");
  CHECK(two.element("EncodingType") == "url");
  CHECK(two.elements("Key") == names{"a%20b/c%2B2", "a%20b/d%3Ce"});
  CHECK(two.elements("Prefix") == names{"a%20b/", "a%20b/d/"});
  CHECK(two.element("Delimiter") == "/");
  CHECK(two.element("StartAfter") == "a%20b/c%2B1");
  const answer one =
      v1("encoding-type=url&prefix=a%20b%2F&delimiter=%2F&max-keys=1"
         "&marker=a%20b%2Fc%2B1");
  CHECK(one.element("Marker") == "a%20b/c%2B1");
  CHECK(one.element("NextMarker") == "a%20b/c%2B2");
  CHECK(v2("encoding-type=url&prefix=a%01").elements("Key") == names{"a%01b"});
  CHECK(v2("encoding-type=url&delimiter=%20").element("Delimiter") == "%20");
  CHECK(v2().elements("EncodingType").empty());
  CHECK(v2("encoding-type=base64").outcome() == "400 InvalidArgument");
}

TEST_CASE_METHOD(bucket_world, "the algorithm of another checksum is named") {
  put("/bauamt/a", "hello", {{"x-amz-checksum-sha1", base64(algorithm::sha1, "hello")}});
  CHECK(v2().element("ChecksumAlgorithm") == "SHA1");
}

TEST_CASE_METHOD(bucket_world, "a bucket that is not there has no listing") {
  CHECK(get("/nobody").outcome() == "404 NoSuchBucket");
  CHECK(get("/nobody", "list-type=2").outcome() == "404 NoSuchBucket");
}

}  // namespace listings_test
