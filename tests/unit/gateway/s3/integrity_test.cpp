// Digests that a client announces, in every place where it can: nothing unchecked is ever
// committed.
#include "auth/sigv4/timestamp.hpp"
#include "gateway/s3/parameters.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/gateway/s3/gateway_world.hpp"

namespace integrity_test {

using namespace torhaus;
using auth::sigv4::chunk_signer;
using storage::crypto::algorithm;
using test::answer;
using test::call;
using test::gateway_world;
using test::header_list;

namespace {

constexpr const char* signed_chunks = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD";
constexpr const char* signed_with_trailer = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER";
constexpr const char* unsigned_with_trailer = "STREAMING-UNSIGNED-PAYLOAD-TRAILER";

std::string hex(std::size_t n) {
  std::string out;
  for (; n > 0; n /= 16) out.insert(out.begin(), "0123456789abcdef"[n % 16]);
  return out.empty() ? "0" : out;
}

struct stream {
  std::string body = "hello";
  const char* mode = unsigned_with_trailer;
  std::string trailer_name = "x-amz-checksum-crc32";  // empty: none
  std::string trailer_value = gateway_world::base64(algorithm::crc32, "hello");
  std::string decoded_length = {};  // empty: the body's
  std::string content_encoding = "aws-chunked";
  std::size_t chunk = 65'536;
  std::string method = "PUT";
  std::string path = "/bauamt/key";
  std::string query = {};
  // Applied to what would be sent.
  std::function<void(std::string&)> damage = {};
};

struct bucket_world : gateway_world {
  bucket_world() {
    make_bucket("bauamt");
    put("/bauamt/key", "before");
  }

  // A request whose body is sent as aws-chunked.
  answer send_stream(const stream& s) {
    call c{.method = s.method, .path = s.path, .query = s.query, .payload = s.mode, .step = 777};
    c.headers = {{"Host", c.host},
                 {"x-amz-decoded-content-length",
                  s.decoded_length.empty() ? std::to_string(s.body.size()) : s.decoded_length}};
    if (!s.content_encoding.empty()) c.headers.emplace_back("Content-Encoding", s.content_encoding);
    if (!s.trailer_name.empty()) c.headers.emplace_back("x-amz-trailer", s.trailer_name);
    sign(c, owner);
    c.body = framed(s, signature_of(c));
    if (s.damage) s.damage(c.body);
    c.headers.emplace_back("Content-Length", std::to_string(c.body.size()));
    return send(c);
  }

  void expect_unchanged() {
    CHECK(get("/bauamt/key").body == "before");
    CHECK(world.accounting_fault().empty());
  }

 private:
  static std::string signature_of(const call& c) {
    const std::string& authorization = c.headers.back().second;
    return authorization.substr(authorization.rfind('=') + 1);
  }
  std::string framed(const stream& s, const std::string& seed) const {
    const auth::sigv4::scope scope{auth::sigv4::format_basic(now()).substr(0, 8), region, "s3"};
    chunk_signer signer(auth::sigv4::signing_key::derive(owner.secret, scope), scope,
                        auth::sigv4::format_basic(now()), seed);
    const bool is_signed = std::string_view(s.mode) != unsigned_with_trailer;
    std::string out;
    for (std::size_t at = 0; at <= s.body.size(); at += s.chunk) {
      const std::string piece = s.body.substr(at, s.chunk);
      if (piece.empty()) break;
      append_chunk(out, piece, is_signed ? signer.next(sha256_hex(piece)) : "");
    }
    append_chunk(out, "", is_signed ? signer.next(sha256_hex("")) : "");
    out.resize(out.size() - 2);  // the line end of the last chunk comes behind the trailers
    if (!s.trailer_name.empty()) {
      const std::string line = s.trailer_name + ":" + s.trailer_value;
      out += line + "\r\n";
      if (is_signed) out += "x-amz-trailer-signature:" + signer.trailer(line + "\n") + "\r\n";
    }
    return out + "\r\n";
  }
  static void append_chunk(std::string& out, const std::string& piece,
                           const std::string& signature) {
    out += hex(piece.size());
    if (!signature.empty()) out += ";chunk-signature=" + signature;
    out += "\r\n" + piece + "\r\n";
  }
};

}  // namespace

TEST_CASE_METHOD(bucket_world, "a right Content-MD5 is taken, a wrong one is BadDigest") {
  CHECK(
      put("/bauamt/other", "hello", {{"Content-MD5", base64(algorithm::md5, "hello")}}).outcome() ==
      "200");
  const answer a = put("/bauamt/key", "hello", {{"Content-MD5", base64(algorithm::md5, "x")}});
  CHECK(a.outcome() == "400 BadDigest");
  CHECK(a.element("ExpectedDigest") == "9dd4e461268c8034f5c8564e155c67a6");
  CHECK(a.element("CalculatedDigest") == base64(algorithm::md5, "hello"));
  const answer invalid = put("/bauamt/key", "hello", {{"Content-MD5", "nonsense"}});
  CHECK(invalid.outcome() == "400 InvalidDigest");
  CHECK(invalid.element("Content-MD5") == "nonsense");
  expect_unchanged();
}

TEST_CASE_METHOD(bucket_world, "a body that is not the signed one is XAmzContentSHA256Mismatch") {
  for (const std::string& body : {std::string("hello"), std::string(300'000, 'x')}) {
    call c{.method = "PUT", .path = "/bauamt/key", .body = body, .payload = sha256_hex("other")};
    const answer a = send(c, owner);
    CHECK(a.outcome() == "400 XAmzContentSHA256Mismatch");
    CHECK(a.element("ClientComputedContentSHA256") == sha256_hex("other"));
    CHECK(a.element("S3ComputedContentSHA256") == sha256_hex(body));
  }
  call manifest{.method = "POST",
                .path = "/bauamt",
                .query = "delete",
                .headers = {{"Content-MD5", base64(algorithm::md5, "<Delete/>")}},
                .body = "<Delete/>",
                .payload = sha256_hex("other")};
  CHECK(send(manifest, owner).outcome() == "400 XAmzContentSHA256Mismatch");
  expect_unchanged();
}

TEST_CASE_METHOD(bucket_world, "UNSIGNED-PAYLOAD is taken as it comes") {
  const call c{.method = "PUT", .path = "/bauamt/key", .body = "x", .payload = "UNSIGNED-PAYLOAD"};
  CHECK(send(c, owner).outcome() == "200");
}

TEST_CASE_METHOD(bucket_world, "each checksum is taken when right and BadDigest when wrong") {
  const std::pair<const char*, algorithm> rows[] = {{"crc32", algorithm::crc32},
                                                    {"crc32c", algorithm::crc32c},
                                                    {"crc64nvme", algorithm::crc64nvme},
                                                    {"sha1", algorithm::sha1},
                                                    {"sha256", algorithm::sha256},
                                                    {"sha512", algorithm::sha512},
                                                    {"md5", algorithm::md5},
                                                    {"xxhash64", algorithm::xxhash64},
                                                    {"xxhash3", algorithm::xxhash3},
                                                    {"xxhash128", algorithm::xxhash128}};
  for (const auto& [name, kind] : rows) {
    for (const std::string& body : {std::string("hello"), std::string(300'000, 'x')}) {
      INFO(name);
      const std::string header = std::string("x-amz-checksum-") + name;
      const answer good = put("/bauamt/other", body, {{header, base64(kind, body)}});
      CHECK(good.outcome() == "200");
      CHECK(good.header(header) == base64(kind, body));
      CHECK(head("/bauamt/other", "", {{"x-amz-checksum-mode", "ENABLED"}}).header(header) ==
            base64(kind, body));
      CHECK(put("/bauamt/key", body, {{header, base64(kind, "y")}}).outcome() == "400 BadDigest");
      CHECK(put("/bauamt/key", body, {{header, "bad"}}).outcome() == "400 InvalidRequest");
    }
  }
  expect_unchanged();
}

TEST_CASE_METHOD(bucket_world, "a stream is stored without its framing, in all three modes") {
  for (const char* mode : {signed_chunks, signed_with_trailer, unsigned_with_trailer}) {
    for (const std::size_t size : {0U, 5U, 65'536U, 200'000U}) {
      INFO(mode << ", " << size << " bytes");
      stream s;
      s.mode = mode;
      s.body = std::string(size, 'x');
      s.trailer_value = base64(algorithm::crc32, s.body);
      if (mode == signed_chunks) s.trailer_name.clear();
      const answer a = send_stream(s);
      CHECK(a.outcome() == "200");
      if (!s.trailer_name.empty()) CHECK(a.header("x-amz-checksum-crc32") == s.trailer_value);
      const answer got = get("/bauamt/key");
      CHECK((got.body == s.body));
      CHECK(got.header("Content-Encoding") == "(none)");
    }
  }
}

TEST_CASE_METHOD(bucket_world, "of a stream's encodings only aws-chunked is taken off") {
  stream s;
  s.content_encoding = "gzip,aws-chunked";
  CHECK(send_stream(s).outcome() == "200");
  CHECK(get("/bauamt/key").header("Content-Encoding") == "gzip");
  // SDKs that do not name it send a stream all the same: x-amz-content-sha256 says so.
  s.content_encoding.clear();
  CHECK(send_stream(s).outcome() == "200");
  CHECK(get("/bauamt/key").body == "hello");
}

TEST_CASE_METHOD(bucket_world, "aws-chunked without a stream is kept, and refused when unsigned") {
  const std::string body = "5\r\nhello\r\n0\r\n\r\n";
  call c{.method = "PUT", .path = "/bauamt/key", .payload = "UNSIGNED-PAYLOAD", .step = 777};
  c.headers = {{"Host", c.host}, {"Content-Encoding", "aws-chunked"}};
  sign(c, owner);
  c.body = body;
  c.headers.emplace_back("Content-Length", std::to_string(body.size()));
  CHECK(send(c).outcome() == "400 InvalidArgument");
  expect_unchanged();

  CHECK(put("/bauamt/key", body, {{"Content-Encoding", "aws-chunked"}}).outcome() == "200");
  CHECK(get("/bauamt/key").header("Content-Encoding") == "aws-chunked");
  CHECK(get("/bauamt/key").body == body);
}

TEST_CASE_METHOD(bucket_world, "a trailer that is wrong or missing is refused") {
  for (const char* mode : {signed_with_trailer, unsigned_with_trailer}) {
    INFO(mode);
    stream s;
    s.mode = mode;
    s.trailer_value = base64(algorithm::crc32, "other");
    CHECK(send_stream(s).outcome() == "400 BadDigest");
    s.trailer_value = "bad";
    CHECK(send_stream(s).outcome() == "400 InvalidRequest");
    s.damage = [](std::string& body) { body.resize(body.find("x-amz-checksum")); };
    CHECK(send_stream(s).status == 400);
  }
  expect_unchanged();
}

TEST_CASE_METHOD(bucket_world, "a trailer may be of any algorithm") {
  for (const algorithm kind : gateway::s3::checksum_algorithms()) {
    for (const char* mode : {signed_with_trailer, unsigned_with_trailer}) {
      INFO(storage::crypto::name_of(kind) << ", " << mode);
      stream s;
      s.mode = mode;
      s.trailer_name = gateway::s3::checksum_header(kind);
      s.trailer_value = base64(kind, "other");
      CHECK(send_stream(s).outcome() == "400 BadDigest");
      s.trailer_value = base64(kind, s.body);
      const answer a = send_stream(s);
      CHECK(a.outcome() == "200");
      CHECK(a.header(s.trailer_name) == s.trailer_value);
    }
  }
}

TEST_CASE_METHOD(bucket_world, "documents of settings do not come in frames") {
  for (const char* sub : {"tagging", "versioning", "cors", "policy"}) {
    call c{.method = "PUT", .path = "/bauamt", .query = sub, .body = "5\r\nabcde\r\n0\r\n\r\n"};
    c.payload = unsigned_with_trailer;
    c.headers = {{"x-amz-decoded-content-length", "5"}};
    const answer a = send(c, owner);
    CHECK(a.outcome() == "400 InvalidRequest");
    CHECK(a.element("Message") == "The value of x-amz-content-sha256 header is invalid.");
  }
}

TEST_CASE_METHOD(bucket_world, "a changed byte of a signed stream is SignatureDoesNotMatch") {
  for (const char* mode : {signed_chunks, signed_with_trailer}) {
    INFO(mode);
    stream s;
    s.mode = mode;
    if (mode == signed_chunks) s.trailer_name.clear();
    s.damage = [](std::string& body) { body[body.find("hello")] = 'j'; };
    CHECK(send_stream(s).outcome() == "403 SignatureDoesNotMatch");
  }
  expect_unchanged();
}

namespace {

// Bodies of one buffer, of two, and of so many that filling, hashing and writing overlap.
constexpr std::size_t sizes_of_signed_bodies[] = {30'000, 300'001, 1'048'576, 1'048'577, 3'000'000};

std::string varied(std::size_t bytes) {
  std::string out(bytes, 0);
  for (std::size_t n = 0; n < bytes; ++n) out[n] = static_cast<char>(n * 31 >> 3);
  return out;
}

}  // namespace

// MD5 runs in one pass with SHA-256 or in the team's lanes, as there is company or not.
TEST_CASE_METHOD(bucket_world, "signed bodies arrive whole, alone and in company") {
  storage::crypto::md5_team::presence other(md5);
  for (int round = 0; round < 2; ++round) {
    if (round == 1) other.enter();
    for (const std::size_t size : sizes_of_signed_bodies) {
      const std::string body = varied(size);
      const std::string tag =
          '"' + storage::crypto::to_hex(test::digest(algorithm::md5, body).bytes()) + '"';
      INFO("round " << round << ", " << size << " bytes");
      for (const std::size_t step : {1'000U, 10'000'000U}) {
        CHECK(send({.method = "PUT", .path = "/bauamt/key", .body = body, .step = step}, owner)
                  .header("ETag") == tag);
        CHECK((get("/bauamt/key").body == body));
      }
      for (const std::size_t chunk : {8'193U, 65'536U}) {
        stream s;
        s.mode = signed_with_trailer;
        s.body = body;
        s.chunk = chunk;
        s.trailer_name = "x-amz-checksum-sha256";
        s.trailer_value = base64(algorithm::sha256, body);
        CHECK(send_stream(s).header("ETag") == tag);
        CHECK((get("/bauamt/key").body == body));
      }
    }
  }
}

TEST_CASE_METHOD(bucket_world, "the last byte of a long body changed leaves the earlier object") {
  for (const std::size_t size : sizes_of_signed_bodies) {
    INFO(size << " bytes");
    const std::string body = varied(size);
    call c{.method = "PUT", .path = "/bauamt/key", .body = body, .payload = sha256_hex(body)};
    c.body.back() = static_cast<char>(c.body.back() ^ 1);
    CHECK(send(c, owner).outcome() == "400 XAmzContentSHA256Mismatch");
    stream s;
    s.mode = signed_chunks;
    s.body = body;
    s.trailer_name.clear();
    s.damage = [&](std::string& framed) {
      char& last = framed[framed.rfind("0;chunk-signature=") - 3];
      last = static_cast<char>(last ^ 1);
    };
    CHECK(send_stream(s).outcome() == "403 SignatureDoesNotMatch");
  }
  expect_unchanged();
}

TEST_CASE_METHOD(bucket_world, "a disk that fills anywhere in a body leaves the earlier object") {
  const std::string body = varied(3'000'000);
  for (const std::size_t room : {0U, 500'000U, 1'000'000U, 1'600'000U, 2'200'000U, 2'999'999U}) {
    INFO("room for " << room);
    world.store.leave_room(room);
    CHECK(put("/bauamt/key", body).outcome() == "507 InsufficientStorage");
    stream s;
    s.mode = signed_chunks;
    s.body = body;
    s.trailer_name.clear();
    CHECK(send_stream(s).outcome() == "507 InsufficientStorage");
  }
  world.store.leave_room(body.size());
  expect_unchanged();
  CHECK(put("/bauamt/key", body).outcome() == "200");
}

TEST_CASE_METHOD(bucket_world, "a stream of another length than announced is IncompleteBody") {
  for (const char* length : {"4", "6"}) {
    stream s;
    s.decoded_length = length;
    CHECK(send_stream(s).outcome() == "400 IncompleteBody");
  }
  stream cut;
  cut.damage = [](std::string& body) { body.resize(body.size() / 2); };
  CHECK(send_stream(cut).status == 400);
  expect_unchanged();
}

TEST_CASE_METHOD(bucket_world, "a document may come as a stream whose trailer protects it") {
  stream s;
  s.body = "<Delete><Object><Key>key</Key></Object></Delete>";
  s.method = "POST";
  s.path = "/bauamt";
  s.query = "delete";
  s.trailer_value = base64(algorithm::crc32, "other");
  CHECK(send_stream(s).outcome() == "400 BadDigest");
  expect_unchanged();
  s.trailer_value = base64(algorithm::crc32, s.body);
  CHECK(send_stream(s).outcome() == "200");
  CHECK(head("/bauamt/key").status == 404);
}

TEST_CASE_METHOD(bucket_world, "a trailer without a stream is refused") {
  CHECK(put("/bauamt/key", "x", {{"x-amz-trailer", "x-amz-checksum-crc32"}}).outcome() ==
        "400 InvalidRequest");
  expect_unchanged();
}

TEST_CASE_METHOD(bucket_world, "more bytes than 5 GiB are refused before they come") {
  call c{.method = "PUT", .path = "/bauamt/key", .payload = signed_chunks};
  c.headers = {{"x-amz-decoded-content-length", "5368709121"}};
  const answer a = send(c, owner);
  CHECK(a.outcome() == "400 EntityTooLarge");
  CHECK(a.element("ProposedSize") == "5368709121");
  CHECK(a.element("MaxSizeAllowed") == "5368709120");
  CHECK(seen.bytes_in == 0);
  expect_unchanged();
}

}  // namespace integrity_test
