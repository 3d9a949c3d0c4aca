// A bucket as a website through the whole pipeline: what a public policy lets a browser see.
#include "gateway/s3/access_log.hpp"
#include "tests/unit/gateway/s3/access_world.hpp"

namespace public_site_test {

using namespace torhaus;
using test::access_world;
using test::answer;

namespace {

class last_line final : public gateway::s3::access_log {
 public:
  void add(const storage::catalog::bucket_record&, const gateway::s3::logging&, std::string line,
           sys_micros) override {
    text = std::move(line);
  }
  std::string text;
};

struct public_site : access_world {
  public_site() {
    services.website_domains = {"web.example.org"};
    services.access_logs = &log;
    put("/akten/index.html", "home");
    put("/akten/dir/index.html", "dir");
    put("/akten/error.html", "sorry", {{"Content-Type", "text/html"}});
    put("/akten/moved", "", {{"x-amz-website-redirect-location", "/dir/"}});
    configure("<ErrorDocument><Key>error.html</Key></ErrorDocument>");
  }
  void configure(const std::string& more) {
    REQUIRE(request("PUT", "/akten", "website", owner, {},
                    "<WebsiteConfiguration><IndexDocument><Suffix>index.html</Suffix>"
                    "</IndexDocument>" +
                        more + "</WebsiteConfiguration>")
                .outcome() == "200");
  }
  answer visit(const std::string& path, const std::string& method = "GET",
               const std::string& query = {}, test::header_list headers = {}) {
    return send({.method = method,
                 .path = path,
                 .query = query,
                 .headers = std::move(headers),
                 .host = "akten.web.example.org"});
  }
  std::string said(const std::string& path) {
    const answer a = visit(path);
    const std::string to = a.header("Location");
    return std::to_string(a.status) + " " + (to == "(none)" ? a.body : to);
  }
  void let_all_read() { REQUIRE(set_policy(read) == "204"); }

  const std::string read = allow("s3:GetObject", "arn:aws:s3:::akten/*");
  const std::string list = allow("s3:ListBucket", "arn:aws:s3:::akten");
  last_line log;
};

}  // namespace

TEST_CASE_METHOD(public_site, "without a public policy nobody sees a page, nor the error page") {
  const answer a = visit("/");
  CHECK(a.status == 403);
  CHECK(a.header("x-amz-error-code") == "AccessDenied");
  CHECK(a.header("Content-Type") == "text/html; charset=utf-8");
  CHECK(a.body.find("sorry") == std::string::npos);
  CHECK(a.body.find("<li>Code: AccessDenied</li>") != std::string::npos);
}

TEST_CASE_METHOD(public_site,
                 "a public policy opens the pages, and Block Public Access shuts them") {
  let_all_read();
  CHECK(said("/") == "200 home");
  CHECK(said("/dir/") == "200 dir");
  CHECK(said("/dir") == "302 /dir/");
  CHECK(said("/moved") == "301 /dir/");
  CHECK(visit("/", "HEAD").status == 200);
  CHECK(visit("/", "HEAD").body.empty());
  REQUIRE(set_block({.restrict_public_buckets = true}) == "200");
  CHECK(visit("/").status == 403);
}

// AWS: "Setting permissions for website access": without s3:ListBucket a missing key is 403.
TEST_CASE_METHOD(public_site, "who may not list the bucket has 403 for what is missing") {
  let_all_read();
  const answer hidden = visit("/missing");
  CHECK(hidden.status == 403);
  CHECK(hidden.body == "sorry");
  CHECK(hidden.header("Content-Type") == "text/html");
  CHECK(hidden.header("x-amz-error-code") == "AccessDenied");
  REQUIRE(set_policy(read + "," + list) == "204");
  const answer missing = visit("/missing");
  CHECK(missing.status == 404);
  CHECK(missing.body == "sorry");
  CHECK(missing.header("x-amz-error-code") == "NoSuchKey");
  CHECK(missing.header("x-amz-error-detail-Key") == "missing");
}

TEST_CASE_METHOD(public_site, "rules for errors see the status that the visitor would have") {
  configure(
      "<RoutingRules><RoutingRule><Condition><HttpErrorCodeReturnedEquals>404"
      "</HttpErrorCodeReturnedEquals></Condition><Redirect><ReplaceKeyWith>index.html"
      "</ReplaceKeyWith></Redirect></RoutingRule><RoutingRule><Condition><KeyPrefixEquals>old/"
      "</KeyPrefixEquals></Condition><Redirect><ReplaceKeyPrefixWith>dir/</ReplaceKeyPrefixWith>"
      "</Redirect></RoutingRule></RoutingRules>");
  let_all_read();
  CHECK(said("/old/index.html") == "301 http://akten.web.example.org/dir/index.html");
  CHECK(visit("/missing").status == 403);
  REQUIRE(set_policy(read + "," + list) == "204");
  CHECK(said("/missing") == "301 http://akten.web.example.org/index.html");
}

TEST_CASE_METHOD(public_site, "a page for a bucket that is not there names it once") {
  const answer a = send({.path = "/", .host = "nobody.web.example.org"});
  CHECK(a.status == 404);
  const std::size_t first = a.body.find("<li>BucketName: nobody</li>");
  REQUIRE(first != std::string::npos);
  CHECK(a.body.find("BucketName", first + 20) == std::string::npos);
}

TEST_CASE_METHOD(public_site, "a website has pages and nothing else") {
  REQUIRE(set_policy(read + "," + list) == "204");
  CHECK(visit("/", "GET", "acl").body == "home");
  CHECK(visit("/", "GET", "list-type=2").body == "home");
  for (const char* method : {"PUT", "POST", "DELETE"}) {
    INFO(method);
    const answer a = visit("/new", method);
    CHECK(a.status == 405);
    CHECK(a.header("Allow") == "GET, HEAD");
    CHECK(a.header("x-amz-error-code") == "MethodNotAllowed");
    CHECK(a.header("x-amz-error-detail-Method") == method);
  }
  // A signature gives nothing here.
  put("/akten/private", "x");
  REQUIRE(set_policy(allow("s3:GetObject", "arn:aws:s3:::akten/index.html")) == "204");
  CHECK(send({.path = "/private", .host = "akten.web.example.org"}, owner).status == 403);
  CHECK(send({.path = "/", .host = "nowhere.web.example.org"}).status == 404);
}

TEST_CASE_METHOD(public_site, "visits are in the access log as AWS names them") {
  make_bucket("protokolle");
  REQUIRE(request("PUT", "/akten", "logging", owner, {},
                  "<BucketLoggingStatus><LoggingEnabled><TargetBucket>protokolle</TargetBucket>"
                  "<TargetPrefix/></LoggingEnabled></BucketLoggingStatus>")
              .outcome() == "200");
  let_all_read();
  visit("/missing");
  CHECK(log.text.find(" - 0123456789ABCDEF WEBSITE.GET.OBJECT missing \"GET /missing HTTP/1.1\" "
                      "403 AccessDenied ") != std::string::npos);
  visit("/");
  CHECK(log.text.find(" WEBSITE.GET.OBJECT - \"GET / HTTP/1.1\" 200 - ") != std::string::npos);
}

}  // namespace public_site_test
