// A request whose connection is cut before its answer was read, and which its client sends again:
// the second answer and what is stored in the end must be what S3 would give.
//
//   model_retries [--cases N] [--seed S] [--only NUMBER] [--server PROGRAM]
//
// Half of the requests are cut when their answer is there, the others earlier, some in the middle
// of being sent. Last line: "N passed, N failed".
#include <charconv>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <random>

#include "storage/base/log.hpp"
#include "tests/model/retries/retry.hpp"

namespace torhaus::model {
namespace {

constexpr std::uint64_t shown_faults = 5;

struct options {
  std::uint64_t cases = 500;
  std::uint64_t seed = std::random_device()();
  std::optional<std::uint64_t> only;
  std::string server;
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
  o.server = (std::filesystem::path(argv[0]).parent_path() / "torhaus").string();
  if (argc % 2 == 0) throw std::runtime_error("an argument without its value");
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string_view name = argv[i];
    if (name == "--cases") {
      o.cases = number_of(argv[i + 1]);
    } else if (name == "--seed") {
      o.seed = number_of(argv[i + 1]);
    } else if (name == "--only") {
      o.only = number_of(argv[i + 1]);
    } else if (name == "--server") {
      o.server = argv[i + 1];
    } else {
      throw std::runtime_error("unknown argument: " + std::string(name));
    }
  }
  return o;
}

int run(const options& o) {
  log::configure(log::level::error, "/dev/null");
  served server(o.server);
  std::uint64_t passed = 0;
  std::uint64_t failed = 0;
  std::map<std::string, std::uint64_t> counts;
  const std::uint64_t first = o.only.value_or(0);
  const std::uint64_t behind = o.only ? first + 1 : o.cases;
  for (std::uint64_t n = first; n < behind; ++n) {
    const retry_outcome done = try_again(server, n, o.seed * 1'000'003 + n);
    ++counts[done.what];
    ++(done.fault.empty() ? passed : failed);
    if (done.fault.empty() || failed > shown_faults) continue;
    std::printf("FAIL case %llu of seed %llu: %s\n%s\n", static_cast<unsigned long long>(n),
                static_cast<unsigned long long>(o.seed), done.what.c_str(), done.fault.c_str());
  }
  for (const auto& [what, times] : counts) {
    std::printf("%6llu %s\n", static_cast<unsigned long long>(times), what.c_str());
  }
  std::printf("seed %llu\n%llu passed, %llu failed\n", static_cast<unsigned long long>(o.seed),
              static_cast<unsigned long long>(passed), static_cast<unsigned long long>(failed));
  return failed == 0 && passed > 0 ? 0 : 1;
}

}  // namespace
}  // namespace torhaus::model

int main(int argc, char** argv) {
  try {
    return torhaus::model::run(torhaus::model::parse(argc, argv));
  } catch (const std::exception& problem) {
    std::fprintf(stderr, "model_retries: %s\n", problem.what());
    return 2;
  }
}
