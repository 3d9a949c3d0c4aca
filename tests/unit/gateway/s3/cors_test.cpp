// CORS: the setting of a bucket, preflights, and what answers say to pages on other origins.
#include "tests/support/catch.hpp"
#include "tests/unit/gateway/s3/form_world.hpp"

namespace cors_test {

using namespace torhaus;
using test::answer;
using test::header_list;

namespace {

std::string configuration(const std::string& rules) {
  return "<CORSConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">" + rules +
         "</CORSConfiguration>";
}
std::string rule(const std::string& origin, const std::string& method,
                 const std::string& more = {}) {
  return "<CORSRule><AllowedOrigin>" + origin + "</AllowedOrigin><AllowedMethod>" + method +
         "</AllowedMethod>" + more + "</CORSRule>";
}

struct cors_world : test::form_world {
  answer set(const std::string& document, const std::string& bucket = "bauamt") {
    return send({.method = "PUT", .path = "/" + bucket, .query = "cors", .body = document}, owner);
  }
  answer ask(const std::string& path, header_list headers, const std::string& query = {}) {
    return send({.method = "OPTIONS", .path = path, .query = query, .headers = std::move(headers)});
  }
  answer ask(const std::string& origin, const std::string& method,
             const std::string& headers = {}) {
    header_list all = {{"Origin", origin}, {"Access-Control-Request-Method", method}};
    if (!headers.empty()) all.emplace_back("Access-Control-Request-Headers", headers);
    return ask("/bauamt/key", std::move(all));
  }
};

void check_silent(const answer& a) {
  for (const auto& [name, value] : a.headers) {
    CHECK_FALSE(name.starts_with("Access-Control"));
    CHECK(name != "Vary");
  }
}

}  // namespace

TEST_CASE_METHOD(cors_world, "CORS rules are kept, answered and removed") {
  CHECK(get("/bauamt", "cors").outcome() == "404 NoSuchCORSConfiguration");
  CHECK(set(configuration(rule("https://a.example", "PUT",
                               "<AllowedMethod>GET</AllowedMethod><ID>one</ID>"
                               "<AllowedHeader>x-*</AllowedHeader><MaxAgeSeconds>60</MaxAgeSeconds>"
                               "<ExposeHeader>ETag</ExposeHeader>")))
            .outcome() == "200");
  CHECK(get("/bauamt", "cors").body ==
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" +
            configuration("<CORSRule><ID>one</ID><AllowedOrigin>https://a.example</AllowedOrigin>"
                          "<AllowedMethod>PUT</AllowedMethod><AllowedMethod>GET</AllowedMethod>"
                          "<AllowedHeader>x-*</AllowedHeader><MaxAgeSeconds>60</MaxAgeSeconds>"
                          "<ExposeHeader>ETag</ExposeHeader></CORSRule>"));
  CHECK(send({.path = "/bauamt", .query = "cors"}, stranger).outcome() == "403 AccessDenied");
  CHECK(remove("/bauamt", "cors").status == 204);
  CHECK(remove("/bauamt", "cors").status == 204);
  CHECK(get("/bauamt", "cors").outcome() == "404 NoSuchCORSConfiguration");
}

TEST_CASE_METHOD(cors_world, "CORS rules that are none change nothing") {
  set(configuration(rule("https://kept.example", "GET")));
  const auto refused = [&](const std::string& rules) {
    const answer a = set(configuration(rules));
    return a.outcome() + ": " + a.element("Message");
  };
  CHECK(refused(rule("*", "PATCH")) ==
        "400 InvalidRequest: Found unsupported HTTP method in CORS config. Unsupported method is "
        "PATCH");
  CHECK(refused(rule("http://*.a.*", "GET")) ==
        "400 InvalidRequest: AllowedOrigin \"http://*.a.*\" can not have more than one wildcard.");
  CHECK(refused(rule("*", "GET", "<AllowedHeader>*-*</AllowedHeader>")) ==
        "400 InvalidRequest: AllowedHeader \"*-*\" can not have more than one wildcard.");
  CHECK(refused(rule("*", "GET", "<ExposeHeader>x-*</ExposeHeader>")) ==
        "400 InvalidRequest: ExposeHeader \"x-*\" contains wildcard. We currently do not support "
        "wildcard for ExposeHeader.");
  CHECK(refused(rule("*", "GET", "<ID>" + std::string(256, 'i') + "</ID>"))
            .starts_with("400 InvalidRequest"));
  CHECK(refused(rule("*", "get")).starts_with("400 InvalidRequest: Found unsupported"));
  CHECK(refused(rule("*", "")).starts_with("400 InvalidRequest: Found unsupported"));
  CHECK(refused(rule("*", "GET", "<AllowedHeader>x(y)</AllowedHeader>")) ==
        "400 InvalidRequest: AllowedHeader \"x(y)\" contains invalid character.");
  CHECK(refused(rule("*", "GET", "<ExposeHeader>x&#13;&#10;y</ExposeHeader>"))
            .starts_with("400 InvalidRequest"));
  std::string many;
  for (int i = 0; i < 101; ++i) many += rule("*", "GET");
  CHECK(refused(many) ==
        "400 InvalidRequest: The number of CORS rules should not exceed allowed limit of 100 "
        "rules.");
  for (const std::string& bad :
       {std::string(), std::string("<CORSRule/>"), std::string("<Rule/>"),
        std::string("<CORSRule><AllowedOrigin>*</AllowedOrigin></CORSRule>"),
        rule("*", "GET", "<Other>1</Other>"), rule("a b", "GET"),
        rule("*", "GET", "<MaxAgeSeconds>--1</MaxAgeSeconds>"),
        rule("*", "GET", "<MaxAgeSeconds>2147483648</MaxAgeSeconds>"),
        rule("*", "GET", "<MaxAgeSeconds>soon</MaxAgeSeconds>"),
        rule("*", "GET", "<AllowedHeader></AllowedHeader>")}) {
    INFO(bad.substr(0, 200));
    CHECK(refused(bad).starts_with("400 MalformedXML"));
  }
  CHECK(set("no xml").outcome() == "400 MalformedXML");
  CHECK(set(configuration(rule("*", "GET", "<!--" + std::string(70'000, ' ') + "-->"))).outcome() ==
        "400 MaxMessageLengthExceeded");
  CHECK(get("/bauamt", "cors").element("AllowedOrigin") == "https://kept.example");
  // AWS takes an empty origin, which no page has.
  CHECK(set(configuration(rule("", "GET"))).outcome() == "200");
  CHECK(get("/bauamt", "cors").element("AllowedOrigin").empty());
}

TEST_CASE_METHOD(cors_world, "a negative age is taken, as S3 does") {
  REQUIRE(set(configuration(rule("*", "GET", "<MaxAgeSeconds>-100</MaxAgeSeconds>"))).outcome() ==
          "200");
  CHECK(get("/bauamt", "cors").element("MaxAgeSeconds") == "-100");
  CHECK(ask("https://a.example", "GET").header("Access-Control-Max-Age") == "-100");
}

TEST_CASE_METHOD(cors_world, "a preflight is answered before anybody says who he is") {
  set(configuration(rule("https://*.amt.example", "PUT",
                         "<AllowedMethod>POST</AllowedMethod><AllowedHeader>X-Amz-*</AllowedHeader>"
                         "<AllowedHeader>content-type</AllowedHeader>"
                         "<ExposeHeader>ETag</ExposeHeader><ExposeHeader>x-amz-request-id"
                         "</ExposeHeader><MaxAgeSeconds>600</MaxAgeSeconds>")));
  const answer a = ask("https://www.amt.example", "PUT", "Content-Type, x-amz-meta-a");
  CHECK(a.status == 200);
  CHECK(a.body.empty());
  CHECK(a.header("Access-Control-Allow-Origin") == "https://www.amt.example");
  CHECK(a.header("Access-Control-Allow-Methods") == "PUT, POST");
  CHECK(a.header("Access-Control-Allow-Headers") == "content-type, x-amz-meta-a");
  CHECK(a.header("Access-Control-Expose-Headers") == "ETag, x-amz-request-id");
  CHECK(a.header("Access-Control-Max-Age") == "600");
  CHECK(a.header("Access-Control-Allow-Credentials") == "true");
  CHECK(a.header("Vary") ==
        "Origin, Access-Control-Request-Headers, Access-Control-Request-Method");
  CHECK(seen.operation == "PreflightObject");
  const header_list asked = {{"Origin", "https://www.amt.example"},
                             {"Access-Control-Request-Method", "POST"}};
  CHECK(ask("/bauamt", asked).status == 200);
  CHECK(seen.operation == "PreflightBucket");
  CHECK(ask("/bauamt/key", asked, "uploads").status == 200);
  CHECK(ask("/bauamt/key", asked, "partNumber=1&uploadId=x&X-Amz-Signature=y").status == 200);
}

TEST_CASE_METHOD(cors_world, "a preflight that no rule allows is AccessForbidden") {
  const auto refused = [](const answer& a) {
    check_silent(a);
    return a.outcome() + ": " + a.element("Message");
  };
  const std::string spec =
      "403 AccessForbidden: CORSResponse: This CORS request is not allowed. This is usually "
      "because "
      "the evalution of Origin, request method / Access-Control-Request-Method or "
      "Access-Control-Request-Headers are not whitelisted by the resource's CORS spec.";
  CHECK(refused(ask("https://a.example", "GET")) ==
        "403 AccessForbidden: CORSResponse: CORS is not enabled for this bucket.");
  // Whatever is wrong with the preflight besides.
  const answer bare = ask("/bauamt/key", header_list{{"Origin", "https://a.example"}});
  CHECK(bare.outcome() == "403 AccessForbidden");
  CHECK(bare.element("Method") == "OPTIONS");
  CHECK(bare.element("ResourceType") == "BUCKET");
  set(configuration(rule("https://a.example", "GET", "<AllowedHeader>x-a</AllowedHeader>")));
  const answer other = ask("https://b.example", "GET");
  CHECK(refused(other) == spec);
  CHECK(other.element("Method") == "GET");
  CHECK(other.element("ResourceType") == "OBJECT");
  CHECK(refused(ask("https://a.example", "PUT")) == spec);
  CHECK(refused(ask("https://a.example", "GET", "x-a, x-b")) == spec);
  CHECK(refused(ask("https://A.example", "GET")) == spec);
  CHECK(refused(ask("null", "GET")) == spec);
  CHECK(ask("https://a.example", "GET", "X-A").status == 200);
  CHECK(refused(ask("https://a.example", "GET", "x-a, x b")) ==
        "400 BadRequest: Access-Control-Request-Headers \"x b\" contains invalid character.");
  CHECK(refused(ask("https://a.example", "PATCH")) ==
        "400 BadRequest: Invalid Access-Control-Request-Method: PATCH");
  CHECK(refused(ask("/bauamt/key", header_list{{"Origin", "https://a.example"}})) ==
        "400 BadRequest: Invalid Access-Control-Request-Method: null");
  CHECK(refused(ask("/bauamt", header_list{})) ==
        "400 BadRequest: Insufficient information. Origin request header needed.");
  const header_list good = {{"Origin", "https://a.example"},
                            {"Access-Control-Request-Method", "GET"}};
  CHECK(refused(ask("/no-such-bucket", good)) ==
        "403 AccessForbidden: CORSResponse: Bucket not found");
}

TEST_CASE_METHOD(cors_world, "origins match as their pattern says") {
  set(configuration(rule("*suffix", "GET") + rule("start*end", "GET") + rule("prefix*", "GET") +
                    rule("*.put", "PUT")));
  const auto said = [&](const std::string& origin, const std::string& method = "GET") {
    const answer a = ask(origin, method);
    return a.status == 200 ? a.header("Access-Control-Allow-Origin") : "no";
  };
  for (const char* good : {"foo.suffix", "suffix", "startend", "start1end", "prefix", "prefix.x"}) {
    CHECK(said(good) == good);
  }
  for (const char* bad : {"foo.suffix.get", "0start12end", "bla.prefix", "staend", "foo.put"}) {
    CHECK(said(bad) == "no");
  }
  CHECK(said("foo.put", "PUT") == "foo.put");
}

TEST_CASE_METHOD(cors_world, "for every origin there are no credentials") {
  set(configuration(rule("*", "GET")));
  const answer a = ask("https://anybody.example", "GET");
  CHECK(a.header("Access-Control-Allow-Origin") == "*");
  CHECK(a.header("Access-Control-Allow-Credentials") == "(none)");
  CHECK(a.header("Vary") ==
        "Origin, Access-Control-Request-Headers, Access-Control-Request-Method");
}

TEST_CASE_METHOD(cors_world, "answers carry the permission, errors too") {
  set(configuration(rule("https://a.example", "GET", "<ExposeHeader>ETag</ExposeHeader>") +
                    rule("https://a.example", "POST")));
  put("/bauamt/key", "hello");
  const header_list a = {{"Origin", "https://a.example"}};
  const answer found = get("/bauamt/key", "", a);
  CHECK(found.body == "hello");
  CHECK(found.header("Access-Control-Allow-Origin") == "https://a.example");
  CHECK(found.header("Access-Control-Expose-Headers") == "ETag");
  CHECK(found.header("Access-Control-Allow-Methods") == "GET");
  CHECK(get("/bauamt/none", "", a).header("Access-Control-Allow-Origin") == "https://a.example");
  const answer nobody = send({.path = "/bauamt/key", .headers = a});
  CHECK(nobody.status == 403);
  CHECK(nobody.header("Access-Control-Allow-Origin") == "https://a.example");
  CHECK(get("/bauamt", "", a).header("Access-Control-Allow-Origin") == "https://a.example");
  // No rule about the method, about the origin, no origin at all.
  check_silent(put("/bauamt/key", "hello", a));
  check_silent(get("/bauamt/key", "", {{"Origin", "https://b.example"}}));
  check_silent(get("/bauamt/key"));
  check_silent(get("/", "", a));
  test::call form = form_call(test::form_body(good_form({{"key", "k"}})));
  form.headers.push_back(a[0]);
  const answer posted = send(form);
  CHECK(posted.status == 204);
  CHECK(posted.header("Access-Control-Allow-Origin") == "https://a.example");
  CHECK(posted.header("Access-Control-Allow-Methods") == "POST");
}

TEST_CASE_METHOD(cors_world, "the rules that let a request in are those of its answer") {
  const header_list a = {{"Origin", "https://a.example"}};
  const auto allowed = [&](const char* method, const char* query, const std::string& body = {}) {
    test::call call{.method = method, .path = "/bauamt", .query = query, .headers = a};
    call.body = body;
    return send(call, owner).header("Access-Control-Allow-Methods");
  };
  const std::string both = configuration(
      "<CORSRule><AllowedOrigin>*</AllowedOrigin><AllowedMethod>"
      "PUT</AllowedMethod><AllowedMethod>DELETE"
      "</AllowedMethod></CORSRule>");
  CHECK(allowed("PUT", "cors", both) == "(none)");
  CHECK(allowed("PUT", "cors", configuration(rule("*", "PUT"))) == "PUT, DELETE");
  CHECK(allowed("PUT", "cors", both) == "PUT");
  CHECK(allowed("DELETE", "cors") == "PUT, DELETE");
  CHECK(allowed("DELETE", "cors") == "(none)");
  set(both);
  CHECK(allowed("DELETE", "") == "PUT, DELETE");
  CHECK(get("/bauamt", "cors").outcome() == "404 NoSuchBucket");
}

}  // namespace cors_test
