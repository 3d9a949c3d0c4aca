// SSE-S3, SSE-KMS and SSE-C on PutObject, GetObject and HeadObject.
#include "tests/support/catch.hpp"
#include "tests/unit/gateway/s3/encryption_world.hpp"

namespace encryption_test {

using namespace torhaus;
using test::answer;
using test::chunk;
using test::encryption_world;
using test::header_list;
using test::plain_text;

namespace {

const std::string algorithm = "x-amz-server-side-encryption";
const std::string key_id = "x-amz-server-side-encryption-aws-kms-key-id";
const std::string customer = "x-amz-server-side-encryption-customer-";

struct kind {
  const char* name;
  header_list write;
  header_list read;
};
std::vector<kind> kinds() {
  return {{"SSE-S3", encryption_world::sse_s3(), {}},
          {"SSE-KMS", encryption_world::sse_kms(), {}},
          {"SSE-C", encryption_world::sse_c(), encryption_world::sse_c()}};
}

}  // namespace

TEST_CASE_METHOD(encryption_world,
                 "objects of any size come back, and are not stored in the clear") {
  for (const kind& k : kinds()) {
    for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{5000}, chunk - 1,
                                   chunk, chunk + 1, 5 * chunk + 7}) {
      INFO(k.name << " " << size);
      const std::string text = plain_text(size);
      const answer stored = put("/bauamt/key", text, k.write);
      REQUIRE(stored.outcome() == "200");
      CHECK(stored.header("ETag") == etag_text(text));
      const answer got = get("/bauamt/key", "", k.read);
      CHECK(got.outcome() == "200");
      CHECK(got.body == text);
      CHECK(got.header("ETag") == etag_text(text));
      if (size > 100) CHECK_FALSE(at_rest(text.substr(0, 40)));
      const answer head_of = head("/bauamt/key", "", k.read);
      CHECK(head_of.status == 200);
      CHECK(head_of.length_of_absent_body == size);
      // Sizes of listings are those of the plaintext.
      CHECK(get("/bauamt", "list-type=2").element("Size") == std::to_string(size));
    }
  }
  CHECK(world.accounting_fault().empty());
}

TEST_CASE_METHOD(encryption_world, "without encryption the text does lie in the store") {
  put("/bauamt/key", plain_text(5000));
  CHECK(at_rest(plain_text(40)));
  CHECK(get("/bauamt/key").header(algorithm) == "(none)");
}

TEST_CASE_METHOD(encryption_world, "answers say how an object is encrypted") {
  answer a = put("/bauamt/s3", "x", sse_s3());
  CHECK(a.header(algorithm) == "AES256");
  CHECK(a.header(key_id) == "(none)");
  CHECK(get("/bauamt/s3").header(algorithm) == "AES256");
  CHECK(head("/bauamt/s3").header(algorithm) == "AES256");

  const std::string context = storage::crypto::to_base64(R"({"project":"bau"})");
  header_list kms = sse_kms();
  kms.emplace_back(algorithm + "-context", context);
  kms.emplace_back(algorithm + "-bucket-key-enabled", "true");
  a = put("/bauamt/kms", "x", kms);
  CHECK(a.header(algorithm) == "aws:kms");
  CHECK(a.header(key_id) == "testkey-1");
  CHECK(a.header(algorithm + "-context") == context);
  CHECK(a.header(algorithm + "-bucket-key-enabled") == "true");
  a = get("/bauamt/kms");
  CHECK(a.header(algorithm) == "aws:kms");
  CHECK(a.header(key_id) == "testkey-1");
  CHECK(a.header(algorithm + "-context") == "(none)");
  CHECK(a.header(algorithm + "-bucket-key-enabled") == "true");
  CHECK(a.body == "x");

  a = put("/bauamt/c", "x", sse_c());
  CHECK(a.header(algorithm) == "(none)");
  CHECK(a.header(customer + "algorithm") == "AES256");
  CHECK(a.header(customer + "key-MD5") == sse_c()[2].second);
  CHECK(a.header(customer + "key") == "(none)");
  CHECK(head("/bauamt/c", "", sse_c()).header(customer + "key-MD5") == sse_c()[2].second);
}

TEST_CASE_METHOD(encryption_world, "ranges are cut out of the plaintext") {
  const std::string text = plain_text(4 * chunk + 100);
  for (const kind& k : kinds()) {
    put("/bauamt/key", text, k.write);
    for (const std::size_t from : {std::size_t{0}, chunk - 1, chunk, 2 * chunk + 5, 4 * chunk}) {
      for (const std::size_t length : {std::size_t{1}, std::size_t{2}, chunk, 2 * chunk + 1}) {
        const std::string wanted = text.substr(from, length);
        header_list headers = k.read;
        headers.emplace_back(
            "Range", "bytes=" + std::to_string(from) + "-" + std::to_string(from + length - 1));
        const answer got = get("/bauamt/key", "", headers);
        INFO(k.name << " " << length << " at " << from);
        REQUIRE(got.status == 206);
        REQUIRE(got.body == wanted);
      }
    }
  }
}

TEST_CASE_METHOD(encryption_world, "a checksum is that of the plaintext, and checked") {
  using storage::crypto::algorithm;
  const std::string text = plain_text(70'000);
  for (const kind& k : kinds()) {
    header_list headers = k.write;
    headers.emplace_back("x-amz-checksum-sha256", base64(algorithm::sha256, text));
    CHECK(put("/bauamt/key", text, headers).header("x-amz-checksum-sha256") ==
          base64(algorithm::sha256, text));
    header_list mode = k.read;
    mode.emplace_back("x-amz-checksum-mode", "ENABLED");
    CHECK(head("/bauamt/key", "", mode).header("x-amz-checksum-sha256") ==
          base64(algorithm::sha256, text));
    headers = k.write;
    headers.emplace_back("x-amz-checksum-sha256", base64(algorithm::sha256, "other"));
    CHECK(put("/bauamt/other", text, headers).outcome() == "400 BadDigest");
  }
  CHECK(get("/bauamt/other").status == 404);
}

TEST_CASE_METHOD(encryption_world,
                 "a flipped bit at rest breaks the answer and yields no wrong bytes") {
  const std::string text = plain_text(8 * chunk);
  for (const kind& k : kinds()) {
    put("/bauamt/key", text, k.write);
    flip_all(5 * chunk);
    const answer got = get("/bauamt/key", "", k.read);
    CHECK(got.broken);
    CHECK(text.starts_with(got.body));
    header_list range = k.read;
    range.emplace_back("Range", "bytes=0-99");
    CHECK(get("/bauamt/key", "", range).body == text.substr(0, 100));
    remove("/bauamt/key");
    CHECK(world.accounting_fault().empty());
  }
}

TEST_CASE_METHOD(encryption_world, "what a customer encrypts needs the customer's key") {
  put("/bauamt/key", "hello", sse_c('k'));
  for (const char* method : {"GET", "HEAD"}) {
    const auto with = [&](const header_list& headers) {
      return send({.method = method, .path = "/bauamt/key", .headers = headers}, owner);
    };
    CHECK(with({}).status == 400);
    CHECK(with(sse_c('K')).status == 403);
    CHECK(with(sse_c('k')).status == 200);
  }
  CHECK(get("/bauamt/key").outcome() == "400 InvalidRequest");
  const answer other = get("/bauamt/key", "", sse_c('K'));
  CHECK(other.outcome() == "403 AccessDenied");
  CHECK(other.element("Message") ==
        "Requests specifying Server Side Encryption with Customer provided keys must provide the "
        "correct secret key.");
  // As AWS: a key of another length than it can have is told of when something is written.
  header_list longer = sse_c('k');
  longer[1].second = storage::crypto::to_base64(std::string(44, 'k'));
  longer[2].second = base64(storage::crypto::algorithm::md5, std::string(44, 'k'));
  CHECK(get("/bauamt/key", "", longer).outcome() == "403 AccessDenied");
  CHECK(head("/bauamt/key", "", longer).status == 403);
  CHECK(put("/bauamt/longer", "hello", longer).outcome() == "400 InvalidArgument");
  longer[2].second = "wrong";
  CHECK(get("/bauamt/key", "", longer).outcome() == "400 InvalidArgument");
  // And no others.
  put("/bauamt/plain", "hello");
  put("/bauamt/s3", "hello", sse_s3());
  CHECK(get("/bauamt/plain", "", sse_c()).outcome() == "400 InvalidRequest");
  CHECK(get("/bauamt/s3", "", sse_c()).outcome() == "400 InvalidRequest");
  CHECK(head("/bauamt/s3", "", sse_c()).status == 400);
  // Tags and deletion need no key.
  CHECK(get("/bauamt/key", "tagging").status == 200);
  CHECK(remove("/bauamt/key").status == 204);
}

TEST_CASE_METHOD(encryption_world, "a customer's key is stored nowhere") {
  const std::string raw(32, 'k');
  put("/bauamt/key", plain_text(100'000), sse_c('k'));
  CHECK_FALSE(at_rest(raw));
  CHECK_FALSE(at_rest(storage::crypto::to_base64(raw)));
  CHECK_FALSE(at_rest(std::string(test::digest(storage::crypto::algorithm::md5, raw).bytes())));
}

TEST_CASE_METHOD(encryption_world, "the three headers of a customer's key belong together") {
  const std::string raw(32, 'k');
  const auto with = [&](header_list headers) { return put("/bauamt/key", "x", headers).outcome(); };
  const header_list good = sse_c();
  const answer alone = put("/bauamt/key", "x", {good[0]});
  CHECK(alone.outcome() == "400 InvalidArgument");
  CHECK(alone.element("ArgumentName") == "x-amz-server-side-encryption");
  CHECK(alone.element("ArgumentValue") == "(none)");
  CHECK(with({good[0], good[1]}) == "400 InvalidArgument");
  CHECK(with({good[1], good[2]}) == "400 InvalidArgument");
  CHECK(with({good[2]}) == "400 InvalidArgument");
  CHECK(with({good[0],
              good[1],
              {customer + "key-MD5", base64(storage::crypto::algorithm::md5, "y")}}) ==
        "400 InvalidArgument");
  CHECK(with({{customer + "algorithm", "AES128"}, good[1], good[2]}) ==
        "400 InvalidEncryptionAlgorithmError");
  const std::string short_key(16, 'k');
  CHECK(with({good[0],
              {customer + "key", storage::crypto::to_base64(short_key)},
              {customer + "key-MD5", base64(storage::crypto::algorithm::md5, short_key)}}) ==
        "400 InvalidArgument");
  CHECK(with({good[0], {customer + "key", "%%%"}, good[2]}) == "400 InvalidArgument");
  CHECK(get("/bauamt/key").status == 404);
}

TEST_CASE_METHOD(encryption_world, "a customer's key over plain HTTP is refused unless allowed") {
  services.allow_sse_c_over_http = false;
  CHECK(put("/bauamt/key", "x", sse_c()).outcome() == "400 InvalidRequest");
  CHECK(get("/bauamt/key").status == 404);
}

TEST_CASE_METHOD(encryption_world, "encryption that contradicts itself is refused") {
  const auto with = [&](const header_list& headers) {
    return put("/bauamt/key", "x", headers).outcome();
  };
  CHECK(with(joined(sse_s3(), sse_c())) == "400 InvalidArgument");
  CHECK(with(joined(sse_kms(), sse_c())) == "400 InvalidArgument");
  CHECK(with({{algorithm, "AES256"}, {key_id, "testkey-1"}}) == "400 InvalidArgument");
  CHECK(with({{key_id, "testkey-1"}}) == "400 InvalidArgument");
  CHECK(with({{algorithm, "aes:kms"}}) == "400 InvalidArgument");
  CHECK(with({{algorithm, ""}}) == "400 InvalidArgument");
  CHECK(with({{algorithm, "aws:kms:dsse"}}) == "501 NotImplemented");
  CHECK(with({{algorithm, "AES256"}, {algorithm + "-context", "e30="}}) == "400 InvalidArgument");
  for (const char* context : {"%", "e30", "W10=", "eyJhIjoxfQ=="}) {  // {, [], {"a":1}
    CHECK(with(joined(sse_kms(), {{algorithm + "-context", context}})) == "400 InvalidArgument");
  }
  CHECK(with(joined(sse_kms(), {{algorithm + "-bucket-key-enabled", "yes"}})) ==
        "400 InvalidArgument");
  CHECK(get("/bauamt/key").status == 404);
  // Nor do reads say how to encrypt.
  put("/bauamt/key", "x", sse_s3());
  for (const header_list& headers : {sse_s3(), sse_kms()}) {
    CHECK(get("/bauamt/key", "", headers).outcome() == "400 InvalidArgument");
    CHECK(head("/bauamt/key", "", headers).status == 400);
  }
}

TEST_CASE_METHOD(encryption_world, "keys of the key store are named by id, alias or ARN") {
  auth::keys::new_key wanted;
  wanted.id = "named";
  wanted.alias = "alias/bau/sued";
  REQUIRE(test::run_task(keys->create(wanted)));
  for (const char* name :
       {"named", "alias/bau/sued", "arn:aws:kms:eu-central-1:123456789012:key/named",
        "arn:aws:kms:eu-central-1:123456789012:alias/bau/sued"}) {
    CHECK(put("/bauamt/key", "hello", sse_kms(name)).header(key_id) == name);
    CHECK(get("/bauamt/key").header(key_id) == name);
    CHECK(get("/bauamt/key").body == "hello");
  }
  for (const char* name : {"nobody", "alias/nobody", "arn:aws:kms:eu-central-1:123456789012:key/no",
                           "arn:aws:s3:::bauamt", "torhaus/s3", "arn:aws:kms"}) {
    INFO(name);
    CHECK(put("/bauamt/no", "x", sse_kms(name)).outcome() == "400 KMS.NotFoundException");
  }
  CHECK(get("/bauamt/no").status == 404);
}

TEST_CASE_METHOD(encryption_world, "SSE-KMS without a key id takes the default key") {
  const answer a = put("/bauamt/key", "hello", {{algorithm, "aws:kms"}});
  const std::string arn = "arn:aws:kms:de-test-1:" + owner.agency.account + ":alias/aws/s3";
  CHECK(a.header(key_id) == arn);
  CHECK(get("/bauamt/key").body == "hello");
  // What an answer names can be named by a request.
  CHECK(put("/bauamt/again", "hello", sse_kms(arn)).outcome() == "200");
}

TEST_CASE_METHOD(encryption_world, "a disabled key locks its objects, and only those") {
  put("/bauamt/one", "hello", sse_kms("testkey-1"));
  put("/bauamt/two", "hello", sse_kms("testkey-2"));
  REQUIRE(test::run_task(keys->set_enabled("testkey-1", false)));
  CHECK(get("/bauamt/one").outcome() == "400 KMS.DisabledException");
  CHECK(put("/bauamt/new", "x", sse_kms("testkey-1")).outcome() == "400 KMS.DisabledException");
  CHECK(get("/bauamt/two").body == "hello");
  CHECK(head("/bauamt/one").status == 200);  // no key is needed for what is not encrypted
  REQUIRE(test::run_task(keys->set_enabled("testkey-1", true)));
  CHECK(get("/bauamt/one").body == "hello");
}

TEST_CASE_METHOD(encryption_world, "a rotated key still reads what it wrote before") {
  put("/bauamt/old", "old", sse_kms());
  REQUIRE(test::run_task(keys->rotate("testkey-1")));
  put("/bauamt/new", "new", sse_kms());
  CHECK(get("/bauamt/old").body == "old");
  CHECK(get("/bauamt/new").body == "new");
}

TEST_CASE_METHOD(encryption_world, "attributes under a customer's key need that key") {
  put("/bauamt/key", "hello", sse_c('k'));
  const header_list wish{{"x-amz-object-attributes", "ObjectSize"}};
  const auto with = [&](const header_list& more) {
    return get("/bauamt/key", "attributes", joined(wish, more));
  };
  CHECK(with({}).outcome() == "400 InvalidRequest");
  CHECK(with(sse_c('K')).outcome() == "403 AccessDenied");
  CHECK(with(sse_c('k')).element("ObjectSize") == "5");
}

TEST_CASE_METHOD(encryption_world, "a renamed object keeps its data key") {
  put("/bauamt/old", plain_text(100'000), sse_kms());
  const answer a = send({.method = "PUT",
                         .path = "/bauamt/new",
                         .query = "renameObject",
                         .headers = {{"x-amz-rename-source", "/old"}}},
                        owner);
  CHECK(a.outcome() == "200");
  CHECK(get("/bauamt/new").body == plain_text(100'000));
}

TEST_CASE_METHOD(encryption_world, "presigned URLs carry instructions in their query as well") {
  const answer stored = send_presigned({.method = "PUT",
                                        .path = "/bauamt/key",
                                        .query = "x-amz-server-side-encryption=AES256",
                                        .body = "hello"},
                                       owner);
  CHECK(stored.outcome() == "200");
  CHECK(stored.header(algorithm) == "AES256");
  const answer got = send_presigned({.path = "/bauamt/key"}, owner);
  CHECK(got.body == "hello");
}

}  // namespace encryption_test
