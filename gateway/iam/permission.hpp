// May the caller do this with an identity? The one question of every action but GetCallerIdentity.
#pragma once

#include <string>
#include <string_view>

#include "auth/policy/values.hpp"
#include "gateway/iam/actions.hpp"

namespace torhaus::gateway::iam {

// access_denied in AWS's words. `arn` is what the action is about, within the caller's account; the
// tags of an entity count as aws:ResourceTag/….
result<void> permit(action_call&, std::string_view arn,
                    const auth::identity::entity* about = nullptr);

// Changes an entity that the caller was permitted to change as it was `judged`: inside the
// transaction it is judged again when it has become another one, or its path, tags or boundary have
// changed. `judged` must outlive the task.
task<result<auth::identity::entity>> change_judged(action_call&,
                                                   const auth::identity::entity& judged,
                                                   auth::identity::directory::change_fn);
task<result<void>> remove_judged(action_call&, const auth::identity::entity& judged);
// The same question for what the directory does besides.
auth::identity::directory::check_fn judged_again(action_call&,
                                                 const auth::identity::entity& judged);

// Asks the authorizer, and remembers what decided.
auth::decision decide(action_call&, const auth::identity_request&);

// "arn:aws:iam::ACCOUNT:" and the rest.
std::string arn_in_account(const action_call&, std::string_view rest);

// Condition keys of one request. `about`: what the action is about, where that is there. `account`:
// whose that is.
class call_values final : public auth::policy::condition_values {
 public:
  call_values(const action_call& call, const auth::identity::entity* about,
              std::string_view account)
      : call_(call), about_(about), account_(account) {}
  bool find(std::string_view key, std::vector<std::string>& values) const override;

 private:
  const action_call& call_;
  const auth::identity::entity* about_;
  std::string_view account_;
};

}  // namespace torhaus::gateway::iam
