// CopyObject through the whole pipeline. UploadPartCopy is multipart_copy_test.cpp's.
#include "gateway/s3/dates.hpp"
#include "gateway/s3/parameters.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/gateway/s3/gateway_world.hpp"

namespace copies_test {

using namespace torhaus;
using namespace std::chrono_literals;
using storage::catalog::versioning_state;
using storage::crypto::algorithm;
using test::answer;
using test::gateway_world;
using test::header_list;

namespace {

const std::string hello_etag = "\"5d41402abc4b2a76b9719d911017c592\"";
const std::string other_etag = "\"00000000000000000000000000000000\"";

struct bucket_world : gateway_world {
  bucket_world() {
    make_bucket("bauamt");
    put("/bauamt/source", "hello",
        {{"Content-Type", "text/plain"},
         {"x-amz-meta-a", "b"},
         {"x-amz-tagging", "t=1"},
         {"x-amz-storage-class", "STANDARD_IA"},
         {"x-amz-website-redirect-location", "/x"}});
  }
  answer copy(const std::string& to, const std::string& from, header_list more = {}) {
    more.emplace_back("x-amz-copy-source", from);
    return put(to, "", std::move(more));
  }
};

}  // namespace

TEST_CASE_METHOD(bucket_world, "a copy has the bytes, the metadata and the tags of its source") {
  const answer a = copy("/bauamt/copy", "/bauamt/source");
  CHECK(a.body ==
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        "<CopyObjectResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
        "<LastModified>2026-09-21T14:13:20.000Z</LastModified>"
        "<ETag>&quot;5d41402abc4b2a76b9719d911017c592&quot;</ETag>"
        "<ChecksumType>FULL_OBJECT</ChecksumType><ChecksumCRC64NVME>" +
            base64(algorithm::crc64nvme, "hello") + "</ChecksumCRC64NVME></CopyObjectResult>");
  CHECK(a.header("x-amz-copy-source-version-id") == "(none)");
  const answer got = get("/bauamt/copy");
  CHECK(got.body == "hello");
  CHECK(got.header("Content-Type") == "text/plain");
  CHECK(got.header("x-amz-meta-a") == "b");
  CHECK(got.header("x-amz-tagging-count") == "1");
  // AWS: not taken from the source.
  CHECK(got.header("x-amz-storage-class") == "(none)");
  CHECK(got.header("x-amz-website-redirect-location") == "(none)");
  remove("/bauamt/source");
  CHECK(get("/bauamt/copy").body == "hello");
  CHECK(world.accounting_fault().empty());
}

TEST_CASE_METHOD(bucket_world, "REPLACE takes metadata and tags from the request") {
  copy("/bauamt/copy", "bauamt/source",
       {{"x-amz-metadata-directive", "REPLACE"}, {"x-amz-meta-new", "c"}, {"Content-Type", "a/b"}});
  answer got = get("/bauamt/copy");
  CHECK(got.header("x-amz-meta-a") == "(none)");
  CHECK(got.header("x-amz-meta-new") == "c");
  CHECK(got.header("Content-Type") == "a/b");
  CHECK(got.header("x-amz-tagging-count") == "1");
  copy("/bauamt/copy", "bauamt/source",
       {{"x-amz-tagging-directive", "REPLACE"},
        {"x-amz-tagging", "u=1&v=2"},
        {"x-amz-meta-ignored", "x"}});
  got = get("/bauamt/copy");
  CHECK(got.header("x-amz-tagging-count") == "2");
  CHECK(got.header("x-amz-meta-a") == "b");
  CHECK(got.header("x-amz-meta-ignored") == "(none)");
  // What is not taken may be as long as it likes.
  const header_list much = {{"x-amz-meta-ignored", std::string(2048, 'x')}};
  CHECK(copy("/bauamt/copy", "bauamt/source", much).outcome() == "200");
  header_list taken = much;
  taken.push_back({"x-amz-metadata-directive", "REPLACE"});
  CHECK(copy("/bauamt/copy", "bauamt/source", taken).outcome() == "400 MetadataTooLarge");
  for (const char* directive : {"x-amz-metadata-directive", "x-amz-tagging-directive"}) {
    const answer wrong = copy("/bauamt/copy", "bauamt/source", {{directive, "MERGE"}});
    CHECK(wrong.outcome() == "400 InvalidArgument");
    CHECK(wrong.element("ArgumentName") == directive);
    CHECK(copy("/bauamt/source", "bauamt/source", {{directive, "MERGE"}}).outcome() ==
          "400 InvalidArgument");
    CHECK(copy("/bauamt/copy", "bauamt/missing", {{directive, "MERGE"}}).outcome() ==
          "400 InvalidArgument");
  }
}

TEST_CASE_METHOD(bucket_world, "a copy onto itself must change something") {
  CHECK(copy("/bauamt/source", "bauamt/source").outcome() == "400 InvalidRequest");
  CHECK(copy("/bauamt/source", "bauamt/source",
             {{"x-amz-metadata-directive", "REPLACE"}, {"x-amz-meta-mtime", "1"}})
            .outcome() == "200");
  const answer got = get("/bauamt/source");
  CHECK(got.body == "hello");
  CHECK(got.header("x-amz-meta-mtime") == "1");
  // A default encryption of the bucket is something.
  CHECK(
      send({.method = "PUT",
            .path = "/bauamt",
            .query = "encryption",
            .body = "<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault>"
                    "<SSEAlgorithm>AES256</SSEAlgorithm></ApplyServerSideEncryptionByDefault>"
                    "</Rule></ServerSideEncryptionConfiguration>"},
           owner)
          .outcome() == "200");
  CHECK(copy("/bauamt/source", "bauamt/source").outcome() == "200");
  CHECK(get("/bauamt/source").body == "hello");
  CHECK(world.accounting_fault().empty());
}

TEST_CASE_METHOD(bucket_world, "keys in the source are decoded as AWS does") {
  put("/bauamt/a%2Bb%20c%3Fd", "odd");
  CHECK(copy("/bauamt/copy", "bauamt/a%2Bb%20c%3Fd").outcome() == "200");
  CHECK(copy("/bauamt/copy", "bauamt/a%2Bb+c%3Fd").outcome() == "200");
  CHECK(copy("/bauamt/copy", "%2Fbauamt%2Fa%2Bb%20c%3Fd").outcome() == "200");
  CHECK(copy("/bauamt/copy", "bauamt/a+b+c%3Fd").outcome() == "404 NoSuchKey");
}

TEST_CASE_METHOD(bucket_world, "a source that is not there is named") {
  const answer key = copy("/bauamt/copy", "bauamt/none");
  CHECK(key.outcome() == "404 NoSuchKey");
  CHECK(key.element("Key") == "none");
  const answer bucket = copy("/bauamt/copy", "nobody/key");
  CHECK(bucket.outcome() == "404 NoSuchBucket");
  CHECK(bucket.element("BucketName") == "nobody");
  CHECK(copy("/bauamt/copy", "Not_A_Bucket/key").outcome() == "400 InvalidArgument");
  CHECK(copy("/bauamt/copy", "bauamt").outcome() == "400 InvalidArgument");
  CHECK(copy("/bauamt/copy", "bauamt/" + std::string(1025, 'k')).outcome() ==
        "400 KeyTooLongError");
  CHECK(copy("/bauamt/copy", "bauamt/%FF").outcome() == "400 InvalidURI");
  CHECK(get("/bauamt/copy").status == 404);
}

TEST_CASE_METHOD(bucket_world, "a source's owner is compared when the caller expects one") {
  const auto with = [&](const std::string& account) {
    return copy("/bauamt/copy", "bauamt/source", {{"x-amz-source-expected-bucket-owner", account}})
        .outcome();
  };
  CHECK(with(stranger.agency.account) == "403 AccessDenied");
  CHECK(with(owner.agency.account) == "200");
}

TEST_CASE_METHOD(bucket_world, "another agency's object is no source") {
  CHECK(send({.method = "PUT", .path = "/stadtwerke"}, stranger).status == 200);
  const test::call theirs{.method = "PUT",
                          .path = "/stadtwerke/copy",
                          .headers = {{"x-amz-copy-source", "bauamt/source"}}};
  CHECK(send(theirs, stranger).outcome() == "403 AccessDenied");
  CHECK(send({.path = "/stadtwerke/copy"}, stranger).status == 404);
}

TEST_CASE_METHOD(bucket_world, "versions can be copied by name") {
  set_versioning("bauamt", versioning_state::enabled);
  const std::string first = put("/bauamt/key", "first").header("x-amz-version-id");
  put("/bauamt/key", "second");
  const answer a = copy("/bauamt/copy", "bauamt/key?versionId=" + first);
  CHECK(a.header("x-amz-copy-source-version-id") == first);
  CHECK(a.header("x-amz-version-id").size() == 32);
  CHECK(get("/bauamt/copy").body == "first");
  // An older version becomes the newest.
  CHECK(copy("/bauamt/key", "bauamt/key?versionId=" + first).outcome() == "200");
  CHECK(get("/bauamt/key").body == "first");
  // AWS tells of no null version that was not named.
  CHECK(copy("/bauamt/copy", "bauamt/source").header("x-amz-copy-source-version-id") == "(none)");
  CHECK(
      copy("/bauamt/copy", "bauamt/source?versionId=null").header("x-amz-copy-source-version-id") ==
      "null");
  CHECK(copy("/bauamt/copy", "bauamt/key?versionId=" + std::string(32, '0')).outcome() ==
        "404 NoSuchVersion");
  CHECK(copy("/bauamt/copy", "bauamt/key?versionId=").outcome() == "400 InvalidArgument");
}

TEST_CASE_METHOD(bucket_world, "a delete marker cannot be copied") {
  set_versioning("bauamt", versioning_state::enabled);
  put("/bauamt/key", "x");
  const std::string marker = remove("/bauamt/key").header("x-amz-version-id");
  CHECK(copy("/bauamt/copy", "bauamt/key").outcome() == "404 NoSuchKey");
  CHECK(copy("/bauamt/copy", "bauamt/key?versionId=" + marker).outcome() == "400 InvalidRequest");
}

TEST_CASE_METHOD(bucket_world, "conditions on the source decide with 412, never with 304") {
  const sys_micros written = world.clock.now();
  world.clock.advance(24h);
  const std::string before = gateway::s3::http_date(written - 1h);
  const std::string after = gateway::s3::http_date(written + 1h);
  struct row {
    header_list conditions;
    const char* outcome;
  };
  const std::string prefix = "x-amz-copy-source-if-";
  const row rows[] = {
      {{{prefix + "match", hello_etag}}, "200"},
      {{{prefix + "match", other_etag}}, "412 PreconditionFailed"},
      {{{prefix + "none-match", hello_etag}}, "412 PreconditionFailed"},
      {{{prefix + "none-match", other_etag}}, "200"},
      {{{prefix + "modified-since", before}}, "200"},
      {{{prefix + "modified-since", after}}, "412 PreconditionFailed"},
      {{{prefix + "unmodified-since", before}}, "412 PreconditionFailed"},
      {{{prefix + "unmodified-since", after}}, "200"},
      // AWS: CopyObject, the pairs that come together.
      {{{prefix + "match", hello_etag}, {prefix + "unmodified-since", before}}, "200"},
      {{{prefix + "none-match", hello_etag}, {prefix + "modified-since", before}},
       "412 PreconditionFailed"},
  };
  for (const row& r : rows) {
    INFO("row " << (&r - rows));
    const answer a = copy("/bauamt/copy", "bauamt/source", r.conditions);
    CHECK(a.outcome() == r.outcome);
    if (a.status == 412) CHECK(a.element("Condition").starts_with("x-amz-copy-source-If-"));
  }
}

TEST_CASE_METHOD(bucket_world, "conditions on the target are those of a write") {
  put("/bauamt/copy", "there");
  CHECK(copy("/bauamt/copy", "bauamt/source", {{"If-None-Match", "*"}}).outcome() ==
        "412 PreconditionFailed");
  CHECK(copy("/bauamt/copy", "bauamt/source", {{"If-Match", other_etag}}).outcome() ==
        "412 PreconditionFailed");
  CHECK(get("/bauamt/copy").body == "there");
  CHECK(copy("/bauamt/new", "bauamt/source", {{"If-None-Match", "*"}}).outcome() == "200");
}

TEST_CASE_METHOD(bucket_world, "another checksum is computed when it is asked for") {
  for (const algorithm kind : gateway::s3::checksum_algorithms()) {
    const std::string name(gateway::s3::checksum_name(kind));
    INFO(name);
    const answer a = copy("/bauamt/copy", "bauamt/source", {{"x-amz-checksum-algorithm", name}});
    CHECK(a.element("Checksum" + name) == base64(kind, "hello"));
    CHECK(a.element("ChecksumType") == "FULL_OBJECT");
    const answer got = get("/bauamt/copy", "", {{"x-amz-checksum-mode", "ENABLED"}});
    CHECK(got.header(gateway::s3::checksum_header(kind)) == base64(kind, "hello"));
  }
  // Said before whether there is a source.
  CHECK(copy("/bauamt/copy", "bauamt/none", {{"x-amz-checksum-algorithm", "ROT13"}}).outcome() ==
        "400 InvalidRequest");
  CHECK(copy("/bauamt/copy", "bauamt/source", {{"x-amz-checksum-algorithm", "ROT13"}}).outcome() ==
        "400 InvalidRequest");
}

}  // namespace copies_test
