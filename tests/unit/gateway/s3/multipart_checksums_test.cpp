// Checksums of multipart uploads. AWS: "Checking object integrity", multipart uploads.
#include "tests/support/catch.hpp"
#include "tests/unit/gateway/s3/multipart_world.hpp"

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
};

bool is_crc(algorithm a) { return a != algorithm::sha1 && a != algorithm::sha256; }

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
    for (const bool announce : {true, false}) {
      INFO(r.name << (announce ? ", announced" : ", computed here"));
      const answer made =
          post("/bauamt/key", "uploads", "", {{"x-amz-checksum-algorithm", r.name}});
      CHECK(made.header("x-amz-checksum-algorithm") == r.name);
      CHECK(made.header("x-amz-checksum-type") == "COMPOSITE");
      const std::string id = made.element("UploadId");
      const auto parts = send_parts(id, r, announce);

      const answer listed = get("/bauamt/key", "uploadId=" + id);
      CHECK(listed.element("ChecksumAlgorithm") == r.name);
      CHECK(listed.element("ChecksumType") == "COMPOSITE");
      CHECK(listed.elements("Checksum" + r.name)[1] == base64(r.kind, bodies[1]));

      const answer done = complete("/bauamt/key", id, parts);
      const std::string wanted = composite(r.kind, bodies);
      CHECK(done.element("Checksum" + r.name) == wanted);
      CHECK(done.element("ChecksumType") == "COMPOSITE");
      CHECK(wanted.ends_with("-3"));
      const answer got = get("/bauamt/key", "", enabled);
      CHECK(got.header(r.header) == wanted);
      CHECK(got.header("x-amz-checksum-type") == "COMPOSITE");
    }
  }
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
    if (!is_crc(r.kind)) continue;
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
  CHECK(created({{"x-amz-checksum-algorithm", "SHA512"}}) == "400 InvalidRequest");
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
  for (const std::string& bad : {element("SHA256", base64(algorithm::sha256, "other")),
                                 element("SHA256", "bad"), element("SHA256", "")}) {
    parts[1].more = bad;
    CHECK(complete("/bauamt/key", id, parts).outcome() == "400 InvalidPart");
  }
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

TEST_CASE_METHOD(checksum_world, "a checksum type that is not the upload's is BadDigest") {
  // AWS: CompleteMultipartUpload, x-amz-checksum-type.
  const std::string id = start("/bauamt/key", {{"x-amz-checksum-algorithm", "CRC32"}});
  const auto parts = send_parts(id, rows[0], true);
  const auto with = [&](const char* type) {
    return complete("/bauamt/key", id, parts, {{"x-amz-checksum-type", type}}).outcome();
  };
  CHECK(with("FULL_OBJECT") == "400 BadDigest");
  CHECK(with("SOMETHING") == "400 InvalidRequest");
  CHECK(with("COMPOSITE") == "200");
  CHECK(with("COMPOSITE") == "200");  // sent again
  const std::string plain = start("/bauamt/plain");
  const answer one = part("/bauamt/plain", plain, 1, "x");
  CHECK(complete("/bauamt/plain", plain, {{1, one.header("ETag"), {}}},
                 {{"x-amz-checksum-type", "COMPOSITE"}})
            .outcome() == "400 BadDigest");
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

TEST_CASE_METHOD(checksum_world, "a part is read with its own checksum and the object's type") {
  for (const char* type : {"COMPOSITE", "FULL_OBJECT"}) {
    const std::string id = start(
        "/bauamt/key", {{"x-amz-checksum-algorithm", "CRC32C"}, {"x-amz-checksum-type", type}});
    complete("/bauamt/key", id, send_parts(id, rows[1], true));
    const answer got = get("/bauamt/key", "partNumber=2", enabled);
    CHECK(got.body == bodies[1]);
    CHECK(got.header("x-amz-checksum-crc32c") == base64(algorithm::crc32c, bodies[1]));
    CHECK(got.header("x-amz-checksum-type") == type);
  }
}
