#include "auth/policy/evaluator.hpp"

#include <algorithm>

namespace torhaus::auth::policy {
namespace {

// Whether the caller is one of those that `name` stands for. An account stands for everyone in it.
bool names_caller(const principal_name& name, const principal& who) {
  const bool known = who.type != principal::kind::anonymous;
  switch (name.type) {
    case principal_name::kind::everyone:
      return true;
    case principal_name::kind::account:
      return known && name.value == who.account;
    case principal_name::kind::identity:
      return known && name.value == who.arn;
    case principal_name::kind::canonical_user:
      return known && name.value == who.canonical_id;
    case principal_name::kind::service:
    case principal_name::kind::federated:
      return false;
  }
  return false;
}

// AWS: who is to be left out by NotPrincipal must be named itself; naming the account leaves out
// its root only.
bool excepts_caller(const principal_name& name, const principal& who) {
  if (name.type == principal_name::kind::account ||
      name.type == principal_name::kind::canonical_user) {
    return who.is_account_root() && names_caller(name, who);
  }
  return names_caller(name, who);
}

bool applies_to_caller(const statement& s, const principal& who) {
  if (s.principals.empty()) return true;  // a policy of the caller's own
  if (s.not_principal) {
    return std::ranges::none_of(s.principals,
                                [&](const auto& p) { return excepts_caller(p, who); });
  }
  return std::ranges::any_of(s.principals, [&](const auto& p) { return names_caller(p, who); });
}

bool applies_to_resource(const statement& s, const request& r) {
  const bool named = std::ranges::any_of(
      s.resources, [&](const pattern& p) { return p.matches(r.resource, r.values); });
  return named != s.not_resource;
}

bool applies(const statement& s, const request& r) {
  return applies_to_caller(s, r.caller) && applies_to_action(s, r.action) &&
         applies_to_resource(s, r) &&
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
    // What could not change the outcome needs no look at its conditions.
    if (s.effect == effect::allow && found.is == decision::allow) continue;
    if (!applies(s, r)) continue;
    if (s.effect == effect::deny) return {decision::deny, &s};
    found = {decision::allow, &s};
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

}  // namespace torhaus::auth::policy
