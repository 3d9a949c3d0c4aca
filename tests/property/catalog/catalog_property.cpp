// Random operations against the catalog and against a model. A failing list of operations is shrunk
// and printed, with the one line that runs it again.
//
//   TORHAUS_PROPERTY_SEED=S      the first seed (default: another one each time)
//   TORHAUS_PROPERTY_RUNS=N      so many runs in each world; a failure prints S for N = 1
//   TORHAUS_PROPERTY_SECONDS=T   without N: as many runs as fit so many seconds (default: 10
//   altogether)
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <random>

#include "storage/base/log.hpp"
#include "storage/blob/disk.hpp"
#include "storage/kv/lmdb.hpp"
#include "tests/property/catalog/side_by_side.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/shrinker.hpp"
#include "tests/support/temp_dir.hpp"

namespace catalog_property {

using namespace torhaus;
using namespace torhaus::test;

namespace {

using clock_type = std::chrono::steady_clock;

constexpr std::size_t operations_per_run = 400;
constexpr std::uint64_t default_seconds = 10;
// Shrinking ends here with what it has come to.
constexpr auto shrink_time = std::chrono::seconds(60);

std::optional<std::uint64_t> number_from(const char* variable) {
  const char* text = std::getenv(variable);
  if (text == nullptr) return std::nullopt;
  try {
    return std::stoull(text);
  } catch (const std::exception&) {
    throw std::runtime_error(std::string(variable) + " must be a number, not \"" + text + '"');
  }
}

// The real database and blob store.
class disk_world final : public catalog_client {
 public:
  explicit disk_world(std::uint64_t seed) : catalog_client(seed) { disk_world::reopen(); }
  ~disk_world() override { close(); }

  void reopen() override {
    close();
    db_ = storage::kv::open_lmdb({.directory = directory_.path() / "meta", .map_bytes = 1 << 30});
    storage::blob::disk_options o;
    o.directory = directory_.path();
    o.pool = &pool_;
    blobs_ = storage::blob::open_disk(o);
    open_catalog(*db_, *blobs_, least_part);
  }
  storage::blob::sealed_blob store_bytes(std::string bytes) override {
    auto writer = blobs_->create(bytes.size());
    if (!writer->append(std::as_bytes(std::span(bytes)))) throw std::runtime_error("append");
    return run_task(writer->seal()).value();
  }
  // Ids on disk cannot be listed through the interface: the records are recounted, and the check of
  // all contents at the end shows that no bytes are missing.
  std::string accounting_fault() override {
    if (!cat->drain_garbage(std::chrono::seconds(20)))
      return "the reclaimer does not come to an end";
    memory_database::entries all;
    db_->read_blocking([&](const storage::kv::snapshot& s) {
      all.clear();
      const auto cursor = s.scan("", "");
      for (bool more = cursor->seek(""); more; more = cursor->next()) {
        all.emplace(cursor->key(), cursor->value());
      }
    });
    return bookkeeper(all).fault();
  }

 private:
  void close() {
    cat.reset();
    if (blobs_) blobs_->stop();
    blobs_.reset();
    db_.reset();
  }

  temp_dir directory_;
  worker_pool pool_{1};
  std::unique_ptr<storage::kv::database> db_;
  std::unique_ptr<storage::blob::store> blobs_;
};

// What differed when these operations ran in a new world; empty: nothing.
using trial = std::function<std::string(const std::vector<operation>&)>;

template <class World>
trial trial_in(std::uint64_t seed) {
  return [seed](const std::vector<operation>& all) {
    World world(seed);
    return run_operations(world, all);
  };
}

// To standard error as it is: the test framework would break the line that reproduces.
void report(const trial& run, std::uint64_t seed, const std::vector<operation>& all,
            const std::string& fault) {
  std::string text = "\n" + fault + "\nreproduce: TORHAUS_PROPERTY_RUNS=1 TORHAUS_PROPERTY_SEED=" +
                     std::to_string(seed) + " property_catalog\n";
  std::fputs(text.c_str(), stderr);
  const auto fails = [&](const std::vector<operation>& fewer) { return !run(fewer).empty(); };
  const std::vector<operation> least = shrunk(all, fails, shrink_time);
  text = "shrunk to " + std::to_string(least.size()) + ": " + run(least) + "\n";
  for (const operation& op : least) text += "  " + op.text() + "\n";
  std::fputs(text.c_str(), stderr);
}

// Runs until time or number is up, or something differs. `share` of the time is this world's.
template <class World>
void run_in(double share) {
  log::configure(log::level::error, "");
  const auto runs = number_from("TORHAUS_PROPERTY_RUNS");
  const auto seconds = number_from("TORHAUS_PROPERTY_SECONDS").value_or(default_seconds);
  const std::chrono::duration<double> time(static_cast<double>(seconds) * share);
  const auto begin = clock_type::now();
  std::uint64_t seed = number_from("TORHAUS_PROPERTY_SEED").value_or(std::random_device()());
  std::uint64_t done = 0;
  for (; runs ? done < *runs : clock_type::now() - begin < time; ++seed, ++done) {
    const std::vector<operation> all = random_operations(seed, operations_per_run);
    const trial run = trial_in<World>(seed);
    const std::string fault = run(all);
    if (fault.empty()) continue;
    report(run, seed, all, fault);
    FAIL("seed " << seed);
  }
  WARN(done << " runs of " << operations_per_run << " operations");
  CHECK(done > 0);
}

}  // namespace

TEST_CASE("the catalog does what the model does") { run_in<catalog_world>(0.7); }

TEST_CASE("the catalog does what the model does on LMDB and disk, across restarts") {
  run_in<disk_world>(0.3);
}

}  // namespace catalog_property
