// Websites: the setting of a bucket.
#include "gateway/s3/settings/website.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/gateway/s3/gateway_world.hpp"

namespace website_test {

using namespace torhaus;
using test::answer;

namespace {

std::string site(const std::string& inner) {
  return "<WebsiteConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">" + inner +
         "</WebsiteConfiguration>";
}
const std::string index_document = "<IndexDocument><Suffix>index.html</Suffix></IndexDocument>";

std::string rule(const std::string& condition, const std::string& redirect) {
  return "<RoutingRule>" + (condition.empty() ? "" : "<Condition>" + condition + "</Condition>") +
         "<Redirect>" + redirect + "</Redirect></RoutingRule>";
}
std::string with_rules(const std::string& rules) {
  return site(index_document + "<RoutingRules>" + rules + "</RoutingRules>");
}
std::string prefix(const std::string& text) {
  return "<KeyPrefixEquals>" + text + "</KeyPrefixEquals>";
}

struct website_world : test::gateway_world {
  website_world() { make_bucket("bauamt"); }
  answer set(const std::string& document) {
    return send({.method = "PUT", .path = "/bauamt", .query = "website", .body = document}, owner);
  }
  std::string refused(const std::string& document) {
    const answer a = set(document);
    return a.outcome() + ": " + a.element("Message");
  }
};

}  // namespace

TEST_CASE_METHOD(website_world, "a website is kept, answered and removed") {
  CHECK(get("/bauamt", "website").outcome() == "404 NoSuchWebsiteConfiguration");
  const std::string whole =
      site(index_document + "<ErrorDocument><Key>error.html</Key></ErrorDocument><RoutingRules>" +
           rule(prefix("docs/") + "<HttpErrorCodeReturnedEquals>404</HttpErrorCodeReturnedEquals>",
                "<Protocol>https</Protocol><HostName>amt.example</HostName>"
                "<ReplaceKeyPrefixWith>old/</ReplaceKeyPrefixWith>"
                "<HttpRedirectCode>302</HttpRedirectCode>") +
           rule(prefix("a"), "<ReplaceKeyWith>b</ReplaceKeyWith>") + "</RoutingRules>");
  CHECK(set(whole).outcome() == "200");
  CHECK(get("/bauamt", "website").body == "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + whole);
  const std::string all = site(
      "<RedirectAllRequestsTo><HostName>amt.example</HostName><Protocol>https</Protocol>"
      "</RedirectAllRequestsTo>");
  CHECK(set(all).outcome() == "200");
  CHECK(get("/bauamt", "website").body == "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + all);
  CHECK(send({.path = "/bauamt", .query = "website"}, stranger).outcome() == "403 AccessDenied");
  CHECK(remove("/bauamt", "website").status == 204);
  CHECK(get("/bauamt", "website").outcome() == "404 NoSuchWebsiteConfiguration");
}

TEST_CASE_METHOD(website_world, "a website that is none is refused with S3's text") {
  for (const std::string& bad :
       {std::string("no xml"), site(index_document + index_document),
        site(index_document + "<Other/>"), site(index_document + "<ErrorDocument/>"),
        site(index_document + "<RoutingRules/>"), with_rules("<RoutingRule/>"),
        with_rules(rule("", "")), with_rules(rule("", "<Elsewhere>x</Elsewhere>")),
        with_rules(rule(prefix("a") + prefix("b"), "<HostName>a.example</HostName>")),
        with_rules(rule("", "<HostName>a.example/x</HostName>")), site("<RedirectAllRequestsTo/>"),
        site("<RedirectAllRequestsTo><HostName></HostName></RedirectAllRequestsTo>")}) {
    INFO(bad);
    CHECK(set(bad).outcome() == "400 MalformedXML");
  }
  CHECK(refused(site("")) ==
        "400 InvalidArgument: A value for IndexDocument Suffix must be provided if "
        "RedirectAllRequestsTo is empty");
  for (const char* suffix : {"", "a/b", "/"}) {
    CHECK(refused(site("<IndexDocument><Suffix>" + std::string(suffix) +
                       "</Suffix></IndexDocument>")) ==
          "400 InvalidArgument: The IndexDocument Suffix is not well formed");
  }
  CHECK(refused(site("<RedirectAllRequestsTo><HostName>a</HostName></RedirectAllRequestsTo>" +
                     index_document)) ==
        "400 InvalidArgument: RedirectAllRequestsTo cannot be provided in conjunction with other "
        "Routing Rules.");
  CHECK(refused(with_rules(rule("", "<Protocol>ftp</Protocol>"))) ==
        "400 InvalidRequest: Invalid protocol, protocol can be http or https. If not defined the "
        "protocol will be selected automatically.");
  CHECK(refused(with_rules(rule(" ", "<HostName>a.example</HostName>"))) ==
        "400 InvalidRequest: Condition cannot be empty. To redirect all requests without a "
        "condition, the condition element shouldn't be present.");
  CHECK(refused(with_rules(rule("<HttpErrorCodeReturnedEquals>200</HttpErrorCodeReturnedEquals>",
                                "<HostName>a.example</HostName>"))) ==
        "400 InvalidRequest: The provided HTTP error code (200) is not valid. Valid codes are 4XX "
        "or 5XX.");
  CHECK(refused(with_rules(rule("",
                                "<HostName>a.example</HostName><HttpRedirectCode>300"
                                "</HttpRedirectCode>"))) ==
        "400 InvalidRequest: The provided HTTP redirect code (300) is not valid. Valid codes are "
        "3XX except 300.");
  CHECK(refused(with_rules(rule(prefix("a"),
                                "<ReplaceKeyWith>b</ReplaceKeyWith>"
                                "<ReplaceKeyPrefixWith>c</ReplaceKeyPrefixWith>"))) ==
        "400 InvalidRequest: You can only define ReplaceKeyPrefix or ReplaceKey but not both.");
  std::string many;
  for (int i = 0; i < 51; ++i) many += rule(prefix("a"), "<HostName>a.example</HostName>");
  CHECK(refused(with_rules(many)) ==
        "400 InvalidRequest: 51 routing rules provided, the number of routing rules in a website "
        "configuration is limited to 50.");
  // What is no number is none of the schema's.
  CHECK(set(with_rules(rule("<HttpErrorCodeReturnedEquals>4xx</HttpErrorCodeReturnedEquals>",
                            "<HostName>a.example</HostName>")))
            .outcome() == "400 MalformedXML");
  CHECK(set(with_rules(rule("",
                            "<HostName>a.example</HostName><HttpRedirectCode>found"
                            "</HttpRedirectCode>")))
            .outcome() == "400 MalformedXML");
  CHECK(get("/bauamt", "website").outcome() == "404 NoSuchWebsiteConfiguration");
}

TEST_CASE_METHOD(website_world, "redirects that lead in a circle are refused") {
  const std::string circle =
      "400 InvalidRequest: The redirects of the routing rules lead in a circle.";
  const auto replace = [](const std::string& key) {
    return "<ReplaceKeyPrefixWith>" + key + "</ReplaceKeyPrefixWith>";
  };
  CHECK(refused(with_rules(rule(prefix("a/"), replace("a/")))) == circle);
  CHECK(refused(with_rules(rule(prefix("a/"), replace("a/b/")))) == circle);
  CHECK(refused(with_rules(rule("", "<ReplaceKeyWith>index.html</ReplaceKeyWith>"))) == circle);
  CHECK(refused(with_rules(rule(prefix("a/"), replace("b/")) +
                           rule(prefix("b/"), replace("a/")))) == circle);
  // As AWS: what replaces nothing of the key is stored.
  CHECK(set(with_rules(rule(prefix("a/"), "<HttpRedirectCode>307</HttpRedirectCode>"))).outcome() ==
        "200");
  CHECK(set(with_rules(rule(prefix("a/"), "<Protocol>https</Protocol>"))).outcome() == "200");
  CHECK(set(with_rules(rule(prefix("a/"), replace("b/")) + rule(prefix("b/"), replace("c/"))))
            .outcome() == "200");
  CHECK(set(with_rules(rule(prefix("a/"), replace("a/") + "<HostName>b.example</HostName>")))
            .outcome() == "200");
  CHECK(set(with_rules(rule(
                prefix("a/") + "<HttpErrorCodeReturnedEquals>404</HttpErrorCodeReturnedEquals>",
                replace("a/x/"))))
            .outcome() == "200");
}

TEST_CASE("a_routing_rule_keeps_what_it_does_not_replace") {
  gateway::s3::website_rule r;
  CHECK(r.target_key("docs/a") == "docs/a");
  r.key_prefix = "docs/";
  r.replace_prefix = "documents/";
  CHECK(r.target_key("docs/a") == "documents/a");
  r.replace_prefix = "";
  CHECK(r.target_key("docs/a") == "a");
  r.replace_prefix.reset();
  r.replace_key = "gone.html";
  CHECK(r.target_key("docs/a") == "gone.html");
}

}  // namespace website_test
