// Entities and memberships as rows, inside a transaction.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "auth/identity/entity.hpp"
#include "auth/identity/impl.hpp"

namespace torhaus::auth::identity {

std::optional<entity> load_entity(const storage::kv::snapshot&, entity_kind,
                                  std::string_view agency, std::string_view name);
// The user of that name, or of one that differs only in case where there is none: names differ in
// more than case, but for those that older stores hold. Looks at all names of the agency.
std::optional<user> find_user_ignoring_case(const storage::kv::snapshot&, std::string_view agency,
                                            std::string_view name);

// Also a user that has no row of IAM yet; not the root user. Who has exactly that name comes before
// who has it in another case.
std::optional<entity> load_user_entity(const storage::kv::snapshot&, std::string_view agency,
                                       std::string_view name);
std::vector<entity> load_entities(const storage::kv::snapshot&, entity_kind,
                                  std::string_view agency, std::size_t max);
void put_entity(storage::kv::transaction&, const entity&);

// Stores what IAM knows of a user. unmodifiable_entity where it knows something of another user
// whose name differs only in case, as older stores may hold: both would have one row.
result<void> put_user_entity(storage::kv::transaction&, const entity&);

// The names of a group's members.
std::vector<std::string> load_members(const storage::kv::snapshot&, std::string_view agency,
                                      std::string_view group);

// What goes with a user: IAM's row and its memberships.
void erase_user_entity(storage::kv::transaction&, std::string_view agency, std::string_view name);

// The current text of the policy that an arn names; nullopt when there is none, or when it is
// another agency's than `account` says.
std::optional<std::string> load_policy_text(const storage::kv::snapshot&, std::string_view arn,
                                            std::string_view agency, std::string_view account);

}  // namespace torhaus::auth::identity
