#include "gateway/cli/libc_tuning.hpp"

#include <cstdlib>

#include "tests/support/catch.hpp"

namespace libc_tuning_test {

using namespace torhaus::gateway::cli;
using Catch::Matchers::Contains;

TEST_CASE("libc_keeps_frames_by_thread_and_copies_in_short_registers_on_intel") {
  CHECK_THAT(libc_tunables(false), Contains("glibc.malloc.tcache_max=8192"));
  CHECK_THAT(libc_tunables(false), Contains("glibc.malloc.tcache_count=64"));
  CHECK_THAT(libc_tunables(false), !Contains("hwcaps"));
  CHECK_THAT(libc_tunables(true), Contains("glibc.malloc.tcache_max=8192"));
  CHECK_THAT(libc_tunables(true), Contains(":glibc.cpu.hwcaps=-AVX512F"));
}

TEST_CASE("libc_is_left_alone_by_other_commands_and_by_what_the_operator_set") {
  // Coming back is what is checked: otherwise this program would begin anew.
  char program[] = "torhaus";
  char other[] = "admin";
  char serve[] = "serve";
  char* of_other[] = {program, other, nullptr};
  tune_libc(2, of_other);
  tune_libc(1, of_other);
  REQUIRE(::setenv("GLIBC_TUNABLES", "glibc.malloc.check=0", 0) == 0);
  char* of_serve[] = {program, serve, nullptr};
  tune_libc(2, of_serve);
  SUCCEED("came back");
}

}  // namespace libc_tuning_test
