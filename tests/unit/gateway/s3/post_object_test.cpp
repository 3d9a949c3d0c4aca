// PostObject through the whole pipeline: what a form becomes, and what is refused.
#include "gateway/s3/parameters.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/gateway/s3/form_world.hpp"

namespace post_object_test {

using namespace torhaus;
using test::answer;
using test::boundary;
using test::form_body;
using test::form_fields;
using test::form_file;
using test::form_world;

namespace {

bool is_stored(form_world& w, const std::string& path) { return w.head(path).status == 200; }

}  // namespace

TEST_CASE_METHOD(form_world, "a signed form becomes an object with what its fields say") {
  const answer a = post_form(good_form(
      {{"key", "in/${filename}"},
       {"Content-Type", "text/css"},
       {"Cache-Control", "no-store"},
       {"Content-Disposition", "attachment"},
       {"x-amz-meta-Case", "  A 7 "},
       {"x-amz-storage-class", "STANDARD_IA"},
       {"acl", "bucket-owner-full-control"},
       {"tagging", "<Tagging><TagSet><Tag><Key>a b</Key><Value>1</Value></Tag></TagSet></Tagging>"},
       {"x-amz-checksum-crc32", base64(storage::crypto::algorithm::crc32, "hello")},
       {"x-ignore-me", "anything"},
       {"Content-MD5", base64(storage::crypto::algorithm::md5, "hello")}}));
  CHECK(a.outcome() == "204");
  CHECK(a.body.empty());
  CHECK(a.header("ETag") == "\"5d41402abc4b2a76b9719d911017c592\"");
  CHECK(a.header("Location") == "http://s3.example.org/bauamt/in%2Fhello.txt");
  const answer got = get("/bauamt/in/hello.txt", "", {{"x-amz-checksum-mode", "ENABLED"}});
  CHECK(got.body == "hello");
  CHECK(got.header("Content-Type") == "text/css");
  CHECK(got.header("Cache-Control") == "no-store");
  CHECK(got.header("Content-Disposition") == "attachment");
  CHECK(got.header("x-amz-meta-case") == "A 7");
  CHECK(got.header("x-amz-storage-class") == "STANDARD_IA");
  CHECK(got.header("x-amz-checksum-crc32") == "NhCmhg==");
  CHECK(get("/bauamt/in/hello.txt", "tagging").element("Key") == "a b");
  CHECK(seen.operation == "GetObjectTagging");
  CHECK(world.accounting_fault().empty());
}

TEST_CASE_METHOD(form_world, "a form's answer is the one it asks for") {
  const auto wanted = [&](const form_fields& more) {
    form_fields fields = {{"key", "a b/c"}};
    fields.insert(fields.end(), more.begin(), more.end());
    return post_form(good_form(fields));
  };
  CHECK(wanted({{"success_action_status", "200"}}).status == 200);
  CHECK(wanted({{"success_action_status", "404"}}).status == 204);
  const answer made = wanted({{"success_action_status", "201"}});
  CHECK(made.status == 201);
  CHECK(made.header("Content-Type") == "application/xml");
  CHECK(made.body ==
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<PostResponse>"
        "<Location>http://s3.example.org/bauamt/a%20b%2Fc</Location><Bucket>bauamt</Bucket>"
        "<Key>a b/c</Key><ETag>&quot;5d41402abc4b2a76b9719d911017c592&quot;</ETag></PostResponse>");
  const std::string said =
      "bucket=bauamt&key=a%20b%2Fc&etag=%225d41402abc4b2a76b9719d911017c592%22";
  const answer sent_on = wanted({{"success_action_redirect", "https://amt.example/done"}});
  CHECK(sent_on.status == 303);
  CHECK(sent_on.header("Location") == "https://amt.example/done?" + said);
  CHECK(wanted({{"redirect", "http://amt.example/?x=1#top"}, {"success_action_status", "201"}})
            .header("Location") == "http://amt.example/?x=1&" + said + "#top");
  for (const char* none : {"javascript:alert(1)", "//amt.example/", "https://", "https://a b/",
                           "https://a/\r\nSet-Cookie: x", "ftp://amt.example/", ""}) {
    INFO(none);
    CHECK(wanted({{"success_action_redirect", none}}).status == 204);
  }
}

TEST_CASE_METHOD(form_world, "a form's file may be large, empty, and of any bytes") {
  for (const std::size_t size : {0U, 1U, 8191U, 65536U, 300'000U, 1'000'000U}) {
    INFO(size);
    std::string bytes(size, '\0');
    for (std::size_t i = 0; i < size; ++i) bytes[i] = "\r\n--ab\0"[i * 7 % 11 % 7];
    CHECK(post_form(good_form({{"key", "file"}}), {bytes, "x"}).status == 204);
    CHECK(get("/bauamt/file").body == bytes);
  }
  const std::string nearly = std::string("\r\n--") + std::string(boundary).substr(0, 30) + "\r\n";
  CHECK(post_form(good_form({{"key", "file"}}), {nearly, "x"}).status == 204);
  CHECK(get("/bauamt/file").body == nearly);
}

TEST_CASE_METHOD(form_world, "what stands behind the file is ignored") {
  const answer a = post_form(good_form({{"key", "first"}}), {},
                             {{"key", "second"}, {"acl", "nonsense"}, {"nobody", "knows"}});
  CHECK(a.status == 204);
  CHECK(is_stored(*this, "/bauamt/first"));
  CHECK_FALSE(is_stored(*this, "/bauamt/second"));
}

TEST_CASE_METHOD(form_world, "a form that arrives byte by byte, or in chunks, is the same") {
  test::call c = form_call(form_body(good_form({{"key", "slow"}})));
  c.step = 1;
  CHECK(send(c).status == 204);
  CHECK(get("/bauamt/slow").body == "hello");
  c = form_call(form_body(good_form({{"key", "chunks"}})));
  c.chunked = true;
  c.headers.back() = {"Transfer-Encoding", "chunked"};
  CHECK(send(c).status == 204);
  CHECK(get("/bauamt/chunks").body == "hello");
}

TEST_CASE_METHOD(form_world, "a form that breaks off leaves nothing") {
  const std::string body = form_body(good_form({{"key", "cut"}}));
  for (std::size_t cut = 10; cut < body.size() - 3; cut += 97) {
    INFO(cut);
    test::call c = form_call(body);
    c.cut_after = cut;
    c.step = 50;
    CHECK(send(c).status == 400);
    c = form_call(body.substr(0, cut));
    CHECK(send(c).outcome() == "400 MalformedPOSTRequest");
  }
  CHECK_FALSE(is_stored(*this, "/bauamt/cut"));
  CHECK(world.accounting_fault().empty());
}

TEST_CASE_METHOD(form_world, "a form must be one") {
  test::call c = form_call("key=value");
  CHECK(send(c).outcome() == "400 MalformedPOSTRequest");
  c.headers[0].second = "application/x-www-form-urlencoded";
  CHECK(send(c).outcome() == "412 PreconditionFailed");
  const answer signed_one = send({.method = "POST", .path = "/bauamt"}, owner);
  CHECK(signed_one.outcome() == "412 PreconditionFailed");
  CHECK(signed_one.element("Condition") ==
        "Bucket POST must be of the enclosure-type multipart/form-data");
  CHECK(send({.method = "POST", .path = "/bauamt"}, stranger).outcome() == "403 AccessDenied");
}

TEST_CASE_METHOD(form_world, "a form has one signature, and it is in its fields") {
  test::call c = form_call(form_body(good_form({{"key", "twice"}})));
  CHECK(send(c, owner).outcome() == "400 InvalidArgument");
  CHECK(send_presigned(c, owner).outcome() == "400 InvalidArgument");
  CHECK(send(c, stranger).outcome() == "403 AccessDenied");
  form_fields both = good_form({{"key", "twice"}});
  both.insert(both.begin(), {"AWSAccessKeyId", owner.access_key_id});
  CHECK(post_form(both).outcome() == "400 InvalidArgument");
  CHECK_FALSE(is_stored(*this, "/bauamt/twice"));
}

TEST_CASE_METHOD(form_world, "an anonymous form enters no private bucket, nor does a foreign one") {
  CHECK(post_form({{"key", "k"}}).outcome() == "403 AccessDenied");
  const std::string policy =
      policy_of(R"({"bucket": "bauamt"}, {"key": "k"}, )" + signature_conditions(stranger));
  const answer a = post_form(signed_form({{"key", "k"}}, policy, stranger));
  CHECK(a.outcome() == "403 AccessDenied");
  CHECK(a.element("Message") ==
        "User: " + stranger.arn +
            " is not authorized to perform: s3:PutObject on resource: \"arn:aws:s3:::bauamt/k\"");
  CHECK_FALSE(is_stored(*this, "/bauamt/k"));
}

TEST_CASE_METHOD(form_world, "a form's signature must be that of its policy") {
  const form_fields good = good_form({{"key", "k"}});
  const auto changed = [&](const std::string& name, const std::string& value) {
    form_fields f = good;
    for (auto& [n, v] : f) {
      if (n == name) v = value;
    }
    return post_form(f);
  };
  const auto without = [&](const std::string& name) {
    form_fields f = good;
    std::erase_if(f, [&](const auto& one) { return one.first == name; });
    return post_form(f);
  };
  CHECK(changed("x-amz-signature", std::string(64, 'a')).outcome() == "403 SignatureDoesNotMatch");
  CHECK(changed("policy", storage::crypto::to_base64(policy_of(""))).outcome() ==
        "403 SignatureDoesNotMatch");
  CHECK(changed("x-amz-credential", "AKIANOBODY/20130524/de-test-1/s3/aws4_request").status == 400);
  CHECK(changed("x-amz-algorithm", "AWS4-ECDSA-P256-SHA256").outcome() == "501 NotImplemented");
  for (const char* name : {"policy", "x-amz-signature", "x-amz-credential", "x-amz-date"}) {
    INFO(name);
    CHECK(without(name).outcome() == "400 InvalidArgument");
    CHECK(without(name).element("Message").find("must contain a field named") != std::string::npos);
  }
  test::caller nobody = owner;
  nobody.access_key_id = "AKIANOBODY0000000001";
  const std::string policy =
      policy_of(R"({"bucket": "bauamt"}, {"key": "k"}, )" + signature_conditions(nobody));
  CHECK(post_form(signed_form({{"key", "k"}}, policy, nobody)).outcome() ==
        "403 InvalidAccessKeyId");
  form_fields token = good_form({{"key", "k"}, {"x-amz-security-token", "t"}});
  CHECK(post_form(token).outcome() == "400 InvalidToken");
  CHECK_FALSE(is_stored(*this, "/bauamt/k"));
}

// S3 itself: CulturalMe/meteor-slingshot#150. The other texts are those of the header.
TEST_CASE_METHOD(form_world, "what is wrong with a form's credential is said in S3's words") {
  const std::string key = owner.access_key_id + "/";
  const auto with = [&](const std::string& name, const std::string& value) {
    form_fields f = good_form({{"key", "k"}});
    for (auto& [n, v] : f) {
      if (n == name) v = value;
    }
    return post_form(f);
  };
  const std::string today = [&] {
    for (const auto& [n, v] : good_form({{"key", "k"}})) {
      if (n == "x-amz-date") return v.substr(0, 8);
    }
    return std::string();
  }();
  const std::string malformed =
      "the Credential is mal-formed; expecting "
      "\"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request\".";
  const std::pair<std::string, std::string> scopes[] = {
      {"no-slashes", malformed},
      {key + today + "/de-test-1/s3", malformed},
      {key + "2013-05-24/de-test-1/s3/aws4_request",
       "incorrect date format \"2013-05-24\". This date in the credential must be in the format "
       "\"yyyyMMdd\"."},
      {key + today + "/us-west-7/s3/aws4_request",
       "the region 'us-west-7' is wrong; expecting 'de-test-1'"},
      {key + today + "/de-test-1/ec2/aws4_request",
       "incorrect service \"ec2\". This endpoint belongs to \"s3\"."},
      {key + today + "/de-test-1/s3/aws5_request",
       "incorrect terminal \"aws5_request\". This endpoint uses \"aws4_request\"."}};
  for (const auto& [credential, message] : scopes) {
    INFO(credential);
    const answer a = with("x-amz-credential", credential);
    CHECK(a.outcome() == "400 InvalidArgument");
    CHECK(a.element("Message") == message);
    CHECK(a.element("ArgumentName") == "X-Amz-Credential");
    CHECK(a.element("ArgumentValue") == credential);
  }
  CHECK(with("x-amz-credential", scopes[3].first).element("Region") == "de-test-1");
  CHECK(with("x-amz-credential", key + "20010101/de-test-1/s3/aws4_request").outcome() ==
        "400 InvalidArgument");
  const answer algorithm = with("x-amz-algorithm", "AWS4-HMAC-SHA1");
  CHECK(algorithm.outcome() == "400 InvalidArgument");
  CHECK(algorithm.element("Message") == "Only AWS4-HMAC-SHA256 is supported");
  CHECK(algorithm.element("ArgumentName") == "X-Amz-Algorithm");
  const answer date = with("x-amz-date", "2013-05-24T00:00:00Z");
  CHECK(date.outcome() == "400 InvalidArgument");
  CHECK(date.element("ArgumentName") == "X-Amz-Date");
  CHECK(date.element("ArgumentValue") == "2013-05-24T00:00:00Z");
}

TEST_CASE_METHOD(form_world, "a form whose policy has expired is refused as S3 refuses it") {
  const form_fields form = good_form({{"key", "k"}});
  world.clock.advance(std::chrono::hours(24 * 365 * 50));
  const answer a = post_form(form);
  CHECK(a.outcome() == "403 AccessDenied");
  CHECK(a.element("Message") == "Invalid according to Policy: Policy expired.");
  CHECK_FALSE(is_stored(*this, "/bauamt/k"));
}

TEST_CASE_METHOD(form_world, "Signature Version 2 is for forms, and only where it is allowed") {
  const std::string policy =
      storage::crypto::to_base64(policy_of(R"({"bucket": "bauamt"}, {"key": "old"})"));
  const form_fields old = {
      {"key", "old"},
      {"AWSAccessKeyId", owner.access_key_id},
      {"policy", policy},
      {"signature", storage::crypto::to_base64(storage::crypto::hmac_sha1(owner.secret, policy))}};
  CHECK(post_form(old).outcome() == "400 InvalidRequest");
  auth::authenticator allowing{{.identities = &identities,
                                .clock = &world.clock,
                                .regions = {region},
                                .form_signature_version_2 = true}};
  services.authenticator = &allowing;
  CHECK(post_form(old).status == 204);
  CHECK(get("/bauamt/old").body == "hello");
  form_fields wrong = old;
  wrong[3].second[0] = wrong[3].second[0] == 'A' ? 'B' : 'A';
  CHECK(post_form(wrong).outcome() == "403 SignatureDoesNotMatch");
  wrong = old;
  wrong.pop_back();
  CHECK(post_form(wrong).outcome() == "400 InvalidArgument");
  wrong = old;
  wrong[1].second = "AKIANOBODY0000000001";
  CHECK(post_form(wrong).outcome() == "403 InvalidAccessKeyId");
}

TEST_CASE_METHOD(form_world, "the file's size must be in the policy's range") {
  const auto sized = [&](const std::string& range, const std::string& bytes) {
    return post_form(good_form({{"key", "k"}}, "[\"content-length-range\", " + range + "]"),
                     {bytes, "f"});
  };
  CHECK(sized("5, 5", "hello").status == 204);
  const answer large = sized("0, 4", "hello");
  CHECK(large.outcome() == "400 EntityTooLarge");
  CHECK(large.element("MaxSizeAllowed") == "4");
  const answer small = sized("6, 10", "hello");
  CHECK(small.outcome() == "400 EntityTooSmall");
  CHECK(small.element("MinSizeAllowed") == "6");
  CHECK(sized("0, 0", "").status == 204);
  CHECK(sized("0, 100000", std::string(100'001, 'x')).outcome() == "400 EntityTooLarge");
  CHECK(sized("0, 100000", std::string(100'000, 'x')).status == 204);
  CHECK(sized("0, 10], [\"content-length-range\", 6, 100", "hello").outcome() ==
        "400 EntityTooSmall");
}

TEST_CASE_METHOD(form_world, "a form's digests are checked") {
  CHECK(
      post_form(good_form({{"key", "k"}, {"Content-MD5", "AAAAAAAAAAAAAAAAAAAAAA=="}})).outcome() ==
      "400 BadDigest");
  CHECK(post_form(good_form({{"key", "k"}, {"Content-MD5", "nonsense"}})).outcome() ==
        "400 InvalidDigest");
  CHECK(post_form(good_form({{"key", "k"}, {"x-amz-checksum-crc32", "AAAAAA=="}})).outcome() ==
        "400 BadDigest");
  CHECK(post_form(good_form({{"key", "k"}, {"x-amz-checksum-sha256", "sailorjerry"}})).outcome() ==
        "400 InvalidRequest");
  CHECK_FALSE(is_stored(*this, "/bauamt/k"));
}

TEST_CASE_METHOD(form_world, "a form's checksum may be of any algorithm") {
  for (const auto kind : gateway::s3::checksum_algorithms()) {
    INFO(storage::crypto::name_of(kind));
    const std::string field = gateway::s3::checksum_header(kind);
    CHECK(post_form(good_form({{"key", "k"}, {field, base64(kind, "other")}})).outcome() ==
          "400 BadDigest");
    CHECK(post_form(good_form({{"key", "k"}, {field, "bad"}})).element("Message") ==
          "Value for " + field + " header is invalid.");
    CHECK(post_form(good_form({{"key", "k"}, {field, base64(kind, "hello")}})).outcome() == "204");
    CHECK(head("/bauamt/k", "", {{"x-amz-checksum-mode", "ENABLED"}}).header(field) ==
          base64(kind, "hello"));
  }
}

TEST_CASE_METHOD(form_world, "metadata of a form are texts of any characters") {
  CHECK(post_form(good_form({{"key", "k"},
                             {"x-amz-meta-umlaut", "M\u00FCller"},
                             {"x-amz-meta-lines", "b\r\nx-amz-acl: public-read"},
                             {"x-amz-meta-word", "=?UTF-8?Q?actually-ascii?="}}))
            .outcome() == "204");
  const answer got = head("/bauamt/k");
  CHECK(got.header("x-amz-meta-umlaut") == "=?UTF-8?Q?M=C3=BCller?=");
  CHECK(got.header("x-amz-meta-lines") == "=?UTF-8?Q?b=0D=0Ax-amz-acl:_public-read?=");
  CHECK(got.header("x-amz-meta-word") == "=?UTF-8?Q?actually-ascii?=");
}

TEST_CASE_METHOD(form_world, "a form without what it needs is refused") {
  CHECK(post_form(good_form({})).outcome() == "400 InvalidArgument");
  CHECK(post_form(good_form({{"key", ""}})).outcome() == "400 InvalidArgument");
  CHECK(post_form(good_form({{"key", std::string(1025, 'k')}})).outcome() == "400 KeyTooLongError");
  CHECK(post_form(good_form({{"key", "k"}, {"Cache-Control", "b\r\nx-amz-acl: public-read"}}))
            .outcome() == "400 InvalidArgument");
  CHECK(post_form(good_form({{"key", "k"}, {"x-amz-meta-a b", "c"}})).outcome() ==
        "400 InvalidArgument");
  CHECK(post_form(good_form({{"key", "k"}, {"tagging", "no xml"}})).outcome() ==
        "400 MalformedXML");
  CHECK(post_form(good_form({{"key", "k"}, {"x-amz-storage-class", "GOLD"}})).outcome() ==
        "400 InvalidStorageClass");
  CHECK(post_form(good_form({{"key", "k"}, {"KEY", "j"}})).outcome() == "400 InvalidArgument");
  CHECK(post_form(good_form({{"key", "k"}, {"x-ignore-a", std::string(20'000, 'x')}})).outcome() ==
        "400 MaxPostPreDataLengthExceededError");
  const std::string no_file = test::part_of("key", "k") + "--" + boundary + "--\r\n";
  const answer a = send(form_call(no_file));
  CHECK(a.outcome() == "400 InvalidArgument");
  CHECK(a.element("Message") == "POST requires exactly one file upload per request.");
  test::call elsewhere = form_call(form_body({{"key", "k"}}));
  elsewhere.path = "/nowhere-at-all";
  CHECK(send(elsewhere).outcome() == "404 NoSuchBucket");
  CHECK_FALSE(is_stored(*this, "/bauamt/k"));
}

TEST_CASE_METHOD(form_world, "headers of a form's request say nothing about the object") {
  test::call c = form_call(form_body(good_form({{"key", "k"}})));
  c.headers.emplace_back("x-amz-meta-smuggled", "yes");
  c.headers.emplace_back("x-amz-storage-class", "GLACIER");
  c.headers.emplace_back("Cache-Control", "no-cache");
  c.headers.emplace_back("If-None-Match", "*");
  put("/bauamt/k", "before");
  CHECK(send(c).status == 204);
  const answer got = get("/bauamt/k");
  CHECK(got.body == "hello");
  CHECK(got.header("x-amz-meta-smuggled") == "(none)");
  CHECK(got.header("x-amz-storage-class") == "(none)");
  CHECK(got.header("Cache-Control") == "(none)");
}

TEST_CASE_METHOD(form_world, "a form makes a version where the bucket keeps versions") {
  set_versioning("bauamt", storage::catalog::versioning_state::enabled);
  const answer a = post_form(good_form({{"key", "k"}}));
  CHECK(a.header("x-amz-version-id").size() == 32);
  CHECK(head("/bauamt/k").header("x-amz-version-id") == a.header("x-amz-version-id"));
}

}  // namespace post_object_test
