#include "gateway/cli/command.hpp"

#include <cstdio>
#include <exception>

namespace torhaus::gateway::cli {

int run(int argc, char** argv) {
  CLI::App app("Torhaus: an S3-compatible object gateway for exchange between public agencies",
               "torhaus");
  app.require_subcommand(1);
  app.set_version_flag("--version", TORHAUS_VERSION);
  int exit_code = 0;
  add_serve(app, exit_code);
  add_admin(app, exit_code);
  add_audit(app, exit_code);
  add_bench(app, exit_code);
  add_verify(app, exit_code);
  add_capabilities(app, exit_code);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& problem) {
    return app.exit(problem) == 0 ? 0 : 2;
  } catch (const std::exception& problem) {
    std::fprintf(stderr, "torhaus: %s\n", problem.what());
    return 1;
  }
  return exit_code;
}

}  // namespace torhaus::gateway::cli
