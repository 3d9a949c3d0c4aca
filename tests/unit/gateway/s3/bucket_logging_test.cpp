// Access logging: the setting, and the line of each request.
#include "gateway/s3/access_log.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/gateway/s3/gateway_world.hpp"

namespace bucket_logging_test {

using namespace torhaus;
using test::answer;
using test::gateway_world;

namespace {

class kept_lines final : public gateway::s3::access_log {
 public:
  void add(const storage::catalog::bucket_record& source, const gateway::s3::logging& where,
           std::string line, sys_micros) override {
    sources.push_back(source.name + ">" + where.target_bucket + "/" + where.target_prefix);
    lines.push_back(std::move(line));
  }
  std::vector<std::string> sources;
  std::vector<std::string> lines;
};

std::string to(const std::string& bucket, const std::string& more = "") {
  return "<BucketLoggingStatus><LoggingEnabled><TargetBucket>" + bucket +
         "</TargetBucket><TargetPrefix>log/</TargetPrefix>" + more +
         "</LoggingEnabled></BucketLoggingStatus>";
}

struct logged_world : gateway_world {
  logged_world() {
    services.access_logs = &log;
    make_bucket("bauamt");
    make_bucket("protokolle");
  }
  answer set(const std::string& document) {
    return send({.method = "PUT", .path = "/bauamt", .query = "logging", .body = document}, owner);
  }
  // The fields of a line; quotation marks and brackets hold theirs together.
  static std::vector<std::string> fields(const std::string& line) {
    std::vector<std::string> all(1);
    char close = 0;
    for (const char c : line) {
      if (close == 0 && c == ' ') {
        all.emplace_back();
        continue;
      }
      if (close != 0 && c == close) {
        close = 0;
      } else if (close == 0) {
        close = c == '"' ? '"' : c == '[' ? ']' : char(0);
      }
      all.back() += c;
    }
    return all;
  }
  std::vector<std::string> last() { return fields(log.lines.back()); }

  kept_lines log;
};

}  // namespace

TEST_CASE_METHOD(logged_world, "logging is switched on and off") {
  CHECK(set(to("protokolle")).outcome() == "200");
  const answer a = get("/bauamt", "logging");
  CHECK(a.element("TargetBucket") == "protokolle");
  CHECK(a.element("TargetPrefix") == "log/");
  CHECK(set("<BucketLoggingStatus/>").outcome() == "200");
  CHECK(get("/bauamt", "logging").element("TargetBucket") == "(none)");
  CHECK(set(to("protokolle",
               "<TargetObjectKeyFormat><PartitionedPrefix><PartitionDateSource>"
               "EventTime</PartitionDateSource></PartitionedPrefix>"
               "</TargetObjectKeyFormat>"))
            .outcome() == "200");
  CHECK(set(to("protokolle", "<TargetObjectKeyFormat><SimplePrefix/></TargetObjectKeyFormat>"))
            .outcome() == "200");
}

TEST_CASE_METHOD(logged_world, "a target that cannot be is refused") {
  CHECK(set(to("nobody")).outcome() == "400 InvalidTargetBucketForLogging");
  send({.method = "PUT", .path = "/stadtwerke"}, stranger);
  CHECK(set(to("stadtwerke")).outcome() == "400 InvalidTargetBucketForLogging");
  for (const char* wrong :
       {"<BucketLoggingStatus><Other/></BucketLoggingStatus>", "<LoggingEnabled/>",
        "<BucketLoggingStatus><LoggingEnabled/></BucketLoggingStatus>",
        "<BucketLoggingStatus><LoggingEnabled><TargetBucket>protokolle</TargetBucket>"
        "</LoggingEnabled></BucketLoggingStatus>"}) {
    INFO(wrong);
    CHECK(set(wrong).outcome() == "400 MalformedXML");
  }
  for (const char* format :
       {"<TargetObjectKeyFormat/>",
        "<TargetObjectKeyFormat><SimplePrefix/><PartitionedPrefix/></TargetObjectKeyFormat>",
        "<TargetObjectKeyFormat><PartitionedPrefix><PartitionDateSource>Never"
        "</PartitionDateSource></PartitionedPrefix></TargetObjectKeyFormat>",
        "<TargetGrants><Grant><Permission>ALL</Permission></Grant></TargetGrants>"}) {
    INFO(format);
    CHECK(set(to("protokolle", format)).outcome() == "400 MalformedXML");
  }
  CHECK(get("/bauamt", "logging").element("TargetBucket") == "(none)");
}

// AWS: "Enabling Amazon S3 server access logging".
TEST_CASE_METHOD(logged_world, "a target with default retention or Requester Pays is refused") {
  const auto configure = [&](const std::string& query, const std::string& document) {
    const auto md5 = base64(storage::crypto::algorithm::md5, document);
    return send({.method = "PUT",
                 .path = "/protokolle",
                 .query = query,
                 .headers = {{"Content-MD5", md5}},
                 .body = document},
                owner)
        .outcome();
  };
  const auto pays = [](const std::string& who) {
    return "<RequestPaymentConfiguration><Payer>" + who + "</Payer></RequestPaymentConfiguration>";
  };
  REQUIRE(configure("requestPayment", pays("Requester")) == "200");
  CHECK(set(to("protokolle")).outcome() == "400 InvalidTargetBucketForLogging");
  REQUIRE(configure("requestPayment", pays("BucketOwner")) == "200");
  CHECK(set(to("protokolle")).outcome() == "200");
  set_versioning("protokolle", storage::catalog::versioning_state::enabled);
  const auto lock = [](const std::string& rule) {
    return "<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled>" + rule +
           "</ObjectLockConfiguration>";
  };
  REQUIRE(
      configure("object-lock", lock("<Rule><DefaultRetention><Mode>GOVERNANCE</Mode><Days>1</Days>"
                                    "</DefaultRetention></Rule>")) == "200");
  const answer refused = set(to("protokolle"));
  CHECK(refused.outcome() == "400 InvalidTargetBucketForLogging");
  CHECK(refused.element("TargetBucket") == "protokolle");
  REQUIRE(configure("object-lock", lock("")) == "200");
  CHECK(set(to("protokolle")).outcome() == "200");
}

TEST_CASE_METHOD(logged_world, "each request on the bucket has a line of AWS's fields") {
  REQUIRE(set(to("protokolle")).status == 200);
  put("/bauamt/a%20b", "hello");
  REQUIRE(log.lines.size() == 1);
  CHECK(log.sources.back() == "bauamt>protokolle/log/");
  send({.path = "/bauamt/a%20b",
        .headers = {{"Range", "bytes=1-2"}, {"User-Agent", "a \"b\"\\"}, {"Referer", "http://x/"}}},
       owner);
  const auto f = last();
  REQUIRE(f.size() == 26);
  CHECK(f[0] == owner.agency.canonical_id);
  CHECK(f[1] == "bauamt");
  CHECK(f[2].size() == 28);
  CHECK(f[2].ends_with(" +0000]"));
  CHECK(f[4] == owner.arn);
  CHECK(f[5] == "0123456789ABCDEF");
  CHECK(f[6] == "REST.GET.OBJECT");
  CHECK(f[7] == "a%20b");
  CHECK(f[8] == "\"GET /bauamt/a%20b HTTP/1.1\"");
  CHECK(f[9] == "206");
  CHECK(f[10] == "-");
  CHECK(f[11] == "2");
  CHECK(f[12] == "5");
  CHECK(f[15] == "\"http://x/\"");
  CHECK(f[16] == "\"a \\x22b\\x22\\x5C\"");
  CHECK(f[17] == "-");
  CHECK(f[19] == "SigV4");
  CHECK(f[20] == "-");
  CHECK(f[21] == "AuthHeader");
  CHECK(f[22] == "s3.example.org");
}

TEST_CASE_METHOD(logged_world, "refused requests are logged, and secrets are not") {
  REQUIRE(set(to("protokolle")).status == 200);
  send({.path = "/bauamt/key"}, stranger);
  CHECK(last()[9] == "403");
  CHECK(last()[10] == "AccessDenied");
  CHECK(last()[4] == stranger.arn);
  send({.path = "/bauamt/key"});
  CHECK(last()[4] == "-");
  CHECK(last()[19] == "-");
  CHECK(last()[21] == "-");
  send_presigned({.path = "/bauamt/key"}, owner);
  CHECK(last()[9] == "404");
  CHECK(last()[10] == "NoSuchKey");
  CHECK(last()[21] == "QueryString");
  CHECK(last()[8].find("X-Amz-Signature=-") != std::string::npos);
  const std::size_t lines = log.lines.size();
  get("/protokolle/key");
  CHECK(log.lines.size() == lines);
}

TEST_CASE_METHOD(logged_world, "operations are named as AWS names them") {
  REQUIRE(set(to("protokolle")).status == 200);
  const std::pair<test::call, const char*> calls[] = {
      {{.path = "/bauamt"}, "REST.GET.BUCKET"},
      {{.path = "/bauamt", .query = "list-type=2"}, "REST.GET.BUCKET"},
      {{.method = "HEAD", .path = "/bauamt"}, "REST.HEAD.BUCKET"},
      {{.path = "/bauamt", .query = "acl"}, "REST.GET.ACL"},
      {{.path = "/bauamt", .query = "logging"}, "REST.GET.LOGGING_STATUS"},
      {{.path = "/bauamt", .query = "versioning"}, "REST.GET.VERSIONING"},
      {{.path = "/bauamt", .query = "publicAccessBlock"}, "REST.GET.PUBLIC_ACCESS_BLOCK"},
      {{.method = "HEAD", .path = "/bauamt/key"}, "REST.HEAD.OBJECT"},
      {{.method = "DELETE", .path = "/bauamt/key"}, "REST.DELETE.OBJECT"},
      {{.method = "POST", .path = "/bauamt/key", .query = "uploads"}, "REST.POST.UPLOADS"},
      {{.path = "/bauamt/key", .query = "tagging"}, "REST.GET.OBJECT_TAGGING"},
      {{.method = "PUT", .path = "/bauamt/k", .headers = {{"x-amz-copy-source", "/a/b"}}},
       "REST.COPY.OBJECT"}};
  for (const auto& [call, name] : calls) {
    INFO(name);
    send(call, owner);
    CHECK(last()[6] == name);
  }
}

}  // namespace bucket_logging_test
