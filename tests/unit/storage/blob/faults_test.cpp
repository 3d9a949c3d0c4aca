// Every changing system call fails once, at every place, with every kind of error that matters.
#include "tests/unit/storage/blob/fault_injection.hpp"

namespace torhaus::storage::blob::test {
namespace {

struct ledger {
  std::vector<std::pair<placed_blob, std::string>> kept;
  std::vector<placed_blob> removed;
  std::vector<errc> refusals;
  bool opened = false;
  bool failed = false;
};

// Something of everything: three homes, discard, removal, promotion, a segment that fills up.
void run_scenario(const fs::path& root, file_system& files, ledger& out) {
  disk_options options = options_in(root);
  options.segment_limit_bytes = 300'000;
  std::unique_ptr<store> running;
  try {
    running = open_disk(options, files);
  } catch (const std::system_error&) {
    return;  // a start that fails says so
  }
  out.opened = true;
  running->recover([](const blob_id&) { return false; });
  std::uint64_t seed = 0;
  for (const std::size_t size : {std::size_t{100}, std::size_t{20'000}, std::size_t{250'000},
                                 std::size_t{2'000'000}, std::size_t{40'000}}) {
    for (const bool announced : {true, false}) {
      const std::string bytes = content(size, ++seed);
      auto sealed =
          try_put(*running, bytes, announced ? std::optional<std::uint64_t>(size) : std::nullopt);
      if (!sealed) {
        out.refusals.push_back(sealed.error().code());
        continue;
      }
      if (seed % 5 == 4) continue;  // discarded
      out.kept.emplace_back(sealed->placed(), bytes);
      sealed->committed();
    }
  }
  for (std::size_t i = 0; i + 1 < out.kept.size(); ++i) {
    // A removal that failed half-way may have destroyed the bytes; it is asked for again.
    if (running->remove(out.kept[i].first) || running->remove(out.kept[i].first)) {
      out.removed.push_back(out.kept[i].first);
    }
    out.kept.erase(out.kept.begin() + static_cast<std::ptrdiff_t>(i));
  }
  for (const auto& [placed, bytes] : out.kept) REQUIRE(reads_as(*running, placed, bytes));
  running->stop();
  out.failed = running->stats().failed;
}

// The next start, on a sound disk.
void check_after_restart(const fs::path& root, const ledger& wrote) {
  std::set<blob_id> known;
  for (const auto& [placed, bytes] : wrote.kept) known.insert(placed.id);
  unsynced_file_system files;
  const auto running = open_disk(options_in(root), files);
  running->recover([&](const blob_id& id) { return known.contains(id); });
  for (const auto& [placed, bytes] : wrote.kept) REQUIRE(reads_as(*running, placed, bytes));
  for (const auto& placed : wrote.removed) {
    if (placed.size > max_inline_bytes) REQUIRE_FALSE(running->open(placed));
  }
  REQUIRE(files_below(root / "tmp").empty());
  REQUIRE(files_below(root / "segments" / "open").empty());
  const std::string more = content(1'500'000, 99);
  REQUIRE(reads_as(*running, put_committed(*running, more), more));
}

// Fails one call after the other until a run gets through without meeting the failure.
template <class Check>
long sweep(int code, Check check) {
  constexpr long most = 2000;
  for (long n = 1; n < most; ++n) {
    CAPTURE(n, code);
    const temp_dir dir;
    failing_file_system files;
    files.arm(n, code);
    ledger wrote;
    run_scenario(dir.path(), files, wrote);
    REQUIRE_FALSE(files.synced_after_failure());
    check(files, wrote);
    check_after_restart(dir.path(), wrote);
    if (!files.hit()) return n;
  }
  return most;
}

}  // namespace

TEST_CASE("an I/O error at any call loses nothing that was acknowledged") {
  const long calls = sweep(EIO, [](const failing_file_system& files, const ledger& wrote) {
    if (!wrote.opened) return;
    if (files.hit_a_sync()) REQUIRE(wrote.failed);
    for (const errc code : wrote.refusals) REQUIRE(code == errc::service_unavailable);
    if (!files.hit()) REQUIRE(wrote.refusals.empty());
  });
  REQUIRE(calls > 60);
  REQUIRE(calls < 2000);
}

TEST_CASE("a full disk at any call passes again and loses nothing") {
  const long calls = sweep(ENOSPC, [](const failing_file_system& files, const ledger& wrote) {
    // Only a directory sync that fails is final whatever its reason.
    if (!files.hit_a_sync()) {
      REQUIRE_FALSE(wrote.failed);
      REQUIRE(wrote.refusals.size() <= 1);
      for (const errc code : wrote.refusals) REQUIRE(code == errc::insufficient_storage);
    }
  });
  REQUIRE(calls > 60);
  REQUIRE(calls < 2000);
}

TEST_CASE("too many open files at any call is no reason to stop for good") {
  sweep(EMFILE, [](const failing_file_system& files, const ledger& wrote) {
    for (const errc code : wrote.refusals) REQUIRE(code == errc::service_unavailable);
    if (!files.hit()) REQUIRE(wrote.refusals.empty());
  });
}

TEST_CASE("writes that take less than they were given lose no byte") {
  const temp_dir dir;
  failing_file_system files;
  files.shorten_writes();
  ledger wrote;
  run_scenario(dir.path(), files, wrote);
  REQUIRE(wrote.refusals.empty());
  REQUIRE(wrote.kept.size() >= 4);
  check_after_restart(dir.path(), wrote);
}

TEST_CASE("after a failed sync every seal answers service unavailable") {
  const temp_dir dir;
  failing_file_system files;
  const auto store = open_disk(options_in(dir.path()), files);
  const std::string bytes = content(20'000, 1);
  const placed_blob before = put_committed(*store, bytes);
  files.arm(2, EIO);  // write, then sync
  const auto hit = try_put(*store, bytes, bytes.size());
  REQUIRE_FALSE(hit);
  REQUIRE(files.hit_a_sync());
  REQUIRE(store->stats().failed);
  for (const std::size_t size : boundary_sizes()) {
    const auto refused = try_put(*store, content(size, 1), size);
    REQUIRE_FALSE(refused);
    REQUIRE(refused.error().code() == errc::service_unavailable);
  }
  REQUIRE(reads_as(*store, before, bytes));
}

TEST_CASE("a writer whose append failed stays failed") {
  const temp_dir dir;
  failing_file_system files;
  const auto store = open_disk(options_in(dir.path()), files);
  const std::string bytes = content(2'000'000, 1);
  const auto writer = store->create(bytes.size());
  files.arm(3, ENOSPC);  // create, allocate, write
  REQUIRE_FALSE(writer->append(bytes_of(bytes)));
  REQUIRE_FALSE(writer->append(bytes_of(bytes)));
  const auto sealed = run_task(writer->seal());
  REQUIRE_FALSE(sealed);
  REQUIRE(sealed.error().code() == errc::insufficient_storage);
}

TEST_CASE("a read error is an error and not bytes") {
  class unreadable : public file_system {
   public:
    ssize_t read(int fd, std::span<std::byte> out, std::uint64_t offset) override {
      if (broken) return -EIO;
      return file_system::read(fd, out, offset);
    }
    std::atomic<bool> broken{false};
  };
  const temp_dir dir;
  unreadable files;
  const auto store = open_disk(options_in(dir.path()), files);
  for (const std::size_t size : {std::size_t{20'000}, std::size_t{2'000'000}}) {
    const std::string bytes = content(size, 1);
    const placed_blob placed = put_committed(*store, bytes);
    auto reader = store->open(placed);
    REQUIRE(reader);
    files.broken = true;
    REQUIRE_FALSE(store->open(placed));
    if (!(*reader)->resident()) {
      std::string out(size, '?');
      const auto got = (*reader)->read(0, std::as_writable_bytes(std::span(out)));
      REQUIRE_FALSE(got);
      REQUIRE(out == std::string(size, '\0'));
    }
    files.broken = false;
    REQUIRE(reads_as(*store, placed, bytes));
  }
}

}  // namespace torhaus::storage::blob::test
