// Users of agencies: people and applications.
#include "gateway/admin/answers.hpp"
#include "gateway/admin/authority.hpp"
#include "gateway/admin/functions.hpp"

namespace torhaus::gateway::admin {
namespace {

using namespace auth::identity;

// What a body says of a user; absent members are left alone.
struct user_changes {
  std::optional<std::string> display_name;
  std::optional<std::string> email;
  std::optional<bool> may_open_projects;
  std::optional<bool> administrator;
  std::optional<bool> outsider;
  std::optional<std::optional<sys_micros>> expires;
  std::optional<user_kind> kind;
  std::optional<bool> enabled;

  void apply(user& u) const {
    u.display_name = display_name.value_or(u.display_name);
    u.email = email.value_or(u.email);
    u.may_open_projects = may_open_projects.value_or(u.may_open_projects);
    u.administrator = administrator.value_or(u.administrator);
    u.outsider = outsider.value_or(u.outsider);
    u.expires = expires.value_or(u.expires);
    u.kind = kind.value_or(u.kind);
    u.enabled = enabled.value_or(u.enabled);
  }
};

// What creation and change have in common.
result<user_changes> read_user_changes(json_input& in) {
  user_changes c;
  c.display_name = in.text("display_name");
  c.email = in.text("email");
  c.may_open_projects = in.flag("may_open_projects");
  c.administrator = in.flag("administrator");
  c.outsider = in.flag("outsider");
  c.expires = in.time("expires");
  const auto kind = in.text("kind");
  if (!kind) return c;
  if (*kind != "person" && *kind != "application") {
    return error(errc::invalid_argument, "kind must be person or application");
  }
  c.kind = *kind == "person" ? user_kind::person : user_kind::application;
  return c;
}

last_administrator lockout_rule(const admin_call& call) {
  // The operator can always help an agency that is without; within the own agency nobody could.
  const bool elsewhere = is_operator(call.caller) && call.names[0] != call.caller.agency;
  return elsewhere ? last_administrator::may_go : last_administrator::stays;
}

result<void> check_root(const admin_call& call, const user& u) {
  if (!u.root || may_touch_root(call.caller, u.agency)) return {};
  return not_allowed(call.caller, "change the root user of the agency " + u.agency);
}

}  // namespace

task<result<admin_answer>> list_users(admin_call& call) {
  const auto found = co_await call.identities().list_users(call.names[0], call.after, page_size);
  if (!found) co_return found.error();
  co_return page("users", *found, found->empty() ? "" : found->back().name);
}

task<result<admin_answer>> create_user(admin_call& call) {
  user u;
  u.agency = call.names[0];
  u.name = call.input.text("name").value_or("");
  u.root = call.input.flag("root").value_or(false);
  const auto changes = read_user_changes(call.input);
  if (!changes) co_return changes.error();
  if (auto good = call.input.finish(); !good) co_return std::move(good).error();
  changes->apply(u);
  if (auto good = check_root(call, u); !good) co_return std::move(good).error();
  co_return answer(201, co_await call.identities().create_user(std::move(u)));
}

task<result<admin_answer>> show_user(admin_call& call) {
  co_return answer(200, co_await call.identities().find_user(call.names[0], call.names[1]));
}

task<result<admin_answer>> update_user(admin_call& call) {
  auto changes = read_user_changes(call.input);
  if (!changes) co_return changes.error();
  changes->enabled = call.input.flag("enabled");
  if (auto good = call.input.finish(); !good) co_return std::move(good).error();
  auth::identity::store::user_edit edit = [&](user& u) -> result<void> {
    if (auto good = check_root(call, u); !good) return good;
    changes->apply(u);
    return {};
  };
  co_return answer(200, co_await call.identities().change_user(
                            call.names[0], call.names[1], std::move(edit), lockout_rule(call)));
}

task<result<admin_answer>> delete_user(admin_call& call) {
  auto old = co_await call.identities().find_user(call.names[0], call.names[1]);
  if (!old) co_return std::move(old).error();
  if (auto good = check_root(call, *old); !good) co_return std::move(good).error();
  auto gone =
      co_await call.identities().delete_user(call.names[0], call.names[1], lockout_rule(call));
  if (!gone) co_return std::move(gone).error();
  // Memberships hold nobody who is gone (auth/projects); this tidies the lists.
  co_return answer(co_await call.projects().forget_user(call.names[0], call.names[1]));
}

task<result<admin_answer>> list_memberships(admin_call& call) {
  const auto known = co_await call.identities().find_user(call.names[0], call.names[1]);
  if (!known) co_return known.error();
  const auto found =
      co_await call.projects().memberships(call.names[0], call.names[1], call.after, page_size);
  if (!found) co_return found.error();
  boost::json::array items;
  for (const auth::projects::membership& m : *found) {
    boost::json::object one{{"project", m.project}};
    for (auto& [name, value] : to_json(m.as, call.now())) one[name] = value;
    items.push_back(std::move(one));
  }
  co_return page_of("memberships", std::move(items), found->empty() ? "" : found->back().project);
}

}  // namespace torhaus::gateway::admin
