// torhaus admin audit search|export|verify.
#pragma once

#include "gateway/cli/command.hpp"

namespace torhaus::gateway::cli {

void add_admin_audit(CLI::App& admin, int& exit_code);

}  // namespace torhaus::gateway::cli
