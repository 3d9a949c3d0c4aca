// What a website answers, over objects that stand in a map.
#include "gateway/s3/website/site.hpp"

#include <map>

#include "tests/support/catch.hpp"
#include "tests/support/run_task.hpp"

namespace site_test {

using namespace torhaus;
using namespace torhaus::gateway;

namespace {

struct page {
  std::string body;
  std::string redirect;
};

class page_map final : public s3::site_objects {
 public:
  std::map<std::string, page> pages;
  errc absent = errc::no_such_key;
  std::vector<std::string> asked;

  task<s3::site_page> get(http::request& call, std::string key) override {
    asked.push_back(call.method + " " + key + (call.find("Range") ? " ranged" : ""));
    const auto found = pages.find(key);
    if (found == pages.end()) co_return s3::site_page{error(absent).with("Key", key), true};
    http::response r;
    r.body = found->second.body;
    if (!found->second.redirect.empty()) {
      r.set("x-amz-website-redirect-location", found->second.redirect);
    }
    co_return s3::site_page{std::move(r)};
  }
};

struct site_world {
  page_map objects;
  s3::website site;
  http::request call;

  site_world() {
    site.index_suffix = "index.html";
    objects.pages = {{"index.html", {"home", ""}},
                     {"dir/index.html", {"dir", ""}},
                     {"moved", {"", "https://elsewhere.example/"}},
                     {"error.html", {"sorry", ""}}};
    call.method = "GET";
    call.host = "bauamt.web.example";
    call.id = "0123456789ABCDEF";
  }
  http::response ask(const std::string& key) {
    call.target = "/" + key;
    objects.asked.clear();
    return test::run_task(s3::answer_site(call, site, key, objects));
  }
  // "200 home", or "301 http://…".
  std::string said(const std::string& key) {
    const http::response r = ask(key);
    std::string out = std::to_string(r.status) + " ";
    for (const auto& [name, value] : r.headers) {
      if (name == "Location") return out + value;
    }
    return out + std::get<std::string>(r.body);
  }
};

}  // namespace

TEST_CASE_METHOD(site_world, "folders have an index") {
  CHECK(said("") == "200 home");
  CHECK(said("index.html") == "200 home");
  CHECK(said("dir/") == "200 dir");
  CHECK(said("dir") == "302 /dir/");
  // Who may not list the bucket is sent on as well, and told of no missing page.
  objects.absent = errc::access_denied;
  CHECK(said("dir") == "302 /dir/");
  CHECK(ask("none").status == 403);
  objects.absent = errc::no_such_key;
  call.from.secure = true;
  CHECK(said("dir") == "302 /dir/");
  CHECK(ask("none/").status == 404);
  CHECK(objects.asked == std::vector<std::string>{"GET none/index.html"});
  objects.pages["/evil.example/index.html"] = {"x", ""};
  CHECK(said("/evil.example") == "302 https://bauamt.web.example//evil.example/");
}

TEST_CASE_METHOD(site_world, "a page that says it is elsewhere sends there") {
  CHECK(said("moved") == "301 https://elsewhere.example/");
}

TEST_CASE_METHOD(site_world, "a failure is a page for people, or the site's own") {
  const std::string key = "<script>alert(1)</script>";
  const http::response r = ask(key);
  CHECK(r.status == 404);
  const std::string text = std::get<std::string>(r.body);
  CHECK(text.find("<h1>404 Not Found</h1>") != std::string::npos);
  CHECK(text.find("<li>Code: NoSuchKey</li>") != std::string::npos);
  CHECK(text.find("<script>") == std::string::npos);
  CHECK(text.find("&lt;script&gt;") != std::string::npos);
  site.error_key = "error.html";
  call.headers.push_back({"Range", "bytes=0-1"});
  CHECK(said("none") == "404 sorry");
  CHECK(objects.asked ==
        std::vector<std::string>{"GET none ranged", "HEAD none/index.html", "GET error.html"});
  const http::response own = ask("none");
  const auto named = [&own](const std::string& name) {
    for (const auto& [n, value] : own.headers) {
      if (n == name) return value;
    }
    return std::string("(none)");
  };
  CHECK(named("x-amz-error-code") == "NoSuchKey");
  CHECK(named("x-amz-error-message") == "The specified key does not exist.");
  CHECK(named("x-amz-error-detail-Key") == "none");
  objects.pages["gone.html"] = {"", "/sorry/gone.html"};
  site.error_key = "gone.html";
  CHECK(said("none") == "301 /sorry/gone.html");
  site.error_key = "no-error.html";
  CHECK(said("none").starts_with("404 <html>"));
  CHECK(said("none").find("An Error Occurred While Attempting to Retrieve a Custom Error "
                          "Document</h3>\n<ul>\n<li>Code: NoSuchKey</li>") != std::string::npos);
  objects.absent = errc::access_denied;
  CHECK(said("none").starts_with("403 <html>"));
}

TEST_CASE_METHOD(site_world, "rules redirect before or after a failure") {
  s3::website_rule moved;
  moved.key_prefix = "old/";
  moved.replace_prefix = "new/";
  s3::website_rule missing;
  missing.error_code = 404;
  missing.host = "archive.example";
  missing.protocol = "https";
  missing.code = 302;
  missing.replace_prefix = "all/";
  site.rules = {moved, missing};
  CHECK(said("old/a b") == "301 http://bauamt.web.example/new/a%20b");
  CHECK(objects.asked.empty());
  CHECK(said("none") == "302 https://archive.example/all/none");
  objects.absent = errc::access_denied;
  CHECK(said("none").starts_with("403 <html>"));
}

TEST_CASE_METHOD(site_world, "a site may be elsewhere as a whole") {
  site = {};
  site.redirect_all = {"amt.example", ""};
  call.target = "/a%20b?x=1";
  const auto r = test::run_task(s3::answer_site(call, site, "a b", objects));
  CHECK(r.status == 301);
  CHECK(r.headers[0].second == "http://amt.example/a%20b?x=1");
  site.redirect_all->protocol = "https";
  CHECK(said("") == "301 https://amt.example/");
}

}  // namespace site_test
