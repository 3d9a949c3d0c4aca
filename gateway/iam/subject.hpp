// What the actions on users, groups and roles share: the parameter that names one, the permission
// for it, its XML, and pages of lists.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "auth/policy/values.hpp"
#include "gateway/iam/actions.hpp"
#include "gateway/iam/input.hpp"
#include "gateway/iam/permission.hpp"

namespace torhaus::gateway::iam {

using auth::identity::entity;
using auth::identity::entity_kind;

struct kind_words {
  std::string_view word;       // "User"
  std::string_view parameter;  // "UserName"
  std::string_view in_arn;     // "user"
  std::size_t longest_name;
  std::size_t inline_size;  // all inline policies together
};
const kind_words& words_of(entity_kind);

// The entity that the request names, when the caller may do the action with it. A user that is not
// named is the caller.
task<result<entity>> subject_of(action_call&, entity_kind);

// Gives a user or group the name and path of NewUserName or NewGroupName and NewPath; what is not
// given stays. The caller must be allowed the action with both the old and the new arn.
task<result<void>> rename_subject(action_call&, entity_kind);

void write_user(s3::xml::writer&, const std::string& account, const entity&);
void write_group(s3::xml::writer&, const std::string& account, const entity&);
void write_role(s3::xml::writer&, const std::string& account, const entity&);
void write_tags(s3::xml::writer&, const auth::identity::tag_pairs&);
void write_boundary(s3::xml::writer&, const entity&);
// AWS: documents are percent-encoded in answers.
std::string encoded_document(std::string_view);

// Adds what policies may ask about the tags and policies that a request names.
void note_tags(action_call&, const auth::identity::tag_pairs&);
void note_tag_keys(action_call&, const std::vector<std::string>&);
// The parameter PermissionsBoundary, as a fact too; empty when it is not given.
std::string boundary_of(action_call&);
result<void> check_policy_exists(const auth::identity::directory::view&, const std::string& arn);

// Writes a page of `all` as <Element><member>…, then IsTruncated and Marker. `all` is in the order
// of names without regard to case.
template <class T, class Name, class Write>
void write_page(s3::xml::writer& out, std::string_view element, const page& wanted,
                const std::vector<T>& all, Name name, Write write) {
  const std::string after = auth::policy::lower_case(wanted.after);
  out.open(element);
  std::size_t written = 0;
  std::string marker;
  bool more = false;
  for (const T& one : all) {
    if (!after.empty() && auth::policy::lower_case(name(one)) <= after) continue;
    if (written == wanted.most) {
      more = true;
      break;
    }
    write(one);
    marker = name(one);
    ++written;
  }
  out.close(element).flag("IsTruncated", more);
  if (more) out.text("Marker", marker);
}

}  // namespace torhaus::gateway::iam
