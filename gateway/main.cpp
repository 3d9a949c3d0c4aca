// The program's way in; everything is in cli/.
#include "gateway/cli/command.hpp"

int main(int argc, char** argv) { return torhaus::gateway::cli::run(argc, argv); }
