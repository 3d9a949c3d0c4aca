// The entities of IAM in the identity store: found, listed, made, changed, removed. What IAM asks
// of names, sizes and documents is checked by the callers in gateway/iam; here it is kept
// consistent: no two names alike, nothing removed that is in use, members and attachments that
// exist.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "auth/identity/entity.hpp"
#include "auth/identity/store.hpp"

namespace torhaus::auth::identity {

class directory {
 public:
  explicit directory(store& s) : store_(s) {}

  // What a change may look at: the same moment as the change.
  class view {
   public:
    virtual ~view() = default;
    virtual std::optional<entity> find(entity_kind, std::string_view name) const = 0;
    // The text of the managed policy that an arn names, of the agency or of AWS.
    virtual std::optional<std::string> policy_text(std::string_view arn) const = 0;
  };
  using change_fn = std::function<result<void>(entity&, const view&)>;
  // Looks at the entity inside the transaction, perhaps twice; what it refuses changes nothing.
  using check_fn = std::function<result<void>(const entity&)>;

  // no_such_entity. A user that administration made is there too; the agency's root user is not.
  task<result<entity>> find(entity_kind, std::string agency, std::string name);
  // All of a kind in the order of their names without regard to case; max_listed at most.
  task<result<std::vector<entity>>> list(entity_kind, std::string agency);
  static constexpr std::size_t max_listed = 10'000;

  // entity_already_exists; limit_exceeded when the agency has `quota` of them already. `check` runs
  // first; a user also becomes one of the agency's users.
  task<result<entity>> create(entity, std::size_t quota, change_fn check);
  // Runs `fn` on the entity and stores what it made of it, a new name too. `fn` may run twice.
  task<result<entity>> change(entity_kind, std::string agency, std::string name, change_fn fn);
  // delete_conflict while the entity has policies, keys, members, or is attached. A user's
  // memberships in projects go with it.
  task<result<void>> remove(entity_kind, std::string agency, std::string name, check_fn);

  // `check` looks at the group.
  task<result<void>> add_member(std::string agency, std::string group, std::string user,
                                std::size_t most_groups, check_fn check);
  task<result<void>> remove_member(std::string agency, std::string group, std::string user,
                                   check_fn check);
  task<result<std::vector<entity>>> members(std::string agency, std::string group);

  // The current text of a managed policy, of AWS or of the agency whose account the arn names.
  task<result<std::string>> policy_text(std::string arn);
  // What is attached to a user, group or role, as it decides; nullptr for a user to whom nothing
  // is. no_such_entity.
  task<result<std::shared_ptr<const identity_rules>>> rules_of(entity_kind, std::string agency,
                                                               std::string name);
  // A user of IAM by its unique id ("AIDA…").
  task<bool> user_id_exists(std::string id);
  // Whether a policy may name this as a principal: an account, user, role, session or provider.
  task<bool> principal_exists(std::string arn);

 private:
  store& store_;
};

}  // namespace torhaus::auth::identity
