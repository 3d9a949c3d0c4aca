// The multipart family through the whole pipeline: uploads, parts, completion, listings. Checksums
// are multipart_checksums_test.cpp's, copies multipart_copy_test.cpp's.
#include "gateway/s3/body/transfer_memory.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/gateway/s3/multipart_world.hpp"

namespace multipart_test {

using namespace torhaus;
using storage::catalog::versioning_state;
using storage::crypto::algorithm;
using test::answer;
using test::listed_part;
using test::multipart_world;

namespace {

const std::string wrong_etag = "\"00000000000000000000000000000000\"";

}  // namespace

TEST_CASE_METHOD(multipart_world, "an upload is created, filled and completed") {
  const answer made =
      post("/bauamt/a%20b", "uploads", "", {{"Content-Type", "a/b"}, {"x-amz-meta-a", "b"}});
  CHECK(made.outcome() == "200");
  CHECK(made.element("Bucket") == "bauamt");
  CHECK(made.element("Key") == "a b");
  CHECK(made.header("x-amz-checksum-algorithm") == "(none)");
  const std::string id = made.element("UploadId");

  const answer one = part("/bauamt/a%20b", id, 1, "first part");
  CHECK(one.outcome() == "200");
  CHECK(one.body.empty());
  const answer two = part("/bauamt/a%20b", id, 2, "end");
  CHECK(get("/bauamt/a%20b").status == 404);

  const answer done =
      complete("/bauamt/a%20b", id, {{1, one.header("ETag")}, {2, two.header("ETag")}});
  CHECK(done.outcome() == "200");
  const std::string etag = done.element("ETag");
  CHECK(etag == multipart_etag({"first part", "end"}));
  CHECK(done.body.starts_with(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<CompleteMultipartUploadResult "
      "xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
      "<Location>http://s3.example.org/bauamt/a%20b</Location><Bucket>bauamt</Bucket>"
      "<Key>a b</Key><ETag>"));

  const answer got = get("/bauamt/a%20b");
  CHECK(got.body == "first partend");
  CHECK(got.header("ETag") == etag);
  CHECK(got.header("Content-Type") == "a/b");
  CHECK(got.header("x-amz-meta-a") == "b");
  CHECK(world.accounting_fault().empty());
}

TEST_CASE_METHOD(multipart_world, "the location is where the client can reach the object") {
  const auto location = [&](const std::string& host) {
    const std::string path = host.starts_with("bauamt.") ? "/k" : "/bauamt/k";
    const answer made =
        send({.method = "POST", .path = path, .query = "uploads", .host = host}, owner);
    const std::string id = made.element("UploadId");
    const answer one = part("/bauamt/k", id, 1, "x");
    return send({.method = "POST",
                 .path = path,
                 .query = "uploadId=" + id,
                 .body = completion({{1, one.header("ETag")}}),
                 .host = host},
                owner)
        .element("Location");
  };
  CHECK(location("s3.example.org") == "http://s3.example.org/bauamt/k");
  CHECK(location("bauamt.s3.example.org") == "http://bauamt.s3.example.org/k");
  services.public_endpoint = "https://daten.example.org";
  CHECK(location("bauamt.s3.example.org") == "https://daten.example.org/bauamt/k");
}

TEST_CASE_METHOD(multipart_world, "a part that is sent again replaces the earlier one") {
  const std::string id = start("/bauamt/key");
  part("/bauamt/key", id, 1, "wrong bytes");
  const answer again = part("/bauamt/key", id, 1, "right bytes");
  CHECK(complete("/bauamt/key", id, {{1, again.header("ETag")}}).outcome() == "200");
  CHECK(get("/bauamt/key").body == "right bytes");
  CHECK(world.accounting_fault().empty());
}

TEST_CASE_METHOD(multipart_world, "a part with another MD5 is told what was expected in base64") {
  const std::string upload = start("/bauamt/key");
  const std::string wrong = storage::crypto::to_base64(std::string(16, 'm'));
  const answer a = part("/bauamt/key", upload, 1, "hello", {{"Content-MD5", wrong}});
  CHECK(a.outcome() == "400 BadDigest");
  CHECK(a.element("ExpectedDigest") == wrong);
}

TEST_CASE_METHOD(multipart_world, "part numbers may have gaps, and unlisted parts are dropped") {
  const std::string id = start("/bauamt/key");
  const answer ten = part("/bauamt/key", id, 10, "aaaaa");
  part("/bauamt/key", id, 20, "dropped");
  const answer last = part("/bauamt/key", id, 10'000, "b");
  CHECK(complete("/bauamt/key", id, {{10, ten.header("ETag")}, {10'000, last.header("ETag")}})
            .outcome() == "200");
  CHECK(get("/bauamt/key").body == "aaaaab");
  CHECK(world.accounting_fault().empty());
}

TEST_CASE_METHOD(multipart_world, "part numbers are 1 to 10,000") {
  const std::string id = start("/bauamt/key");
  for (const char* number : {"0", "10001", "-1", "x", "", "1.0", "99999999999999999999"}) {
    INFO(number);
    const answer a = send({.method = "PUT",
                           .path = "/bauamt/key",
                           .query = std::string("partNumber=") + number + "&uploadId=" + id,
                           .body = "x"},
                          owner);
    CHECK(a.outcome() == "400 InvalidArgument");
    CHECK(a.element("ArgumentName") == "partNumber");
  }
}

TEST_CASE_METHOD(multipart_world, "parts of an upload that is not there are refused") {
  const std::string id = start("/bauamt/key");
  CHECK(part("/bauamt/key", "nonsense", 1, "x").outcome() == "404 NoSuchUpload");
  CHECK(part("/bauamt/other", id, 1, "x").outcome() == "404 NoSuchUpload");
  make_bucket("bauamt-b");
  CHECK(part("/bauamt-b/key", id, 1, "x").outcome() == "404 NoSuchUpload");
  CHECK(remove("/bauamt/key", "uploadId=" + id).status == 204);
  CHECK(part("/bauamt/key", id, 1, "x").outcome() == "404 NoSuchUpload");
}

TEST_CASE_METHOD(multipart_world, "an aborted upload is gone with its parts") {
  const std::string id = start("/bauamt/key");
  const answer one = part("/bauamt/key", id, 1, std::string(100'000, 'x'));
  const answer gone = remove("/bauamt/key", "uploadId=" + id);
  CHECK(gone.status == 204);
  CHECK(remove("/bauamt/key", "uploadId=" + id).outcome() == "404 NoSuchUpload");
  CHECK(remove("/bauamt/key", "uploadId=").outcome() == "404 NoSuchUpload");
  CHECK(complete("/bauamt/key", id, {{1, one.header("ETag")}}).outcome() == "404 NoSuchUpload");
  CHECK(world.accounting_fault().empty());
}

TEST_CASE_METHOD(multipart_world, "an upload is aborted only when it began as the caller thinks") {
  const std::string id = start("/bauamt/key");
  const std::string began = get("/bauamt", "uploads").element("Initiated");
  const auto abort = [&](const std::string& time) {
    return send({.method = "DELETE",
                 .path = "/bauamt/key",
                 .query = "uploadId=" + id,
                 .headers = {{"x-amz-if-match-initiated-time", time}}},
                owner);
  };
  CHECK(abort("never").outcome() == "400 InvalidArgument");
  const answer refused = abort("Wed, 01 Jan 2020 00:00:00 GMT");
  CHECK(refused.outcome() == "412 PreconditionFailed");
  CHECK(refused.element("Condition") == "x-amz-if-match-initiated-time");
  CHECK(get("/bauamt", "uploads").element("UploadId") == id);
  CHECK(abort(began).status == 204);
  CHECK(get("/bauamt", "uploads").elements("UploadId").empty());
}

TEST_CASE_METHOD(multipart_world, "a completion out of order is InvalidPartOrder") {
  const std::string id = start("/bauamt/key");
  const answer one = part("/bauamt/key", id, 1, "aaaaa");
  const answer two = part("/bauamt/key", id, 2, "bbbbb");
  const listed_part first{1, one.header("ETag")};
  const listed_part second{2, two.header("ETag")};
  CHECK(complete("/bauamt/key", id, {second, first}).outcome() == "400 InvalidPartOrder");
  CHECK(complete("/bauamt/key", id, {first, first}).outcome() == "400 InvalidPartOrder");
  CHECK(get("/bauamt/key").status == 404);
  CHECK(complete("/bauamt/key", id, {first, second}).outcome() == "200");
}

TEST_CASE_METHOD(multipart_world, "a completion of what was not uploaded is InvalidPart") {
  const std::string id = start("/bauamt/key");
  const answer one = part("/bauamt/key", id, 1, "aaaaa");
  const answer missing = complete("/bauamt/key", id, {{1, one.header("ETag")}, {2, wrong_etag}});
  CHECK(missing.outcome() == "400 InvalidPart");
  CHECK(missing.element("PartNumber") == "2");
  CHECK(missing.element("UploadId") == id);
  for (const char* etag : {wrong_etag.c_str(), "nonsense", "", "\"\""}) {
    INFO(etag);
    CHECK(complete("/bauamt/key", id, {{1, etag}}).outcome() == "400 InvalidPart");
  }
  CHECK(get("/bauamt/key").status == 404);
}

TEST_CASE_METHOD(multipart_world, "no such upload is said before a word about parts") {
  for (const char* etag : {"1234", wrong_etag.c_str()}) {
    CHECK(complete("/bauamt/key", "abc1234def", {{1, etag}}).outcome() == "404 NoSuchUpload");
  }
}

TEST_CASE_METHOD(multipart_world, "ETags are taken with and without quotation marks") {
  const std::string id = start("/bauamt/key");
  std::string etag = part("/bauamt/key", id, 1, "x").header("ETag");
  etag = etag.substr(1, etag.size() - 2);
  CHECK(complete("/bauamt/key", id, {{1, etag}}).outcome() == "200");
}

TEST_CASE_METHOD(multipart_world, "a part that is too small, unless it is the last, is refused") {
  const std::string id = start("/bauamt/key");
  const answer one = part("/bauamt/key", id, 1, "1234");
  const answer two = part("/bauamt/key", id, 2, "x");
  const answer a = complete("/bauamt/key", id, {{1, one.header("ETag")}, {2, two.header("ETag")}});
  CHECK(a.outcome() == "400 EntityTooSmall");
  CHECK(a.element("ProposedSize") == "4");
  CHECK(a.element("MinSizeAllowed") == "5");
  CHECK(a.element("PartNumber") == "1");
  CHECK(complete("/bauamt/key", id, {{1, one.header("ETag")}}).outcome() == "200");
}

TEST_CASE("parts have at least 5 MiB unless the installation says otherwise") {
  multipart_world w(5 * 1024 * 1024);
  const std::string id = w.start("/bauamt/key");
  const answer small = w.part("/bauamt/key", id, 1, std::string(5 * 1024 * 1024 - 1, 'a'));
  const answer enough = w.part("/bauamt/key", id, 2, std::string(5 * 1024 * 1024, 'b'));
  const answer last = w.part("/bauamt/key", id, 3, "c");
  const listed_part three{3, last.header("ETag")};
  CHECK(w.complete("/bauamt/key", id, {{1, small.header("ETag")}, three}).outcome() ==
        "400 EntityTooSmall");
  CHECK(w.complete("/bauamt/key", id, {{2, enough.header("ETag")}, three}).outcome() == "200");
}

TEST_CASE_METHOD(multipart_world,
                 "parts of all lengths are read as one where all processors are busy") {
  gateway::s3::transfer_memory memory(64 << 20, pool);
  services.memory = &memory;
  std::vector<gateway::s3::transfer_memory::share> others;
  while (!memory.crowded()) others.push_back(memory.take(1, 1));
  const std::string id = start("/bauamt/key");
  std::vector<listed_part> parts;
  std::string whole;
  for (const std::size_t size : {131'072U, 400'000U, 9U, 262'144U, 131'073U, 1'000'000U}) {
    const auto number = static_cast<std::uint32_t>(parts.size() + 1);
    std::string body(size, static_cast<char>('a' + number));
    for (std::size_t i = 0; i < size; i += 1000) body[i] = static_cast<char>('0' + i / 1000 % 10);
    parts.push_back({number, part("/bauamt/key", id, number, body).header("ETag")});
    whole += body;
  }
  REQUIRE(complete("/bauamt/key", id, parts).outcome() == "200");
  CHECK((get("/bauamt/key").body == whole));
  CHECK((get("/bauamt/key", "", {{"Range", "bytes=131072-"}}).body == whole.substr(131'072)));
  CHECK((get("/bauamt/key", "", {{"Range", "bytes=5-"}}).body == whole.substr(5)));
}

TEST_CASE_METHOD(multipart_world, "a completion that is no list of parts is MalformedXML") {
  const std::string id = start("/bauamt/key");
  part("/bauamt/key", id, 1, "x");
  const std::string begin = "<CompleteMultipartUpload>";
  const std::string end = "</CompleteMultipartUpload>";
  for (const std::string& body :
       {std::string("no xml"), begin + end, std::string("<Other/>"), begin, begin + "<Part/>" + end,
        begin + "<Part><PartNumber>1</PartNumber></Part>" + end,
        begin + "<Part><PartNumber>x</PartNumber><ETag>" + wrong_etag + "</ETag></Part>" + end,
        begin + "<Part><ETag>" + wrong_etag + "</ETag></Part>" + end}) {
    INFO(body);
    CHECK(post("/bauamt/key", "uploadId=" + id, body).outcome() == "400 MalformedXML");
  }
  const answer nothing = post("/bauamt/key", "uploadId=" + id, "");
  CHECK(nothing.outcome() == "400 InvalidRequest");
  CHECK(nothing.element("Message") == "You must specify at least one part");
  CHECK(post("/bauamt/key", "uploadId=nonsense", "").outcome() == "404 NoSuchUpload");
  CHECK(complete("/bauamt/key", id, {{0, wrong_etag}}).outcome() == "400 InvalidArgument");
  CHECK(complete("/bauamt/key", id, {{10'001, wrong_etag}}).outcome() == "400 InvalidArgument");
}

TEST_CASE_METHOD(multipart_world, "a conditional completion fails when the key changed meanwhile") {
  put("/bauamt/key", "before");
  world.clock.advance(std::chrono::seconds(1));
  const std::string id = start("/bauamt/key");
  const answer one = part("/bauamt/key", id, 1, "x");
  const std::vector<listed_part> parts = {{1, one.header("ETag")}};
  world.clock.advance(std::chrono::seconds(1));
  const std::string during = put("/bauamt/key", "during").header("ETag");
  const answer refused = complete("/bauamt/key", id, parts, {{"If-Match", during}});
  CHECK(refused.outcome() == "409 ConditionalRequestConflict");
  CHECK(refused.element("Condition") == "If-Match");
  CHECK(refused.element("Key") == "key");
  CHECK(get("/bauamt/key").body == "during");
  world.clock.advance(std::chrono::seconds(1));
  const std::string again = start("/bauamt/key");
  const answer later = part("/bauamt/key", again, 1, "x");
  CHECK(complete("/bauamt/key", again, {{1, later.header("ETag")}}, {{"If-Match", during}})
            .outcome() == "200");
  CHECK(complete("/bauamt/key", id, parts).outcome() == "200");
}

TEST_CASE_METHOD(multipart_world, "parts of an object whose checksum is the whole's are counted") {
  const std::string id = start("/bauamt/key");
  const answer one = part("/bauamt/key", id, 1, "x");
  REQUIRE(complete("/bauamt/key", id, {{1, one.header("ETag")}}).outcome() == "200");
  const answer a = get("/bauamt/key", "attributes", {{"x-amz-object-attributes", "ObjectParts"}});
  CHECK(a.element("PartsCount") == "1");
  CHECK(a.elements("Part").empty());
  CHECK(a.elements("MaxParts").empty());
  // The part is the whole.
  CHECK(get("/bauamt/key", "partNumber=1", {{"x-amz-checksum-mode", "ENABLED"}})
            .header("x-amz-checksum-type") == "FULL_OBJECT");
}

TEST_CASE_METHOD(multipart_world, "a completion that is sent again succeeds again") {
  const std::string id = start("/bauamt/key");
  const answer one = part("/bauamt/key", id, 1, "x");
  const std::vector<listed_part> parts = {{1, one.header("ETag")}};
  const answer first = complete("/bauamt/key", id, parts);
  const answer second = complete("/bauamt/key", id, parts);
  CHECK(first.outcome() == "200");
  CHECK(second.outcome() == "200");
  CHECK(second.body == first.body);
  // Also with the condition that the first one met.
  CHECK(complete("/bauamt/key", id, parts, {{"If-None-Match", "*"}}).outcome() == "200");
  // Not with other parts, and not once the object is another one.
  CHECK(complete("/bauamt/key", id, {{1, wrong_etag}}).outcome() == "404 NoSuchUpload");
  put("/bauamt/key", "later");
  CHECK(complete("/bauamt/key", id, parts).outcome() == "404 NoSuchUpload");
  CHECK(get("/bauamt/key").body == "later");
}

TEST_CASE_METHOD(multipart_world, "a completion with If-None-Match writes new objects only") {
  const std::string id = start("/bauamt/key");
  const answer one = part("/bauamt/key", id, 1, "x");
  put("/bauamt/key", "there before");
  const answer refused =
      complete("/bauamt/key", id, {{1, one.header("ETag")}}, {{"If-None-Match", "*"}});
  CHECK(refused.outcome() == "412 PreconditionFailed");
  CHECK(refused.element("Condition") == "If-None-Match");
  CHECK(get("/bauamt/key").body == "there before");
  remove("/bauamt/key");
  CHECK(
      complete("/bauamt/key", id, {{1, one.header("ETag")}}, {{"If-None-Match", "*"}}).outcome() ==
      "200");
}

TEST_CASE_METHOD(multipart_world, "a completion with If-Match replaces that version only") {
  put("/bauamt/key", "hello");
  const std::string id = start("/bauamt/key");
  const answer one = part("/bauamt/key", id, 1, "x");
  const std::vector<listed_part> parts = {{1, one.header("ETag")}};
  CHECK(complete("/bauamt/key", id, parts, {{"If-Match", wrong_etag}}).outcome() ==
        "412 PreconditionFailed");
  CHECK(complete("/bauamt/key", id, parts, {{"If-Match", "\"5d41402abc4b2a76b9719d911017c592\""}})
            .outcome() == "200");
}

TEST_CASE_METHOD(multipart_world, "the size of the object can be agreed on") {
  const std::string id = start("/bauamt/key");
  const std::vector<listed_part> parts = {{1, part("/bauamt/key", id, 1, "12345").header("ETag")}};
  const auto with = [&](const char* size) {
    return complete("/bauamt/key", id, parts, {{"x-amz-mp-object-size", size}}).outcome();
  };
  CHECK(with("4") == "400 InvalidRequest");
  CHECK(with("x") == "400 InvalidRequest");
  CHECK(with("5") == "200");
}

TEST_CASE_METHOD(multipart_world, "a completed upload names its version") {
  set_versioning("bauamt", versioning_state::enabled);
  const std::string id = start("/bauamt/key");
  const answer done =
      complete("/bauamt/key", id, {{1, part("/bauamt/key", id, 1, "x").header("ETag")}});
  CHECK(done.header("x-amz-version-id").size() == 32);
  CHECK(get("/bauamt/key").header("x-amz-version-id") == done.header("x-amz-version-id"));
  set_versioning("bauamt", versioning_state::suspended);
  const std::string next = start("/bauamt/key");
  CHECK(complete("/bauamt/key", next, {{1, part("/bauamt/key", next, 1, "y").header("ETag")}})
            .header("x-amz-version-id") == "(none)");
}

TEST_CASE_METHOD(multipart_world, "a completed object is read part by part") {
  const std::string id = start("/bauamt/key");
  const answer one = part("/bauamt/key", id, 2, "first");
  const answer two = part("/bauamt/key", id, 5, "end");
  complete("/bauamt/key", id, {{2, one.header("ETag")}, {5, two.header("ETag")}});
  // Parts are counted from 1: clients ask for 1 to x-amz-mp-parts-count.
  const answer got = get("/bauamt/key", "partNumber=2");
  CHECK(got.status == 206);
  CHECK(got.body == "end");
  CHECK(got.header("Content-Range") == "bytes 5-7/8");
  CHECK(got.header("x-amz-mp-parts-count") == "2");
  const answer head = this->head("/bauamt/key", "partNumber=1");
  CHECK(head.status == 206);
  CHECK(head.length_of_absent_body == 5U);
  CHECK(get("/bauamt/key", "partNumber=5").outcome() == "416 InvalidPartNumber");
  CHECK(get("/bauamt/key", "", {{"Range", "bytes=3-6"}}).body == "sten");
  CHECK(get("/bauamt/key").header("x-amz-mp-parts-count") == "(none)");
}

TEST_CASE_METHOD(multipart_world, "an empty part is a part") {
  const std::string id = start("/bauamt/key");
  const answer one = part("/bauamt/key", id, 1, "");
  CHECK(complete("/bauamt/key", id, {{1, one.header("ETag")}}).outcome() == "200");
  CHECK(get("/bauamt/key").outcome() == "200");
  CHECK(get("/bauamt/key").header("ETag") == multipart_etag({""}));
  CHECK(get("/bauamt/key", "partNumber=1").status == 200);
}

TEST_CASE_METHOD(multipart_world, "parts are listed page by page") {
  const std::string id = start("/bauamt/a%26b", {{"x-amz-storage-class", "STANDARD_IA"}});
  for (std::uint32_t n = 1; n <= 3; ++n) part("/bauamt/a%26b", id, n, std::string(n, 'x'));
  const answer all = get("/bauamt/a%26b", "uploadId=" + id);
  CHECK(all.outcome() == "200");
  CHECK(all.element("Bucket") == "bauamt");
  CHECK(all.element("Key") == "a&b");
  CHECK(all.element("UploadId") == id);
  CHECK(all.element("PartNumberMarker") == "0");
  CHECK(all.element("NextPartNumberMarker") == "3");
  CHECK(all.element("MaxParts") == "1000");
  CHECK(all.element("IsTruncated") == "false");
  CHECK(all.elements("PartNumber") == std::vector<std::string>{"1", "2", "3"});
  CHECK(all.elements("Size") == std::vector<std::string>{"1", "2", "3"});
  CHECK(all.elements("ETag").front() == etag_text("x"));
  CHECK(all.element("StorageClass") == "STANDARD_IA");
  CHECK(all.elements("ID") == std::vector<std::string>{owner.arn, owner.agency.canonical_id});
  CHECK(all.elements("ChecksumAlgorithm").empty());
  const answer first = get("/bauamt/a%26b", "max-parts=2&uploadId=" + id);
  CHECK(first.element("IsTruncated") == "true");
  CHECK(first.element("NextPartNumberMarker") == "2");
  const answer second = get("/bauamt/a%26b", "max-parts=2&part-number-marker=2&uploadId=" + id);
  CHECK(second.elements("PartNumber") == std::vector<std::string>{"3"});
  CHECK(second.element("PartNumberMarker") == "2");
  const answer url = get("/bauamt/a%26b", "encoding-type=url&uploadId=" + id);
  CHECK(url.element("Key") == "a%26b");
  CHECK(url.element("EncodingType") == "url");
  CHECK(get("/bauamt/a%26b", "max-parts=x&uploadId=" + id).outcome() == "400 InvalidArgument");
  CHECK(get("/bauamt/a%26b", "part-number-marker=x&uploadId=" + id).outcome() ==
        "400 InvalidArgument");
  CHECK(get("/bauamt/a%26b", "uploadId=nonsense").outcome() == "404 NoSuchUpload");
}

TEST_CASE_METHOD(multipart_world, "uploads are listed by key, page by page") {
  const std::string a1 = start("/bauamt/a");
  world.clock.advance(std::chrono::seconds(1));
  const std::string a2 = start("/bauamt/a");
  const std::string b = start("/bauamt/b%2F1");
  start("/bauamt/b%2F2");
  const answer all = get("/bauamt", "uploads");
  CHECK(all.outcome() == "200");
  CHECK(all.elements("Key") == std::vector<std::string>{"a", "a", "b/1", "b/2"});
  CHECK(all.elements("UploadId")[0] == a1);
  CHECK(all.elements("UploadId")[1] == a2);
  CHECK(all.element("Initiated") == "2026-09-21T14:13:20.000Z");
  CHECK(all.element("StorageClass") == "STANDARD");
  CHECK(all.element("MaxUploads") == "1000");
  CHECK(all.element("IsTruncated") == "false");
  CHECK(all.element("NextKeyMarker") == "b/2");
  CHECK(all.element("NextUploadIdMarker") == all.elements("UploadId").back());

  const answer first = get("/bauamt", "uploads&max-uploads=1");
  CHECK(first.element("IsTruncated") == "true");
  CHECK(first.element("NextKeyMarker") == "a");
  CHECK(first.element("NextUploadIdMarker") == a1);
  const answer second = get("/bauamt", "uploads&max-uploads=1&key-marker=a&upload-id-marker=" + a1);
  CHECK(second.element("UploadId") == a2);
  CHECK(second.element("KeyMarker") == "a");
  CHECK(second.element("UploadIdMarker") == a1);
  // AWS: without a key marker there is no upload id marker.
  const answer unmarked = get("/bauamt", "uploads&upload-id-marker=" + a1);
  CHECK(unmarked.elements("Upload").size() == 4);
  CHECK(unmarked.element("UploadIdMarker").empty());

  const answer folders = get("/bauamt", "uploads&delimiter=%2F&encoding-type=url&prefix=");
  CHECK(folders.elements("Prefix") == std::vector<std::string>{"b/"});
  CHECK(folders.element("EncodingType") == "url");
  CHECK(folders.element("NextKeyMarker") == "a");
  CHECK(get("/bauamt", "uploads&prefix=b%2F1").element("UploadId") == b);
  CHECK(get("/bauamt", "uploads&max-uploads=x").outcome() == "400 InvalidArgument");
  CHECK(get("/bauamt", "uploads&key-marker=a&upload-id-marker=nonsense").outcome() ==
        "400 InvalidArgument");
}

TEST_CASE_METHOD(multipart_world, "uploads of an agency's users have their names") {
  start("/bauamt/a");
  const answer a = get("/bauamt", "uploads");
  CHECK(a.body.find("<Initiator><ID>" + owner.arn +
                    "</ID><DisplayName>eva</DisplayName>"
                    "</Initiator><Owner><ID>" +
                    owner.agency.canonical_id +
                    "</ID><DisplayName>Amt bauamt</DisplayName></Owner>") != std::string::npos);
}

}  // namespace multipart_test
