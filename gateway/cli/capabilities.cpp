// torhaus capabilities: the S3 operations and which of them this program answers.
#include "gateway/s3/capabilities.hpp"

#include <cstdio>

#include "gateway/cli/command.hpp"

namespace torhaus::gateway::cli {

void add_capabilities(CLI::App& app, int& exit_code) {
  auto* command =
      app.add_subcommand("capabilities", "List the S3 operations that are answered, as Markdown");
  command->callback([&exit_code] {
    std::fputs(s3::capability_table().c_str(), stdout);
    exit_code = 0;
  });
}

}  // namespace torhaus::gateway::cli
