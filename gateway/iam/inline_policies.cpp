// Inline policies of users, groups and roles: Put…Policy, Get…Policy, Delete…Policy, List…Policies.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutUserPolicy.html
#include <array>

#include "gateway/iam/subject.hpp"

namespace torhaus::gateway::iam {
namespace {

using auth::identity::inline_policy;
using view = auth::identity::directory::view;

constexpr std::size_t longest_policy_name = 128;

error no_such_policy(entity_kind kind, const std::string& name) {
  return error(errc::no_such_entity, "The " + std::string(words_of(kind).in_arn) +
                                         " policy with name " + name + " cannot be found.");
}

result<void> put(entity& e, const inline_policy& wanted) {
  const auto at = std::ranges::find(e.policies, wanted.name, &inline_policy::name);
  if (at != e.policies.end()) {
    at->text = wanted.text;
  } else {
    e.policies.push_back(wanted);
  }
  std::size_t size = 0;
  for (const inline_policy& p : e.policies) size += counted_size(p.text);
  const kind_words& words = words_of(e.kind);
  if (size <= words.inline_size) return {};
  return error(errc::limit_exceeded, "Maximum policy size of " + std::to_string(words.inline_size) +
                                         " bytes exceeded for " + std::string(words.in_arn) + " " +
                                         e.name);
}

task<result<void>> put_policy(action_call& call, entity_kind kind) {
  inline_policy wanted;
  auto name = required_name(call.input, "PolicyName", longest_policy_name);
  if (!name) co_return std::move(name).error();
  const auto found = co_await subject_of(call, kind);
  if (!found) co_return found.error();
  auto text = document_of(call.input, "PolicyDocument", auth::policy::holder::identity,
                          words_of(kind).inline_size);
  if (!text) co_return std::move(text).error();
  wanted.name = std::move(*name);
  wanted.text = std::move(*text);
  auto add = [&wanted](entity& e, const view&) { return put(e, wanted); };
  const auto done = co_await change_judged(call, *found, add);
  if (!done) co_return done.error();
  co_return result<void>();
}

task<result<void>> get_policy(action_call& call, entity_kind kind) {
  const auto name = required_name(call.input, "PolicyName", longest_policy_name);
  if (!name) co_return name.error();
  const auto found = co_await subject_of(call, kind);
  if (!found) co_return found.error();
  const auto at = std::ranges::find(found->policies, *name, &inline_policy::name);
  if (at == found->policies.end()) co_return no_such_policy(kind, *name);
  call.out.text(words_of(kind).parameter, found->name).text("PolicyName", at->name);
  call.out.text("PolicyDocument", encoded_document(at->text));
  co_return result<void>();
}

task<result<void>> delete_policy(action_call& call, entity_kind kind) {
  const auto name = required_name(call.input, "PolicyName", longest_policy_name);
  if (!name) co_return name.error();
  const auto found = co_await subject_of(call, kind);
  if (!found) co_return found.error();
  auto take = [&](entity& e, const view&) -> result<void> {
    const auto gone =
        std::erase_if(e.policies, [&](const inline_policy& p) { return p.name == *name; });
    if (gone == 0) return no_such_policy(kind, *name);
    return {};
  };
  const auto done = co_await change_judged(call, *found, take);
  if (!done) co_return done.error();
  co_return result<void>();
}

task<result<void>> list_policies(action_call& call, entity_kind kind) {
  const auto wanted = page_of(call.input);
  if (!wanted) co_return wanted.error();
  auto found = co_await subject_of(call, kind);
  if (!found) co_return std::move(found).error();
  std::ranges::sort(found->policies, {},
                    [](const auto& p) { return auth::policy::lower_case(p.name); });
  write_page(call.out, "PolicyNames", *wanted, found->policies, std::mem_fn(&inline_policy::name),
             [&](const inline_policy& p) { call.out.text("member", p.name); });
  co_return result<void>();
}

constexpr std::array inline_policy_rows = std::to_array<action>({
    {"PutUserPolicy", iam_interface, on_kind<put_policy, entity_kind::user>},
    {"GetUserPolicy", iam_interface, on_kind<get_policy, entity_kind::user>},
    {"DeleteUserPolicy", iam_interface, on_kind<delete_policy, entity_kind::user>},
    {"ListUserPolicies", iam_interface, on_kind<list_policies, entity_kind::user>},
    {"PutGroupPolicy", iam_interface, on_kind<put_policy, entity_kind::group>},
    {"GetGroupPolicy", iam_interface, on_kind<get_policy, entity_kind::group>},
    {"DeleteGroupPolicy", iam_interface, on_kind<delete_policy, entity_kind::group>},
    {"ListGroupPolicies", iam_interface, on_kind<list_policies, entity_kind::group>},
    {"PutRolePolicy", iam_interface, on_kind<put_policy, entity_kind::role>},
    {"GetRolePolicy", iam_interface, on_kind<get_policy, entity_kind::role>},
    {"DeleteRolePolicy", iam_interface, on_kind<delete_policy, entity_kind::role>},
    {"ListRolePolicies", iam_interface, on_kind<list_policies, entity_kind::role>},
});

}  // namespace

std::span<const action> inline_policy_actions() { return inline_policy_rows; }

}  // namespace torhaus::gateway::iam
