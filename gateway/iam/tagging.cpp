// https://docs.aws.amazon.com/IAM/latest/APIReference/API_TagUser.html
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutUserPermissionsBoundary.html
#include "gateway/iam/tagging.hpp"

namespace torhaus::gateway::iam {

using auth::identity::tag_pairs;
using auth::policy::same_ignoring_case;
using view = auth::identity::directory::view;

void remove_tags(tag_pairs& from, const std::vector<std::string>& keys) {
  std::erase_if(from, [&](const auto& t) {
    return std::ranges::any_of(
        keys, [&](const std::string& key) { return same_ignoring_case(key, t.first); });
  });
}

result<void> merge_tags(tag_pairs& into, const tag_pairs& more) {
  for (const auto& one : more) {
    remove_tags(into, {one.first});
    into.push_back(one);
  }
  if (into.size() <= 50) return {};
  return error(errc::limit_exceeded, "The number of tags has reached the maximum limit: 50.");
}

task<result<void>> tag_entity(action_call& call, entity_kind kind) {
  const auto tags = tags_of(call.input);
  if (!tags) co_return tags.error();
  note_tags(call, *tags);
  const auto found = co_await subject_of(call, kind);
  if (!found) co_return found.error();
  auto add = [&tags](entity& e, const view&) { return merge_tags(e.tags, *tags); };
  const auto done = co_await change_judged(call, *found, add);
  if (!done) co_return done.error();
  co_return result<void>();
}

task<result<void>> untag_entity(action_call& call, entity_kind kind) {
  const std::vector<std::string> keys = list_of(call.input, "TagKeys");
  note_tag_keys(call, keys);
  const auto found = co_await subject_of(call, kind);
  if (!found) co_return found.error();
  auto take = [&keys](entity& e, const view&) -> result<void> {
    remove_tags(e.tags, keys);
    return {};
  };
  const auto done = co_await change_judged(call, *found, take);
  if (!done) co_return done.error();
  co_return result<void>();
}

task<result<void>> list_entity_tags(action_call& call, entity_kind kind) {
  const auto found = co_await subject_of(call, kind);
  if (!found) co_return found.error();
  write_tags(call.out, found->tags);
  call.out.flag("IsTruncated", false);
  co_return result<void>();
}

task<result<void>> put_entity_boundary(action_call& call, entity_kind kind) {
  auto arn = required(call.input, "PermissionsBoundary");
  if (!arn) co_return std::move(arn).error();
  boundary_of(call);
  const auto found = co_await subject_of(call, kind);
  if (!found) co_return found.error();
  auto put = [&arn](entity& e, const view& at) -> result<void> {
    if (auto there = check_policy_exists(at, *arn); !there) return there;
    e.boundary = *arn;
    return {};
  };
  const auto done = co_await change_judged(call, *found, put);
  if (!done) co_return done.error();
  co_return result<void>();
}

task<result<void>> delete_entity_boundary(action_call& call, entity_kind kind) {
  const auto found = co_await subject_of(call, kind);
  if (!found) co_return found.error();
  auto drop = [](entity& e, const view&) -> result<void> {
    if (e.boundary.empty()) {
      return error(errc::no_such_entity, "The entity " + e.name + " has no permissions boundary.");
    }
    e.boundary.clear();
    return {};
  };
  const auto done = co_await change_judged(call, *found, drop);
  if (!done) co_return done.error();
  co_return result<void>();
}

}  // namespace torhaus::gateway::iam
