// Tags and permissions boundaries, the same for users and roles.
#pragma once

#include "gateway/iam/subject.hpp"

namespace torhaus::gateway::iam {

task<result<void>> tag_entity(action_call&, entity_kind);
task<result<void>> untag_entity(action_call&, entity_kind);
task<result<void>> list_entity_tags(action_call&, entity_kind);
task<result<void>> put_entity_boundary(action_call&, entity_kind);
task<result<void>> delete_entity_boundary(action_call&, entity_kind);

// As rows of the tables.
template <entity_kind Kind>
task<result<void>> tag(action_call& call) {
  return tag_entity(call, Kind);
}
template <entity_kind Kind>
task<result<void>> untag(action_call& call) {
  return untag_entity(call, Kind);
}
template <entity_kind Kind>
task<result<void>> list_tags(action_call& call) {
  return list_entity_tags(call, Kind);
}
template <entity_kind Kind>
task<result<void>> put_boundary(action_call& call) {
  return put_entity_boundary(call, Kind);
}
template <entity_kind Kind>
task<result<void>> delete_boundary(action_call& call) {
  return delete_entity_boundary(call, Kind);
}

// Adds tags to those there are; limit_exceeded beyond 50.
result<void> merge_tags(auth::identity::tag_pairs& into, const auth::identity::tag_pairs& more);
void remove_tags(auth::identity::tag_pairs& from, const std::vector<std::string>& keys);

}  // namespace torhaus::gateway::iam
