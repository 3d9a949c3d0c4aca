// Copies between all kinds of encryption, and encrypted multipart uploads.
#include "tests/support/catch.hpp"
#include "tests/unit/gateway/s3/encryption_world.hpp"

namespace encryption_copy_test {

using namespace torhaus;
using test::answer;
using test::chunk;
using test::encryption_world;
using test::header_list;
using test::plain_text;

namespace {

const std::string algorithm = "x-amz-server-side-encryption";
const std::string key_id = "x-amz-server-side-encryption-aws-kms-key-id";

struct kind {
  const char* name;
  header_list write;
  header_list read;
  header_list read_source;
  bool encrypted;
};
std::vector<kind> kinds(char key) {
  const std::string id = key == 'a' ? "testkey-1" : "testkey-2";
  using w = encryption_world;
  return {{"none", {}, {}, {}, false},
          {"SSE-S3", w::sse_s3(), {}, {}, true},
          {"SSE-KMS", w::sse_kms(id), {}, {}, true},
          {"SSE-C", w::sse_c(key), w::sse_c(key), w::source_sse_c(key), true}};
}

}  // namespace

TEST_CASE_METHOD(encryption_world,
                 "a copy between any two kinds has the bytes and the kind asked for") {
  for (const std::size_t size : {std::size_t{0}, std::size_t{5}, 3 * chunk + 9}) {
    const std::string text = plain_text(size);
    for (const kind& from : kinds('a')) {
      for (const kind& to : kinds('b')) {
        INFO(from.name << " to " << to.name << ", " << size << " bytes");
        REQUIRE(put("/bauamt/source", text, from.write).outcome() == "200");
        const auto blobs = world.store.ids();
        const answer made =
            copy("/bauamt/copy", "bauamt/source", joined(to.write, from.read_source));
        REQUIRE(made.outcome() == "200");
        CHECK(made.element("ETag") == etag_text(text));
        // Only what was not encrypted and is to be so is written anew.
        if (from.encrypted || !to.encrypted) CHECK(world.store.ids().size() <= blobs.size());
        remove("/bauamt/source");
        CHECK(world.accounting_fault().empty());  // what nobody refers to any more is gone
        const answer got = get("/bauamt/copy", "", to.read);
        CHECK(got.outcome() == "200");
        CHECK(got.body == text);
        CHECK(got.header("ETag") == etag_text(text));
        if (to.encrypted && size > 100) CHECK_FALSE(at_rest(text.substr(0, 40)));
        for (const auto& [name, value] : to.write) {
          if (name.ends_with("customer-key")) continue;
          CHECK(got.header(name) == value);
          CHECK(made.header(name) == value);
        }
        remove("/bauamt/copy");
        CHECK(world.accounting_fault().empty());
      }
    }
  }
}

TEST_CASE_METHOD(encryption_world, "a copy is never less encrypted than its source") {
  put("/bauamt/source", "hello", sse_kms());
  CHECK(copy("/bauamt/copy", "bauamt/source").header(algorithm) == "AES256");
  CHECK(get("/bauamt/copy").body == "hello");
}

TEST_CASE_METHOD(encryption_world, "a source under a customer's key needs that key") {
  put("/bauamt/source", "hello", sse_c('a'));
  CHECK(copy("/bauamt/copy", "bauamt/source").outcome() == "400 InvalidRequest");
  CHECK(copy("/bauamt/copy", "bauamt/source", source_sse_c('x')).outcome() == "403 AccessDenied");
  CHECK(copy("/bauamt/copy", "bauamt/source", source_sse_c('a')).outcome() == "200");
  put("/bauamt/plain", "hello");
  CHECK(copy("/bauamt/copy", "bauamt/plain", source_sse_c('a')).outcome() == "400 InvalidRequest");
  REQUIRE(test::run_task(keys->set_enabled("testkey-1", false)));
  CHECK(copy("/bauamt/copy", "bauamt/plain", sse_kms()).outcome() == "400 KMS.DisabledException");
}

TEST_CASE_METHOD(encryption_world, "an object is encrypted in place by a copy onto itself") {
  const std::string text = plain_text(chunk + 1);
  put("/bauamt/key", text, {{"x-amz-meta-a", "b"}});
  CHECK(copy("/bauamt/key", "bauamt/key", sse_s3()).outcome() == "200");
  CHECK(world.accounting_fault().empty());
  CHECK_FALSE(at_rest(text.substr(0, 40)));
  CHECK(get("/bauamt/key").body == text);
  CHECK(get("/bauamt/key").header("x-amz-meta-a") == "b");
  // From one key to another no bytes move.
  const auto blobs = world.store.ids();
  CHECK(copy("/bauamt/key", "bauamt/key", sse_kms("testkey-2")).header(key_id) == "testkey-2");
  CHECK(copy("/bauamt/key", "bauamt/key", sse_c('n')).outcome() == "200");
  CHECK(world.store.ids() == blobs);
  CHECK(get("/bauamt/key", "", sse_c('n')).body == text);
  CHECK(get("/bauamt/key").status == 400);
}

TEST_CASE_METHOD(encryption_world, "a customer's key is taken off in place by a copy onto itself") {
  put("/bauamt/key", "hello", sse_c('a'));
  CHECK(copy("/bauamt/key", "bauamt/key", source_sse_c('x')).outcome() == "403 AccessDenied");
  CHECK(copy("/bauamt/key", "bauamt/key", source_sse_c('a')).outcome() == "200");
  CHECK(get("/bauamt/key").body == "hello");
  CHECK(get("/bauamt/key").header(algorithm) == "AES256");
  CHECK(copy("/bauamt/key", "bauamt/key").outcome() == "400 InvalidRequest");
}

TEST_CASE_METHOD(encryption_world,
                 "new metadata moves no bytes, whatever the installation encrypts") {
  put("/bauamt/key", plain_text(chunk));
  services.encrypt_by_default = true;
  const auto blobs = world.store.ids();
  const answer a = copy("/bauamt/key", "bauamt/key",
                        {{"x-amz-metadata-directive", "REPLACE"}, {"x-amz-meta-mtime", "1"}});
  CHECK(a.outcome() == "200");
  CHECK(a.header(algorithm) == "(none)");
  CHECK(world.store.ids() == blobs);
  CHECK(copy("/bauamt/copy", "bauamt/key").header(algorithm) == "AES256");
}

TEST_CASE_METHOD(encryption_world, "a copy that is written anew keeps or changes its checksum") {
  using storage::crypto::algorithm;
  put("/bauamt/key", "hello", {{"x-amz-checksum-crc32", base64(algorithm::crc32, "hello")}});
  CHECK(copy("/bauamt/copy", "bauamt/key", sse_s3()).element("ChecksumCRC32") ==
        base64(algorithm::crc32, "hello"));
  const header_list sha = joined(sse_s3(), {{"x-amz-checksum-algorithm", "SHA256"}});
  CHECK(copy("/bauamt/copy", "bauamt/key", sha).element("ChecksumSHA256") ==
        base64(algorithm::sha256, "hello"));
  // The same of a source that is encrypted already.
  CHECK(copy("/bauamt/again", "bauamt/copy", {{"x-amz-checksum-algorithm", "SHA1"}})
            .element("ChecksumSHA1") == base64(algorithm::sha1, "hello"));
}

TEST_CASE_METHOD(encryption_world, "parts are encrypted one by one and read as one object") {
  const std::vector<std::string> parts{plain_text(chunk + 5), plain_text(70), plain_text(2 * chunk),
                                       plain_text(1)};
  std::string whole;
  for (const std::string& p : parts) whole += p;
  for (const kind& k : kinds('a')) {
    INFO(k.name);
    const std::string upload = start("/bauamt/key", k.write);
    std::vector<test::listed_part> listed;
    for (std::size_t i = 0; i < parts.size(); ++i) {
      const auto number = static_cast<std::uint32_t>(i + 1);
      const answer a = part("/bauamt/key", upload, number, parts[i], k.read);
      REQUIRE(a.outcome() == "200");
      CHECK(a.header("ETag") == etag_text(parts[i]));
      listed.push_back({number, a.header("ETag")});
    }
    REQUIRE(complete("/bauamt/key", upload, listed).outcome() == "200");
    if (k.encrypted) CHECK_FALSE(at_rest(whole.substr(0, 40)));
    const answer got = get("/bauamt/key", "", k.read);
    CHECK(got.body == whole);
    CHECK(got.header("ETag") == multipart_etag(parts));
    // Across the borders of chunks and of parts.
    for (const std::size_t from : {chunk - 3, chunk + 3, chunk + 70, chunk + 74, 2 * chunk}) {
      header_list range = k.read;
      range.emplace_back("Range",
                         "bytes=" + std::to_string(from) + "-" + std::to_string(from + 99));
      CHECK(get("/bauamt/key", "", range).body == whole.substr(from, 100));
    }
    const answer second = get("/bauamt/key", "partNumber=2", k.read);
    CHECK(second.body == parts[1]);
    // The copy of a whole upload is one data key wrapped anew.
    CHECK(
        copy("/bauamt/copy", "bauamt/key", joined(sse_kms("testkey-2"), k.read_source)).outcome() ==
        "200");
    CHECK(get("/bauamt/copy").body == whole);
    remove("/bauamt/key");
    remove("/bauamt/copy");
    CHECK(world.accounting_fault().empty());
  }
}

TEST_CASE_METHOD(encryption_world, "parts are copied between any two kinds") {
  const std::string text = plain_text(2 * chunk + 100);
  for (const kind& from : kinds('a')) {
    put("/bauamt/source", text, from.write);
    for (const kind& to : kinds('b')) {
      INFO(from.name << " to " << to.name);
      const std::string upload = start("/bauamt/key", to.write);
      header_list headers = joined(to.read, from.read_source);
      headers.emplace_back("x-amz-copy-source", "bauamt/source");
      headers.emplace_back("x-amz-copy-source-range", "bytes=100-" + std::to_string(2 * chunk));
      const answer made = part("/bauamt/key", upload, 1, "", headers);
      REQUIRE(made.outcome() == "200");
      REQUIRE(complete("/bauamt/key", upload, {{1, made.element("ETag")}}).outcome() == "200");
      CHECK(get("/bauamt/key", "", to.read).body == text.substr(100, 2 * chunk - 99));
    }
  }
}

TEST_CASE_METHOD(encryption_world, "a completion names the upload's encryption or none") {
  const auto completed = [&](const header_list& create, const header_list& end) {
    header_list parts = create.size() == 2 ? header_list() : create;
    const bool sums = !create.empty() && create.back().first == "x-amz-checksum-algorithm";
    const std::string sum = base64(storage::crypto::algorithm::sha256, "hello");
    if (sums) parts.back() = {"x-amz-checksum-sha256", sum};
    const std::string upload = start("/bauamt/key", create);
    const std::string etag = part("/bauamt/key", upload, 1, "hello", parts).header("ETag");
    const std::string listed = sums ? "<ChecksumSHA256>" + sum + "</ChecksumSHA256>" : "";
    return complete("/bauamt/key", upload, {{1, etag, listed}}, end).outcome();
  };
  CHECK(completed(sse_c('a'), {}) == "200");
  CHECK(completed(sse_c('a'), sse_c('a')) == "200");
  CHECK(completed(sse_c('a'), sse_c('b')) == "400 InvalidRequest");
  CHECK(completed(sse_kms(), sse_kms()) == "200");
  CHECK(completed(sse_kms(), sse_s3()) == "400 InvalidArgument");
  CHECK(completed(sse_kms(), sse_c()) == "400 InvalidRequest");
  CHECK(completed({}, sse_s3()) == "400 InvalidArgument");
  // AWS: needed when the upload has a checksum algorithm.
  const header_list sha = joined(sse_c('a'), {{"x-amz-checksum-algorithm", "SHA256"}});
  CHECK(completed(sha, {}) == "400 InvalidRequest");
  CHECK(completed(sha, sse_c('a')) == "200");
}

TEST_CASE_METHOD(encryption_world, "parts speak of the upload's encryption or of none") {
  std::string upload = start("/bauamt/key", sse_c('a'));
  const auto with = [&](const header_list& headers) {
    return part("/bauamt/key", upload, 1, "hello", headers).outcome();
  };
  CHECK(with({}) == "400 InvalidRequest");
  CHECK(with(sse_c('b')) == "400 InvalidRequest");
  CHECK(with(sse_s3()) == "400 InvalidArgument");
  CHECK(with(sse_c('a')) == "200");
  upload = start("/bauamt/key");
  CHECK(with(sse_c('a')) == "400 InvalidRequest");
  CHECK(with(sse_s3()) == "400 InvalidArgument");
  CHECK(with(sse_kms()) == "400 InvalidArgument");
  CHECK(with({}) == "200");
  upload = start("/bauamt/key", sse_kms());
  CHECK(with(sse_s3()) == "400 InvalidArgument");
  CHECK(with(sse_kms()) == "200");
  CHECK(with({}) == "200");
}

}  // namespace encryption_copy_test
