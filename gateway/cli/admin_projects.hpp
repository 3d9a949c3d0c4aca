// torhaus admin project|member|import.
#pragma once

#include <memory>
#include <vector>

#include "gateway/cli/admin_entity.hpp"

namespace torhaus::gateway::cli {

// What callbacks of the command line refer to.
using entity_owners = std::vector<std::shared_ptr<entity_commands>>;

void add_projects(CLI::App& admin, int& exit_code, entity_owners&);

}  // namespace torhaus::gateway::cli
