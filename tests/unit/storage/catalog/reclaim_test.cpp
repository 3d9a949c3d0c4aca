// Bytes go after the commit that dropped them, never under a reader, and across restarts.
#include <thread>

#include "tests/support/catalog_world.hpp"
#include "tests/support/catch.hpp"

namespace reclaim_test {

using namespace torhaus;
using namespace torhaus::storage::catalog;
using namespace std::chrono_literals;
using test::catalog_world;
using test::key_of;
using test::run_task;

namespace {
const std::string large(50'000, 'L');
}

TEST_CASE("a reader keeps the bytes of an object that is overwritten and deleted meanwhile") {
  catalog_world w;
  const auto b = w.bucket("daten");
  REQUIRE(w.put(b, "k", large));
  auto opened = run_task(w.cat->open_object(b, key_of("k"), std::nullopt)).value();
  REQUIRE(w.put(b, "k", "other"));
  REQUIRE(w.remove(b, "k"));
  CHECK_FALSE(w.cat->drain_garbage(50ms));
  CHECK(w.cat->stats().garbage_blobs == 1);
  CHECK(test::content_of(*opened.content) == large);
  opened.content.reset();
  CHECK(w.accounting_fault() == "");
  CHECK(w.store.ids().empty());
  CHECK(w.cat->stats().garbage_blobs == 0);
  CHECK(w.cat->stats().reclaimed_blobs == 1);
}

TEST_CASE("a reader of a multipart object keeps all parts, also those it has not opened") {
  catalog_world w;
  const auto b = w.bucket("daten");
  const auto id = w.start_upload(b, "k");
  completion c;
  for (std::uint32_t n = 1; n <= 3; ++n) {
    REQUIRE(w.part(b, "k", id, n, large));
    c.parts.push_back(catalog_world::listed(n, large));
  }
  REQUIRE(w.complete(b, "k", id, c));
  auto opened = run_task(w.cat->open_object(b, key_of("k"), std::nullopt)).value();
  std::vector<std::byte> some(10);
  REQUIRE(opened.content->read(0, some));
  REQUIRE(w.remove(b, "k"));
  CHECK_FALSE(w.cat->drain_garbage(50ms));
  CHECK(test::content_of(*opened.content) == large + large + large);
  opened.content.reset();
  CHECK(w.accounting_fault() == "");
  CHECK(w.store.ids().empty());
}

TEST_CASE("garbage of the last run is taken at the next start") {
  catalog_world w;
  const auto b = w.bucket("daten");
  REQUIRE(w.put(b, "k", large));
  const auto id = w.start_upload(b, "u");
  REQUIRE(w.part(b, "u", id, 1, large));
  w.cat->stop();
  REQUIRE(w.remove(b, "k"));
  REQUIRE(run_task(w.cat->abort_upload(b, key_of("u"), id)));
  CHECK_FALSE(w.cat->drain_garbage(10ms));
  CHECK(w.store.ids().size() == 2);
  w.reopen();
  CHECK(w.accounting_fault() == "");
  CHECK(w.store.ids().empty());
}

TEST_CASE("the reclaimer works without being waited for") {
  catalog_world w;
  const auto b = w.bucket("daten");
  REQUIRE(w.put(b, "k", large));
  REQUIRE(w.remove(b, "k"));
  for (int i = 0; i < 500 && !w.store.ids().empty(); ++i) std::this_thread::sleep_for(10ms);
  CHECK(w.store.ids().empty());
}

TEST_CASE("the reclaimer goes on when the disk has room again") {
  catalog_world w;
  const auto b = w.bucket("daten");
  REQUIRE(w.put(b, "k", large));
  w.cat->stop();
  REQUIRE(w.remove(b, "k"));
  w.db.fail_writes(std::nullopt);
  w.reopen();
  w.db.fail_writes(errc::insufficient_storage);
  (void)w.cat->drain_garbage(50ms);
  w.db.fail_writes(std::nullopt);
  CHECK(w.accounting_fault() == "");
}

TEST_CASE("a damaged entry of the garbage table does not stop the rest") {
  catalog_world w;
  const auto b = w.bucket("daten");
  REQUIRE(w.put(b, "k", large));
  const auto written = w.db.write_blocking([](storage::kv::transaction& t) {
    t.put(schema::garbage_key(schema::garbage_kind::blob, std::string(16, '\0')), "\1");
    t.put(schema::garbage_key(schema::garbage_kind::blob, std::string(5, '\0')), "\1");
    t.put("g", "");
    return true;
  });
  REQUIRE(written);
  REQUIRE(w.remove(b, "k"));
  CHECK_FALSE(w.cat->drain_garbage(100ms));
  CHECK(w.store.ids().empty());
}

TEST_CASE("objects that are read and overwritten by many threads are always one whole version") {
  catalog_world w;
  const auto b = w.bucket("daten");
  const auto content = [](int n) {
    return std::string(9'000 + static_cast<std::size_t>(n), static_cast<char>('a' + n % 26));
  };
  REQUIRE(w.put(b, "k", content(0)));
  std::atomic<bool> stop{false};
  std::atomic<int> wrong{0};
  std::atomic<int> reads{0};
  std::vector<std::thread> readers;
  for (int i = 0; i < 2; ++i) {
    readers.emplace_back([&] {
      while (!stop) {
        const std::string got = w.get(b, "k");
        const bool whole = got.size() >= 9'000 &&
                           got.find_first_not_of(got[0]) == std::string::npos &&
                           got == content(static_cast<int>(got.size()) - 9'000);
        if (!whole) ++wrong;
        ++reads;
      }
    });
  }
  for (int n = 1; n < 1500; ++n) {
    auto o = w.object(content(n));
    REQUIRE(run_task(w.cat->put_object(b, key_of("k"), std::move(o), w.store_bytes(content(n)))));
    if (n % 50 == 0) (void)w.cat->drain_garbage(1ms);
  }
  stop = true;
  for (std::thread& t : readers) t.join();
  CHECK(wrong == 0);
  CHECK(reads > 100);
  CHECK(w.accounting_fault() == "");
  CHECK(w.store.ids().size() == 1);
}

}  // namespace reclaim_test
