// Damages a store as disks do, again and again, and looks at what its readers get.
//
//   faults_damage [--injections N] [--seed S] [--scratch DIR] [--only K]
//
// A store with objects in all three homes is made once. For each injection a copy of it gets one
// damage; one process opens it, reads and lists everything, another one runs an inspection.
// Last line: "N passed, N failed".
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <cstdio>
#include <functional>
#include <map>

#include "storage/base/log.hpp"
#include "tests/faults/damage/injury.hpp"
#include "tests/faults/damage/patient.hpp"

namespace torhaus::faults {
namespace {

constexpr std::uint64_t shown_faults = 20;

struct options {
  std::uint64_t injections = 1000;
  std::optional<std::uint64_t> only;
  std::uint64_t seed = 1;
  std::filesystem::path scratch = "/dev/shm";
};

std::uint64_t number_of(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, bad] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (bad != std::errc() || end != text.data() + text.size()) {
    throw std::runtime_error("no number: " + std::string(text));
  }
  return value;
}

options parse(int argc, char** argv) {
  options o;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string_view name = argv[i];
    if (name == "--injections") o.injections = number_of(argv[i + 1]);
    if (name == "--only") o.only = number_of(argv[i + 1]);
    if (name == "--seed") o.seed = number_of(argv[i + 1]);
    if (name == "--scratch") o.scratch = argv[i + 1];
  }
  return o;
}

// In a process of its own: what it finds may be the end of it. nullopt then.
std::optional<unsigned> apart(const std::function<unsigned()>& work) {
  std::fflush(stdout);
  const pid_t child = ::fork();
  if (child < 0) throw std::runtime_error("cannot fork");
  if (child == 0) ::_exit(static_cast<int>(work()));
  int status = 0;
  ::waitpid(child, &status, 0);
  if (!WIFEXITED(status)) {
    std::printf("a process ended by signal %d\n", WTERMSIG(status));
    return std::nullopt;
  }
  return static_cast<unsigned>(WEXITSTATUS(status));
}

int run(const options& o) {
  log::configure(log::level::error, "/dev/null");
  const std::filesystem::path place = o.scratch / ("torhaus-damage-" + std::to_string(::getpid()));
  std::filesystem::create_directories(place);
  const patient whole = make_patient(place / "whole", place / "younger", o.seed);
  std::map<std::string, std::map<outcome, std::uint64_t>> table;
  std::uint64_t passed = 0;
  std::uint64_t failed = 0;
  const std::uint64_t end = o.only ? *o.only + 1 : o.injections;
  for (std::uint64_t k = o.only.value_or(0); k < end; ++k) {
    std::mt19937_64 dice(o.seed * 1'000'003 + k);
    std::filesystem::remove_all(place / "copy");
    std::filesystem::copy(place / "whole", place / "copy",
                          std::filesystem::copy_options::recursive);
    // Every other one is one of the metadata's pages, of which there are few beside the rest.
    const scope which = k % 2 == 0 ? scope::everything : scope::metadata;
    const injury done = injure(place / "copy", place / "younger", which, dice);
    const auto read = apart([&] { return read_copy(place / "copy", whole); });
    const auto inspected = apart([&] { return inspect_copy(place / "copy"); });
    const outcome found = outcome_of(read, inspected);
    ++table[done.where + ", " + done.how][found];
    const bool good = acceptable(done, found);
    ++(good ? passed : failed);
    if (!good && failed <= shown_faults) {
      std::printf("FAIL injection %llu: %s, %s at %llu: %s\n", static_cast<unsigned long long>(k),
                  done.where.c_str(), done.how.c_str(), static_cast<unsigned long long>(done.at),
                  name_of(found).data());
    }
  }
  std::filesystem::remove_all(place);
  for (const auto& [what, found] : table) {
    std::printf("%-34s", what.c_str());
    for (const auto& [which, count] : found) {
      std::printf("  %s %llu", name_of(which).data(), static_cast<unsigned long long>(count));
    }
    std::printf("\n");
  }
  std::printf("seed %llu\n%llu passed, %llu failed\n", static_cast<unsigned long long>(o.seed),
              static_cast<unsigned long long>(passed), static_cast<unsigned long long>(failed));
  return failed == 0 && passed > 0 ? 0 : 1;
}

}  // namespace
}  // namespace torhaus::faults

int main(int argc, char** argv) {
  try {
    return torhaus::faults::run(torhaus::faults::parse(argc, argv));
  } catch (const std::exception& problem) {
    std::fprintf(stderr, "faults_damage: %s\n", problem.what());
    return 2;
  }
}
