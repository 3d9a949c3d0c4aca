// What can be said of the identities here in IAM's and STS's terms. Agencies are accounts; there
// are no roles, groups, managed policies or identity providers, and their lists are empty.
#include "gateway/iam/actions.hpp"

#include <array>

#include "gateway/s3/dates.hpp"
#include "gateway/s3/parameters.hpp"

namespace torhaus::gateway::iam {
namespace {

namespace identity = auth::identity;

// https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
// AWS: no permissions are needed.
task<result<void>> get_caller_identity(action_call& call) {
  const auth::principal& who = call.caller;
  const bool root = who.arn.ends_with(":root");
  std::string id = who.account;
  if (!root) {
    auto home = co_await call.identities.find_agency_by_account(who.account);
    if (!home) co_return std::move(home).error();
    auto self = co_await call.identities.find_user(home->id, who.user_name);
    if (!self) co_return std::move(self).error();
    id = self->id;
  }
  call.out.text("Arn", who.arn).text("UserId", id).text("Account", who.account);
  co_return result<void>();
}

struct insider {
  identity::agency home;
  identity::user self;
};

task<result<insider>> caller_of(action_call& call) {
  auto home = co_await call.identities.find_agency_by_account(call.caller.account);
  if (!home) co_return std::move(home).error();
  auto self = co_await call.identities.find_user(home->id, call.caller.user_name);
  if (!self) co_return std::move(self).error();
  co_return insider{std::move(*home), std::move(*self)};
}

std::string arn_of(const identity::agency& home, const identity::user& u) {
  if (u.root) return "arn:aws:iam::" + home.account + ":root";
  return "arn:aws:iam::" + home.account + ":user/" + u.name;
}

// Others than oneself are shown to the root users of the agency: nobody else has been given IAM
// permissions.
result<void> check_permission(const action_call& call, const insider& who, std::string_view action,
                              std::string_view user) {
  if (who.self.root || user == who.self.name) return {};
  return error(errc::access_denied,
               "User: " + call.caller.arn +
                   " is not authorized to perform: iam:" + std::string(action) +
                   " on resource: arn:aws:iam::" + who.home.account + ":user/" + std::string(user));
}

void write_user(s3::xml::writer& out, const identity::agency& home, const identity::user& u) {
  if (!u.root) out.text("Path", "/").text("UserName", u.name);
  out.text("UserId", u.root ? home.account : u.id).text("Arn", arn_of(home, u));
  out.text("CreateDate", s3::iso_date(u.created));
}

error no_such_user(std::string_view name) {
  return error(errc::no_such_entity,
               "The user with name " + std::string(name) + " cannot be found.");
}

// The user that UserName names, or the caller; only if the caller may.
task<result<identity::user>> user_of(action_call& call, const insider& who,
                                     std::string_view action) {
  const auto name = call.input.find("UserName");
  if (!name) co_return who.self;
  if (auto allowed = check_permission(call, who, action, *name); !allowed) {
    co_return std::move(allowed).error();
  }
  auto found = co_await call.identities.find_user(who.home.id, std::string(*name));
  if (!found) co_return no_such_user(*name);
  co_return std::move(*found);
}

// https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetUser.html
task<result<void>> get_user(action_call& call) {
  auto who = co_await caller_of(call);
  if (!who) co_return std::move(who).error();
  auto user = co_await user_of(call, *who, "GetUser");
  if (!user) co_return std::move(user).error();
  call.out.open("User");
  write_user(call.out, who->home, *user);
  call.out.close("User");
  co_return result<void>();
}

result<std::size_t> max_items(const form& input) {
  constexpr std::size_t usual = 100;  // AWS: ListUsers, MaxItems
  const auto given = input.find("MaxItems");
  if (!given) return usual;
  const auto n = s3::parse_number(*given);
  if (!n || *n < 1 || *n > 1000) {
    return error(errc::validation_error, "MaxItems must be a number between 1 and 1000.");
  }
  return static_cast<std::size_t>(*n);
}

// https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListUsers.html
// Every user's path is "/".
task<result<void>> list_users(action_call& call) {
  auto who = co_await caller_of(call);
  if (!who) co_return std::move(who).error();
  if (auto allowed = check_permission(call, *who, "ListUsers", ""); !allowed) {
    co_return std::move(allowed).error();
  }
  const auto most = max_items(call.input);
  if (!most) co_return most.error();
  std::vector<identity::user> page;
  const std::string_view path = call.input.value("PathPrefix");
  if (path.empty() || path == "/") {
    std::string after(call.input.value("Marker"));
    auto found = co_await call.identities.list_users(who->home.id, std::move(after), *most + 1);
    if (!found) co_return std::move(found).error();
    page = std::move(*found);
  }
  const bool more = page.size() > *most;
  if (more) page.pop_back();
  call.out.open("Users");
  for (const identity::user& u : page) {
    if (u.root) continue;  // AWS: the root user is no IAM user
    call.out.open("member");
    write_user(call.out, who->home, u);
    call.out.close("member");
  }
  call.out.close("Users").flag("IsTruncated", more);
  if (more) call.out.text("Marker", page.back().name);
  co_return result<void>();
}

// https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListAccessKeys.html
// A user has at most 100 keys, so one page holds them.
task<result<void>> list_access_keys(action_call& call) {
  auto who = co_await caller_of(call);
  if (!who) co_return std::move(who).error();
  auto user = co_await user_of(call, *who, "ListAccessKeys");
  if (!user) co_return std::move(user).error();
  auto keys = co_await call.identities.list_keys(who->home.id, user->name);
  if (!keys) co_return std::move(keys).error();
  call.out.open("AccessKeyMetadata");
  for (const identity::access_key& k : *keys) {
    call.out.open("member");
    if (!user->root) call.out.text("UserName", user->name);
    call.out.text("AccessKeyId", k.id).text("Status", k.enabled ? "Active" : "Inactive");
    call.out.text("CreateDate", s3::iso_date(k.created)).close("member");
  }
  call.out.close("AccessKeyMetadata").flag("IsTruncated", false);
  co_return result<void>();
}

// A list of what there is none of.
template <const char* Element>
task<result<void>> nothing(action_call& call) {
  call.out.open(Element).close(Element).flag("IsTruncated", false);
  co_return result<void>();
}
constexpr char roles[] = "Roles";
constexpr char groups[] = "Groups";
constexpr char policies[] = "Policies";
constexpr char profiles[] = "InstanceProfiles";
constexpr char aliases[] = "AccountAliases";

// https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListOpenIDConnectProviders.html
task<result<void>> list_openid_providers(action_call& call) {
  call.out.open("OpenIDConnectProviderList").close("OpenIDConnectProviderList");
  co_return result<void>();
}

constexpr std::array rows = std::to_array<action>({
    {"GetCallerIdentity", sts_interface, get_caller_identity},
    {"GetUser", iam_interface, get_user},
    {"ListAccessKeys", iam_interface, list_access_keys},
    {"ListAccountAliases", iam_interface, nothing<aliases>},
    {"ListGroups", iam_interface, nothing<groups>},
    {"ListInstanceProfiles", iam_interface, nothing<profiles>},
    {"ListOpenIDConnectProviders", iam_interface, list_openid_providers},
    {"ListPolicies", iam_interface, nothing<policies>},
    {"ListRoles", iam_interface, nothing<roles>},
    {"ListUsers", iam_interface, list_users},
});

}  // namespace

std::span<const action> actions() { return rows; }

}  // namespace torhaus::gateway::iam
