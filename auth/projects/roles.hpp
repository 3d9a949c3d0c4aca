// What the roles of a project allow, as policy statements, and what a project says to one request.
#pragma once

#include <string>
#include <string_view>

#include "auth/policy/document.hpp"
#include "auth/principal.hpp"
#include "auth/projects/store.hpp"

namespace torhaus::auth::projects {

// The statements of a role. They name no principal, no condition and every resource: whom and which
// buckets they are about is the membership.
const policy::document& policy_of(role);
// The statement that allows the action, or null.
const policy::statement* allowing(role, std::string_view action);

// Where a caller stands in a project at one moment.
struct standing {
  const project_view* project = nullptr;
  projects::state state = projects::state::active;
  const member* as = nullptr;  // null: no member, or one whose time has ended
  bool owner_root = false;     // the root user of the owning agency

  bool manages() const { return owner_root || (as != nullptr && as->as == role::manager); }
};
standing standing_of(const project_view&, const principal&, sys_micros now);

// Why the state of the project refuses the action, whoever else may allow it; empty: it does not.
std::string refusal_of(const standing&, std::string_view action);

// The statement of the caller's role that allows the action, or null.
const policy::statement* allowing(const standing&, std::string_view action);

// Whether what the role allows is to be kept to keys that are not there.
inline bool new_keys_only(const standing& s) {
  return s.as != nullptr && s.as->as == role::depositor;
}

}  // namespace torhaus::auth::projects
