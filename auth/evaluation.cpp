#include "auth/evaluation.hpp"

#include <algorithm>

#include "auth/identity_rules.hpp"

namespace torhaus::auth {
namespace {

// All policies of a kind together: a deny of any wins, an allow of any is enough.
struct combined {
  policy::decision is = policy::decision::none;
  reason why;
};
void add(combined& all, const named_policy& one, reason::source from, const policy::request& r) {
  if (all.is == policy::decision::deny) return;
  const policy::verdict said = policy::evaluate(*one.rules, r);
  if (said.is == policy::decision::none || said.is == all.is) return;
  all = {said.is, {from, one.name, said.because}};
}

}  // namespace

identity_side ask_identity(const policy::request& r, bool by_default) {
  identity_side side;
  side.allowed = by_default;
  if (by_default) side.why.from = reason::source::defaults;
  const identity_rules* rules = r.caller.rules.get();
  if (rules == nullptr) return side;
  combined own;
  combined boundary;
  combined session;
  for (const named_policy& p : rules->policies) add(own, p, reason::source::identity, r);
  if (rules->boundary) add(boundary, *rules->boundary, reason::source::boundary, r);
  for (const named_policy& p : rules->session) add(session, p, reason::source::session, r);
  for (const combined* one : {&own, &boundary, &session}) {
    if (one->is != policy::decision::deny) continue;
    side.denied = true;
    side.why = one->why;
    return side;
  }
  if (own.is == policy::decision::allow) {
    side.allowed = true;
    side.why = own.why;
  }
  side.within_boundary = !rules->boundary || boundary.is == policy::decision::allow;
  side.within_session = !rules->limited || session.is == policy::decision::allow;
  if (side.allowed && !side.within_session) side.why = {reason::source::session};
  if (side.allowed && !side.within_boundary) side.why = {reason::source::boundary};
  return side;
}

resource_side ask_resource(const policy::document* document, const policy::request& r) {
  if (document == nullptr) return {};
  return {policy::evaluate(*document, r)};
}

bool grants_by_itself(const resource_side& resource, const policy::request& r,
                      const identity_side& own) {
  if (!resource.allows() || own.denied) return false;
  using named = policy::verdict::named;
  switch (resource.said.how) {
    case named::session:
      return true;
    case named::identity:
      if (r.caller.type == principal::kind::assumed_role && !own.within_boundary) return false;
      return own.within_session;
    case named::everyone:
      return own.within_boundary && own.within_session;
    case named::account:
      return false;
  }
  return false;
}

std::string describe(const reason& why) {
  using source = reason::source;
  constexpr std::string_view names[] = {"no policy",           "default rights of the agency",
                                        "identity policy",     "permissions boundary",
                                        "session policy",      "resource policy",
                                        "access control list", "public access block",
                                        "project role",        "state of the project"};
  std::string text(names[static_cast<std::size_t>(why.from)]);
  if (why.from == source::nothing) return text;
  if (!why.policy.empty()) text.append(" ").append(why.policy);
  if (why.statement == nullptr) return text;
  text.append(", statement ").append(std::to_string(why.statement->number));
  if (!why.statement->sid.empty()) text.append(" (").append(why.statement->sid).append(")");
  return text;
}

void note_what_is_read(identity_rules& rules) {
  const auto look = [&](const named_policy& p) {
    rules.reads_tags = rules.reads_tags || p.rules->asks_for("s3:existingobjecttag/");
    rules.reads_body = rules.reads_body || p.rules->asks_for_body();
  };
  std::ranges::for_each(rules.policies, look);
  std::ranges::for_each(rules.session, look);
  if (rules.boundary) look(*rules.boundary);
}

}  // namespace torhaus::auth
