// Random sequences of requests against the real pipeline over a store on disk, compared with the
// rules answer by answer.
//
//   model_conformance [--sequences N] [--seed S] [--only NUMBER] [--census 1]
//
// Another seed each time unless one is given. A difference is shrunk, and printed with the line
// that shows it again. The census tells how often which step was answered how. Last line: "N
// passed, N failed"; a sequence is a case.
#include <charconv>
#include <cstdio>
#include <memory>
#include <random>

#include "storage/base/log.hpp"
#include "tests/model/conformance/side_by_side.hpp"
#include "tests/support/shrinker.hpp"

namespace torhaus::model {
namespace {

// A store serves so many sequences; then it is recounted and thrown away.
constexpr std::uint64_t sequences_of_a_store = 500;
constexpr std::uint64_t shown_differences = 5;
constexpr auto shrink_time = std::chrono::seconds(30);

struct options {
  std::uint64_t sequences = 20'000;
  std::uint64_t seed = std::random_device()();
  std::optional<std::uint64_t> only;
  bool census = false;
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
    const std::uint64_t value = number_of(argv[i + 1]);
    if (name == "--sequences") {
      o.sequences = value;
    } else if (name == "--seed") {
      o.seed = value;
    } else if (name == "--census") {
      o.census = value != 0;
    } else if (name == "--only") {
      o.only = value;
    } else {
      throw std::runtime_error("unknown argument: " + std::string(name));
    }
  }
  if (argc % 2 == 0) throw std::runtime_error("an argument without its number");
  return o;
}

std::uint64_t seed_of(const options& o, std::uint64_t number) {
  return o.seed * 1'000'003 + number;
}

void report(const options& o, std::uint64_t number, const std::string& fault) {
  std::printf("FAIL %s\n  reproduce: model_conformance --seed %llu --only %llu\n", fault.c_str(),
              static_cast<unsigned long long>(o.seed), static_cast<unsigned long long>(number));
  const std::uint64_t seed = seed_of(o, number);
  const setting where = random_setting(seed, number);
  const auto run = [&](const std::vector<step>& all, bool verbose) {
    store_world world(1);
    return run_steps(world, where, all, verbose);
  };
  const auto fails = [&](const std::vector<step>& all) { return !run(all, false).fault.empty(); };
  const std::vector<step> all = random_steps(seed);
  if (!fails(all)) {
    std::printf("  in a store of its own the sequence passes\n");
    return;
  }
  const std::vector<step> least = test::shrunk(all, fails, shrink_time);
  const run_outcome shown = run(least, true);
  std::printf("  shrunk to %zu steps:\n", least.size());
  for (const std::string& line : shown.log) std::printf("    %s\n", line.c_str());
  std::printf("  %s\n", shown.fault.c_str());
  std::fflush(stdout);
}

int run(const options& o) {
  log::configure(log::level::error, "/dev/null");
  std::uint64_t passed = 0;
  std::uint64_t failed = 0;
  std::uint64_t requests = 0;
  census counts;
  std::unique_ptr<store_world> world;
  const std::uint64_t first = o.only.value_or(0);
  const std::uint64_t behind = o.only ? first + 1 : o.sequences;
  for (std::uint64_t n = first; n < behind; ++n) {
    if (!world) world = std::make_unique<store_world>(seed_of(o, n));
    const std::uint64_t seed = seed_of(o, n);
    const run_outcome done = run_steps(*world, random_setting(seed, n), random_steps(seed), false,
                                       o.census ? &counts : nullptr);
    requests += done.requests;
    ++(done.fault.empty() ? passed : failed);
    if (!done.fault.empty() && failed <= shown_differences) report(o, n, done.fault);
    if ((n + 1) % sequences_of_a_store != 0 && n + 1 != behind) continue;
    const std::string fault = world->accounting_fault();
    if (!fault.empty()) {
      ++failed;
      std::printf("FAIL after sequence %llu of seed %llu: %s\n", static_cast<unsigned long long>(n),
                  static_cast<unsigned long long>(o.seed), fault.c_str());
    }
    world.reset();
  }
  for (const auto& [what, times] : counts) {
    std::printf("%8llu %s\n", static_cast<unsigned long long>(times), what.c_str());
  }
  std::printf("seed %llu, %llu requests\n%llu passed, %llu failed\n",
              static_cast<unsigned long long>(o.seed), static_cast<unsigned long long>(requests),
              static_cast<unsigned long long>(passed), static_cast<unsigned long long>(failed));
  return failed == 0 && passed > 0 ? 0 : 1;
}

}  // namespace
}  // namespace torhaus::model

int main(int argc, char** argv) {
  try {
    return torhaus::model::run(torhaus::model::parse(argc, argv));
  } catch (const std::exception& problem) {
    std::fprintf(stderr, "model_conformance: %s\n", problem.what());
    return 2;
  }
}
