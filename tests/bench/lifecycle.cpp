// A lifecycle pass over many objects of which some are due, directly on the catalog: LMDB and disk
// as a server has them, a clock in the bench's hand. Prints one JSON line.
//
//   bench_lifecycle --folder DIR [--objects N] [--due N]
#include <charconv>
#include <cstdio>
#include <filesystem>
#include <stdexcept>
#include <string>

#include "gateway/workers/lifecycle.hpp"
#include "storage/blob/disk.hpp"
#include "storage/kv/lmdb.hpp"

namespace {

using namespace torhaus;
namespace catalog = storage::catalog;
using steady = std::chrono::steady_clock;

struct settings {
  std::filesystem::path folder;
  std::uint64_t objects = 1'000'000;
  std::uint64_t due = 1'000;
};

std::uint64_t number(std::string_view text) {
  std::uint64_t n = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), n);
  if (failed != std::errc() || end != text.data() + text.size()) {
    throw std::runtime_error("not a number: " + std::string(text));
  }
  return n;
}

settings parse(int argc, char** argv) {
  settings s;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string_view name = argv[i];
    if (name == "--folder")
      s.folder = argv[i + 1];
    else if (name == "--objects")
      s.objects = number(argv[i + 1]);
    else if (name == "--due")
      s.due = number(argv[i + 1]);
    else
      throw std::runtime_error("unknown option " + std::string(name));
  }
  if (s.folder.empty()) throw std::runtime_error("--folder is missing");
  return s;
}

class stopped_clock final : public clock_source {
 public:
  sys_micros now() const override { return now_; }
  void advance(std::chrono::microseconds by) { now_ += by; }

 private:
  sys_micros now_{std::chrono::sys_days(std::chrono::year(2026) / 1 / 1)};
};

// Puts the objects first, first + step, … below last.
task<void> put_some(catalog::catalog& to, storage::blob::store& blobs, std::uint64_t bucket,
                    std::uint64_t first, std::uint64_t last, std::uint64_t step) {
  const std::string bytes(100, 'x');
  for (std::uint64_t i = first; i < last; i += step) {
    const auto writer = blobs.create(bytes.size());
    const auto written = writer->append(std::as_bytes(std::span(bytes)));
    auto sealed = co_await writer->seal();
    if (!written || !sealed) throw std::runtime_error("the bytes of an object were not kept");
    catalog::new_object object;
    object.size = bytes.size();
    auto key = catalog::object_key::parse("folder/object-" + std::to_string(i));
    const auto put = co_await to.put_object(bucket, std::move(*key), object, std::move(*sealed));
    if (!put) throw std::runtime_error("an object was not stored");
  }
}

struct machine {
  explicit machine(const std::filesystem::path& folder)
      : db(storage::kv::open_lmdb({.directory = folder / "meta"})),
        blobs(storage::blob::open_disk({.directory = folder, .pool = &pool, .clock = &clock})),
        store({.db = db.get(), .blobs = blobs.get(), .clock = &clock}) {}
  ~machine() {
    pool.join();
    store.stop();
    blobs->stop();
  }

  // Runs coroutines to their end; seconds that it took.
  template <class... Tasks>
  double run(std::vector<task<void>> work) {
    const auto began = steady::now();
    asio::io_context context(1);
    for (task<void>& w : work) {
      asio::co_spawn(context, std::move(w), [](std::exception_ptr fault) {
        if (fault) std::rethrow_exception(fault);
      });
    }
    context.run();
    return std::chrono::duration<double>(steady::now() - began).count();
  }
  double fill(std::uint64_t bucket, std::uint64_t first, std::uint64_t last) {
    constexpr std::uint64_t writers = 512;
    std::vector<task<void>> work;
    for (std::uint64_t w = 0; w < writers; ++w) {
      work.push_back(put_some(store, *blobs, bucket, first + w, last, writers));
    }
    return run(std::move(work));
  }
  double pass(gateway::workers::lifecycle_worker& worker) {
    std::vector<task<void>> work;
    work.push_back(worker.pass());
    return run(std::move(work));
  }

  stopped_clock clock;
  worker_pool pool{4};
  std::unique_ptr<storage::kv::database> db;
  std::unique_ptr<storage::blob::store> blobs;
  catalog::catalog store;
};

task<void> make_bucket(catalog::catalog& store, std::uint64_t& id) {
  catalog::bucket_record wanted;
  wanted.name = "bench";
  wanted.owner_account = "111111111111";
  const auto made = co_await store.create_bucket(wanted);
  id = made.value().id;
}

task<void> configure(catalog::catalog& store, std::uint64_t bucket) {
  std::string rules =
      "<LifecycleConfiguration><Rule><ID>old</ID><Filter/><Status>Enabled</Status>"
      "<Expiration><Days>5</Days></Expiration></Rule></LifecycleConfiguration>";
  const auto stored = co_await store.set_lifecycle(bucket, std::move(rules), false);
  if (!stored) throw std::runtime_error("the rules were not stored");
}

void bench(const settings& s) {
  for (const char* part : {"meta", "segments", "blobs", "tmp"}) {
    std::filesystem::create_directories(s.folder / part);
  }
  machine m(s.folder);
  std::uint64_t bucket = 0;
  std::vector<task<void>> made;
  made.push_back(make_bucket(m.store, bucket));
  m.run(std::move(made));
  m.fill(bucket, 0, s.due);
  m.clock.advance(std::chrono::hours(24 * 10));
  m.fill(bucket, s.due, s.objects);
  std::vector<task<void>> rules;
  rules.push_back(configure(m.store, bucket));
  m.run(std::move(rules));
  gateway::workers::lifecycle_worker worker({.catalog = &m.store, .clock = &m.clock});
  // The first pass enters what is there into the index; at this time nothing is due.
  m.clock.advance(-std::chrono::hours(24 * 10));
  const double build = m.pass(worker);
  m.clock.advance(std::chrono::hours(24 * 11));
  const double due = m.pass(worker);
  const auto applied = worker.stats().applied;
  if (applied != s.due) throw std::runtime_error("expired: " + std::to_string(applied));
  const double idle = m.pass(worker);
  std::printf(
      "{\"objects\":%llu,\"due\":%llu,\"index_seconds\":%.3f,\"pass_seconds\":%.4f,"
      "\"idle_seconds\":%.5f,\"examined\":%llu}\n",
      static_cast<unsigned long long>(s.objects), static_cast<unsigned long long>(s.due), build,
      due, idle, static_cast<unsigned long long>(worker.stats().examined));
}

}  // namespace

int main(int argc, char** argv) {
  try {
    bench(parse(argc, argv));
    return 0;
  } catch (const std::exception& problem) {
    std::fprintf(stderr, "bench_lifecycle: %s\n", problem.what());
    return 2;
  }
}
