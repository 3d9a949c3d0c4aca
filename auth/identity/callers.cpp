#include "auth/identity/callers.hpp"

#include "auth/identity/directory_rows.hpp"

namespace torhaus::auth::identity {
namespace {

using storage::kv::snapshot;

principal of_agency(const agency& a) {
  principal who;
  who.agency = a.id;
  who.account = a.account;
  who.canonical_id = a.canonical_id;
  who.display_name = a.name;
  return who;
}

std::string sts_arn(const agency& a, std::string_view rest) {
  std::string arn = "arn:aws:sts::" + a.account + ":";
  return arn.append(rest);
}

// AWS: a session that a root user vouches for may what its session policies allow.
entity root_entity(const agency& a, const user& u) {
  entity e;
  e.agency = a.id;
  e.name = u.name;
  return e;
}

}  // namespace

principal user_principal(const snapshot& s, const agency& a, const user& u, const session* limits,
                         document_pool& pool) {
  principal who = of_agency(a);
  who.type = u.root && a.id == "root" ? principal::kind::root : principal::kind::user;
  who.user_name = u.name;
  who.user_id = u.root ? a.account : u.id;
  who.may_open_projects = u.may_open_projects;
  who.administrator = u.administrator;
  const auto known = u.root ? std::nullopt : load_user_entity(s, a.id, u.name);
  const entity self = known ? *known : root_entity(a, u);
  who.arn = u.root ? "arn:aws:iam::" + a.account + ":root" : arn_of(a.account, self);
  who.rules = attached_rules(s, a, self, limits, pool);
  if (limits == nullptr) return who;
  who.temporary = true;
  if (limits->type != session::kind::federated) return who;
  who.type = principal::kind::federated;
  who.source_arn = std::move(who.arn);
  who.arn = sts_arn(a, "federated-user/" + limits->session_name);
  who.user_id = a.account + ":" + limits->session_name;
  who.administrator = false;
  return who;
}

principal role_principal(const snapshot& s, const agency& a, const entity& role,
                         const session& limits, document_pool& pool) {
  principal who = of_agency(a);
  who.type = principal::kind::assumed_role;
  who.temporary = true;
  who.user_name = role.name;
  who.user_id = role.id + ":" + limits.session_name;
  who.source_arn = arn_of(a.account, role);
  who.arn = sts_arn(a, "assumed-role/" + role.name + "/" + limits.session_name);
  who.rules = attached_rules(s, a, role, &limits, pool);
  return who;
}

}  // namespace torhaus::auth::identity
