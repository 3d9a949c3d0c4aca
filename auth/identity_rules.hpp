// What is attached to an identity: its policies as they are evaluated, its boundary, its tags. Made
// once when a key is looked up, shared by all requests with that key.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "auth/policy/document.hpp"
#include "storage/base/clock.hpp"

namespace torhaus::auth {

// A policy with the name that explanations call it by: "inline policy NAME", or its arn.
struct named_policy {
  std::string name;
  std::shared_ptr<const policy::document> rules;
};

struct identity_rules {
  // AWS's rules: nothing is allowed without a policy. Users that administration makes are not.
  bool governed = false;
  std::vector<named_policy> policies;  // its own, attached ones, those of its groups
  std::optional<named_policy> boundary;
  // Session policies: what none of them allows is not allowed. Without `limited` there are none.
  std::vector<named_policy> session;
  bool limited = false;
  bool reads_tags = false;  // a condition asks for the tags of the object
  bool reads_body = false;  // or for what a request may say in its body
  std::vector<std::pair<std::string, std::string>> tags;  // aws:PrincipalTag/…
  // Those of them that a session of a role hands on to the roles that it assumes.
  std::vector<std::pair<std::string, std::string>> transitive_tags;
  // By whose unique id the caller is a member of projects, where it has not an id of its own: whom
  // a user vouches for (GetFederationToken) has the role of that user.
  std::string member_id;
  std::vector<std::pair<std::string, std::string>> claims;  // of a web identity: "host:sub"
  std::optional<sys_micros> issued;                         // aws:TokenIssueTime, of sessions
};

// The name under which a session keeps the keys of its transitive tags, among its claims. No
// condition key is called so.
inline constexpr std::string_view transitive_tag_claim = "transitive tag";

// Sets reads_tags and reads_body from the policies.
void note_what_is_read(identity_rules&);

}  // namespace torhaus::auth
