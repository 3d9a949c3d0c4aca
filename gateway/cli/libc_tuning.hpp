// What the C library is told before it starts, since it cannot be told later.
#pragma once

#include <string>

namespace torhaus::gateway::cli {

// The value of GLIBC_TUNABLES that serves small requests best. `intel_avx512`: the processor is
// Intel's and has AVX-512.
std::string libc_tunables(bool intel_avx512);

// Begins the program anew with them when its command is `serve` and GLIBC_TUNABLES is not set: the
// process and its arguments stay the same. Returns when there is nothing to do or that is refused;
// the server runs without them too.
void tune_libc(int argc, char** argv);

}  // namespace torhaus::gateway::cli
