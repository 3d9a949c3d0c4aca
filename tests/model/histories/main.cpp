// Concurrent clients against a real server, whose histories must be explainable; and stores in
// memory with planted faults, each of which must be found.
//
//   model_histories [--histories N] [--seed S] [--only NUMBER] [--server PROGRAM]
//   model_histories --planted RUNS [--seed S]
//
// Some of the histories have a SIGKILL in the middle. Last line: "N passed, N failed"; a history is
// a case, and so is a planted fault.
#include <algorithm>
#include <charconv>
#include <cstdio>
#include <filesystem>
#include <random>

#include "storage/base/log.hpp"
#include "tests/model/histories/load.hpp"
#include "tests/model/histories/memory_target.hpp"
#include "tests/model/histories/server_target.hpp"

namespace torhaus::model {
namespace {

constexpr std::uint64_t shown_faults = 5;
// A server serves so many histories; then its store is verified and another one begins.
constexpr std::uint64_t histories_of_a_server = 200;
constexpr std::uint64_t controls = 40;  // histories of the store in memory that has no fault

struct options {
  std::uint64_t histories = 200;
  std::uint64_t seed = std::random_device()();
  std::optional<std::uint64_t> only;
  std::optional<std::uint64_t> planted;
  std::string server;
};

struct totals {
  std::uint64_t passed = 0;
  std::uint64_t failed = 0;
  std::uint64_t events = 0;
  std::uint64_t unknown = 0;
  std::uint64_t given_up = 0;
  std::uint64_t most_tries = 0;  // of one key
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
    if (name == "--histories") {
      o.histories = number_of(argv[i + 1]);
    } else if (name == "--seed") {
      o.seed = number_of(argv[i + 1]);
    } else if (name == "--only") {
      o.only = number_of(argv[i + 1]);
    } else if (name == "--planted") {
      o.planted = number_of(argv[i + 1]);
    } else if (name == "--server") {
      o.server = argv[i + 1];
    } else {
      throw std::runtime_error("unknown argument: " + std::string(name));
    }
  }
  return o;
}

load_plan plan_of(const options& o, std::uint64_t number) {
  load_plan p;
  p.seed = o.seed * 1'000'003 + number;
  std::mt19937_64 dice(p.seed);
  p.bucket = "histories-" + std::to_string(number);
  p.kind = number % 2 == 0 ? kind_of_bucket::versioned : kind_of_bucket::unversioned;
  p.keys = 1 + static_cast<int>(dice() % 3);
  p.clients = 3 + static_cast<int>(dice() % 3);
  p.calls = 6 + static_cast<int>(dice() % 7);
  p.crash = dice() % 6 == 0;
  return p;
}

// The first key that cannot be explained, or nothing.
std::string judge(const std::map<int, std::vector<event>>& history, kind_of_bucket kind,
                  totals& t) {
  std::string fault;
  for (const auto& [key, events] : history) {
    t.events += events.size();
    for (const event& e : events) t.unknown += e.told.is == verdict::unknown ? 1 : 0;
    const judgement j = explain(events, kind);
    t.given_up += j.given_up ? 1 : 0;
    t.most_tries = std::max(t.most_tries, j.tries);
    if (!j.explained && fault.empty()) fault = "key " + std::to_string(key) + ": " + j.why;
  }
  return fault;
}

int finish(const options& o, const totals& t) {
  std::printf(
      "seed %llu, %llu events, %llu cut off, %llu given up, at most %llu orders tried\n%llu "
      "passed, %llu failed\n",
      static_cast<unsigned long long>(o.seed), static_cast<unsigned long long>(t.events),
      static_cast<unsigned long long>(t.unknown), static_cast<unsigned long long>(t.given_up),
      static_cast<unsigned long long>(t.most_tries), static_cast<unsigned long long>(t.passed),
      static_cast<unsigned long long>(t.failed));
  return t.failed == 0 && t.passed > 0 ? 0 : 1;
}

int run_histories(const options& o) {
  totals t;
  std::unique_ptr<served> server;
  double slowest = 0;
  const std::uint64_t first = o.only.value_or(0);
  const std::uint64_t behind = o.only ? first + 1 : o.histories;
  for (std::uint64_t n = first; n < behind; ++n) {
    if (!server) server = std::make_unique<served>(o.server);
    const load_plan plan = plan_of(o, n);
    values contents(n);
    server_target store(*server, contents);
    const std::uint64_t cut_before = t.unknown;
    std::string fault = judge(run_load(store, contents, plan), plan.kind, t);
    if (fault.empty() && !plan.crash && t.unknown != cut_before) {
      fault = "an answer is missing or 5xx, and nobody killed the server";
    }
    slowest = std::max(slowest, server->slowest_start_seconds());
    const bool last = n + 1 == behind || (n + 1) % histories_of_a_server == 0;
    if (last && fault.empty()) fault = server->findings();
    if (last) server.reset();
    ++(fault.empty() ? t.passed : t.failed);
    if (fault.empty() || t.failed > shown_faults) continue;
    std::printf("FAIL history %llu of seed %llu, %s\n", static_cast<unsigned long long>(n),
                static_cast<unsigned long long>(o.seed), fault.c_str());
  }
  std::printf("slowest start %.2f s\n", slowest);
  return finish(o, t);
}

// How many histories it took until the fault was found; nothing: it was not.
std::optional<std::uint64_t> find(const options& o, fault planted, std::uint64_t runs, totals& t,
                                  std::string& why) {
  for (std::uint64_t n = 0; n < runs; ++n) {
    load_plan plan = plan_of(o, n);
    if (planted != fault::none) plan.kind = seen_in(planted);
    plan.crash = planted == fault::none ? plan.crash : needs_crash(planted);
    plan.longest_before_crash = std::chrono::microseconds(1'500);
    plan.keys = std::max(plan.keys, 2);
    memory_target store(planted, plan.seed);
    values contents(n);
    why = judge(run_load(store, contents, plan), plan.kind, t);
    if (!why.empty()) return n + 1;
  }
  return std::nullopt;
}

int run_planted(const options& o) {
  totals t;
  for (std::uint8_t f = 0; f < static_cast<std::uint8_t>(fault::count); ++f) {
    const auto planted = static_cast<fault>(f);
    const bool control = planted == fault::none;
    std::string why;
    const auto found = find(o, planted, control ? controls : *o.planted, t, why);
    const bool good = found.has_value() != control;
    ++(good ? t.passed : t.failed);
    const std::string after = found ? "found in history " + std::to_string(*found) : "not found";
    std::printf("%-48s %s%s\n", name_of(planted).c_str(), after.c_str(), good ? "" : "  FAIL");
    if (control && found) std::printf("%s\n", why.c_str());
  }
  return finish(o, t);
}

}  // namespace
}  // namespace torhaus::model

int main(int argc, char** argv) {
  try {
    torhaus::log::configure(torhaus::log::level::error, "/dev/null");
    const auto o = torhaus::model::parse(argc, argv);
    return o.planted ? torhaus::model::run_planted(o) : torhaus::model::run_histories(o);
  } catch (const std::exception& problem) {
    std::fprintf(stderr, "model_histories: %s\n", problem.what());
    return 2;
  }
}
