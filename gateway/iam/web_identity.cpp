// AssumeRoleWithWebIdentity: nobody has signed it, the token says who is calling.
// https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html
#include "auth/sts/web_identity.hpp"

#include "auth/identity_rules.hpp"
#include "gateway/iam/sessions.hpp"

namespace torhaus::gateway::iam {
namespace {

using auth::identity::session;

constexpr std::size_t longest_token = 20'000;

std::string without_scheme(std::string_view url) {
  for (const std::string_view scheme : {"https://", "http://"}) {
    if (url.starts_with(scheme)) url.remove_prefix(scheme.size());
  }
  while (url.ends_with('/')) url.remove_suffix(1);
  return std::string(url);
}

// The provider that the role's agency has for the issuer of the token.
task<result<entity>> provider_of(action_call& call, const std::string& agency,
                                 const std::string& token) {
  const auto issuer = auth::sts::claimed_issuer(token);
  if (!issuer) co_return issuer.error();
  auto found =
      co_await call.entities.find(entity_kind::oidc_provider, agency, without_scheme(*issuer));
  if (found) co_return std::move(found);
  co_return error(errc::invalid_identity_token,
                  "No OpenIDConnect provider found in your account for " + *issuer);
}

// As the trust policy of a role sees the caller.
auth::principal principal_of(const auth::sts::web_identity& who, const entity& provider,
                             const std::string& account) {
  auth::principal p;
  p.type = auth::principal::kind::web_identity;
  p.source_arn = arn_of(account, provider);
  p.arn = p.source_arn + "/" + who.subject;
  auto rules = std::make_shared<auth::identity_rules>();
  rules->governed = true;
  rules->claims = who.claims;
  p.rules = std::move(rules);
  return p;
}

result<session> new_session(action_call& call) {
  session s;
  s.type = session::kind::role;
  auto name = required(call.input, "RoleSessionName");
  if (!name) return std::move(name).error();
  if (auto good = check_name("roleSessionName", *name, 2, 64); !good)
    return std::move(good).error();
  s.session_name = std::move(*name);
  if (auto good = read_session_policies(call.input, s); !good) return std::move(good).error();
  call.facts.emplace_back("sts:RoleSessionName", s.session_name);
  return s;
}

}  // namespace

task<result<void>> assume_role_with_web_identity(action_call& call) {
  auto arn = required(call.input, "RoleArn");
  if (!arn) co_return std::move(arn).error();
  auto token = required(call.input, "WebIdentityToken");
  if (!token) co_return std::move(token).error();
  if (token->size() > longest_token) co_return errc::invalid_identity_token;
  auto s = new_session(call);
  if (!s) co_return std::move(s).error();
  const error refused(errc::access_denied,
                      "Not authorized to perform sts:AssumeRoleWithWebIdentity");
  const auto named = co_await role_of_arn(call, std::move(*arn));
  if (!named || call.web_identities == nullptr) co_return refused;
  const auto provider = co_await provider_of(call, named->role.agency, *token);
  if (!provider) co_return provider.error();
  auto who = co_await call.web_identities->verify(std::move(*token), *provider);
  if (!who) co_return std::move(who).error();
  // AWS: a key of the session, too, but not of those of further roles.
  who->claims.emplace_back("aws:FederatedProvider", arn_of(named->account, *provider));
  const auth::principal caller = principal_of(*who, *provider, named->account);
  call.shown = caller;
  note_tags(call, who->tags);
  if (!check_trust(call, caller, *named)) co_return refused;
  if (auto good = read_duration(call, *s, named->role.max_session_seconds, 3600); !good) {
    co_return std::move(good).error();
  }
  s->agency = named->role.agency;
  s->name = named->role.name;
  s->id = named->role.id;
  s->claims = who->claims;
  s->tags = who->tags;
  call.out.text("SubjectFromWebIdentityToken", who->subject).text("Audience", who->audience);
  write_assumed_role(call, *named, *s);
  write_credentials(call, *s);
  call.out.text("Provider", caller.source_arn);
  write_packed_size(call, *s);
  co_return result<void>();
}

}  // namespace torhaus::gateway::iam
