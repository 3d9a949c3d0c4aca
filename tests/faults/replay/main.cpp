// Replays a log of the recorder: builds the states that a power cut may leave, opens each and lets
// the oracle look at it.
//
//   faults_replay LOG --states N [--seed S] [--jobs J] [--scratch DIR]
//   faults_replay LOG --states N [--seed S] --only K --keep DIR     writes state K and what is
//                                                                    expected of it, checks nothing
// Last line: "N passed, N failed".
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <charconv>
#include <cstdio>
#include <map>
#include <new>
#include <optional>

#include "storage/base/log.hpp"
#include "tests/faults/replay/disk_model.hpp"
#include "tests/faults/replay/oracle.hpp"

namespace torhaus::faults {
namespace {

constexpr double open_limit_seconds = 1.0;
constexpr unsigned most_jobs = 64;
constexpr std::uint64_t shown_faults = 20;
constexpr std::uint64_t moods_in_turn = 8;

struct options {
  std::filesystem::path log;
  std::filesystem::path scratch = "/dev/shm";
  std::filesystem::path keep;
  std::uint64_t states = 2000;
  std::uint64_t seed = 1;
  std::uint64_t jobs = 2;
  std::optional<std::uint64_t> only;
};

// What the workers tell the parent.
struct tally {
  std::atomic<std::uint64_t> passed{0};
  std::atomic<std::uint64_t> failed{0};
  std::atomic<std::uint64_t> refused{0};
  std::atomic<std::uint64_t> shown{0};
  std::atomic<std::uint64_t> slowest_us{0};
  std::atomic<std::uint64_t> at[most_jobs]{};  // the state each worker is at
};

// The number of records that state `k` has seen; grows with k.
std::size_t cut_of(const options& o, std::size_t records, std::uint64_t k) {
  return static_cast<std::size_t>(k * records / o.states) + 1;
}

std::mt19937_64 dice_of(const options& o, std::uint64_t k) {
  return std::mt19937_64(o.seed * 1'000'003 + k);
}

class worker {
 public:
  worker(const options& o, const log_reader& log, tally& counts, unsigned number)
      : options_(o),
        records_(log.records()),
        counts_(counts),
        number_(number),
        place_(o.scratch / ("torhaus-replay-" + std::to_string(::getpid()))) {}

  // States number, number + jobs, … from `first` on.
  void run(std::uint64_t first) {
    for (std::uint64_t k = first; k < options_.states; k += options_.jobs) {
      counts_.at[number_] = k;
      advance(k);
      check(k);
    }
    std::filesystem::remove_all(place_);
  }

  void advance(std::uint64_t k) {
    for (const std::size_t end = cut_of(options_, records_.size(), k); seen_ < end; ++seen_) {
      const log_record& r = records_[seen_];
      disk_.apply(r);
      if (r.head.kind == call::mark) wanted_.take(r.data);
    }
  }

  void build(std::uint64_t k, const std::filesystem::path& where) const {
    std::filesystem::remove_all(where);
    std::filesystem::create_directories(where);
    std::mt19937_64 dice = dice_of(options_, k);
    const auto mood = disk_model::mood_of(dice, k % moods_in_turn);
    disk_.write_state(where, mood, dice);
  }

  const expectations& wanted() const { return wanted_; }

 private:
  void check(std::uint64_t k) {
    build(k, place_);
    verdict said = check_state(place_, wanted_);
    if (!said.refusal.empty()) {
      ++counts_.refused;
      // Before the first acknowledgement there is nothing that a refusal could keep from anybody.
      if (!wanted_.buckets().empty()) said.faults.push_back("refused: " + said.refusal);
    }
    if (said.open_seconds > open_limit_seconds) {
      said.faults.push_back("opening took " + std::to_string(said.open_seconds) + " s");
    }
    const auto us = static_cast<std::uint64_t>(said.open_seconds * 1e6);
    if (us > counts_.slowest_us) counts_.slowest_us = us;
    ++(said.faults.empty() ? counts_.passed : counts_.failed);
    for (const std::string& fault : said.faults) {
      if (counts_.shown.fetch_add(1) < shown_faults) {
        std::printf("FAIL state %llu, after %zu records: %s\n", static_cast<unsigned long long>(k),
                    seen_, fault.c_str());
      }
    }
    std::fflush(stdout);
  }

  const options& options_;
  std::span<const log_record> records_;
  tally& counts_;
  unsigned number_;
  std::filesystem::path place_;
  disk_model disk_;
  expectations wanted_;
  std::size_t seen_ = 0;
};

// A worker that dies has met a state that kills the server: it counts as failed, and another goes
// on behind it.
void run_workers(const options& o, const log_reader& log, tally& counts) {
  std::map<pid_t, unsigned> running;
  const auto begin = [&](unsigned number, std::uint64_t first) {
    const pid_t child = ::fork();
    if (child < 0) throw std::runtime_error("cannot fork");
    if (child == 0) {
      worker(o, log, counts, number).run(first);
      ::_exit(0);
    }
    running[child] = number;
  };
  for (unsigned i = 0; i < o.jobs; ++i) begin(i, i);
  while (!running.empty()) {
    int status = 0;
    const pid_t ended = ::wait(&status);
    const unsigned number = running.at(ended);
    running.erase(ended);
    std::filesystem::remove_all(o.scratch / ("torhaus-replay-" + std::to_string(ended)));
    if (status == 0) continue;
    const std::uint64_t at = counts.at[number];
    std::printf("FAIL state %llu: the process died, status %d\n",
                static_cast<unsigned long long>(at), status);
    ++counts.failed;
    if (at + o.jobs < o.states) begin(number, at + o.jobs);
  }
}

void keep_one(const options& o, const log_reader& log, tally& counts) {
  worker one(o, log, counts, 0);
  one.advance(*o.only);
  one.build(*o.only, o.keep);
  for (const std::string& name : one.wanted().buckets()) std::printf("bucket %s\n", name.c_str());
  for (const std::string& place : one.wanted().places()) {
    for (const std::string& state : one.wanted().possible(place)) {
      std::printf("may %s %s\n", place.c_str(), state.c_str());
    }
  }
}

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
  if (argc < 2) throw std::runtime_error("which log?");
  o.log = argv[1];
  for (int i = 2; i + 1 < argc; i += 2) {
    const std::string_view name = argv[i];
    const char* value = argv[i + 1];
    if (name == "--states") o.states = std::max<std::uint64_t>(number_of(value), 1);
    if (name == "--seed") o.seed = number_of(value);
    if (name == "--jobs") o.jobs = std::clamp<std::uint64_t>(number_of(value), 1, most_jobs);
    if (name == "--scratch") o.scratch = value;
    if (name == "--only") o.only = number_of(value);
    if (name == "--keep") o.keep = value;
  }
  return o;
}

int run(int argc, char** argv) {
  const options o = parse(argc, argv);
  // Damage is reported by the oracle.
  log::configure(log::level::error, o.only ? "" : "/dev/null");
  const log_reader log(o.log);
  void* shared =
      ::mmap(nullptr, sizeof(tally), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (shared == MAP_FAILED) throw std::runtime_error("no shared memory");
  tally& counts = *new (shared) tally();
  if (o.only) {
    keep_one(o, log, counts);
    return 0;
  }
  std::printf("%zu records, seed %llu\n", log.records().size(),
              static_cast<unsigned long long>(o.seed));
  std::fflush(stdout);
  run_workers(o, log, counts);
  std::printf("%llu refused, slowest start %.3f s\n",
              static_cast<unsigned long long>(counts.refused.load()),
              static_cast<double>(counts.slowest_us.load()) / 1e6);
  std::printf("%llu passed, %llu failed\n", static_cast<unsigned long long>(counts.passed.load()),
              static_cast<unsigned long long>(counts.failed.load()));
  return counts.failed == 0 && counts.passed > 0 ? 0 : 1;
}

}  // namespace
}  // namespace torhaus::faults

int main(int argc, char** argv) {
  try {
    return torhaus::faults::run(argc, argv);
  } catch (const std::exception& problem) {
    std::fprintf(stderr, "faults_replay: %s\n", problem.what());
    return 2;
  }
}
