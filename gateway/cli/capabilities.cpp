// torhaus capabilities: the S3 operations and which of them this program answers.
#include <cstdio>

#include "gateway/cli/command.hpp"
#include "gateway/s3/operations.hpp"

namespace torhaus::gateway::cli {

void add_capabilities(CLI::App& app, int& exit_code) {
  auto* command = app.add_subcommand("capabilities", "List the S3 operations that are answered");
  command->callback([&exit_code] {
    for (const s3::operation& o : s3::operations()) {
      std::printf("%-45s %-45s %s\n", std::string(o.name).c_str(),
                  std::string(o.iam_action).c_str(), o.run != nullptr ? "yes" : "NotImplemented");
    }
    exit_code = 0;
  });
}

}  // namespace torhaus::gateway::cli
