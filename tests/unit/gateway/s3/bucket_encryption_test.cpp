// The default encryption of a bucket, and of the installation.
#include "tests/support/catch.hpp"
#include "tests/unit/gateway/s3/encryption_world.hpp"

namespace bucket_encryption_test {

using namespace torhaus;
using test::answer;
using test::encryption_world;
using test::header_list;

namespace {

const std::string algorithm = "x-amz-server-side-encryption";
const std::string key_id = "x-amz-server-side-encryption-aws-kms-key-id";

std::string rule(const std::string& inner) {
  return "<ServerSideEncryptionConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
         "<Rule>" +
         inner + "</Rule></ServerSideEncryptionConfiguration>";
}
std::string by_default(const std::string& inner) {
  return "<ApplyServerSideEncryptionByDefault>" + inner + "</ApplyServerSideEncryptionByDefault>";
}
const std::string aes = by_default("<SSEAlgorithm>AES256</SSEAlgorithm>");
const std::string kms =
    by_default("<SSEAlgorithm>aws:kms</SSEAlgorithm><KMSMasterKeyID>testkey-1</KMSMasterKeyID>");

struct default_world : encryption_world {
  answer set(const std::string& body) {
    return send({.method = "PUT", .path = "/bauamt", .query = "encryption", .body = body}, owner);
  }
};

}  // namespace

TEST_CASE_METHOD(default_world, "the setting is stored, shown and removed") {
  CHECK(get("/bauamt", "encryption").outcome() ==
        "404 ServerSideEncryptionConfigurationNotFoundError");
  CHECK(set(rule(aes)).outcome() == "200");
  CHECK(get("/bauamt", "encryption").body ==
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" +
            rule(aes + "<BucketKeyEnabled>false</BucketKeyEnabled>"));
  CHECK(set(rule(kms + "<BucketKeyEnabled>true</BucketKeyEnabled>")).outcome() == "200");
  const answer a = get("/bauamt", "encryption");
  CHECK(a.element("SSEAlgorithm") == "aws:kms");
  CHECK(a.element("KMSMasterKeyID") == "testkey-1");
  CHECK(a.element("BucketKeyEnabled") == "true");
  CHECK(remove("/bauamt", "encryption").status == 204);
  CHECK(remove("/bauamt", "encryption").status == 204);
  CHECK(get("/bauamt", "encryption").status == 404);
}

TEST_CASE_METHOD(default_world, "objects are encrypted as the bucket says unless they say it") {
  put("/bauamt/before", "x");
  set(rule(aes));
  CHECK(put("/bauamt/key", "hello").header(algorithm) == "AES256");
  CHECK(get("/bauamt/key").header(algorithm) == "AES256");
  CHECK(get("/bauamt/key").body == "hello");
  CHECK(get("/bauamt/before").header(algorithm) == "(none)");

  set(rule(kms + "<BucketKeyEnabled>true</BucketKeyEnabled>"));
  answer a = put("/bauamt/key", "hello");
  CHECK(a.header(algorithm) == "aws:kms");
  CHECK(a.header(key_id) == "testkey-1");
  CHECK(a.header(algorithm + "-bucket-key-enabled") == "true");
  a = put("/bauamt/key", "hello", {{algorithm + "-bucket-key-enabled", "false"}});
  CHECK(a.header(algorithm + "-bucket-key-enabled") == "(none)");
  CHECK(put("/bauamt/key", "hello", {{algorithm, "aws:kms"}}).header(key_id) == "testkey-1");
  CHECK(put("/bauamt/key", "hello", sse_kms("testkey-2")).header(key_id) == "testkey-2");
  CHECK(put("/bauamt/key", "hello", sse_s3()).header(algorithm) == "AES256");
  CHECK(put("/bauamt/key", "hello", sse_c()).header(algorithm) == "(none)");

  const std::string upload = start("/bauamt/parts");
  const answer part_of = part("/bauamt/parts", upload, 1, "hello");
  CHECK(part_of.header(algorithm) == "aws:kms");
  CHECK(complete("/bauamt/parts", upload, {{1, part_of.header("ETag")}}).header(key_id) ==
        "testkey-1");
}

TEST_CASE_METHOD(default_world, "a key is looked for when an object needs it") {
  CHECK(set(rule(by_default("<SSEAlgorithm>aws:kms</SSEAlgorithm>"
                            "<KMSMasterKeyID>nobody</KMSMasterKeyID>")))
            .outcome() == "200");
  CHECK(put("/bauamt/key", "x").outcome() == "400 KMS.NotFoundException");
  CHECK(get("/bauamt/key").status == 404);
}

TEST_CASE_METHOD(default_world, "an installation may encrypt everything, and says so") {
  services.encrypt_by_default = true;
  const answer a = get("/bauamt", "encryption");
  CHECK(a.element("SSEAlgorithm") == "AES256");
  CHECK(a.element("BucketKeyEnabled") == "false");
  CHECK(put("/bauamt/key", "hello").header(algorithm) == "AES256");
  CHECK(get("/bauamt/key").body == "hello");
  set(rule(kms));
  CHECK(put("/bauamt/key", "hello").header(algorithm) == "aws:kms");
  remove("/bauamt", "encryption");
  CHECK(put("/bauamt/key", "hello").header(algorithm) == "AES256");
}

TEST_CASE_METHOD(default_world, "customers' keys can be blocked on a bucket") {
  put("/bauamt/before", "hello", sse_c());
  set(rule(aes + "<BlockedEncryptionTypes><EncryptionType>SSE-C</EncryptionType>"
                 "</BlockedEncryptionTypes>"));
  CHECK(get("/bauamt", "encryption").element("EncryptionType") == "SSE-C");
  CHECK(put("/bauamt/key", "x", sse_c()).outcome() == "403 AccessDenied");
  CHECK(post("/bauamt/key", "uploads", "", sse_c()).outcome() == "403 AccessDenied");
  CHECK(get("/bauamt/before", "", sse_c()).body == "hello");
  set(rule(aes + "<BlockedEncryptionTypes><EncryptionType>NONE</EncryptionType>"
                 "</BlockedEncryptionTypes>"));
  CHECK(get("/bauamt", "encryption").element("EncryptionType") == "NONE");
  CHECK(put("/bauamt/key", "x", sse_c()).outcome() == "200");
}

TEST_CASE_METHOD(default_world, "wrong documents change nothing") {
  set(rule(aes));
  const std::string empty = "<ServerSideEncryptionConfiguration/>";
  for (const std::string& body :
       {std::string("no XML"), empty, rule(""), rule("<Unknown/>"),
        rule(by_default("<SSEAlgorithm>DES</SSEAlgorithm>")), rule(by_default("")),
        rule(aes + "<BucketKeyEnabled>maybe</BucketKeyEnabled>"),
        rule(aes + "<BlockedEncryptionTypes><EncryptionType>SSE-S3</EncryptionType>"
                   "</BlockedEncryptionTypes>"),
        rule(aes + "</Rule><Rule>" + aes)}) {
    INFO(body);
    CHECK(set(body).outcome() == "400 MalformedXML");
  }
  CHECK(set(rule(by_default("<SSEAlgorithm>AES256</SSEAlgorithm>"
                            "<KMSMasterKeyID>testkey-1</KMSMasterKeyID>")))
            .outcome() == "400 InvalidArgument");
  CHECK(set(rule(by_default("<SSEAlgorithm>aws:kms:dsse</SSEAlgorithm>"))).outcome() ==
        "501 NotImplemented");
  CHECK(get("/bauamt", "encryption").element("SSEAlgorithm") == "AES256");
}

}  // namespace bucket_encryption_test
