// The commands of the `torhaus` program. Each returns the exit code: 0 done, 1 failed, 2 wrong
// usage.
#pragma once

#include <CLI/CLI.hpp>

namespace torhaus::gateway::cli {

// Parses the command line and runs one command.
int run(int argc, char** argv);

// Each adds its sub-command to `app`; `exit_code` is set by the command that was chosen.
void add_serve(CLI::App& app, int& exit_code);
void add_admin(CLI::App& app, int& exit_code);
void add_audit(CLI::App& app, int& exit_code);
void add_bench(CLI::App& app, int& exit_code);
void add_verify(CLI::App& app, int& exit_code);
void add_capabilities(CLI::App& app, int& exit_code);

}  // namespace torhaus::gateway::cli
