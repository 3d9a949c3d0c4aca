#include "gateway/cli/libc_tuning.hpp"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string_view>
#include <system_error>

namespace torhaus::gateway::cli {
namespace {

constexpr const char* tunables_variable = "GLIBC_TUNABLES";

bool is_intel_with_avx512() {
#if defined(__x86_64__)
  __builtin_cpu_init();
  return __builtin_cpu_is("intel") && __builtin_cpu_supports("avx512f");
#else
  return false;
#endif
}

}  // namespace

std::string libc_tunables(bool intel_avx512) {
  // Frames of coroutines and bodies of small objects come back to the thread that freed them.
  // Beyond 1,032 bytes, glibc's own choice, every piece is cut out of the heap and joined with it
  // again. So is what comes back beyond seven of a size, and answers to many connections are freed
  // together.
  std::string text = "glibc.malloc.tcache_max=8192:glibc.malloc.tcache_count=64";
  // glibc copies even a few bytes in registers of 512 bits where there are some, and Intel's cores
  // clock lower while these are in use: every request pays for copies that are too short to gain.
  // MD5 of many streams and CRCs of large blocks go on using them.
  if (intel_avx512) text += ":glibc.cpu.hwcaps=-AVX512F,-AVX512VL,-AVX512BW";
  return text;
}

void tune_libc(int argc, char** argv) {
  if (argc < 2 || std::string_view(argv[1]) != "serve") return;
  if (std::getenv(tunables_variable) != nullptr) return;
  std::error_code unknown;
  // By its own name, which the process is shown under.
  const std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe", unknown);
  if (unknown) return;
  if (::setenv(tunables_variable, libc_tunables(is_intel_with_avx512()).c_str(), 1) != 0) return;
  ::execv(self.c_str(), argv);
}

}  // namespace torhaus::gateway::cli
