// Checksums of multipart uploads. AWS: "Checking object integrity", multipart uploads.
#include "tests/support/catch.hpp"
#include "tests/unit/gateway/s3/multipart_world.hpp"

namespace multipart_checksums_test {

using namespace torhaus;
using storage::crypto::algorithm;
using test::answer;
using test::header_list;
using test::listed_part;
using test::multipart_world;

namespace {

struct checksum_row {
  algorithm kind;
  std::string name;    // CRC32
  std::string header;  // x-amz-checksum-crc32
};

const std::vector<checksum_row> rows = {
    {algorithm::crc32, "CRC32", "x-amz-checksum-crc32"},
    {algorithm::crc32c, "CRC32C", "x-amz-checksum-crc32c"},
    {algorithm::crc64nvme, "CRC64NVME", "x-amz-checksum-crc64nvme"},
    {algorithm::sha1, "SHA1", "x-amz-checksum-sha1"},
    {algorithm::sha256, "SHA256", "x-amz-checksum-sha256"},
    {algorithm::sha512, "SHA512", "x-amz-checksum-sha512"},
    {algorithm::md5, "MD5", "x-amz-checksum-md5"},
    {algorithm::xxhash64, "XXHASH64", "x-amz-checksum-xxhash64"},
    {algorithm::xxhash3, "XXHASH3", "x-amz-checksum-xxhash3"},
    {algorithm::xxhash128, "XXHASH128", "x-amz-checksum-xxhash128"},
};

const std::vector<std::string> bodies = {"first part", "second", "end"};
const header_list enabled = {{"x-amz-checksum-mode", "ENABLED"}};

std::string element(const std::string& name, const std::string& value) {
  return "<Checksum" + name + ">" + value + "</Checksum" + name + ">";
}

struct checksum_world : multipart_world {
  // All of `bodies`; each part with its checksum when `announce` says so.
  std::vector<listed_part> send_parts(const std::string& id, const checksum_row& r, bool announce) {
    std::vector<listed_part> parts;
    for (std::uint32_t n = 1; n <= bodies.size(); ++n) {
      const std::string& body = bodies[n - 1];
      header_list headers;
      if (announce) headers.emplace_back(r.header, base64(r.kind, body));
      const answer a = part("/bauamt/key", id, n, body, headers);
      CHECK(a.outcome() == "200");
      CHECK(a.header(r.header) == base64(r.kind, body));
      parts.push_back({n, a.header("ETag"), {}});
      if (announce) parts.back().more = element(r.name, base64(r.kind, body));
    }
    return parts;
  }
  static std::string whole() { return bodies[0] + bodies[1] + bodies[2]; }
};

}  // namespace

TEST_CASE_METHOD(checksum_world, "composite checksums are digests of digests") {
  for (const checksum_row& r : rows) {
    if (r.kind == algorithm::crc64nvme) continue;
    INFO(r.name);
    const answer made = post("/bauamt/key", "uploads", "", {{"x-amz-checksum-algorithm", r.name}});
    CHECK(made.header("x-amz-checksum-algorithm") == r.name);
    CHECK(made.header("x-amz-checksum-type") == "COMPOSITE");
    const std::string id = made.element("UploadId");
    const auto parts = send_parts(id, r, true);

    const answer listed = get("/bauamt/key", "uploadId=" + id);
    CHECK(listed.element("ChecksumAlgorithm") == r.name);
    CHECK(listed.element("ChecksumType") == "COMPOSITE");
    CHECK(listed.elements("Checksum" + r.name)[1] == base64(r.kind, bodies[1]));
    CHECK(get("/bauamt", "uploads").element("ChecksumAlgorithm") == r.name);

    const answer done = complete("/bauamt/key", id, parts);
    const std::string wanted = composite(r.kind, bodies);
    CHECK(done.element("Checksum" + r.name) == wanted);
    CHECK(done.element("ChecksumType") == "COMPOSITE");
    CHECK(wanted.ends_with("-3"));
    const answer got = get("/bauamt/key", "", enabled);
    CHECK(got.header(r.header) == wanted);
    CHECK(got.header("x-amz-checksum-type") == "COMPOSITE");
    CHECK(get("/bauamt", "list-type=2").element("ChecksumAlgorithm") == r.name);
    // GetObjectAttributes has the value without its number, and those of the parts.
    const answer told =
        get("/bauamt/key", "attributes", {{"x-amz-object-attributes", "Checksum,ObjectParts"}});
    const auto values = told.elements("Checksum" + r.name);
    REQUIRE(values.size() == 4);
    CHECK(values[0] + "-3" == wanted);
    CHECK(values[2] == base64(r.kind, bodies[1]));
  }
}

// floci-io/floci#3093 and LocalStack's recorded answers show S3's texts.
TEST_CASE_METHOD(checksum_world, "a composite upload wants a checksum with every part, twice") {
  for (const checksum_row& r : rows) {
    if (r.kind == algorithm::crc64nvme) continue;
    INFO(r.name);
    const std::string small = r.header.substr(std::string("x-amz-checksum-").size());
    const std::string id = start("/bauamt/key", {{"x-amz-checksum-algorithm", r.name}});
    const answer bare = part("/bauamt/key", id, 1, "x");
    CHECK(bare.outcome() == "400 InvalidRequest");
    CHECK(bare.element("Message") == "Checksum Type mismatch occurred, expected checksum Type: " +
                                         small + ", actual checksum Type: null");
    auto parts = send_parts(id, r, true);
    const std::string good = parts[1].more;
    parts[1].more.clear();
    const answer unlisted = complete("/bauamt/key", id, parts);
    CHECK(unlisted.outcome() == "400 InvalidRequest");
    CHECK(unlisted.element("Message") ==
          "The upload was created using a " + small +
              " checksum. The complete request must include the checksum for each part. It was "
              "missing for part 2 in the request.");
    CHECK(get("/bauamt/key").status == 404);
    parts[1].more = good;
    CHECK(complete("/bauamt/key", id, parts).outcome() == "200");
    remove("/bauamt/key");
  }
  CHECK(world.accounting_fault().empty());
}

TEST_CASE_METHOD(checksum_world, "a composite checksum is taken without its number too") {
  // minio-go completes uploads so, with and without the type.
  for (const checksum_row& r : rows) {
    if (r.kind == algorithm::crc64nvme) continue;
    for (const header_list& type : {header_list{}, {{"x-amz-checksum-type", "COMPOSITE"}}}) {
      INFO(r.name << (type.empty() ? "" : ", with its type"));
      const std::string id = start("/bauamt/key", {{"x-amz-checksum-algorithm", r.name}});
      const auto parts = send_parts(id, r, true);
      const std::string wanted = composite(r.kind, bodies);
      header_list headers = type;
      headers.emplace_back(r.header, base64(r.kind, "others"));
      CHECK(complete("/bauamt/key", id, parts, headers).outcome() == "400 BadDigest");
      headers.back().second = wanted.substr(0, wanted.rfind('-'));
      const answer done = complete("/bauamt/key", id, parts, headers);
      CHECK(done.outcome() == "200");
      CHECK(done.element("Checksum" + r.name) == wanted);
    }
  }
}

TEST_CASE_METHOD(checksum_world, "full-object checksums never carry a number") {
  for (const checksum_row& r : rows) {
    if (!storage::crypto::is_crc(r.kind)) continue;
    for (const bool announce : {true, false}) {
      INFO(r.name << (announce ? ", announced" : ", computed here"));
      const std::string id = start("/bauamt/key", {{"x-amz-checksum-algorithm", r.name},
                                                   {"x-amz-checksum-type", "FULL_OBJECT"}});
      const auto parts = send_parts(id, r, announce);
      const std::string wanted = base64(r.kind, whole());
      const answer done = complete("/bauamt/key", id, parts,
                                   {{r.header, wanted}, {"x-amz-checksum-type", "FULL_OBJECT"}});
      CHECK(done.outcome() == "200");
      CHECK(done.element("Checksum" + r.name) == wanted);
      CHECK(done.element("ChecksumType") == "FULL_OBJECT");
      const answer got = head("/bauamt/key", "", enabled);
      CHECK(got.header(r.header) == wanted);
      CHECK(got.header("x-amz-checksum-type") == "FULL_OBJECT");
    }
  }
}

TEST_CASE_METHOD(checksum_world, "CRC64NVME is a full-object checksum whether or not one says so") {
  const answer made =
      post("/bauamt/key", "uploads", "", {{"x-amz-checksum-algorithm", "CRC64NVME"}});
  CHECK(made.header("x-amz-checksum-type") == "FULL_OBJECT");
  const std::string id = made.element("UploadId");
  const auto parts = send_parts(id, rows[2], true);
  const answer done = complete("/bauamt/key", id, parts);
  CHECK(done.element("ChecksumCRC64NVME") == base64(algorithm::crc64nvme, whole()));
  CHECK(done.element("ChecksumCRC64NVME").find('-') == std::string::npos);
}

TEST_CASE_METHOD(checksum_world, "an upload without an algorithm keeps CRC64NVME of the whole") {
  const std::string id = start("/bauamt/key");
  std::vector<listed_part> parts;
  for (std::uint32_t n = 1; n <= bodies.size(); ++n) {
    const answer a = part("/bauamt/key", id, n, bodies[n - 1]);
    CHECK(a.header("x-amz-checksum-crc64nvme") == "(none)");
    parts.push_back({n, a.header("ETag"), {}});
  }
  CHECK(get("/bauamt/key", "uploadId=" + id).elements("ChecksumCRC64NVME").empty());
  const answer done = complete("/bauamt/key", id, parts);
  CHECK(done.element("ChecksumCRC64NVME") == base64(algorithm::crc64nvme, whole()));
  CHECK(done.element("ChecksumType") == "FULL_OBJECT");
  CHECK(get("/bauamt/key", "", enabled).header("x-amz-checksum-crc64nvme") ==
        base64(algorithm::crc64nvme, whole()));
}

TEST_CASE_METHOD(checksum_world, "an upload without an algorithm takes parts with any") {
  // Old code that creates the upload by itself, with an SDK that adds checksums to the parts.
  for (const checksum_row& r : rows) {
    INFO(r.name);
    const std::string id = start("/bauamt/key");
    const auto parts = send_parts(id, r, true);
    CHECK(part("/bauamt/key", id, 4, "x", {{r.header, base64(r.kind, "y")}}).outcome() ==
          "400 BadDigest");
    const answer done = complete("/bauamt/key", id, parts);
    CHECK(done.outcome() == "200");
    CHECK(done.element("ChecksumCRC64NVME") == base64(algorithm::crc64nvme, whole()));
  }
}

TEST_CASE_METHOD(checksum_world, "algorithm and type must go together") {
  const auto created = [&](header_list headers) {
    return post("/bauamt/key", "uploads", "", std::move(headers)).outcome();
  };
  const auto with = [&](const char* name, const char* type) {
    return created({{"x-amz-checksum-algorithm", name}, {"x-amz-checksum-type", type}});
  };
  CHECK(with("CRC32", "COMPOSITE") == "200");
  CHECK(with("CRC32C", "FULL_OBJECT") == "200");
  CHECK(with("SHA1", "FULL_OBJECT") == "400 InvalidRequest");
  CHECK(with("SHA256", "FULL_OBJECT") == "400 InvalidRequest");
  CHECK(with("CRC64NVME", "COMPOSITE") == "400 InvalidRequest");
  CHECK(with("CRC32", "SOMETHING") == "400 InvalidRequest");
  CHECK(with("crc32c", "full_object") == "200");
  for (const char* name : {"SHA512", "MD5", "XXHASH64", "XXHASH3", "XXHASH128"}) {
    CHECK(with(name, "COMPOSITE") == "200");
    CHECK(with(name, "FULL_OBJECT") == "400 InvalidRequest");
  }
  const answer unknown =
      post("/bauamt/key", "uploads", "", {{"x-amz-checksum-algorithm", "ROT13"}});
  CHECK(unknown.outcome() == "400 InvalidRequest");
  CHECK(unknown.element("Message") ==
        "Checksum algorithm provided is unsupported. Please try again with any of the valid types: "
        "[CRC32, CRC32C, CRC64NVME, MD5, SHA1, SHA256, SHA512, XXHASH128, XXHASH3, XXHASH64]");
  CHECK(post("/bauamt/key", "uploads", "", {{"x-amz-checksum-type", "x"}}).element("Message") ==
        "Value for x-amz-checksum-type header is invalid.");
  CHECK(created({{"x-amz-checksum-algorithm", ""}}) == "400 InvalidRequest");
  CHECK(created({{"x-amz-checksum-type", "FULL_OBJECT"}}) == "400 InvalidRequest");
}

TEST_CASE_METHOD(checksum_world, "a part of another algorithm than the upload's is refused") {
  const std::string id = start("/bauamt/key", {{"x-amz-checksum-algorithm", "SHA256"}});
  const answer a =
      part("/bauamt/key", id, 1, "x", {{"x-amz-checksum-crc32", base64(algorithm::crc32, "x")}});
  CHECK(a.outcome() == "400 InvalidRequest");
  CHECK(a.element("Message") ==
        "Checksum Type mismatch occurred, expected checksum Type: sha256, actual checksum Type: "
        "crc32");
}

TEST_CASE_METHOD(checksum_world, "a part whose checksum is wrong is not kept") {
  for (const checksum_row& r : rows) {
    INFO(r.name);
    const std::string id = start("/bauamt/key", {{"x-amz-checksum-algorithm", r.name}});
    CHECK(part("/bauamt/key", id, 1, "x", {{r.header, base64(r.kind, "y")}}).outcome() ==
          "400 BadDigest");
    CHECK(part("/bauamt/key", id, 1, "x", {{r.header, "bad"}}).outcome() == "400 InvalidRequest");
    CHECK(get("/bauamt/key", "uploadId=" + id).elements("PartNumber").empty());
  }
  CHECK(world.accounting_fault().empty());
}

TEST_CASE_METHOD(checksum_world, "a checksum in the list that is not the part's is InvalidPart") {
  const std::string id = start("/bauamt/key", {{"x-amz-checksum-algorithm", "SHA256"}});
  auto parts = send_parts(id, rows[4], true);
  const std::string good = parts[1].more;
  parts[1].more = element("SHA256", base64(algorithm::sha256, "other"));
  CHECK(complete("/bauamt/key", id, parts).outcome() == "400 InvalidPart");
  for (const std::string& bad : {std::string("bad"), std::string()}) {
    parts[1].more = element("SHA256", bad);
    const answer a = complete("/bauamt/key", id, parts);
    CHECK(a.outcome() == "400 InvalidArgument");
    CHECK(a.element("ArgumentName") == "Checksum");
    CHECK(a.element("ArgumentValue") == bad);
  }
  parts[1].more = element("SHA1", "x") + good;
  CHECK(complete("/bauamt/key", id, parts).element("ArgumentValue").starts_with("SHA1:x;SHA256:"));
  parts[1].more = element("CRC32", base64(algorithm::crc32, bodies[1]));
  const answer other = complete("/bauamt/key", id, parts);
  CHECK(other.outcome() == "400 BadDigest");
  CHECK(other.element("Message") ==
        "The crc32 you specified for part 2 did not match what we received.");
  parts[1].more = good;
  CHECK(complete("/bauamt/key", id, parts).outcome() == "200");
}

TEST_CASE_METHOD(checksum_world, "the object's checksum is compared before there is an object") {
  const std::string id = start("/bauamt/key", {{"x-amz-checksum-algorithm", "CRC32C"},
                                               {"x-amz-checksum-type", "FULL_OBJECT"}});
  const auto parts = send_parts(id, rows[1], true);
  const auto with = [&](header_list headers) {
    return complete("/bauamt/key", id, parts, std::move(headers)).outcome();
  };
  CHECK(with({{"x-amz-checksum-crc32c", base64(algorithm::crc32c, "other")}}) == "400 BadDigest");
  CHECK(with({{"x-amz-checksum-crc32c", "bad"}}) == "400 InvalidRequest");
  CHECK(with({{"x-amz-checksum-crc32c", base64(algorithm::crc32c, whole()) + "-x"}}) ==
        "400 InvalidRequest");
  CHECK(with({{"x-amz-checksum-sha512", "AAAA"}}) == "400 InvalidRequest");
  CHECK(with({{"x-amz-checksum-sha1", base64(algorithm::sha1, whole())}}) == "400 BadDigest");
  CHECK(with({{"x-amz-checksum-crc32c", base64(algorithm::crc32c, whole()) + "-3"}}) ==
        "400 BadDigest");
  CHECK(complete("/bauamt/key", id, parts, {{"x-amz-checksum-crc32c", "AAAAAA=="}})
            .element("Message") ==
        "The crc32c you specified did not match the calculated checksum.");
  CHECK(with({{"x-amz-checksum-crc32", base64(algorithm::crc32, whole())},
              {"x-amz-checksum-crc32c", base64(algorithm::crc32c, whole())}}) ==
        "400 InvalidRequest");
  CHECK(get("/bauamt/key").status == 404);
  CHECK(with({{"x-amz-checksum-crc32c", base64(algorithm::crc32c, whole())}}) == "200");
}

TEST_CASE_METHOD(checksum_world, "a composite checksum of the object is compared with its number") {
  const std::string id = start("/bauamt/key", {{"x-amz-checksum-algorithm", "SHA256"}});
  const auto parts = send_parts(id, rows[4], true);
  const std::string good = composite(algorithm::sha256, bodies);
  const std::string value = good.substr(0, good.size() - 2);
  const auto with = [&](const std::string& checksum) {
    return complete("/bauamt/key", id, parts, {{"x-amz-checksum-sha256", checksum}}).outcome();
  };
  CHECK(with(value + "-2") == "400 BadDigest");
  CHECK(with(composite(algorithm::sha256, {"a", "b", "c"})) == "400 BadDigest");
  CHECK(with(good) == "200");
}

// LocalStack's recorded answers show S3's, which its documentation calls BadDigest.
TEST_CASE_METHOD(checksum_world, "a checksum type that is not the upload's is InvalidRequest") {
  const std::string id = start("/bauamt/key", {{"x-amz-checksum-algorithm", "CRC32"}});
  const auto parts = send_parts(id, rows[0], true);
  const auto with = [&](const char* type) {
    return complete("/bauamt/key", id, parts, {{"x-amz-checksum-type", type}}).outcome();
  };
  CHECK(complete("/bauamt/key", id, parts, {{"x-amz-checksum-type", "FULL_OBJECT"}})
            .element("Message") ==
        "The upload was created using the COMPOSITE checksum mode. The complete request must use "
        "the same checksum mode.");
  CHECK(with("FULL_OBJECT") == "400 InvalidRequest");
  CHECK(with("SOMETHING") == "400 InvalidRequest");
  CHECK(with("COMPOSITE") == "200");
  CHECK(with("COMPOSITE") == "200");  // sent again
  const std::string plain = start("/bauamt/plain");
  const answer one = part("/bauamt/plain", plain, 1, "x");
  for (const char* type : {"COMPOSITE", "FULL_OBJECT"}) {
    const answer refused = complete("/bauamt/plain", plain, {{1, one.header("ETag"), {}}},
                                    {{"x-amz-checksum-type", type}});
    CHECK(refused.outcome() == "400 InvalidRequest");
    CHECK(refused.element("Message") ==
          "The upload was created using the null checksum mode. The complete request must use the "
          "same checksum mode.");
  }
  CHECK(complete("/bauamt/plain", plain, {{1, one.header("ETag"), {}}}).element("ChecksumType") ==
        "FULL_OBJECT");
}

TEST_CASE_METHOD(checksum_world, "without an algorithm the object's checksum is not looked at") {
  for (const header_list& headers :
       {header_list{{"x-amz-checksum-crc64nvme", base64(algorithm::crc64nvme, "other")}},
        header_list{{"x-amz-checksum-crc32c", base64(algorithm::crc32c, "other") + "-2"}}}) {
    const std::string id = start("/bauamt/key");
    const answer one = part("/bauamt/key", id, 1, "x");
    const answer done = complete("/bauamt/key", id, {{1, one.header("ETag"), {}}}, headers);
    CHECK(done.outcome() == "200");
    CHECK(done.element("ChecksumCRC64NVME") == base64(algorithm::crc64nvme, "x"));
  }
}

TEST_CASE_METHOD(checksum_world, "the size of the object is compared when it is told") {
  const std::string id = start("/bauamt/key");
  const answer one = part("/bauamt/key", id, 1, "four");
  const auto with = [&](const char* size) {
    return complete("/bauamt/key", id, {{1, one.header("ETag"), {}}},
                    {{"x-amz-mp-object-size", size}})
        .element("Message");
  };
  CHECK(with("5") ==
        "The provided 'x-amz-mp-object-size' header value 5 does not match what was computed: 4");
  CHECK(with("-1") == "Value for x-amz-mp-object-size header is less than zero: '-1'");
  CHECK(with("x") == "Value for x-amz-mp-object-size header is invalid.");
  CHECK(with("4") == "(none)");
}

TEST_CASE_METHOD(checksum_world, "digests of the completion itself are those of its body") {
  const std::string id = start("/bauamt/key");
  const answer one = part("/bauamt/key", id, 1, "x");
  const std::vector<listed_part> parts = {{1, one.header("ETag"), {}}};
  const std::string body = completion(parts);
  CHECK(complete("/bauamt/key", id, parts, {{"Content-MD5", base64(algorithm::md5, "other")}})
            .outcome() == "400 BadDigest");
  CHECK(complete("/bauamt/key", id, parts, {{"Content-MD5", base64(algorithm::md5, body)}})
            .outcome() == "200");
}

TEST_CASE_METHOD(checksum_world, "a copy has the CRC of the whole, and what else its source has") {
  for (const checksum_row& r : rows) {
    if (r.kind == algorithm::crc64nvme) continue;
    INFO(r.name);
    const bool joined = storage::crypto::is_crc(r.kind);
    const std::string id = start("/bauamt/key", {{"x-amz-checksum-algorithm", r.name}});
    complete("/bauamt/key", id, send_parts(id, r, true));
    const std::string wanted = joined ? base64(r.kind, whole()) : composite(r.kind, bodies);
    const std::string type = joined ? "FULL_OBJECT" : "COMPOSITE";
    const header_list from = {{"x-amz-copy-source", "bauamt/key"}};
    const answer copied = put("/bauamt/copy", "", from);
    CHECK(copied.element("Checksum" + r.name) == wanted);
    CHECK(copied.element("ChecksumType") == type);
    const answer got = get("/bauamt/copy", "", enabled);
    CHECK(got.body == whole());
    CHECK(got.header(r.header) == wanted);
    CHECK(got.header("x-amz-checksum-type") == type);
    // The same, asked for by name; the bytes are read where they have to be.
    header_list named = from;
    named.emplace_back("x-amz-checksum-algorithm", r.name);
    CHECK(put("/bauamt/copy", "", named).element("Checksum" + r.name) == base64(r.kind, whole()));
    CHECK(get("/bauamt/copy", "", enabled).header("x-amz-checksum-type") == "FULL_OBJECT");
  }
}

TEST_CASE_METHOD(checksum_world,
                 "a part is read with its own checksum where the object's is made of those") {
  for (const std::string type : {"COMPOSITE", "FULL_OBJECT"}) {
    const std::string id = start(
        "/bauamt/key", {{"x-amz-checksum-algorithm", "CRC32C"}, {"x-amz-checksum-type", type}});
    complete("/bauamt/key", id, send_parts(id, rows[1], true));
    const answer got = get("/bauamt/key", "partNumber=2", enabled);
    CHECK(got.body == bodies[1]);
    const bool own = type == "COMPOSITE";
    CHECK(got.header("x-amz-checksum-crc32c") ==
          (own ? base64(algorithm::crc32c, bodies[1]) : "(none)"));
    CHECK(got.header("x-amz-checksum-type") == (own ? type : "(none)"));
  }
}

}  // namespace multipart_checksums_test
