// The walk over the store's own structure: sound stores are sound while they are written to, and
// what a disk has changed is named.
#include <cstring>
#include <fstream>
#include <random>
#include <thread>

#include "storage/kv/checked_store.hpp"
#include "storage/kv/lmdb.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temp_dir.hpp"

namespace lmdb_check_test {

using namespace torhaus;
using namespace torhaus::storage::kv;
using Catch::Matchers::Contains;

namespace {

constexpr std::size_t page_bytes = 4096;

struct fixture {
  test::temp_dir directory;
  std::unique_ptr<database> db = open_lmdb({.directory = directory.path()});

  std::filesystem::path file() const { return directory.path() / "data.mdb"; }
  void put(int from, int to, const std::string& value) {
    REQUIRE(db->write_blocking([&](transaction& t) {
      for (int n = from; n < to; ++n) t.put("key" + std::to_string(n), value);
      return true;
    }));
  }
  std::vector<checked_store::flaw> whole_pass() {
    checked_store::stretch seen;
    std::string position;
    for (int n = 0; n < 1000 && dynamic_cast<checked_store&>(*db).check(position, seen); ++n) {
    }
    return seen.found;
  }
  std::string content() const {
    std::ifstream in(file(), std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  void reopen_with(const std::string& bytes) {
    db.reset();
    std::ofstream(file(), std::ios::binary) << bytes;
    db = open_lmdb({.directory = directory.path()});
  }
};

// The first page that holds these bytes.
std::size_t page_with(const std::string& file, const std::string& bytes) {
  const std::size_t at = file.rfind(bytes);
  REQUIRE(at != std::string::npos);
  return at / page_bytes * page_bytes;
}

}  // namespace

TEST_CASE_METHOD(fixture, "a sound store has no flaws, nor while it is written to") {
  for (int n = 0; n < 200; ++n) put(n * 1000, n * 1000 + 1000, std::string(90, 'v'));
  std::atomic<bool> ended{false};
  std::thread writer([&] {
    std::mt19937 dice(1);
    while (!ended) {
      const bool done = db->write_blocking([&](transaction& t) {
                            for (int n = 0; n < 20; ++n) {
                              const std::string key = "key" + std::to_string(dice() % 200'000);
                              if (dice() % 3 == 0) {
                                t.erase(key);
                              } else {
                                t.put(key, std::string(dice() % 200, 'w'));
                              }
                            }
                            return true;
                          }).has_value();
      if (!done) return;
    }
  });
  std::vector<checked_store::flaw> found;
  for (int n = 0; n < 3; ++n) {
    for (checked_store::flaw& f : whole_pass()) found.push_back(std::move(f));
  }
  ended = true;
  writer.join();
  for (const checked_store::flaw& f : found) FAIL_CHECK(f.what);
}

TEST_CASE_METHOD(fixture, "a value that changed is named with its key") {
  put(0, 500, "first");
  put(250, 251, "the value in the middle");
  std::string bytes = content();
  bytes[bytes.rfind("the value in the middle")] = 'T';
  reopen_with(bytes);
  const auto found = whole_pass();
  REQUIRE(found.size() == 1);
  CHECK_FALSE(found[0].of_structure);
  CHECK_THAT(found[0].what, Contains("6b6579323530"));  // key250
}

TEST_CASE_METHOD(fixture, "a leaf of an earlier day is found by the sum") {
  put(0, 2, "first");
  const std::string before = content();
  put(1, 2, "later");
  std::string bytes = content();
  const std::size_t leaf = page_with(bytes, "later");
  const std::size_t old = page_with(before, "first");
  // The older leaf, as if the younger one had never been written in its place.
  bytes.replace(leaf + 8, page_bytes - 8, before, old + 8, page_bytes - 8);
  reopen_with(bytes);
  const auto found = whole_pass();
  REQUIRE(found.size() == 1);
  CHECK_THAT(found[0].what, Contains("earlier day"));
}

TEST_CASE_METHOD(fixture, "pages that were exchanged make nothing absent, and are named") {
  put(0, 2000, std::string(60, 'v'));
  db.reset();
  std::string bytes = content();
  const std::size_t one = page_with(bytes, "key150");
  const std::size_t other = page_with(bytes, "key750");
  REQUIRE(one != other);
  for (std::size_t n = 0; n < page_bytes; ++n) std::swap(bytes[one + n], bytes[other + n]);
  reopen_with(bytes);
  const auto get = [&](const std::string& key) {
    bool there = false;
    db->read_blocking([&](const snapshot& s) { there = s.get(key).has_value(); });
    return there;
  };
  for (const char* key : {"key150", "key750", "key150x"}) CHECK_THROWS_AS(get(key), damaged_record);
  CHECK(get("key999"));
  // Nor does a write go by.
  const auto write = [&] {
    return db->write_blocking([&](transaction& t) {
      t.put("key150", "new");
      return true;
    });
  };
  CHECK_THROWS_AS(write(), damaged_store);
  put(0, 1, "elsewhere");
  const auto found = whole_pass();
  CHECK(found.size() == 2);
  for (const checked_store::flaw& f : found) CHECK_THAT(f.what, Contains("it is another page"));
}

TEST_CASE_METHOD(fixture, "a page that tells of fewer nodes than it has makes nothing absent") {
  constexpr int keys = 3000;
  put(0, keys, std::string(60, 'v'));
  db.reset();
  const std::string sound = content();
  std::size_t noticed = 0;
  std::size_t branches = 0;
  for (std::size_t at = 2 * page_bytes; at + page_bytes <= sound.size(); at += page_bytes) {
    const auto flags = static_cast<unsigned char>(sound[at + 10]);
    std::uint16_t lower = 0;
    std::memcpy(&lower, &sound[at + 12], sizeof lower);
    const int nodes = (lower - 16) / 2;
    if ((flags != 1 && flags != 2) || nodes < 2) continue;
    if (flags == 1) ++branches;
    for (const int fewer : {1, nodes / 2}) {
      CAPTURE(at / page_bytes, nodes, fewer);
      std::string bytes = sound;
      const auto less = static_cast<std::uint16_t>(lower - 2 * fewer);
      std::memcpy(&bytes[at + 12], &less, sizeof less);
      db.reset();
      std::ofstream(file(), std::ios::binary) << bytes;
      try {
        db = open_lmdb({.directory = directory.path()});
      } catch (const std::runtime_error&) {
        ++noticed;
        continue;
      }
      // In one snapshot, as a listing between two reads.
      std::size_t lost = 0;
      std::size_t faults = 0;
      db->read_blocking([&](const snapshot& s) {
        for (int n = 0; n < keys; ++n) {
          try {
            lost += s.get("key" + std::to_string(n)).has_value() ? 0 : 1;
          } catch (const damaged_record&) {
            ++faults;
          }
        }
        try {
          const auto c = s.scan("", "");
          int seen = 0;
          for (bool more = c->seek(""); more; more = c->next()) ++seen;
          lost += seen < keys ? 1 : 0;
        } catch (const damaged_record&) {
          ++faults;
        }
      });
      REQUIRE(lost == 0);
      // No write goes by what is cut off either.
      const auto written = [&] {
        return db->write_blocking([&](transaction& t) {
          const auto c = t.scan("", "");
          int seen = 0;
          for (bool more = c->seek(""); more; more = c->next()) ++seen;
          if (seen < keys) ++lost;
          return false;
        });
      };
      try {
        (void)written();
      } catch (const damaged_record&) {
        ++faults;
      }
      REQUIRE(lost == 0);
      noticed += faults > 0 ? 1 : 0;
    }
  }
  CHECK(branches > 0);
  CHECK(noticed > 20);
}

TEST_CASE_METHOD(fixture, "a pass goes on after a restart, and counts what came meanwhile") {
  for (int n = 0; n < 100; ++n) put(n * 1000, n * 1000 + 1000, std::string(190, 'v'));
  checked_store::stretch seen;
  std::string position;
  REQUIRE(dynamic_cast<checked_store&>(*db).check(position, seen));
  REQUIRE(dynamic_cast<checked_store&>(*db).check(position, seen));
  put(0, 1, "behind the place");
  put(99'999, 100'000, "before it");
  db.reset();
  db = open_lmdb({.directory = directory.path()});
  while (dynamic_cast<checked_store&>(*db).check(position, seen)) {
  }
  CHECK(seen.found.empty());
}

TEST_CASE_METHOD(fixture, "a root page with another size of pages is refused") {
  // LMDB divides by it while it opens the file.
  put(0, 10, "v");
  db.reset();
  const std::string whole = content();
  constexpr std::size_t size_of_pages = 40;  // behind the page's head, and four members of the root
  for (const std::size_t root : {std::size_t{0}, page_bytes}) {
    for (std::size_t bit = 0; bit < 32; ++bit) {
      std::string bytes = whole;
      bytes[root + size_of_pages + bit / 8] ^= static_cast<char>(1 << bit % 8);
      INFO("root page at " << root << ", bit " << bit);
      CHECK_THROWS_WITH(reopen_with(bytes), Contains("size of pages"));
    }
  }
  reopen_with(whole);
}

TEST_CASE_METHOD(fixture, "roots of different days are refused") {
  put(0, 1, "a");
  put(0, 1, "b");
  db.reset();
  std::string bytes = content();
  const std::size_t transaction = 16 + 128;
  bytes[transaction] = static_cast<char>(bytes[transaction] ^ 0x40);
  std::ofstream(file(), std::ios::binary) << bytes;
  CHECK_THROWS_WITH(open_lmdb({.directory = directory.path()}), Contains("root page"));
}

}  // namespace lmdb_check_test
