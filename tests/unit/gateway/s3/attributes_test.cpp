// What travels with an object in headers.
#include "gateway/s3/object/attributes.hpp"
#include "gateway/s3/object/tag_set.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/gateway/s3/gateway_world.hpp"

namespace attributes_test {

using namespace torhaus;
using test::answer;
using test::gateway_world;

namespace {

struct bucket_world : gateway_world {
  bucket_world() { make_bucket("bauamt"); }
  std::string outcome_with(const std::string& name, const std::string& value) {
    return put("/bauamt/key", "x", {{name, value}}).outcome();
  }
};

// "a=b c=d", or the error's code.
std::string tags(std::string_view header) {
  const auto parsed = gateway::s3::parse_tagging(header);
  if (!parsed) return std::string(code_of(parsed.error().code()));
  std::string out;
  for (const auto& [key, value] : *parsed) {
    out += (out.empty() ? "" : " ") + key + "=" + value;
  }
  return out;
}

}  // namespace

TEST_CASE_METHOD(bucket_world, "system headers come back as they were sent") {
  const test::header_list sent = {
      {"Content-Type", "text/html; charset=utf-8"},
      {"Cache-Control", "max-age=60"},
      {"Content-Disposition", "attachment; filename=\"\xC3\xA4.txt\""},
      {"Content-Encoding", "gzip"},
      {"Content-Language", "de"},
      {"Expires", "whatever the client says"},
      {"x-amz-website-redirect-location", "/other"},
  };
  CHECK(put("/bauamt/key", "x", sent).outcome() == "200");
  const answer got = get("/bauamt/key");
  for (const auto& [name, value] : sent) {
    INFO(name);
    CHECK(got.header(name) == value);
  }
}

TEST_CASE_METHOD(bucket_world, "metadata names are lower case, and repeated ones are one value") {
  put("/bauamt/key", "x",
      {{"X-Amz-Meta-UPPER", "Value"},
       {"x-amz-meta-two", "a"},
       {"X-Amz-Meta-Two", "b"},
       {"x-amz-meta-empty", ""}});
  const answer got = get("/bauamt/key");
  CHECK(got.header("x-amz-meta-upper") == "Value");
  CHECK(got.header("x-amz-meta-two") == "a,b");
  CHECK(got.header("x-amz-meta-empty").empty());
  for (const auto& [name, value] : got.headers) {
    if (name.starts_with("x-amz-meta-")) {
      CHECK(std::ranges::none_of(name, [](char c) { return c >= 'A' && c <= 'Z'; }));
    }
  }
}

TEST_CASE_METHOD(bucket_world, "a later object does not inherit metadata of an earlier one") {
  put("/bauamt/key", "x", {{"x-amz-meta-a", "b"}});
  put("/bauamt/key", "y");
  CHECK(get("/bauamt/key").header("x-amz-meta-a") == "(none)");
}

TEST_CASE_METHOD(bucket_world, "metadata has at most 2 KiB of names and values") {
  // "a" and its value; the prefix does not count.
  CHECK(outcome_with("x-amz-meta-a", std::string(2047, 'v')) == "200");
  const answer refused = put("/bauamt/key", "x", {{"x-amz-meta-a", std::string(2048, 'v')}});
  CHECK(refused.outcome() == "400 MetadataTooLarge");
  CHECK(refused.element("Size") == "2049");
  CHECK(refused.element("MaxSizeAllowed") == "2048");
}

TEST_CASE_METHOD(bucket_world, "storage classes are S3's, and STANDARD is not mentioned") {
  CHECK(outcome_with("x-amz-storage-class", "STANDARD_IA") == "200");
  CHECK(get("/bauamt/key").header("x-amz-storage-class") == "STANDARD_IA");
  CHECK(outcome_with("x-amz-storage-class", "STANDARD") == "200");
  CHECK(get("/bauamt/key").header("x-amz-storage-class") == "(none)");
  const answer luxury = put("/bauamt/key", "x", {{"x-amz-storage-class", "LUXURY"}});
  CHECK(luxury.outcome() == "400 InvalidStorageClass");
  CHECK(luxury.element("StorageClassRequested") == "LUXURY");
  CHECK(outcome_with("x-amz-storage-class", "standard") == "400 InvalidStorageClass");
}

TEST_CASE_METHOD(bucket_world, "what would protect an object and is not there is refused by name") {
  for (const char* name : {"x-amz-write-offset-bytes"}) {
    INFO(name);
    const answer a = put("/bauamt/key", "x", {{name, "1"}});
    CHECK(a.outcome() == "501 NotImplemented");
    CHECK(a.element("Header") == name);
  }
  CHECK(get("/bauamt/key").outcome() == "404 NoSuchKey");
}

TEST_CASE_METHOD(bucket_world, "with ACLs off, only the one that says so is taken") {
  CHECK(outcome_with("x-amz-acl", "private") == "200");
  CHECK(outcome_with("x-amz-acl", "bucket-owner-full-control") == "200");
  CHECK(outcome_with("x-amz-acl", "public-read") == "400 AccessControlListNotSupported");
  CHECK(outcome_with("x-amz-grant-read", "id=1") == "400 AccessControlListNotSupported");
}

TEST_CASE_METHOD(bucket_world, "tags are counted on reads") {
  CHECK(outcome_with("x-amz-tagging", "a=1&b=2") == "200");
  CHECK(get("/bauamt/key").header("x-amz-tagging-count") == "2");
  CHECK(outcome_with("x-amz-tagging", "a=1&a=2") == "400 InvalidArgument");
  CHECK(outcome_with("x-amz-tagging", "a=1,b=2") == "400 InvalidArgument");
  put("/bauamt/key", "x");
  CHECK(get("/bauamt/key").header("x-amz-tagging-count") == "(none)");
}

TEST_CASE("x-amz-tagging is a query string") {
  CHECK(tags("a=b") == "a=b");
  CHECK(tags("a=b&c=d") == "a=b c=d");
  CHECK(tags("").empty());
  CHECK(tags("a") == "a=");
  CHECK(tags("a=") == "a=");
  CHECK(tags("a=b=c") == "a=b=c");
  CHECK(tags("k%20ey=v+al%2Bue") == "k ey=v al+ue");
  CHECK(tags("%C3%A4=%E2%82%AC") == "\xC3\xA4=\xE2\x82\xAC");
}

TEST_CASE("tags beyond S3's limits are refused") {
  CHECK(tags("=b") == "InvalidArgument");
  CHECK(tags("a=1&a=2") == "InvalidArgument");
  CHECK(tags("aws:a=1") == "InvalidTag");
  CHECK(tags("a=%zz") == "InvalidArgument");
  CHECK(tags(std::string(128, 'k') + "=v") != "InvalidTag");
  CHECK(tags(std::string(129, 'k') + "=v") == "InvalidTag");
  CHECK(tags("k=" + std::string(256, 'v')) != "InvalidTag");
  CHECK(tags("k=" + std::string(257, 'v')) == "InvalidTag");
  std::string umlauts;
  for (int i = 0; i < 128; ++i) umlauts += "%C3%A4";
  CHECK(tags(umlauts + "=v") != "InvalidTag");
  std::string many;
  for (int i = 0; i < 10; ++i) many += "&k" + std::to_string(i) + "=v";
  CHECK(tags(many) != "BadRequest");
  CHECK(tags(many + "&k10=v") == "BadRequest");
}

}  // namespace attributes_test
