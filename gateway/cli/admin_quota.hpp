// torhaus admin quota show|set.
#pragma once

#include "gateway/cli/command.hpp"

namespace torhaus::gateway::cli {

void add_quota(CLI::App& admin, int& exit_code);

}  // namespace torhaus::gateway::cli
