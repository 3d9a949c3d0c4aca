// Tokens of an issuer: what is taken, and every way in which one is not.
#include "auth/sts/web_identity.hpp"

#include "auth/policy/values.hpp"
#include "storage/crypto/digest.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/fake_clock.hpp"
#include "tests/support/run_task.hpp"
#include "tests/unit/auth/sts/test_issuer.hpp"

namespace web_identity_test {

using namespace torhaus;
using test::issuer_key;

namespace {

const std::string url = "https://login.example.org/realms/amt";

struct issuer_world {
  issuer_world() {
    provider.kind = auth::identity::entity_kind::oidc_provider;
    provider.name = url.substr(8);
    provider.url = url;
    provider.clients = {"torhaus", "other"};
    pages.publish(url, {&rsa, &ec});
  }

  std::int64_t seconds(std::chrono::seconds from_now) const {
    return std::chrono::floor<std::chrono::seconds>(clock.now() + from_now)
        .time_since_epoch()
        .count();
  }
  std::string claims(const std::string& more = "", const std::string& issuer = url) const {
    return R"({"iss":")" + issuer + R"(","sub":"eva","aud":["torhaus"],"iat":)" +
           std::to_string(seconds(std::chrono::seconds(-5))) + R"(,"exp":)" +
           std::to_string(seconds(std::chrono::minutes(5))) + more + "}";
  }
  result<auth::sts::web_identity> verify(const std::string& token) {
    return test::run_task(identities.verify(token, provider));
  }
  std::string outcome(const std::string& token) {
    const auto who = verify(token);
    return who ? "taken" : std::string(code_of(who.error().code()));
  }

  test::fake_clock clock{sys_micros(std::chrono::hours(500'000))};
  issuer_key rsa{"k1"};
  issuer_key ec{"k2", issuer_key::kind::ec};
  test::issuer_pages pages;
  auth::identity::entity provider;
  auth::sts::web_identities identities{
      {.documents = &pages, .clock = &clock, .issuers = auth::sts::issuer_list({url})}};
};

std::string part(const std::string& text) {
  std::string out = storage::crypto::to_base64(text);
  while (out.ends_with('=')) out.pop_back();
  for (char& c : out) c = c == '+' ? '-' : c == '/' ? '_' : c;
  return out;
}

}  // namespace

TEST_CASE_METHOD(issuer_world, "a token of the issuer names who is calling") {
  for (const issuer_key* key : {&rsa, &ec}) {
    const auto who = verify(key->sign(claims(R"(,"email":"eva@example.org")")));
    REQUIRE(who);
    CHECK(who->subject == "eva");
    CHECK(who->audience == "torhaus");
    const auto has = [&](const std::string& name, const std::string& value) {
      return std::ranges::find(who->claims, std::pair(name, value)) != who->claims.end();
    };
    CHECK(has("login.example.org/realms/amt:sub", "eva"));
    CHECK(has("login.example.org/realms/amt:aud", "torhaus"));
    CHECK(has("login.example.org/realms/amt:email", "eva@example.org"));
  }
  CHECK(pages.fetched == 2);  // the discovery document and the keys, once
}

TEST_CASE_METHOD(issuer_world, "a token that is not the issuer's is refused") {
  const std::string body = part(claims());
  CHECK(outcome(part(R"({"alg":"none"})") + "." + body + ".") == "InvalidIdentityToken");
  CHECK(outcome(part(R"({"alg":"HS256","kid":"k1"})") + "." + body + ".AAAA") ==
        "InvalidIdentityToken");
  CHECK(outcome(part(R"({"alg":"RS256","kid":"k1","crit":["b64"]})") + "." + body + ".AAAA") ==
        "InvalidIdentityToken");
  for (const std::string text : {"", "a", "a.b", "..", "a.b.c.d", "a.b.c.d.e"}) {
    INFO(text);
    CHECK(outcome(text) == "InvalidIdentityToken");
  }
  const issuer_key impostor("k1");
  CHECK(outcome(impostor.sign(claims())) == "InvalidIdentityToken");
  // The key of another type under the same name.
  const issuer_key confused("k1", issuer_key::kind::ec);
  CHECK(outcome(confused.sign(claims())) == "InvalidIdentityToken");
  std::string changed = rsa.sign(claims());
  const std::size_t dot = changed.find('.');
  changed.replace(dot + 1, changed.rfind('.') - dot - 1, part(claims(R"(,"azp":"torhaus")")));
  CHECK(outcome(changed) == "InvalidIdentityToken");
}

TEST_CASE_METHOD(issuer_world, "issuer, audience and times are checked") {
  CHECK(outcome(rsa.sign(claims("", "https://login.example.org/realms/other"))) ==
        "InvalidIdentityToken");
  CHECK(outcome(rsa.sign(claims(R"(,"azp":"stranger")"))) == "InvalidIdentityToken");
  CHECK(verify(rsa.sign(claims(R"(,"azp":"other")")))->audience == "other");
  const auto with = [&](const std::string& text) { return outcome(rsa.sign(text)); };
  const std::string begin = R"({"iss":")" + url + R"(","sub":"eva",)";
  const std::string soon = std::to_string(seconds(std::chrono::minutes(5)));
  CHECK(with(begin + R"("aud":"torhaus","exp":)" + soon + "}") == "taken");
  CHECK(with(begin + R"("aud":"elsewhere","exp":)" + soon + "}") == "InvalidIdentityToken");
  CHECK(with(begin + R"("exp":)" + soon + "}") == "InvalidIdentityToken");
  CHECK(with(begin + R"("aud":"torhaus"})") == "InvalidIdentityToken");
  CHECK(with(begin + R"("aud":"torhaus","exp":"soon"})") == "InvalidIdentityToken");
  CHECK(with(begin + R"("aud":"torhaus","exp":1e300})") == "InvalidIdentityToken");
  CHECK(with(R"({"iss":")" + url + R"(","aud":"torhaus","exp":)" + soon + "}") ==
        "InvalidIdentityToken");
  const std::string late = std::to_string(seconds(std::chrono::minutes(6)));
  CHECK(outcome(rsa.sign(claims(R"(,"nbf":)" + late))) == "InvalidIdentityToken");
  const std::string token = rsa.sign(claims());
  clock.advance(std::chrono::minutes(5));
  CHECK(outcome(token) == "ExpiredTokenException");
}

TEST_CASE_METHOD(issuer_world, "a new key is fetched when a token names it, but not at will") {
  CHECK(outcome(rsa.sign(claims())) == "taken");
  const issuer_key next("k3");
  pages.publish(url, {&next});
  CHECK(outcome(next.sign(claims())) == "InvalidIdentityToken");  // asked a moment ago
  CHECK(pages.fetched == 2);
  clock.advance(std::chrono::seconds(31));
  CHECK(outcome(next.sign(claims())) == "taken");
  CHECK(pages.fetched == 4);
  CHECK(outcome(rsa.sign(claims())) == "InvalidIdentityToken");  // its time is over
  for (int i = 0; i < 10; ++i) CHECK(outcome(ec.sign(claims())) == "InvalidIdentityToken");
  CHECK(pages.fetched == 4);
  clock.advance(std::chrono::hours(1));
  CHECK(outcome(next.sign(claims())) == "taken");
  CHECK(pages.fetched == 6);
}

TEST_CASE_METHOD(issuer_world, "an issuer that cannot be asked is an error of its own") {
  pages.pages.clear();
  CHECK(outcome(rsa.sign(claims())) == "IDPCommunicationError");
  pages.publish(url, {&rsa});
  clock.advance(std::chrono::seconds(4));
  CHECK(outcome(rsa.sign(claims())) == "taken");
}

TEST_CASE_METHOD(issuer_world, "documents of another issuer, or keys elsewhere, are refused") {
  pages.pages[url + "/.well-known/openid-configuration"] =
      R"({"issuer":"https://evil.example.org","jwks_uri":")" + url + "/keys\"}";
  CHECK(outcome(rsa.sign(claims())) == "IDPCommunicationError");
  int fetched = pages.fetched;
  for (const std::string place :
       {"http://login.example.org/keys", "https://login.example.org:8443/keys",
        "https://evil.example.org/keys", "https://login.example.org@evil.example.org/keys",
        "https://127.0.0.1/keys", "http://localhost/keys", "keys"}) {
    INFO(place);
    clock.advance(std::chrono::seconds(4));
    pages.pages[url + "/.well-known/openid-configuration"] =
        R"({"issuer":")" + url + R"(","jwks_uri":")" + place + "\"}";
    pages.pages[place] = pages.pages[url + "/keys"];
    CHECK(outcome(rsa.sign(claims())) == "IDPCommunicationError");
    CHECK(pages.fetched == ++fetched);  // the discovery document alone
  }
}

TEST_CASE_METHOD(issuer_world, "nothing is asked of an issuer that is not listed") {
  for (const std::string other :
       {"https://login.example.org/realms/other", "http://login.example.org/realms/amt",
        "http://127.0.0.1/realms/amt", "https://login.example.org"}) {
    INFO(other);
    provider.url = other;
    pages.publish(other, {&rsa});
    CHECK(outcome(rsa.sign(claims("", other))) == "InvalidIdentityToken");
  }
  CHECK(pages.fetched == 0);
}

TEST_CASE("a list of issuers knows them by origin and path") {
  const auth::sts::issuer_list list({"https://Login.example.org/realms/amt/",
                                     "http://sso.inner:8080", "https://keys.example.org"});
  CHECK(list.has("https://login.example.org/realms/amt"));
  CHECK(list.has("https://login.example.org:443/realms/amt/"));
  CHECK(list.has("http://sso.inner:8080/"));
  for (const auto* other :
       {"https://login.example.org/realms", "https://login.example.org/realms/AMT",
        "https://login.example.org/realms/amt?x", "https://login.example.org/realms/amt/x",
        "http://login.example.org/realms/amt", "http://sso.inner", "", "https://"}) {
    INFO(other);
    CHECK_FALSE(list.has(other));
  }
  const std::string amt = "https://login.example.org/realms/amt";
  CHECK(list.may_serve_keys(amt, "https://login.example.org/certs?alt=json"));
  CHECK(list.may_serve_keys(amt, "https://keys.example.org/certs"));
  CHECK(list.may_serve_keys(amt, "http://sso.inner:8080/keys"));
  CHECK_FALSE(list.may_serve_keys(amt, "http://sso.inner/keys"));
  CHECK_FALSE(list.may_serve_keys(amt, "https://login.example.org.evil/keys"));
  CHECK_FALSE(list.may_serve_keys("https://other.example.org", "https://keys.example.org/certs"));
  CHECK_FALSE(auth::sts::issuer_list().has(amt));
}

TEST_CASE("an origin is read from URLs that have but one reading") {
  CHECK(auth::sts::origin_of("HTTPS://a") == std::nullopt);
  CHECK(*auth::sts::origin_of("https://A.b:443/x") == "https://a.b");
  CHECK(*auth::sts::origin_of("http://[::1]:80?x") == "http://[::1]");
  CHECK(*auth::sts::origin_of("http://[::1]:81#x") == "http://[::1]:81");
  for (const auto* text : {"ftp://a", "https://", "https:///x", "https://a@b/", "https://a:b@c/",
                           "https://a\\b/", "https://a b/", "https://a:0/", "https://a:65536/",
                           "https://a:/", "https://a:+1/", "https://[::1/", "https://[]/",
                           "https://[x]/", "https://a_b/", "https://\xc3\xa4/", "https://a\n/"}) {
    INFO(text);
    CHECK(auth::sts::origin_of(text) == std::nullopt);
  }
  for (const auto* text : {"https://a?x", "https://a/#x", "a", ""}) {
    INFO(text);
    CHECK_THROWS_AS(auth::sts::issuer_list({text}), std::invalid_argument);
  }
}

TEST_CASE("what is claimed of the issuer is read before anything is checked") {
  const issuer_key key("k");
  CHECK(*auth::sts::claimed_issuer(key.sign(R"({"iss":"https://a"})")) == "https://a");
  CHECK_FALSE(auth::sts::claimed_issuer(key.sign("{}")));
  CHECK_FALSE(auth::sts::claimed_issuer(key.sign("[]")));
}

}  // namespace web_identity_test
