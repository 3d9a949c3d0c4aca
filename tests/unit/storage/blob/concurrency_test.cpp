// Many writers and readers at once; syncs are shared.
#include "tests/unit/storage/blob/support.hpp"

#include <atomic>

#include "storage/blob/disk_files.hpp"

namespace torhaus::storage::blob::test {
namespace {

// Counts syncs and makes each take long enough for others to queue behind it.
class slow_sync : public file_system {
 public:
  int sync_data(int fd) override {
    ++data_syncs;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    return file_system::sync_data(fd);
  }
  int sync(int fd) override {
    ++full_syncs;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    return file_system::sync(fd);
  }
  std::atomic<int> data_syncs{0};
  std::atomic<int> full_syncs{0};
};

struct tally {
  std::atomic<int> running{0};
  std::atomic<int> wrong{0};
};

task<void> put_many(store& to, std::uint64_t seed, int rounds, tally& count) {
  std::mt19937_64 random(seed);
  for (int i = 0; i < rounds; ++i) {
    const std::size_t sizes[] = {500, 9'000, 60'000, 300'000, 1'200'000};
    const std::string bytes = content(sizes[random() % 5] + random() % 1000, random());
    auto out = to.create(bytes.size());
    if (!out->append(bytes_of(bytes))) ++count.wrong;
    auto sealed = co_await out->seal();
    if (!sealed) {
      ++count.wrong;
      continue;
    }
    const placed_blob placed = sealed->placed();
    if (random() % 4 == 0) continue;  // discarded
    sealed->committed();
    {
      const pin held = to.hold(placed.id);
      if (!reads_as(to, placed, bytes)) ++count.wrong;
      if (to.remove(placed)) ++count.wrong;
    }
    if (random() % 2 == 0) {
      if (!to.remove(placed)) ++count.wrong;
    } else if (!reads_as(to, placed, bytes)) {
      ++count.wrong;
    }
  }
  --count.running;
}

task<void> put_one(store& to, const std::string& bytes, std::atomic<int>& good) {
  auto out = to.create(bytes.size());
  if (out->append(bytes_of(bytes))) {
    auto sealed = co_await out->seal();
    if (sealed) {
      sealed->committed();
      ++good;
    }
  }
}

template <class Spawn>
void run_threads(asio::io_context& context, int threads, Spawn spawn) {
  spawn();
  std::vector<std::thread> running;
  for (int i = 1; i < threads; ++i) running.emplace_back([&] { context.run(); });
  context.run();
  for (auto& thread : running) thread.join();
}

void ignore(std::exception_ptr fault) {
  if (fault) std::rethrow_exception(fault);
}

}  // namespace

TEST_CASE("concurrent writers, readers and removers do not disturb each other") {
  const temp_dir dir;
  worker_pool pool(4);
  disk_options options = options_in(dir.path());
  options.pool = &pool;
  options.segment_limit_bytes = 2 << 20;
  const auto store = open_disk(options);
  constexpr int writers = 24;
  tally count;
  count.running = writers;
  std::vector<std::thread> threads;
  for (int part = 0; part < 3; ++part) {
    threads.emplace_back([&, part] {
      asio::io_context context(1);
      for (int i = 0; i < writers / 3; ++i) {
        const auto seed = static_cast<std::uint64_t>(part * 100 + i);
        asio::co_spawn(context, put_many(*store, seed, 12, count), ignore);
      }
      context.run();
    });
  }
  for (auto& thread : threads) thread.join();
  REQUIRE(count.running == 0);
  REQUIRE(count.wrong == 0);
  store->stop();
  REQUIRE(files_below(dir.path() / "tmp").empty());
  REQUIRE(files_below(dir.path() / "segments" / "open").empty());
}

TEST_CASE("needles that wait together share one sync") {
  const temp_dir dir;
  slow_sync files;
  const auto store = open_disk(options_in(dir.path()), files);
  const std::string bytes = content(20'000, 1);
  std::atomic<int> good = 0;
  asio::io_context context(1);
  for (int i = 0; i < 64; ++i) asio::co_spawn(context, put_one(*store, bytes, good), ignore);
  context.run();
  REQUIRE(good == 64);
  REQUIRE(files.data_syncs <= 4);  // the new segment's page, the first needle, the rest
}

TEST_CASE("a directory sync serves all that asked before it began") {
  const temp_dir dir;
  slow_sync files;
  const handle directory(files, files.open(AT_FDCWD, dir.path().c_str(), O_RDONLY | O_DIRECTORY));
  directory_sync sync(files, directory.fd());
  std::vector<std::thread> threads;
  std::atomic<int> failed = 0;
  for (int i = 0; i < 16; ++i) {
    threads.emplace_back([&] { failed += sync.run() != 0 ? 1 : 0; });
  }
  for (auto& thread : threads) thread.join();
  REQUIRE(failed == 0);
  REQUIRE(files.full_syncs >= 1);
  REQUIRE(files.full_syncs <= 5);
}

TEST_CASE("a blob can be sealed from a context that other threads run as well") {
  const temp_dir dir;
  const auto store = open_disk(options_in(dir.path()));
  const std::string small = content(20'000, 1);
  const std::string large = content(1'500'000, 1);
  std::atomic<int> good = 0;
  asio::io_context context;
  run_threads(context, 3, [&] {
    for (int i = 0; i < 20; ++i) {
      asio::co_spawn(context, put_one(*store, i % 4 == 0 ? large : small, good), ignore);
    }
  });
  REQUIRE(good == 20);
}

TEST_CASE("after stop nothing is accepted and reading goes on") {
  const temp_dir dir;
  const auto store = open_disk(options_in(dir.path()));
  const std::string bytes = content(20'000, 1);
  const placed_blob placed = put_committed(*store, bytes);
  store->stop();
  const auto late = try_put(*store, bytes, bytes.size());
  REQUIRE_FALSE(late);
  REQUIRE(late.error().code() == errc::service_unavailable);
  REQUIRE(reads_as(*store, placed, bytes));
}

}  // namespace torhaus::storage::blob::test
