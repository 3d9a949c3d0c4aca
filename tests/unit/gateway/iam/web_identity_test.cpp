// AssumeRoleWithWebIdentity from the token to the object.
#include "auth/caller_values.hpp"
#include "tests/unit/auth/sts/test_issuer.hpp"
#include "tests/unit/gateway/iam/iam_world.hpp"

namespace web_identity_test {

using namespace torhaus;
using test::answer;
using test::escaped;
using test::iam_world;

TEST_CASE_METHOD(iam_world, "a token of a provider opens a role for whom its trust policy names") {
  const std::string url = "https://login.example.org/realms/amt";
  const test::issuer_key key("k1");
  test::issuer_pages pages;
  pages.publish(url, {&key});
  auth::sts::web_identities tokens(
      {.documents = &pages, .clock = &world.clock, .issuers = auth::sts::issuer_list({url})});
  front.web_identities = &tokens;
  make_bucket("bauamt");
  put("/bauamt/key", "hello");
  const answer provider =
      iam("Action=CreateOpenIDConnectProvider&ClientIDList.member.1=torhaus&Url=" + escaped(url),
          agency_root);
  // Anybody may be registered, but nobody is asked whom the operator has not listed.
  const std::string other = "https://login.example.org";
  pages.publish(other, {&key});
  const std::string unlisted =
      iam("Action=CreateOpenIDConnectProvider&ClientIDList.member.1=torhaus&Url=" + escaped(other),
          agency_root)
          .element("OpenIDConnectProviderArn");
  const std::string trust =
      R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Federated":[")" +
      unlisted + R"(",")" + provider.element("OpenIDConnectProviderArn") +
      R"("]},"Action":"sts:AssumeRoleWithWebIdentity","Condition":{"StringEquals":
      {"login.example.org/realms/amt:sub":"eva"}}}})";
  const answer role = iam(
      "Action=CreateRole&RoleName=netz&AssumeRolePolicyDocument=" + escaped(trust), agency_root);
  put_policy("Role", "netz",
             R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:GetObject",
             "Resource":"arn:aws:s3:::bauamt/*"}})");
  const auto assume = [&](const std::string& subject, const std::string& issuer) {
    const auto now = std::chrono::floor<std::chrono::seconds>(world.clock.now());
    const std::string end =
        std::to_string((now + std::chrono::minutes(5)).time_since_epoch().count());
    const std::string token = key.sign(R"({"iss":")" + issuer + R"(","aud":"torhaus","sub":")" +
                                       subject + R"(","exp":)" + end + "}");
    return send({.method = "POST",
                 .body = "Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleSessionName=eva"
                         "&RoleArn=" +
                         role.element("Arn") + "&WebIdentityToken=" + token});
  };
  const answer a = assume("eva", url);
  CHECK(a.element("SubjectFromWebIdentityToken") == "eva");
  CHECK(a.element("Provider") == provider.element("OpenIDConnectProviderArn"));
  CHECK(send({.path = "/bauamt/key"}, holder_of(a)).body == "hello");
  // AWS: aws:FederatedProvider, a property of the session.
  const auto read_if_from = [&](const std::string& arn) {
    put_policy("Role", "netz",
               R"({"Version":"2012-10-17","Statement":{"Effect":"Allow",
               "Action":"s3:GetObject","Resource":"*","Condition":{"StringEquals":
               {"aws:FederatedProvider":")" +
                   arn + R"("}}}})");
    return send({.path = "/bauamt/key"}, holder_of(a)).status;
  };
  CHECK(read_if_from(provider.element("OpenIDConnectProviderArn")) == 200);
  CHECK(read_if_from(unlisted) == 403);
  CHECK(outcome(assume("ida", url)) == "403 AccessDenied");
  const int fetched = pages.fetched;
  CHECK(outcome(assume("eva", other)) == "400 InvalidIdentityToken");
  CHECK(pages.fetched == fetched);
}

TEST_CASE("a token whose subject ends in :root makes nobody a root user") {
  auth::principal who;
  who.type = auth::principal::kind::web_identity;
  who.arn = "arn:aws:iam::000000000001:oidc-provider/login.example.org/ref:root";
  std::vector<std::string> values;
  REQUIRE(auth::find_caller_value(who, "aws:PrincipalType", values));
  CHECK(values == std::vector<std::string>{"Anonymous"});
}

}  // namespace web_identity_test
