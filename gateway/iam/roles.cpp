// CreateRole, GetRole, UpdateRole, UpdateAssumeRolePolicy, DeleteRole, ListRoles, tags, boundary.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html
#include <array>

#include "gateway/iam/subject.hpp"
#include "gateway/iam/tagging.hpp"

namespace torhaus::gateway::iam {
namespace {

namespace policy = auth::policy;
using view = auth::identity::directory::view;

constexpr std::size_t roles_quota = 1000;
constexpr std::size_t trust_policy_size = 2048;

result<std::uint32_t> duration_of(const form& input, std::uint32_t otherwise) {
  const auto given = number_of(input, "MaxSessionDuration", 3600, 43200, otherwise);
  if (!given) return given.error();
  return static_cast<std::uint32_t>(*given);
}

// AWS: a principal that does not exist is refused, so that nobody can become it later.
task<result<void>> check_trusted(action_call& call, const std::string& text) {
  const auto parsed = policy::parse(text, policy::holder::trust);
  if (!parsed) co_return in_iam_words(parsed.error());
  for (const policy::statement& s : parsed->statements) {
    for (const policy::principal_name& p : s.principals) {
      using kind = policy::principal_name::kind;
      std::string arn;
      if (p.type == kind::account) arn = "arn:aws:iam::" + p.value + ":root";
      if (p.type == kind::identity) arn = p.value;
      if (arn.empty()) continue;
      const bool there = co_await call.entities.principal_exists(arn);
      if (there) continue;
      co_return error(errc::malformed_policy_document,
                      "Invalid principal in policy: \"AWS\":\"" + p.value + "\"");
    }
  }
  co_return result<void>();
}

task<result<std::string>> trust_of(action_call& call, std::string_view parameter) {
  auto text = document_of(call.input, parameter, policy::holder::trust, trust_policy_size);
  if (!text) co_return text;
  if (auto good = co_await check_trusted(call, *text); !good) co_return std::move(good).error();
  co_return text;
}

void write_whole_role(action_call& call, const entity& e) {
  call.out.open("Role");
  write_role(call.out, call.caller.account, e);
  write_boundary(call.out, e);
  if (!e.tags.empty()) write_tags(call.out, e.tags);
  call.out.open("RoleLastUsed").close("RoleLastUsed").close("Role");
}

result<entity> new_role_of(action_call& call) {
  entity e;
  e.kind = entity_kind::role;
  e.agency = call.caller.agency;
  auto name = required_name(call.input, "RoleName", 64);
  if (!name) return std::move(name).error();
  auto path = path_of(call.input, "Path");
  if (!path) return std::move(path).error();
  auto description = description_of(call.input);
  if (!description) return std::move(description).error();
  auto tags = tags_of(call.input);
  if (!tags) return std::move(tags).error();
  const auto longest = duration_of(call.input, 3600);
  if (!longest) return longest.error();
  e.name = std::move(*name);
  e.path = std::move(*path);
  e.description = std::move(*description);
  e.tags = std::move(*tags);
  e.max_session_seconds = *longest;
  e.boundary = boundary_of(call);
  note_tags(call, e.tags);
  return e;
}

task<result<void>> create_role(action_call& call) {
  auto e = new_role_of(call);
  if (!e) co_return std::move(e).error();
  if (auto may = permit(call, arn_of(call.caller.account, *e)); !may) {
    co_return std::move(may).error();
  }
  auto trust = co_await trust_of(call, "AssumeRolePolicyDocument");
  if (!trust) co_return std::move(trust).error();
  e->trust = std::move(*trust);
  auto check = [](entity& made, const view& at) -> result<void> {
    return made.boundary.empty() ? result<void>() : check_policy_exists(at, made.boundary);
  };
  const auto made = co_await call.entities.create(std::move(*e), roles_quota, check);
  if (!made) co_return made.error();
  write_whole_role(call, *made);
  co_return result<void>();
}

task<result<void>> get_role(action_call& call) {
  const auto found = co_await subject_of(call, entity_kind::role);
  if (!found) co_return found.error();
  write_whole_role(call, *found);
  co_return result<void>();
}

// https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateRole.html
task<result<void>> update_role(action_call& call) {
  const auto found = co_await subject_of(call, entity_kind::role);
  if (!found) co_return found.error();
  const auto description = description_of(call.input);
  if (!description) co_return description.error();
  const auto longest = duration_of(call.input, found->max_session_seconds);
  if (!longest) co_return longest.error();
  const bool described = call.input.find("Description").has_value();
  const bool limited = call.input.find("MaxSessionDuration").has_value();
  auto put = [&](entity& e, const view&) -> result<void> {
    if (described) e.description = *description;
    if (limited) e.max_session_seconds = *longest;
    return {};
  };
  const auto done = co_await change_judged(call, *found, put);
  if (!done) co_return done.error();
  if (call.action == "iam:UpdateRoleDescription") write_whole_role(call, *done);
  co_return result<void>();
}

task<result<void>> update_assume_role_policy(action_call& call) {
  const auto found = co_await subject_of(call, entity_kind::role);
  if (!found) co_return found.error();
  const auto trust = co_await trust_of(call, "PolicyDocument");
  if (!trust) co_return trust.error();
  auto put = [&trust](entity& e, const view&) -> result<void> {
    e.trust = *trust;
    return {};
  };
  const auto done = co_await change_judged(call, *found, put);
  if (!done) co_return done.error();
  co_return result<void>();
}

task<result<void>> delete_role(action_call& call) {
  const auto found = co_await subject_of(call, entity_kind::role);
  if (!found) co_return found.error();
  co_return co_await remove_judged(call, *found);
}

task<result<void>> list_roles(action_call& call) {
  const std::string prefix(call.input.value("PathPrefix"));
  if (auto may = permit(call, arn_in_account(call, "role/")); !may)
    co_return std::move(may).error();
  const auto wanted = page_of(call.input);
  if (!wanted) co_return wanted.error();
  auto all = co_await call.entities.list(entity_kind::role, call.caller.agency);
  if (!all) co_return std::move(all).error();
  std::erase_if(*all, [&](const entity& e) { return !e.path.starts_with(prefix); });
  write_page(call.out, "Roles", *wanted, *all, std::mem_fn(&entity::name), [&](const entity& e) {
    call.out.open("member");
    write_role(call.out, call.caller.account, e);
    call.out.close("member");
  });
  co_return result<void>();
}

constexpr std::array role_rows = std::to_array<action>({
    {"CreateRole", iam_interface, create_role},
    {"GetRole", iam_interface, get_role},
    {"UpdateRole", iam_interface, update_role},
    {"UpdateRoleDescription", iam_interface, update_role},
    {"UpdateAssumeRolePolicy", iam_interface, update_assume_role_policy},
    {"DeleteRole", iam_interface, delete_role},
    {"ListRoles", iam_interface, list_roles},
    {"TagRole", iam_interface, tag<entity_kind::role>},
    {"UntagRole", iam_interface, untag<entity_kind::role>},
    {"ListRoleTags", iam_interface, list_tags<entity_kind::role>},
    {"PutRolePermissionsBoundary", iam_interface, put_boundary<entity_kind::role>},
    {"DeleteRolePermissionsBoundary", iam_interface, delete_boundary<entity_kind::role>},
});

}  // namespace

std::span<const action> role_actions() { return role_rows; }

}  // namespace torhaus::gateway::iam
