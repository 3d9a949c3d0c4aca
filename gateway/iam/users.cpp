// CreateUser, GetUser, UpdateUser, DeleteUser, ListUsers, tags and boundary of users.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateUser.html
#include <array>

#include "gateway/iam/subject.hpp"
#include "gateway/iam/tagging.hpp"
#include "gateway/s3/dates.hpp"

namespace torhaus::gateway::iam {
namespace {

using view = auth::identity::directory::view;

constexpr std::size_t users_quota = 5000;

void write_whole_user(action_call& call, const entity& e) {
  call.out.open("User");
  write_user(call.out, call.caller.account, e);
  write_boundary(call.out, e);
  if (!e.tags.empty()) write_tags(call.out, e.tags);
  call.out.close("User");
}

task<result<void>> create_user(action_call& call) {
  entity e;
  e.kind = entity_kind::user;
  e.agency = call.caller.agency;
  e.governed = true;
  auto name = required_name(call.input, "UserName", 64);
  if (!name) co_return std::move(name).error();
  auto path = path_of(call.input, "Path");
  if (!path) co_return std::move(path).error();
  auto tags = tags_of(call.input);
  if (!tags) co_return std::move(tags).error();
  e.name = std::move(*name);
  e.path = std::move(*path);
  e.tags = std::move(*tags);
  e.boundary = boundary_of(call);
  note_tags(call, e.tags);
  if (auto may = permit(call, arn_of(call.caller.account, e)); !may) {
    co_return std::move(may).error();
  }
  auto check = [](entity& made, const view& at) -> result<void> {
    return made.boundary.empty() ? result<void>() : check_policy_exists(at, made.boundary);
  };
  const auto made = co_await call.entities.create(std::move(e), users_quota, check);
  if (!made) co_return made.error();
  write_whole_user(call, *made);
  co_return result<void>();
}

// https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetUser.html
task<result<void>> get_user(action_call& call) {
  if (call.caller.is_account_root() && !call.input.find("UserName")) {
    const auto home = co_await call.identities.find_agency(call.caller.agency);
    if (!home) co_return home.error();
    call.out.open("User").text("UserId", call.caller.account).text("Arn", call.caller.arn);
    call.out.text("CreateDate", s3::iso_date(home->created)).close("User");
    co_return result<void>();
  }
  const auto found = co_await subject_of(call, entity_kind::user);
  if (!found) co_return found.error();
  write_whole_user(call, *found);
  co_return result<void>();
}

// https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateUser.html
task<result<void>> update_user(action_call& call) {
  return rename_subject(call, entity_kind::user);
}

task<result<void>> delete_user(action_call& call) {
  auto found = co_await subject_of(call, entity_kind::user);
  if (!found) co_return std::move(found).error();
  co_return co_await remove_judged(call, *found);
}

// https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListUsers.html
task<result<void>> list_users(action_call& call) {
  const std::string prefix(call.input.value("PathPrefix"));
  if (auto may = permit(call, arn_in_account(call, "user/")); !may)
    co_return std::move(may).error();
  const auto wanted = page_of(call.input);
  if (!wanted) co_return wanted.error();
  auto all = co_await call.entities.list(entity_kind::user, call.caller.agency);
  if (!all) co_return std::move(all).error();
  std::erase_if(*all, [&](const entity& e) { return !e.path.starts_with(prefix); });
  write_page(call.out, "Users", *wanted, *all, std::mem_fn(&entity::name), [&](const entity& e) {
    call.out.open("member");
    write_user(call.out, call.caller.account, e);
    call.out.close("member");
  });
  co_return result<void>();
}

constexpr std::array user_rows = std::to_array<action>({
    {"CreateUser", iam_interface, create_user},
    {"GetUser", iam_interface, get_user},
    {"UpdateUser", iam_interface, update_user},
    {"DeleteUser", iam_interface, delete_user},
    {"ListUsers", iam_interface, list_users},
    {"TagUser", iam_interface, tag<entity_kind::user>},
    {"UntagUser", iam_interface, untag<entity_kind::user>},
    {"ListUserTags", iam_interface, list_tags<entity_kind::user>},
    {"PutUserPermissionsBoundary", iam_interface, put_boundary<entity_kind::user>},
    {"DeleteUserPermissionsBoundary", iam_interface, delete_boundary<entity_kind::user>},
});

}  // namespace

std::span<const action> user_actions() { return user_rows; }

}  // namespace torhaus::gateway::iam
