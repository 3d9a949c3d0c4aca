// CreateGroup, GetGroup, UpdateGroup, DeleteGroup, ListGroups, members of groups.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateGroup.html
#include <array>

#include "gateway/iam/subject.hpp"

namespace torhaus::gateway::iam {
namespace {

using view = auth::identity::directory::view;

constexpr std::size_t groups_quota = 300;
constexpr std::size_t groups_per_user = 10;

void write_member_groups(action_call& call, const page& wanted, const std::vector<entity>& all) {
  write_page(call.out, "Groups", wanted, all, std::mem_fn(&entity::name), [&](const entity& e) {
    call.out.open("member");
    write_group(call.out, call.caller.account, e);
    call.out.close("member");
  });
}

task<result<void>> create_group(action_call& call) {
  auto name = required_name(call.input, "GroupName", 128);
  if (!name) co_return std::move(name).error();
  auto path = path_of(call.input, "Path");
  if (!path) co_return std::move(path).error();
  entity e;
  e.kind = entity_kind::group;
  e.agency = call.caller.agency;
  e.name = std::move(*name);
  e.path = std::move(*path);
  if (auto may = permit(call, arn_of(call.caller.account, e)); !may) {
    co_return std::move(may).error();
  }
  auto nothing = [](entity&, const view&) { return result<void>(); };
  const auto made = co_await call.entities.create(std::move(e), groups_quota, nothing);
  if (!made) co_return made.error();
  call.out.open("Group");
  write_group(call.out, call.caller.account, *made);
  call.out.close("Group");
  co_return result<void>();
}

// https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetGroup.html
task<result<void>> get_group(action_call& call) {
  const auto wanted = page_of(call.input);
  if (!wanted) co_return wanted.error();
  const auto found = co_await subject_of(call, entity_kind::group);
  if (!found) co_return found.error();
  const auto members = co_await call.entities.members(found->agency, found->name);
  if (!members) co_return members.error();
  call.out.open("Group");
  write_group(call.out, call.caller.account, *found);
  call.out.close("Group");
  write_page(call.out, "Users", *wanted, *members, std::mem_fn(&entity::name),
             [&](const entity& e) {
               call.out.open("member");
               write_user(call.out, call.caller.account, e);
               call.out.close("member");
             });
  co_return result<void>();
}

task<result<void>> update_group(action_call& call) {
  return rename_subject(call, entity_kind::group);
}

task<result<void>> delete_group(action_call& call) {
  const auto found = co_await subject_of(call, entity_kind::group);
  if (!found) co_return found.error();
  co_return co_await remove_judged(call, *found);
}

task<result<void>> list_groups(action_call& call) {
  const std::string prefix(call.input.value("PathPrefix"));
  if (auto may = permit(call, arn_in_account(call, "group/")); !may)
    co_return std::move(may).error();
  const auto wanted = page_of(call.input);
  if (!wanted) co_return wanted.error();
  auto all = co_await call.entities.list(entity_kind::group, call.caller.agency);
  if (!all) co_return std::move(all).error();
  std::erase_if(*all, [&](const entity& e) { return !e.path.starts_with(prefix); });
  write_member_groups(call, *wanted, *all);
  co_return result<void>();
}

// https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListGroupsForUser.html
task<result<void>> list_groups_for_user(action_call& call) {
  const auto wanted = page_of(call.input);
  if (!wanted) co_return wanted.error();
  const auto user = co_await subject_of(call, entity_kind::user);
  if (!user) co_return user.error();
  std::vector<entity> all;
  for (const std::string& name : user->groups) {
    auto group = co_await call.entities.find(entity_kind::group, user->agency, name);
    if (group) all.push_back(std::move(*group));
  }
  std::ranges::sort(all, {}, [](const entity& e) { return auth::policy::lower_case(e.name); });
  write_member_groups(call, *wanted, all);
  co_return result<void>();
}

// The group and the user that the request names; the permission is for the group.
struct membership {
  entity group;
  std::string user;
};
task<result<membership>> membership_of(action_call& call) {
  auto user = required_name(call.input, "UserName", 64);
  if (!user) co_return std::move(user).error();
  auto group = co_await subject_of(call, entity_kind::group);
  if (!group) co_return std::move(group).error();
  co_return membership{std::move(*group), std::move(*user)};
}

task<result<void>> add_user_to_group(action_call& call) {
  const auto both = co_await membership_of(call);
  if (!both) co_return both.error();
  co_return co_await call.entities.add_member(call.caller.agency, both->group.name, both->user,
                                              groups_per_user, judged_again(call, both->group));
}

task<result<void>> remove_user_from_group(action_call& call) {
  const auto both = co_await membership_of(call);
  if (!both) co_return both.error();
  co_return co_await call.entities.remove_member(call.caller.agency, both->group.name, both->user,
                                                 judged_again(call, both->group));
}

constexpr std::array group_rows = std::to_array<action>({
    {"CreateGroup", iam_interface, create_group},
    {"GetGroup", iam_interface, get_group},
    {"UpdateGroup", iam_interface, update_group},
    {"DeleteGroup", iam_interface, delete_group},
    {"ListGroups", iam_interface, list_groups},
    {"ListGroupsForUser", iam_interface, list_groups_for_user},
    {"AddUserToGroup", iam_interface, add_user_to_group},
    {"RemoveUserFromGroup", iam_interface, remove_user_from_group},
});

}  // namespace

std::span<const action> group_actions() { return group_rows; }

}  // namespace torhaus::gateway::iam
