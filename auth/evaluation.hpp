// The two sides of a decision: what the caller's own policies say, and what the policy of the
// resource says. AWS: "Policy evaluation logic".
#pragma once

#include <string>
#include <string_view>

#include "auth/policy/evaluator.hpp"
#include "auth/principal.hpp"

namespace torhaus::auth {

// What decided. Views and pointers live as long as the policies: no longer than the request.
struct reason {
  enum class source : std::uint8_t {
    nothing,   // no policy speaks of it
    defaults,  // what users of the agency, or its root user, may do without a policy
    identity,  // a policy of the caller or of a group
    boundary,  // the caller's permissions boundary
    session,   // a session policy
    resource,  // the policy of the bucket, the trust policy of a role
    acl,       // an access control list, or ownership of the object
    block,     // the public access block
    role,      // the caller's role in the project of the bucket
    state,     // the project is read-only, closed or deleted
  };
  source from = source::nothing;
  std::string_view policy = {};  // its name; empty for resource policies
  const policy::statement* statement = nullptr;
};

// "identity policy Readers, statement 2 (AllowList)": for explanations and audit records.
std::string describe(const reason&);

// What the caller's side says about an action.
struct identity_side {
  bool denied = false;  // by a statement, see why
  bool allowed = false;
  bool within_boundary = true;
  bool within_session = true;
  reason why;

  bool allows() const { return !denied && allowed && within_boundary && within_session; }
};

// `by_default`: whether the caller may without a policy. Only asked of callers that are somebody.
identity_side ask_identity(const policy::request&, bool by_default);

// What the resource's side says; `document` may be null.
struct resource_side {
  policy::verdict said;
  bool denies() const { return said.is == policy::decision::deny; }
  bool allows() const { return said.is == policy::decision::allow; }
  reason why() const { return {reason::source::resource, {}, said.because}; }
};
resource_side ask_resource(const policy::document*, const policy::request&);

// Within one account one side is enough, when the resource's policy names the caller itself and not
// only its account. A policy that names a session is bound by nothing, one that names a role or
// everyone by boundary and session policies, one that names a user by session policies.
bool grants_by_itself(const resource_side&, const policy::request&, const identity_side&);

}  // namespace torhaus::auth
