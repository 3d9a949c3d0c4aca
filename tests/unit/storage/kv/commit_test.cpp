// Group commit, failures and opening.
#include <sys/mount.h>
#include <unistd.h>

#include <cstring>
#include <fstream>
#include <thread>

#include "storage/kv/lmdb.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/run_task.hpp"
#include "tests/support/temp_dir.hpp"

namespace commit_test {

using namespace torhaus;
using namespace torhaus::storage::kv;
using Catch::Matchers::Contains;

namespace {

struct fixture {
  test::temp_dir directory;
  std::unique_ptr<database> db = open_lmdb({.directory = directory.path()});

  std::optional<std::string> value(const std::string& key) {
    std::optional<std::string> out;
    db->read_blocking([&](const snapshot& s) {
      if (const auto v = s.get(key)) out = std::string(*v);
    });
    return out;
  }
  void reopen() {
    db.reset();
    db = open_lmdb({.directory = directory.path()});
  }
};

task<void> count_up(database& db, int times) {
  for (int i = 0; i < times; ++i) {
    auto add = [](transaction& t) -> result<int> {
      const auto old = t.get("counter");
      const int now = (old ? std::stoi(std::string(*old)) : 0) + 1;
      t.put("counter", std::to_string(now));
      return now;
    };
    const auto done = co_await db.write(add);
    if (!done) throw std::runtime_error("write failed");
  }
}

}  // namespace

TEST_CASE_METHOD(fixture, "a value of nothing at all is kept") {
  const auto put = [](transaction& t) {
    t.put("marker", {});
    return true;
  };
  CHECK(db->write_blocking(put));
  reopen();
  CHECK(value("marker") == "");
}

TEST_CASE_METHOD(fixture, "no update of many coroutines on two threads is lost") {
  asio::io_context contexts[2];
  int finished = 0;
  std::mutex mutex;
  for (int i = 0; i < 40; ++i) {
    asio::co_spawn(contexts[i % 2], count_up(*db, 25), [&](std::exception_ptr e) {
      const std::lock_guard lock(mutex);
      if (!e) ++finished;
    });
  }
  std::thread other([&] { contexts[1].run(); });
  contexts[0].run();
  other.join();
  CHECK(finished == 40);
  CHECK(value("counter") == "1000");
  const auto s = db->stats();
  CHECK(s.commits < s.committed_calls);
  reopen();
  CHECK(value("counter") == "1000");
}

TEST_CASE_METHOD(fixture, "a refused write stores nothing and does not harm its neighbours") {
  asio::io_context context;
  int good = 0;
  int refused = 0;
  const auto one = [](database& to, int i) -> task<bool> {
    auto work = [i](transaction& t) -> result<int> {
      t.put("key" + std::to_string(i), "v");
      if (i % 3 == 0) return errc::precondition_failed;  // after having written
      return i;
    };
    const auto done = co_await to.write(work);
    co_return done.has_value();
  };
  for (int i = 0; i < 30; ++i) {
    asio::co_spawn(context, one(*db, i), [&](std::exception_ptr e, bool stored) {
      REQUIRE_FALSE(e);
      ++(stored ? good : refused);
    });
  }
  context.run();
  CHECK(good == 20);
  CHECK(refused == 10);
  for (int i = 0; i < 30; ++i) {
    CHECK(value("key" + std::to_string(i)).has_value() == (i % 3 != 0));
  }
}

TEST_CASE_METHOD(fixture, "what a function throws comes back to its caller with nothing stored") {
  auto work = [](transaction& t) -> result<int> {
    t.put("half", "done");
    throw std::logic_error("broken");
  };
  CHECK_THROWS_AS(test::run_task(db->write(work)), std::logic_error);
  CHECK_FALSE(value("half"));
  auto next = [](transaction& t) -> result<int> {
    t.put("whole", "done");
    return 1;
  };
  CHECK(test::run_task(db->write(next)));
  CHECK(value("whole") == "done");
}

TEST_CASE_METHOD(fixture, "a snapshot does not move under its reader") {
  REQUIRE(db->write_blocking([](transaction& t) {
    t.put("k", "old");
    return true;
  }));
  db->read_blocking([&](const snapshot& s) {
    std::thread writer([&] {
      REQUIRE(db->write_blocking([](transaction& t) {
        t.put("k", "new");
        return true;
      }));
    });
    writer.join();
    CHECK(s.get("k") == std::string_view("old"));
  });
  CHECK(value("k") == "new");
  CHECK(db->stats().readers_open == 0);
}

TEST_CASE_METHOD(fixture, "the age of the oldest running read is told") {
  CHECK(db->stats().oldest_read.count() == 0);
  db->read_blocking([&](const snapshot&) {
    std::this_thread::sleep_for(std::chrono::milliseconds(60));
    db->read_blocking([&](const snapshot&) { CHECK(db->stats().oldest_read.count() >= 40); });
  });
  CHECK(db->stats().oldest_read.count() == 0);
}

TEST_CASE_METHOD(fixture, "a second opening of the directory is refused") {
  CHECK_THROWS_WITH(open_lmdb({.directory = directory.path()}), Contains("another process"));
}

TEST_CASE_METHOD(fixture, "a truncated, foreign or garbage file is refused by name") {
  const std::string large(1 << 20, 'x');
  REQUIRE(db->write_blocking([&](transaction& t) {
    t.put("k", large);
    return true;
  }));
  db.reset();
  const auto file = directory.path() / "data.mdb";
  SECTION("truncated") {
    std::filesystem::resize_file(file, std::filesystem::file_size(file) / 2);
    CHECK_THROWS_WITH(open_lmdb({.directory = directory.path()}), Contains("truncated"));
  }
  SECTION("garbage") {
    std::ofstream(file, std::ios::binary) << std::string(65536, 'g');
    CHECK_THROWS_WITH(open_lmdb({.directory = directory.path()}), Contains("cannot be opened"));
  }
}

TEST_CASE_METHOD(fixture, "a map that is full refuses writes and goes on reading") {
  db.reset();
  db = open_lmdb({.directory = directory.path(), .map_bytes = 1 << 20});
  const std::string value_bytes(100'000, 'v');
  bool refused = false;
  int stored = 0;
  for (int i = 0; i < 20 && !refused; ++i) {
    const auto done = db->write_blocking([&](transaction& t) {
      t.put("k" + std::to_string(i), value_bytes);
      return true;
    });
    if (done) ++stored;
    refused = !done;
    if (refused) CHECK(done.error().code() == errc::insufficient_storage);
  }
  CHECK(refused);
  CHECK(stored > 3);
  CHECK(value("k0") == value_bytes);
  CHECK_FALSE(db->stats().failed);
  REQUIRE(db->write_blocking([](transaction& t) { return t.erase("k0"); }));
  CHECK(db->write_blocking([](transaction& t) {
    t.put("small", "v");
    return true;
  }));
}

TEST_CASE("a full disk refuses writes, keeps reading and recovers") {
  const test::temp_dir directory;
  if (::geteuid() != 0 || ::mount("tmpfs", directory.path().c_str(), "tmpfs", 0, "size=8m") != 0) {
    WARN("skipped: a small tmpfs cannot be mounted here");
    return;
  }
  {
    const auto db = open_lmdb({.directory = directory.path() / "meta"});
    const std::string bytes(200'000, 'v');
    int stored = 0;
    bool refused = false;
    for (; stored < 100 && !refused; ++stored) {
      const auto done = db->write_blocking([&](transaction& t) {
        t.put("k" + std::to_string(stored), bytes);
        return true;
      });
      if (!done) {
        refused = true;
        CHECK(done.error().code() == errc::insufficient_storage);
        --stored;
      }
    }
    CHECK(refused);
    db->read_blocking([&](const snapshot& s) {
      for (int i = 0; i < stored - 1; ++i) CHECK(s.get("k" + std::to_string(i)) == bytes);
    });
    // Who deletes makes room; who grows is refused, whatever it deletes beside that.
    CHECK(db->write_blocking([&](transaction& t) {
      t.put("mark", "");
      return t.erase("k0");
    }));
    CHECK_FALSE(db->write_blocking([&](transaction& t) {
      t.put("more", bytes + bytes);
      return t.erase("k1");
    }));
    db->read_blocking([&](const snapshot& s) {
      CHECK_FALSE(s.get("k0"));
      CHECK(s.get("mark"));
      CHECK(s.get("k1"));
      CHECK_FALSE(s.get("more"));
    });
    CHECK_FALSE(db->stats().failed);
    REQUIRE(::mount("tmpfs", directory.path().c_str(), "tmpfs", MS_REMOUNT, "size=32m") == 0);
    CHECK(db->write_blocking([&](transaction& t) {
      t.put("after", bytes);
      return true;
    }));
  }
  ::umount2(directory.path().c_str(), MNT_DETACH);
}

TEST_CASE("nothing is committed any more once the disk has lost bytes elsewhere") {
  const test::temp_dir directory;
  std::atomic<bool> sound{true};
  const auto db = open_lmdb(
      {.directory = directory.path(), .disk_is_sound = [&sound] { return sound.load(); }});
  const auto put = [&](const char* key) {
    return db->write_blocking([key](transaction& t) {
      t.put(key, "value");
      return true;
    });
  };
  CHECK(put("before"));
  sound = false;
  CHECK(put("after").error().code() == errc::service_unavailable);
  sound = true;  // it does not come back by itself
  CHECK(put("later").error().code() == errc::service_unavailable);
  CHECK(db->stats().failed);
}

}  // namespace commit_test
