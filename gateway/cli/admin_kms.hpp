// torhaus admin kms-key: the keys of the key store.
#pragma once

#include "gateway/cli/command.hpp"

namespace torhaus::gateway::cli {

void add_kms_key(CLI::App& admin, int& exit_code);

}  // namespace torhaus::gateway::cli
