#include "auth/policy/evaluator.hpp"

#include <algorithm>

namespace torhaus::auth::policy {
namespace {

using named = verdict::named;

std::optional<named> names_identity(const std::string& arn, const principal& who) {
  const bool session =
      who.type == principal::kind::assumed_role || who.type == principal::kind::federated;
  if (arn == who.arn) return session ? named::session : named::identity;
  if (session && arn == who.source_arn) return named::identity;
  return std::nullopt;
}

// Whether and how the caller is one of those that `name` stands for. An account stands for
// everyone in it.
std::optional<named> names_caller(const principal_name& name, const principal& who) {
  const bool known =
      who.type != principal::kind::anonymous && who.type != principal::kind::web_identity;
  const auto account = [&](bool same) {
    return known && same ? std::optional(named::account) : std::nullopt;
  };
  switch (name.type) {
    case principal_name::kind::everyone:
      return named::everyone;
    case principal_name::kind::account:
      return account(name.value == who.account);
    case principal_name::kind::identity:
      return known ? names_identity(name.value, who) : std::nullopt;
    case principal_name::kind::canonical_user:
      return account(name.value == who.canonical_id);
    case principal_name::kind::federated:
      if (who.type != principal::kind::web_identity || name.value != who.source_arn) break;
      return named::session;
    case principal_name::kind::service:
      break;
  }
  return std::nullopt;
}

// AWS: who is to be left out by NotPrincipal must be named itself; naming the account leaves out
// its root only.
bool excepts_caller(const principal_name& name, const principal& who) {
  const bool whole_account = name.type == principal_name::kind::account ||
                             name.type == principal_name::kind::canonical_user;
  if (whole_account && !who.is_account_root()) return false;
  return names_caller(name, who).has_value();
}

// The strongest way in which the statement speaks of the caller, or nullopt.
std::optional<named> applies_to_caller(const statement& s, const principal& who) {
  if (s.principals.empty()) return named::account;  // a policy of the caller's own
  if (s.not_principal) {
    const bool excepted =
        std::ranges::any_of(s.principals, [&](const auto& p) { return excepts_caller(p, who); });
    return excepted ? std::nullopt : std::optional(named::account);
  }
  std::optional<named> strongest;
  for (const principal_name& p : s.principals)
    strongest = std::max(strongest, names_caller(p, who));
  return strongest;
}

bool applies_to_resource(const statement& s, const request& r) {
  if (s.resources.empty()) return true;  // a trust policy
  const bool named = std::ranges::any_of(
      s.resources, [&](const pattern& p) { return p.matches(r.resource, r.values); });
  return named != s.not_resource;
}

bool applies(const statement& s, const request& r) {
  return applies_to_action(s, r.action) && applies_to_resource(s, r) &&
         std::ranges::all_of(s.conditions, [&](const condition& c) { return holds(c, r.values); });
}

}  // namespace

bool applies_to_action(const statement& s, std::string_view action) {
  const bool named = std::ranges::any_of(s.actions, [&](const pattern& p) {
    return p.matches(action, no_values(), letter_case::ignored);
  });
  return named != s.not_action;
}

verdict evaluate(const document& d, const request& r) {
  verdict found;
  for (const statement& s : d.statements) {
    const std::optional<named> how = applies_to_caller(s, r.caller);
    if (!how) continue;
    // What could not change the outcome needs no look at its conditions.
    const bool known = s.effect == effect::allow && found.is == decision::allow;
    if (known && *how <= found.how) continue;
    if (!applies(s, r)) continue;
    if (s.effect == effect::deny) return {decision::deny, &s, *how};
    found = {decision::allow, &s, *how};
  }
  return found;
}

bool document::asks_for(std::string_view beginning) const {
  const auto named = [&](const pattern& p) { return p.names_variable(beginning); };
  return std::ranges::any_of(statements, [&](const statement& s) {
    return std::ranges::any_of(s.resources, named) ||
           std::ranges::any_of(s.conditions, [&](const condition& c) {
             return starts_ignoring_case(c.key, beginning) || std::ranges::any_of(c.values, named);
           });
  });
}

bool document::asks_for_body() const {
  return asks_for("s3:requestobjecttag") || asks_for("s3:object-lock-") ||
         asks_for("s3:locationconstraint") || asks_for("aws:requesttag/") ||
         asks_for("aws:tagkeys");
}

}  // namespace torhaus::auth::policy
