// The program's way in; everything is in cli/.
#include "gateway/cli/command.hpp"
#include "gateway/cli/libc_tuning.hpp"

int main(int argc, char** argv) {
  torhaus::gateway::cli::tune_libc(argc, argv);
  return torhaus::gateway::cli::run(argc, argv);
}
