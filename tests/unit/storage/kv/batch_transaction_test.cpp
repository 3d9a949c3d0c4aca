// Rows that a batch keeps, against std::map: nobody can tell that they are written late.
#include <atomic>
#include <chrono>
#include <map>
#include <random>
#include <thread>
#include <vector>

#include "storage/kv/batch_transaction.hpp"
#include "storage/kv/checked_store.hpp"
#include "storage/kv/lmdb.hpp"
#include "storage/kv/lmdb_environment.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temp_dir.hpp"

namespace batch_transaction_test {

using namespace torhaus;
using namespace torhaus::storage::kv;

namespace {

using model = std::map<std::string, std::string>;

// Few keys, so that they are looked up, changed, walked over and erased again and again; more than
// are kept, and values on both sides of what is kept.
struct maker {
  explicit maker(std::uint64_t seed) : dice(seed) {}
  std::size_t below(std::size_t n) { return dice() % n; }
  std::string key() {
    const std::size_t n = below(4) == 0 ? below(200) : below(8);
    return "k" + std::to_string(n % 3) + "/" + std::to_string(n);
  }
  std::string value() {
    const std::size_t size =
        below(10) == 0 ? batch_transaction::most_value_bytes - 2 + below(5) : below(60);
    return std::string(size, static_cast<char>('a' + below(26)));
  }
  std::mt19937_64 dice;
};

std::string bound(maker& make) { return make.below(3) == 0 ? std::string() : make.key(); }

// Changes keys while the cursor stands: it goes on from where it is as the rows are now.
void walk(transaction& t, model& m, maker& make) {
  const std::string lower = bound(make);
  const std::string upper = bound(make);
  const auto rows = t.scan(lower, upper);
  bool there = rows->seek(lower);
  std::string last;
  for (auto at = m.lower_bound(lower);; at = m.upper_bound(last)) {
    const bool expected = at != m.end() && (upper.empty() || at->first < upper);
    REQUIRE(there == expected);
    if (!there) return;
    REQUIRE(rows->key() == at->first);
    REQUIRE(rows->value() == at->second);
    last = at->first;
    if (make.below(4) == 0) {
      const std::string key = make.key();
      const std::string value = make.value();
      static_cast<void>(t.get(key));
      t.put(key, value);
      m[key] = value;
      there = rows->seek(last + '\0');
    } else {
      there = rows->next();
    }
  }
}

void first(const transaction& t, const model& m, maker& make) {
  const std::string prefix = make.key().substr(0, 1 + make.below(4));
  const auto at = m.lower_bound(prefix);
  const bool expected = at != m.end() && at->first.starts_with(prefix);
  bool same = !expected;
  const auto look = [&](std::string_view key, std::string_view value) {
    same = key == at->first && value == at->second;
  };
  REQUIRE(t.first(prefix, look) == expected);
  REQUIRE(same);
}

void one_step(transaction& t, model& m, maker& make) {
  const std::string key = make.key();
  switch (make.below(10)) {
    case 0:
      REQUIRE(t.erase(key) == (m.erase(key) == 1));
      return;
    case 1:
      return walk(t, m, make);
    case 2:
      return first(t, m, make);
    case 3:  // what is put is a view of what is there
      if (const auto old = t.get(key)) t.put(key, *old);
      return;
    case 4: {
      const std::string value = make.value();
      t.put(key, value);
      m[key] = value;
      return;
    }
    default: {
      const auto old = t.get(key);
      const auto known = m.find(key);
      REQUIRE(old.has_value() == (known != m.end()));
      if (old) REQUIRE(*old == known->second);
      const std::string value = make.value();
      t.put(key, value);
      m[key] = value;
    }
  }
}

// One transaction, as the committer's.
void commit(environment& env, const std::function<bool(transaction&)>& fn) {
  MDB_txn* txn = nullptr;
  REQUIRE(mdb_txn_begin(env.get(), nullptr, 0, &txn) == MDB_SUCCESS);
  lmdb_transaction pages(txn, env.dbs(), env.pages());
  batch_transaction t(pages, keep_rows::yes);
  if (!fn(t)) return mdb_txn_abort(txn);
  CHECK(t.dirty());
  t.written_out().physical().finish();
  REQUIRE(mdb_txn_commit(txn) == MDB_SUCCESS);
}

void compare(environment& env, const model& m) {
  env.read([&](const snapshot& s) {
    const auto rows = s.scan({}, {});
    auto at = m.begin();
    for (bool there = rows->seek({}); there; there = rows->next(), ++at) {
      REQUIRE(at != m.end());
      REQUIRE(rows->key() == at->first);
      REQUIRE(rows->value() == at->second);
    }
    REQUIRE(at == m.end());
  });
}

}  // namespace

TEST_CASE("rows that are written late are like any") {
  const std::uint64_t seed = std::random_device{}();
  INFO("seed " << seed);
  maker make(seed);
  for (int run = 0; run < 20; ++run) {
    const test::temp_dir directory;
    const lmdb_options where{.directory = directory.path()};
    model m;
    {
      environment env(where);
      for (int i = 0; i < 10; ++i) {
        model changed = m;
        const bool keeps = make.below(4) != 0;
        commit(env, [&](transaction& t) {
          for (int step = 0; step < 60; ++step) one_step(t, changed, make);
          return keeps;
        });
        if (keeps) m = std::move(changed);
        compare(env, m);
      }
    }
    const auto db = open_lmdb(where);
    CHECK(db->stats().entries == m.size());
    // The sum over all entries is right, too.
    checked_store::stretch seen;
    std::string position;
    while (dynamic_cast<checked_store&>(*db).check(position, seen)) {
    }
    CHECK(seen.found.empty());
  }
}

TEST_CASE("a view that get gave lasts until the next change") {
  const test::temp_dir directory;
  environment env({.directory = directory.path()});
  commit(env, [](transaction& t) {
    for (int i = 0; i < 500; ++i) t.put("k" + std::to_string(i), "value " + std::to_string(i));
    const auto early = t.get("k7");
    for (int i = 0; i < 500; ++i) static_cast<void>(t.get("k" + std::to_string(i)));
    CHECK(early == "value 7");
    return true;
  });
}

TEST_CASE("functions of one batch see what those before them did") {
  const test::temp_dir directory;
  const auto db = open_lmdb({.directory = directory.path()});
  // While the first is at work the others queue up, so that they are one batch.
  std::atomic<int> stored = 0;
  std::vector<std::jthread> threads;
  const auto count = [&](transaction& t) {
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
    const auto old = t.get("counter");
    t.put("counter", std::to_string((old ? std::stoi(std::string(*old)) : 0) + 1));
    return true;
  };
  threads.reserve(20);
  for (int i = 0; i < 20; ++i) {
    threads.emplace_back([&] { stored += db->write_blocking(count) ? 1 : 0; });
  }
  threads.clear();
  CHECK(stored == 20);
  CHECK(db->stats().commits < 20);
  db->read_blocking([](const snapshot& s) { CHECK(s.get("counter") == "20"); });
}

}  // namespace batch_transaction_test
