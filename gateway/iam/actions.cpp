#include "gateway/iam/actions.hpp"

namespace torhaus::gateway::iam {

std::vector<const action*> actions() {
  std::vector<const action*> all;
  for (const auto list :
       {user_actions, access_key_actions, group_actions, role_actions, inline_policy_actions,
        attached_policy_actions, managed_policy_actions, oidc_provider_actions, account_actions,
        session_actions, simulation_actions}) {
    for (const action& row : list()) all.push_back(&row);
  }
  return all;
}

}  // namespace torhaus::gateway::iam
