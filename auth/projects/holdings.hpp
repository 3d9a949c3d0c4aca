// What projects have of users and agencies, inside the transactions that change these.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "storage/kv/database.hpp"

namespace torhaus::auth::projects {

// The id of the first project that the agency owns; nullopt: it owns none.
std::optional<std::string> project_of_agency(const storage::kv::snapshot&, std::string_view agency);

// The memberships of a user.
bool has_memberships(const storage::kv::snapshot&, std::string_view agency, std::string_view user);
void erase_memberships(storage::kv::transaction&, std::string_view agency, std::string_view user);

}  // namespace torhaus::auth::projects
