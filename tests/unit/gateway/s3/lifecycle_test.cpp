// Lifecycle configurations: what is taken, what is answered, what is refused; and the headers that
// tell what is to come. What passes do is tested in tests/unit/gateway/workers.
#include "tests/support/catch.hpp"
#include "tests/unit/gateway/s3/gateway_world.hpp"

namespace lifecycle_test {

using namespace torhaus;
using storage::crypto::algorithm;
using test::answer;
using test::gateway_world;
using test::header_list;
using test::run_task;

namespace {

struct bucket_world : gateway_world {
  bucket_world() { make_bucket("bauamt"); }

  answer configure(const std::string& rules, header_list headers = {}) {
    const std::string body = "<LifecycleConfiguration>" + rules + "</LifecycleConfiguration>";
    headers.emplace_back("Content-MD5", base64(algorithm::md5, body));
    return send({.method = "PUT",
                 .path = "/bauamt",
                 .query = "lifecycle",
                 .headers = headers,
                 .body = body},
                owner);
  }
  // One enabled rule.
  std::string refused(const std::string& inner) {
    return configure("<Rule><Status>Enabled</Status>" + inner + "</Rule>").outcome();
  }
  answer read() { return get("/bauamt", "lifecycle"); }
};

std::string rule(const std::string& id, const std::string& scope, const std::string& actions) {
  return "<Rule><ID>" + id + "</ID>" + scope + "<Status>Enabled</Status>" + actions + "</Rule>";
}

std::string expire(const std::string& inner) { return "<Expiration>" + inner + "</Expiration>"; }

const std::string days = "<Expiration><Days>1</Days></Expiration>";

}  // namespace

TEST_CASE_METHOD(bucket_world, "a configuration is answered as it was given") {
  CHECK(read().outcome() == "404 NoSuchLifecycleConfiguration");
  const std::string rules =
      rule("old", "<Prefix>logs/</Prefix>", days) +
      "<Rule><ID>all</ID><Filter><And><Prefix>a</Prefix><Tag><Key>k</Key><Value>v</Value></Tag>"
      "<ObjectSizeGreaterThan>5</ObjectSizeGreaterThan><ObjectSizeLessThan>9</ObjectSizeLessThan>"
      "</And></Filter><Status>Disabled</Status>"
      "<Transition><Days>0</Days><StorageClass>GLACIER_IR</StorageClass></Transition>"
      "<NoncurrentVersionTransition><NoncurrentDays>3</NoncurrentDays>"
      "<StorageClass>GLACIER</StorageClass></NoncurrentVersionTransition>"
      "<Expiration><Date>2030-01-01T00:00:00.000Z</Date></Expiration>"
      "<NoncurrentVersionExpiration><NoncurrentDays>2</NoncurrentDays>"
      "<NewerNoncurrentVersions>5</NewerNoncurrentVersions></NoncurrentVersionExpiration></Rule>" +
      rule("marker", "<Filter></Filter>",
           expire("<ExpiredObjectDeleteMarker>true</ExpiredObjectDeleteMarker>") +
               "<AbortIncompleteMultipartUpload><DaysAfterInitiation>7</DaysAfterInitiation>"
               "</AbortIncompleteMultipartUpload>");
  const answer mixed = configure(rules);
  CHECK(mixed.outcome() == "400 InvalidRequest");  // days and date in one rule
  std::string good = rules;
  good.replace(good.find("<Days>0</Days>"), 14, "<Date>2029-01-01T00:00:00.000Z</Date>");
  CHECK(configure(good).outcome() == "200");
  CHECK(read().body.find(good) != std::string::npos);
  CHECK(remove("/bauamt", "lifecycle").status == 204);
  CHECK(remove("/bauamt", "lifecycle").status == 204);
  CHECK(read().outcome() == "404 NoSuchLifecycleConfiguration");
}

TEST_CASE_METHOD(bucket_world, "rules without an ID are given one") {
  const std::string plain = "<Rule><Filter/><Status>Enabled</Status>" + days + "</Rule>";
  CHECK(configure(plain + plain).outcome() == "200");
  const auto ids = read().elements("ID");
  REQUIRE(ids.size() == 2);
  CHECK(ids[0].size() > 10);
  CHECK(ids[0] != ids[1]);
  CHECK(read().elements("ID") == ids);
}

TEST_CASE_METHOD(bucket_world, "the smallest size of transitions is kept and answered") {
  const char* name = "x-amz-transition-default-minimum-object-size";
  CHECK(configure(rule("a", "<Filter/>", days)).header(name) == "all_storage_classes_128K");
  CHECK(read().header(name) == "all_storage_classes_128K");
  const header_list h = {
      {"x-amz-transition-default-minimum-object-size", "varies_by_storage_class"}};
  CHECK(configure(rule("a", "<Filter/>", days), h).header(h[0].first) == h[0].second);
  CHECK(read().header(h[0].first) == h[0].second);
  CHECK(read().element("TransitionDefaultMinimumObjectSize") == "(none)");
  CHECK(configure(rule("a", "<Filter/>", days),
                  {{"x-amz-transition-default-minimum-object-size", "any"}})
            .outcome() == "400 InvalidRequest");
}

TEST_CASE_METHOD(bucket_world, "configurations that are none are refused whole") {
  const std::string good = rule("a", "<Filter/>", days);
  CHECK(configure("").outcome() == "400 MalformedXML");
  CHECK(configure("<Other/>").outcome() == "400 MalformedXML");
  CHECK(configure(good + good).outcome() == "400 InvalidArgument");
  CHECK(configure(rule(std::string(255, 'i'), "<Filter/>", days)).outcome() == "200");
  CHECK(configure(rule(std::string(256, 'i'), "<Filter/>", days)).outcome() ==
        "400 InvalidArgument");
  CHECK(configure("<Rule><Filter/><Status>enabled</Status>" + days + "</Rule>").outcome() ==
        "400 MalformedXML");
  CHECK(configure("<Rule><Filter/>" + days + "</Rule>").outcome() == "400 MalformedXML");
  std::string many;
  for (int i = 0; i < 1001; ++i) many += rule(std::to_string(i), "<Filter/>", days);
  CHECK(configure(many).outcome() == "400 MalformedXML");
  CHECK(send({.method = "PUT", .path = "/bauamt", .query = "lifecycle", .body = "<a/>"}, owner)
            .outcome() == "400 InvalidRequest");
  CHECK(read().elements("ID") == std::vector<std::string>{std::string(255, 'i')});
}

TEST_CASE_METHOD(bucket_world, "a rule says of which objects it speaks, in one way") {
  const std::string size = "<ObjectSizeLessThan>3</ObjectSizeLessThan>";
  const std::string tag = "<Tag><Key>k</Key><Value>v</Value></Tag>";
  CHECK(refused(days) == "400 MalformedXML");
  CHECK(refused("<Prefix/><Filter/>" + days) == "400 MalformedXML");
  CHECK(refused("<Filter><Prefix>a</Prefix>" + tag + "</Filter>" + days) == "400 MalformedXML");
  CHECK(refused("<Filter><And>" + tag + "</And></Filter>" + days) == "400 MalformedXML");
  CHECK(refused("<Filter><Colour>red</Colour></Filter>" + days) == "400 MalformedXML");
  CHECK(refused("<Filter><Tag><Key>k</Key></Tag></Filter>" + days) == "400 MalformedXML");
  CHECK(refused("<Filter><And>" + tag + tag + "</And></Filter>" + days) == "400 InvalidRequest");
  CHECK(refused("<Filter><Tag><Key>" + std::string(129, 'k') +
                "</Key><Value>v</Value></Tag></Filter>" + days) == "400 InvalidTag");
  CHECK(refused("<Prefix>" + std::string(1025, 'p') + "</Prefix>" + days) == "400 InvalidRequest");
  CHECK(refused("<Filter><And>" + size +
                "<ObjectSizeGreaterThan>3</ObjectSizeGreaterThan></And></Filter>" + days) ==
        "400 InvalidRequest");
  CHECK(refused("<Filter><ObjectSizeLessThan>x</ObjectSizeLessThan></Filter>" + days) ==
        "400 MalformedXML");
  CHECK(refused("<Filter>" + size + "</Filter>" + days) == "200");
}

TEST_CASE_METHOD(bucket_world, "a rule says what is to be done, and when") {
  const std::string any = "<Filter/>";
  const std::string tagged = "<Filter><Tag><Key>k</Key><Value>v</Value></Tag></Filter>";
  const std::string abort =
      "<AbortIncompleteMultipartUpload><DaysAfterInitiation>1</DaysAfterInitiation>"
      "</AbortIncompleteMultipartUpload>";
  CHECK(refused(any) == "400 InvalidRequest");
  CHECK(refused(any + expire("")) == "400 MalformedXML");
  CHECK(refused(any + expire("<Days>0</Days>")) == "400 InvalidArgument");
  CHECK(refused(any + expire("<Days>-1</Days>")) == "400 InvalidArgument");
  CHECK(refused(any + expire("<Days>one</Days>")) == "400 MalformedXML");
  CHECK(refused(any + expire("<Date>2030-01-01T01:00:00Z</Date>")) == "400 InvalidArgument");
  CHECK(refused(any + expire("<Date>20300101</Date>")) == "400 MalformedXML");
  CHECK(refused(any + expire("<Days>1</Days><Date>2030-01-01</Date>")) == "400 MalformedXML");
  const std::string marker = "<ExpiredObjectDeleteMarker>true</ExpiredObjectDeleteMarker>";
  CHECK(refused(any + expire("<Days>1</Days>" + marker)) == "400 MalformedXML");
  CHECK(refused(tagged + expire(marker)) == "400 InvalidRequest");
  CHECK(refused(tagged + abort) == "400 InvalidRequest");
  CHECK(refused(any + "<NoncurrentVersionExpiration/>") == "400 MalformedXML");
  CHECK(refused(any + "<NoncurrentVersionExpiration><NoncurrentDays>0</NoncurrentDays>"
                      "</NoncurrentVersionExpiration>") == "400 InvalidArgument");
  CHECK(refused(any + "<NoncurrentVersionExpiration><NoncurrentDays>1</NoncurrentDays>"
                      "<NewerNoncurrentVersions>101</NewerNoncurrentVersions>"
                      "</NoncurrentVersionExpiration>") == "400 InvalidArgument");
  CHECK(refused(any + "<AbortIncompleteMultipartUpload><DaysAfterInitiation>0"
                      "</DaysAfterInitiation></AbortIncompleteMultipartUpload>") ==
        "400 InvalidArgument");
  const auto move = [](const std::string& when, const std::string& to) {
    return "<Transition>" + when + "<StorageClass>" + to + "</StorageClass></Transition>";
  };
  CHECK(refused(any + move("<Days>1</Days>", "STANDARD")) == "400 MalformedXML");
  CHECK(refused(any + move("", "GLACIER")) == "400 MalformedXML");
  CHECK(refused(any + move("<Days>1</Days>", "GLACIER") + move("<Days>2</Days>", "GLACIER")) ==
        "400 InvalidRequest");
  CHECK(refused(any + move("<Days>1</Days>", "GLACIER") + days) == "400 InvalidArgument");
  CHECK(refused(any + "<Vanish/>" + days) == "400 MalformedXML");
  CHECK(read().status == 404);
}

TEST_CASE_METHOD(bucket_world, "answers tell when an object will expire") {
  configure(rule("all of it", "<Prefix>a</Prefix>", days) +
            rule("late", "<Filter/>", expire("<Date>2030-01-01T00:00:00Z</Date>")) +
            rule("tagged", "<Filter><Tag><Key>k</Key><Value>v</Value></Tag></Filter>",
                 expire("<Days>5</Days>")));
  const std::string soon =
      "expiry-date=\"Wed, 23 Sep 2026 00:00:00 GMT\", rule-id=\"all%20of%20it\"";
  const std::string late = "expiry-date=\"Tue, 01 Jan 2030 00:00:00 GMT\", rule-id=\"late\"";
  CHECK(put("/bauamt/a", "x").header("x-amz-expiration") == soon);
  CHECK(get("/bauamt/a").header("x-amz-expiration") == soon);
  CHECK(head("/bauamt/a").header("x-amz-expiration") == soon);
  CHECK(put("/bauamt/b", "x").header("x-amz-expiration") == late);
  CHECK(put("/bauamt/b", "", {{"x-amz-copy-source", "bauamt/a"}}).header("x-amz-expiration") ==
        late);
  CHECK(put("/bauamt/b", "x", {{"x-amz-tagging", "k=v"}}).header("x-amz-expiration") ==
        "expiry-date=\"Sun, 27 Sep 2026 00:00:00 GMT\", rule-id=\"tagged\"");
  set_versioning("bauamt", storage::catalog::versioning_state::enabled);
  const std::string old = put("/bauamt/a", "y").header("x-amz-version-id");
  const std::string now = put("/bauamt/a", "z").header("x-amz-version-id");
  CHECK(get("/bauamt/a", "versionId=" + old).header("x-amz-expiration") == "(none)");
  CHECK(get("/bauamt/a", "versionId=" + now).header("x-amz-expiration") == "(none)");
  CHECK(get("/bauamt/a").header("x-amz-expiration") != "(none)");
}

TEST_CASE_METHOD(bucket_world, "answers tell what the retention of the project has in mind") {
  const auto keep = [&](std::uint32_t days_kept) {
    REQUIRE(run_task(projects.change("bauamt", [&](auth::projects::project& p) -> result<void> {
      p.retention_days = days_kept;
      return {};
    })));
  };
  keep(2);
  const std::string retention =
      "expiry-date=\"Thu, 24 Sep 2026 00:00:00 GMT\", rule-id=\"project-retention\"";
  CHECK(put("/bauamt/a", "x").header("x-amz-expiration") == retention);
  CHECK(post("/bauamt/u", "uploads", "").header("x-amz-abort-rule-id") == "project-retention");
  configure(rule("sooner", "<Prefix>a</Prefix>", days));
  CHECK(head("/bauamt/a").header("x-amz-expiration") ==
        "expiry-date=\"Wed, 23 Sep 2026 00:00:00 GMT\", rule-id=\"sooner\"");
  CHECK(put("/bauamt/b", "x").header("x-amz-expiration") == retention);
  keep(0);
  CHECK(head("/bauamt/b").header("x-amz-expiration") == "(none)");
}

TEST_CASE_METHOD(bucket_world, "answers tell when an upload will be aborted") {
  configure(rule("ab", "<Filter/>",
                 "<AbortIncompleteMultipartUpload><DaysAfterInitiation>2</DaysAfterInitiation>"
                 "</AbortIncompleteMultipartUpload>"));
  const answer made = post("/bauamt/a", "uploads", "");
  CHECK(made.header("x-amz-abort-date") == "Thu, 24 Sep 2026 00:00:00 GMT");
  CHECK(made.header("x-amz-abort-rule-id") == "ab");
  const answer parts = get("/bauamt/a", "uploadId=" + made.element("UploadId"));
  CHECK(parts.header("x-amz-abort-date") == "Thu, 24 Sep 2026 00:00:00 GMT");
}

}  // namespace lifecycle_test
