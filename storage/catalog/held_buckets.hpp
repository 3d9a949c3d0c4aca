// Whether buckets are left, asked inside the transactions of those who own them: agencies and
// projects lie in the catalog's own database.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "storage/kv/database.hpp"

namespace torhaus::storage::catalog {

// The name of the first bucket that the account owns; nullopt: it owns none.
std::optional<std::string> bucket_of_account(const kv::snapshot&, std::string_view account);

// The same of a project, whose buckets are called as it is or begin with its id and a dash.
std::optional<std::string> bucket_of_project(const kv::snapshot&, std::string_view project);

}  // namespace torhaus::storage::catalog
