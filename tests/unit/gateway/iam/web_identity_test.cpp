// AssumeRoleWithWebIdentity from the token to the object.
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
  CHECK(outcome(assume("ida", url)) == "403 AccessDenied");
  const int fetched = pages.fetched;
  CHECK(outcome(assume("eva", other)) == "400 InvalidIdentityToken");
  CHECK(pages.fetched == fetched);
}

}  // namespace web_identity_test
