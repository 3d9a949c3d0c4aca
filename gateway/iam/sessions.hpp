// What the actions of STS share: parameters and the answer's Credentials.
#pragma once

#include <string>

#include "auth/identity/session.hpp"
#include "gateway/iam/subject.hpp"

namespace torhaus::gateway::iam {

// Policy, PolicyArns and their bounds: malformed_policy_document, packed_policy_too_large.
result<void> read_session_policies(const form&, auth::identity::session&);

// Sets the times of the session. `most` seconds and `usual` ones; at least 900.
result<void> read_duration(const action_call&, auth::identity::session&, std::uint64_t most,
                           std::uint64_t usual);

// Makes the keys and writes Credentials.
void write_credentials(const action_call&, const auth::identity::session&);
// How much of the room for policies is used, in percent.
void write_packed_size(const action_call&, const auth::identity::session&);

// The role that an arn names and its agency's account; no_such_entity.
struct named_role {
  entity role;
  std::string arn;
  std::string account;
};
void write_assumed_role(const action_call&, const named_role&, const auth::identity::session&);
task<result<named_role>> role_of_arn(action_call&, std::string arn);

// The decision of the role's trust policy for `who`; access_denied otherwise.
result<void> check_trust(action_call&, const auth::principal& who, const named_role&);

task<result<void>> assume_role_with_web_identity(action_call&);

}  // namespace torhaus::gateway::iam
