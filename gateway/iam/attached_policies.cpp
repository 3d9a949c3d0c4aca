// Attach…Policy, Detach…Policy, ListAttached…Policies for users, groups and roles;
// ListEntitiesForPolicy.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_AttachUserPolicy.html
#include <array>

#include "auth/identity/managed_policies.hpp"
#include "gateway/iam/subject.hpp"

namespace torhaus::gateway::iam {
namespace {

using view = auth::identity::directory::view;

constexpr std::size_t attached_quota = 10;

task<result<void>> attach(action_call& call, entity_kind kind) {
  const auto arn = required(call.input, "PolicyArn");
  if (!arn) co_return arn.error();
  call.facts.emplace_back("iam:PolicyARN", *arn);
  const auto found = co_await subject_of(call, kind);
  if (!found) co_return found.error();
  auto add = [&arn](entity& e, const view& at) -> result<void> {
    if (auto there = check_policy_exists(at, *arn); !there) return there;
    if (std::ranges::find(e.attached, *arn) != e.attached.end()) return {};
    if (e.attached.size() >= attached_quota) {
      return error(errc::limit_exceeded, "Cannot exceed quota for PoliciesPer" +
                                             std::string(words_of(e.kind).word) + ": 10");
    }
    e.attached.push_back(*arn);
    return {};
  };
  const auto done = co_await change_judged(call, *found, add);
  if (!done) co_return done.error();
  co_return result<void>();
}

task<result<void>> detach(action_call& call, entity_kind kind) {
  const auto arn = required(call.input, "PolicyArn");
  if (!arn) co_return arn.error();
  call.facts.emplace_back("iam:PolicyARN", *arn);
  const auto found = co_await subject_of(call, kind);
  if (!found) co_return found.error();
  auto take = [&arn](entity& e, const view&) -> result<void> {
    if (std::erase(e.attached, *arn) > 0) return {};
    return error(errc::no_such_entity, "Policy " + *arn + " was not found.");
  };
  const auto done = co_await change_judged(call, *found, take);
  if (!done) co_return done.error();
  co_return result<void>();
}

std::string policy_name(const std::string& arn) {
  return std::string(auth::identity::name_in_arn(arn));
}

// The part of an arn between "policy" and the name.
std::string path_in_arn(const std::string& arn) {
  const std::size_t begin = arn.find(":policy/");
  if (begin == std::string::npos) return "/";
  const std::size_t slash = begin + std::string_view(":policy").size();
  return arn.substr(slash, arn.rfind('/') - slash + 1);
}

task<result<void>> list_attached(action_call& call, entity_kind kind) {
  const auto wanted = page_of(call.input);
  if (!wanted) co_return wanted.error();
  const std::string prefix(call.input.value("PathPrefix"));
  auto found = co_await subject_of(call, kind);
  if (!found) co_return std::move(found).error();
  std::erase_if(found->attached,
                [&](const std::string& arn) { return !path_in_arn(arn).starts_with(prefix); });
  std::ranges::sort(found->attached, {},
                    [](const std::string& arn) { return auth::policy::lower_case(arn); });
  write_page(
      call.out, "AttachedPolicies", *wanted, found->attached,
      [](const std::string& arn) { return arn; },
      [&](const std::string& arn) {
        call.out.open("member").text("PolicyName", policy_name(arn));
        call.out.text("PolicyArn", arn).close("member");
      });
  co_return result<void>();
}

bool uses(const entity& e, const std::string& arn, std::string_view usage) {
  const bool attached = std::ranges::find(e.attached, arn) != e.attached.end();
  const bool boundary = e.boundary == arn;
  return (attached && usage != "PermissionsBoundary") || (boundary && usage != "PermissionsPolicy");
}

// https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListEntitiesForPolicy.html
// One page holds them: an agency has at most 6,300 users, groups and roles.
task<result<void>> list_entities_for_policy(action_call& call) {
  const auto arn = required(call.input, "PolicyArn");
  if (!arn) co_return arn.error();
  if (auto may = permit(call, *arn); !may) co_return std::move(may).error();
  // Another agency's policy is as one that is not there.
  const bool reachable = auth::identity::find_aws_policy(*arn) != nullptr ||
                         arn->starts_with(arn_in_account(call, "policy/"));
  const bool there = reachable && co_await call.entities.policy_text(*arn);
  if (!there) co_return error(errc::no_such_entity, "Policy " + *arn + " was not found.");
  const std::string_view usage = call.input.value("PolicyUsageFilter");
  const std::string_view filter = call.input.value("EntityFilter");
  const std::string prefix(call.input.value("PathPrefix"));
  const std::pair<entity_kind, std::string_view> kinds[] = {{entity_kind::group, "PolicyGroups"},
                                                            {entity_kind::user, "PolicyUsers"},
                                                            {entity_kind::role, "PolicyRoles"}};
  for (const auto& [kind, element] : kinds) {
    call.out.open(element);
    const kind_words& words = words_of(kind);
    if (filter.empty() || filter == words.word) {
      const auto all = co_await call.entities.list(kind, call.caller.agency);
      if (!all) co_return all.error();
      for (const entity& e : *all) {
        if (!uses(e, *arn, usage) || !e.path.starts_with(prefix)) continue;
        call.out.open("member").text(words.parameter, e.name);
        call.out.text(std::string(words.word) + "Id", e.id).close("member");
      }
    }
    call.out.close(element);
  }
  call.out.flag("IsTruncated", false);
  co_return result<void>();
}

constexpr std::array attached_policy_rows = std::to_array<action>({
    {"AttachUserPolicy", iam_interface, on_kind<attach, entity_kind::user>},
    {"DetachUserPolicy", iam_interface, on_kind<detach, entity_kind::user>},
    {"ListAttachedUserPolicies", iam_interface, on_kind<list_attached, entity_kind::user>},
    {"AttachGroupPolicy", iam_interface, on_kind<attach, entity_kind::group>},
    {"DetachGroupPolicy", iam_interface, on_kind<detach, entity_kind::group>},
    {"ListAttachedGroupPolicies", iam_interface, on_kind<list_attached, entity_kind::group>},
    {"AttachRolePolicy", iam_interface, on_kind<attach, entity_kind::role>},
    {"DetachRolePolicy", iam_interface, on_kind<detach, entity_kind::role>},
    {"ListAttachedRolePolicies", iam_interface, on_kind<list_attached, entity_kind::role>},
    {"ListEntitiesForPolicy", iam_interface, list_entities_for_policy},
});

}  // namespace

std::span<const action> attached_policy_actions() { return attached_policy_rows; }

}  // namespace torhaus::gateway::iam
