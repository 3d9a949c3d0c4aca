// PutObject, GetObject and HeadObject through the whole pipeline.
#include <thread>

#include "gateway/s3/body/transfer_memory.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/gateway/s3/gateway_world.hpp"

namespace objects_test {

using namespace torhaus;
using storage::catalog::versioning_state;
using storage::crypto::algorithm;
using test::answer;
using test::gateway_world;

namespace {

struct bucket_world : gateway_world {
  bucket_world() { make_bucket("bauamt"); }
};

std::string bytes_of(std::size_t count) {
  std::string out(count, '\0');
  for (std::size_t i = 0; i < count; ++i) out[i] = static_cast<char>((i * 31 + i / 251) & 0xff);
  return out;
}

const std::string hello_etag = "\"5d41402abc4b2a76b9719d911017c592\"";

}  // namespace

TEST_CASE_METHOD(bucket_world, "an object is stored and read back with its headers") {
  const answer put = this->put("/bauamt/a/b.txt", "hello",
                               {{"Content-Type", "text/plain"}, {"x-amz-meta-Colour", "red"}});
  CHECK(put.outcome() == "200");
  CHECK(put.body.empty());
  CHECK(put.header("ETag") == hello_etag);
  CHECK(put.header("x-amz-checksum-crc64nvme") == base64(algorithm::crc64nvme, "hello"));
  CHECK(put.header("x-amz-checksum-type") == "FULL_OBJECT");
  CHECK(put.header("x-amz-version-id") == "(none)");

  const answer got = get("/bauamt/a/b.txt");
  CHECK(got.outcome() == "200");
  CHECK(got.body == "hello");
  CHECK(got.header("ETag") == hello_etag);
  CHECK(got.header("Content-Type") == "text/plain");
  CHECK(got.header("x-amz-meta-colour") == "red");
  CHECK(got.header("Last-Modified") == "Mon, 21 Sep 2026 14:13:20 GMT");
  CHECK(got.header("Accept-Ranges") == "bytes");
  CHECK(got.header("Content-Range") == "(none)");
  CHECK(got.header("x-amz-checksum-crc64nvme") == "(none)");
  CHECK(seen.operation == "GetObject");
  CHECK(seen.bytes_out == 5);
}

TEST_CASE_METHOD(bucket_world, "HEAD says what GET would, without the bytes") {
  put("/bauamt/key", "hello", {{"Content-Type", "text/plain"}, {"x-amz-meta-a", "b"}});
  const answer got = get("/bauamt/key");
  const answer head = this->head("/bauamt/key");
  CHECK(head.status == 200);
  CHECK(head.body.empty());
  CHECK(head.length_of_absent_body == 5U);
  CHECK(head.headers == got.headers);
  CHECK(this->head("/bauamt/none").status == 404);
  CHECK(this->head("/bauamt/none").body.empty());
  CHECK(this->head("/nobody/none").status == 404);
}

TEST_CASE_METHOD(bucket_world, "objects of every size come back whole, however they arrive") {
  for (const std::size_t size : {0U, 1U, 4096U, 65'535U, 65'536U, 65'537U, 262'143U, 262'144U,
                                 262'145U, 1'048'576U, 1'500'001U}) {
    const std::string body = bytes_of(size);
    for (const std::size_t step : {1'000U, 100'000U, 10'000'000U}) {
      INFO(size << " bytes in steps of " << step);
      const answer a =
          send({.method = "PUT", .path = "/bauamt/key", .body = body, .step = step}, owner);
      CHECK(a.outcome() == "200");
      CHECK(seen.bytes_in == size);
    }
    const answer got = get("/bauamt/key");
    CHECK(got.body == body);
    CHECK_FALSE(got.broken);
    CHECK(head("/bauamt/key").length_of_absent_body == size);
  }
}

TEST_CASE_METHOD(bucket_world, "bodies are exact where so many are on their way that none waits") {
  gateway::s3::transfer_memory memory(64 << 20, pool);
  services.memory = &memory;
  std::vector<gateway::s3::transfer_memory::share> others;
  while (!memory.crowded()) others.push_back(memory.take(1, 1));
  for (const std::size_t size : {131'073U, 262'145U, 300'000U, 2'500'001U}) {
    INFO(size << " bytes");
    const std::string body = bytes_of(size);
    CHECK(send({.method = "PUT", .path = "/bauamt/key", .body = body}, owner).outcome() == "200");
    CHECK((get("/bauamt/key").body == body));
    const answer rest = get("/bauamt/key", "", {{"Range", "bytes=17-"}});
    CHECK((rest.body == body.substr(17)));
    const answer block = get("/bauamt/key", "", {{"Range", "bytes=131072-"}});
    CHECK((block.body == body.substr(131'072)));
  }
}

TEST_CASE_METHOD(bucket_world, "bodies are exact with the least memory for transfers too") {
  gateway::s3::transfer_memory none(0, pool);
  services.memory = &none;
  for (const std::size_t size : {65'537U, 131'072U, 131'073U, 300'000U, 1'500'001U}) {
    INFO(size << " bytes");
    const std::string body = bytes_of(size);
    for (const std::size_t step : {1'000U, 10'000'000U}) {
      CHECK(send({.method = "PUT", .path = "/bauamt/key", .body = body, .step = step}, owner)
                .outcome() == "200");
    }
    CHECK((get("/bauamt/key").body == body));
    const answer part = get("/bauamt/key", "", {{"Range", "bytes=1-65536"}});
    CHECK((part.body == body.substr(1, 65'536)));
    const answer rest = get("/bauamt/key", "", {{"Range", "bytes=17-"}});
    CHECK((rest.body == body.substr(17)));
  }
  // The pool may still be reading ahead for the last of them.
  for (int i = 0; i < 2000 && none.held() > 0; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  CHECK(none.held() == 0);
}

TEST_CASE_METHOD(bucket_world, "an object without a type is binary/octet-stream") {
  put("/bauamt/key", "x");
  CHECK(get("/bauamt/key").header("Content-Type") == "binary/octet-stream");
}

TEST_CASE_METHOD(bucket_world, "an upload that breaks off leaves the earlier object") {
  put("/bauamt/key", "before");
  for (const std::size_t size : {100U, 1'000'000U}) {
    test::call c{.method = "PUT", .path = "/bauamt/key", .body = bytes_of(size), .step = 50};
    c.cut_after = size / 2;
    CHECK(send(c, owner).outcome() == "400 IncompleteBody");
    CHECK(get("/bauamt/key").body == "before");
  }
  CHECK(world.accounting_fault().empty());
}

TEST_CASE_METHOD(bucket_world, "an upload without a length is MissingContentLength") {
  CHECK(send({.method = "PUT", .path = "/bauamt/key", .body = "x", .chunked = true}, owner)
            .outcome() == "411 MissingContentLength");
  test::call bare{.method = "PUT", .path = "/bauamt/key", .headers = {{"Host", "s3.example.org"}}};
  sign(bare, owner);
  CHECK(send(bare).outcome() == "411 MissingContentLength");
}

TEST_CASE_METHOD(bucket_world, "what is not there is named") {
  const answer key = get("/bauamt/no/such");
  CHECK(key.outcome() == "404 NoSuchKey");
  CHECK(key.element("Key") == "no/such");
  CHECK(key.element("Resource") == "(none)");
  CHECK(key.element("RequestId") == "0123456789ABCDEF");
  const answer bucket = get("/nobody/key");
  CHECK(bucket.outcome() == "404 NoSuchBucket");
  CHECK(bucket.element("BucketName") == "nobody");
  CHECK(put("/nobody/key", "x").outcome() == "404 NoSuchBucket");
}

TEST_CASE_METHOD(bucket_world, "odd keys are keys like any other") {
  const std::pair<const char*, const char*> keys[] = {
      {"//a", "/a"},          {"/a/../b", "a/../b"}, {"/.", "."},    {"/..", ".."},
      {"/a/", "a/"},          {"/a%20+b", "a +b"},   {"/%00", "\0"}, {"/%0A%0D%09", "\n\r\t"},
      {"/%F0%9F%98%80", ""},  {"/a%2520b", "a%20b"}, {"/a", "a"},    {"/a/b", "a/b"},
      {"/%3Cx%3E%26", "<x>&"}};
  for (const auto& [path, key] : keys) {
    INFO(path);
    const std::string target = std::string("/bauamt") + path;
    CHECK(put(target, path).outcome() == "200");
  }
  for (const auto& [path, key] : keys) {
    INFO(path);
    CHECK(get(std::string("/bauamt") + path).body == path);
  }
  CHECK(put("/bauamt/" + std::string(1024, 'k'), "x").outcome() == "200");
  const answer long_key = put("/bauamt/" + std::string(1025, 'k'), "x");
  CHECK(long_key.outcome() == "400 KeyTooLongError");
  CHECK(long_key.element("MaxSizeAllowed") == "1024");
}

TEST_CASE_METHOD(bucket_world, "a range is answered with 206 and its place") {
  put("/bauamt/key", "0123456789");
  const auto with = [&](const char* range) { return get("/bauamt/key", "", {{"Range", range}}); };
  const answer middle = with("bytes=2-4");
  CHECK(middle.status == 206);
  CHECK(middle.body == "234");
  CHECK(middle.header("Content-Range") == "bytes 2-4/10");
  CHECK(with("bytes=-3").body == "789");
  CHECK(with("bytes=8-").header("Content-Range") == "bytes 8-9/10");
  CHECK(with("bytes=0-0,5-6").status == 200);
  CHECK(with("bytes=nonsense").body == "0123456789");
  const answer head = this->head("/bauamt/key", "", {{"Range", "bytes=2-4"}});
  CHECK(head.status == 206);
  CHECK(head.length_of_absent_body == 3U);
  CHECK(head.header("Content-Range") == "bytes 2-4/10");
}

TEST_CASE_METHOD(bucket_world, "a range behind the end is 416 and says how long the object is") {
  put("/bauamt/key", "0123456789");
  const answer a = get("/bauamt/key", "", {{"Range", "bytes=10-"}});
  CHECK(a.outcome() == "416 InvalidRange");
  CHECK(a.header("Content-Range") == "bytes */10");
  CHECK(a.element("ActualObjectSize") == "10");
  CHECK(a.element("RangeRequested") == "bytes=10-");
  put("/bauamt/empty", "");
  CHECK(get("/bauamt/empty", "", {{"Range", "bytes=0-"}}).outcome() == "416 InvalidRange");
  CHECK(get("/bauamt/empty").outcome() == "200");
}

TEST_CASE_METHOD(bucket_world, "ranges of a large object are exact") {
  const std::string body = bytes_of(1'000'000);
  put("/bauamt/key", body);
  for (const auto& [from, to] : {std::pair<std::size_t, std::size_t>{0, 0},
                                 {262'143, 262'144},
                                 {262'144, 524'287},
                                 {1, 999'998},
                                 {999'999, 999'999}}) {
    INFO(from << "-" << to);
    const answer a = get("/bauamt/key", "",
                         {{"Range", "bytes=" + std::to_string(from) + "-" + std::to_string(to)}});
    CHECK(a.status == 206);
    CHECK((a.body == body.substr(from, to - from + 1)));
  }
}

TEST_CASE_METHOD(bucket_world, "checksums are told when they are asked for") {
  put("/bauamt/key", "hello", {{"x-amz-checksum-sha256", base64(algorithm::sha256, "hello")}});
  const test::header_list mode = {{"x-amz-checksum-mode", "ENABLED"}};
  for (const answer& a : {get("/bauamt/key", "", mode), head("/bauamt/key", "", mode)}) {
    CHECK(a.header("x-amz-checksum-sha256") == base64(algorithm::sha256, "hello"));
    CHECK(a.header("x-amz-checksum-type") == "FULL_OBJECT");
    CHECK(a.header("x-amz-checksum-crc64nvme") == "(none)");
  }
  // The checksum of the whole beside some of the bytes would fail every client that compares.
  const answer part =
      get("/bauamt/key", "", {{"x-amz-checksum-mode", "ENABLED"}, {"Range", "bytes=0-1"}});
  CHECK(part.status == 206);
  CHECK(part.header("x-amz-checksum-sha256") == "(none)");
}

TEST_CASE_METHOD(bucket_world, "an object of one piece is its own part 1 and has no other") {
  put("/bauamt/key", "hello");
  const answer one = get("/bauamt/key", "partNumber=1", {{"x-amz-checksum-mode", "ENABLED"}});
  CHECK(one.status == 206);
  CHECK(one.body == "hello");
  CHECK(one.header("Content-Range") == "bytes 0-4/5");
  CHECK(one.header("x-amz-mp-parts-count") == "(none)");
  CHECK(one.header("x-amz-checksum-crc64nvme") == base64(algorithm::crc64nvme, "hello"));
  const answer two = get("/bauamt/key", "partNumber=2");
  CHECK(two.outcome() == "416 InvalidPartNumber");
  CHECK(two.element("PartNumberRequested") == "2");
  CHECK(two.element("ActualPartCount") == "1");
  const answer all =
      get("/bauamt/key", "", {{"Range", "bytes=0-99"}, {"x-amz-checksum-mode", "ENABLED"}});
  CHECK(all.status == 206);
  CHECK(all.header("x-amz-checksum-crc64nvme") == base64(algorithm::crc64nvme, "hello"));
  CHECK(get("/bauamt/key", "partNumber=0").outcome() == "400 InvalidArgument");
  CHECK(get("/bauamt/key", "partNumber=10001").outcome() == "400 InvalidArgument");
  CHECK(get("/bauamt/key", "partNumber=x").outcome() == "400 InvalidArgument");
  CHECK(get("/bauamt/missing", "partNumber=x").outcome() == "400 InvalidArgument");
  CHECK(get("/bauamt/key", "partNumber=1", {{"Range", "bytes=0-1"}}).outcome() ==
        "400 InvalidRequest");
  put("/bauamt/empty", "");
  const answer empty = get("/bauamt/empty", "partNumber=1");
  CHECK(empty.status == 200);
  CHECK(empty.header("Content-Range") == "(none)");
}

TEST_CASE_METHOD(bucket_world, "response-* parameters replace headers of the answer") {
  put("/bauamt/key", "x", {{"Content-Type", "text/plain"}, {"Cache-Control", "no-store"}});
  const std::string query =
      "response-content-type=application%2Fpdf&response-content-language=de"
      "&response-expires=Thu%2C%2001%20Dec%202036%2016%3A00%3A00%20GMT"
      "&response-cache-control=max-age%3D60&response-content-encoding=gzip"
      "&response-content-disposition=attachment%3B%20filename%3D%22a%20b.pdf%22";
  for (const answer& a : {get("/bauamt/key", query), head("/bauamt/key", query)}) {
    CHECK(a.status == 200);
    CHECK(a.header("Content-Type") == "application/pdf");
    CHECK(a.header("Content-Language") == "de");
    CHECK(a.header("Expires") == "Thu, 01 Dec 2036 16:00:00 GMT");
    CHECK(a.header("Cache-Control") == "max-age=60");
    CHECK(a.header("Content-Encoding") == "gzip");
    CHECK(a.header("Content-Disposition") == "attachment; filename=\"a b.pdf\"");
  }
  CHECK(get("/bauamt/key", "response-content-type=a%0D%0ASet-Cookie%3A%20x").outcome() ==
        "400 InvalidArgument");
  CHECK(get("/bauamt/key", "response-expires=a%00").outcome() == "400 InvalidArgument");
}

TEST_CASE_METHOD(bucket_world, "versions are named where the bucket has or had versioning") {
  put("/bauamt/key", "first");
  CHECK(get("/bauamt/key").header("x-amz-version-id") == "(none)");
  set_versioning("bauamt", versioning_state::enabled);
  CHECK(get("/bauamt/key").header("x-amz-version-id") == "null");
  const std::string second = put("/bauamt/key", "second").header("x-amz-version-id");
  REQUIRE(second.size() == 32);
  CHECK(get("/bauamt/key").header("x-amz-version-id") == second);
  CHECK(get("/bauamt/key", "versionId=null").body == "first");
  CHECK(get("/bauamt/key", "versionId=" + second).body == "second");
  set_versioning("bauamt", versioning_state::suspended);
  CHECK(put("/bauamt/key", "third").header("x-amz-version-id") == "(none)");
  CHECK(get("/bauamt/key", "versionId=null").body == "third");
}

TEST_CASE_METHOD(bucket_world, "a version that is not there or cannot be is refused") {
  set_versioning("bauamt", versioning_state::enabled);
  put("/bauamt/key", "x");
  const answer missing = get("/bauamt/key", "versionId=" + std::string(32, '0'));
  CHECK(missing.outcome() == "404 NoSuchVersion");
  CHECK(missing.element("Key") == "key");
  CHECK(missing.element("VersionId") == std::string(32, '0'));
  CHECK(get("/bauamt/key", "versionId=nonsense").outcome() == "400 InvalidArgument");
  CHECK(get("/bauamt/key", "versionId=").outcome() == "400 InvalidArgument");
}

TEST_CASE_METHOD(bucket_world, "a delete marker is 404, and 405 when it is asked for by name") {
  set_versioning("bauamt", versioning_state::enabled);
  put("/bauamt/key", "x");
  const std::string marker = remove("/bauamt/key").header("x-amz-version-id");
  const answer newest = get("/bauamt/key");
  CHECK(newest.outcome() == "404 NoSuchKey");
  CHECK(newest.header("x-amz-delete-marker") == "true");
  CHECK(newest.header("x-amz-version-id") == marker);
  const answer named = get("/bauamt/key", "versionId=" + marker);
  CHECK(named.outcome() == "405 MethodNotAllowed");
  CHECK(named.header("x-amz-delete-marker") == "true");
  CHECK(named.header("Allow") == "DELETE");
  CHECK(named.header("Last-Modified") != "(none)");
  CHECK(head("/bauamt/key").header("x-amz-delete-marker") == "true");
  CHECK(head("/bauamt/key", "versionId=" + marker).status == 405);
}

TEST_CASE_METHOD(bucket_world, "a method that nothing answers is 405 and names the others") {
  const answer a = post("/bauamt/key", "", "");
  CHECK(a.outcome() == "405 MethodNotAllowed");
  CHECK(a.header("Allow") == "GET, HEAD, PUT, DELETE");
  CHECK(a.element("Method") == "POST");
  CHECK(a.element("ResourceType") == "OBJECT");
}

TEST_CASE_METHOD(bucket_world, "the bucket's owner is compared when the caller expects one") {
  put("/bauamt/key", "x");
  const auto with = [&](const std::string& account) {
    return get("/bauamt/key", "", {{"x-amz-expected-bucket-owner", account}}).outcome();
  };
  CHECK(with(owner.agency.account) == "200");
  CHECK(with(stranger.agency.account) == "403 AccessDenied");
  for (const char* none : {"0000", "0000000000020", "abcd", "aa000000000$"}) {
    CHECK(with(none) == "400 InvalidBucketOwnerAWSAccountID");
  }
  // Where SDKs put it when they presign.
  const auto by_link = [&](const std::string& account) {
    return send_presigned(
               {.path = "/bauamt/key", .query = "x-amz-expected-bucket-owner=" + account}, owner)
        .outcome();
  };
  CHECK(by_link(owner.agency.account) == "200");
  CHECK(by_link(stranger.agency.account) == "403 AccessDenied");
}

TEST_CASE_METHOD(bucket_world, "a presigned URL reads and writes without further headers") {
  CHECK(send_presigned({.method = "PUT", .path = "/bauamt/key", .body = "by link"}, owner)
            .outcome() == "200");
  CHECK(send_presigned({.path = "/bauamt/key"}, owner).body == "by link");
  CHECK(send_presigned({.path = "/bauamt/key", .query = "response-content-type=a%2Fb"}, owner)
            .header("Content-Type") == "a/b");
}

TEST_CASE_METHOD(bucket_world, "metadata that an SDK moved into a presigned query is kept") {
  const answer a =
      send_presigned({.method = "PUT",
                      .path = "/bauamt/key",
                      .query = "x-amz-meta-Colour=red%20and%20blue&x-amz-storage-class=STANDARD_IA"
                               "&x-amz-tagging=a%3Db",
                      .body = "x"},
                     owner);
  CHECK(a.outcome() == "200");
  const answer got = head("/bauamt/key");
  CHECK(got.header("x-amz-meta-colour") == "red and blue");
  CHECK(got.header("x-amz-storage-class") == "STANDARD_IA");
  CHECK(got.header("x-amz-tagging-count") == "1");
  // In a query that is not presigned such a parameter is just one of those that are ignored.
  put("/bauamt/other", "x");
  send({.method = "PUT", .path = "/bauamt/other", .query = "x-amz-meta-a=b", .body = "x"}, owner);
  CHECK(head("/bauamt/other").header("x-amz-meta-a") == "(none)");
}

TEST_CASE_METHOD(bucket_world, "what a presigned query asks for and is not there is refused") {
  const auto with = [&](const std::string& query) {
    return send_presigned({.method = "PUT", .path = "/bauamt/key", .query = query, .body = "x"},
                          owner)
        .outcome();
  };
  CHECK(with("x-amz-acl=public-read") == "400 AccessControlListNotSupported");
  CHECK(with("x-amz-copy-source=%2Fbauamt%2Fother") == "501 NotImplemented");
  CHECK(with("x-amz-server-side-encryption=aws:kms:dsse") == "501 NotImplemented");
  // SDKs put the checksum of the empty body there; S3 does not look at it.
  CHECK(with("x-amz-checksum-crc32=AAAAAA%3D%3D&x-amz-sdk-checksum-algorithm=CRC32") == "200");
}

}  // namespace objects_test
