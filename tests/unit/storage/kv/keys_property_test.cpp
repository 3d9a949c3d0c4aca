// Long keys against std::map: random puts, erases, gets, seeks and walks within bounds. A failing
// seed prints itself; TORHAUS_TEST_SEED runs it again.
#include <cstdlib>
#include <map>
#include <random>

#include "storage/kv/checked_store.hpp"
#include "storage/kv/lmdb.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temp_dir.hpp"

namespace keys_property_test {

using namespace torhaus;
using namespace torhaus::storage::kv;

namespace {

using model = std::map<std::string, std::string>;

class key_maker {
 public:
  explicit key_maker(std::uint64_t seed) : random_(seed) {}

  std::size_t below(std::size_t n) {
    return std::uniform_int_distribution<std::size_t>(0, n - 1)(random_);
  }

  // Few different long prefixes and lengths around the boundaries of pieces, so that keys collide,
  // nest and end at every place that matters.
  std::string key() {
    static constexpr std::size_t lengths[] = {1,   2,   7,   100, 479,  480,  481,  511,  512,
                                              600, 959, 960, 961, 1024, 1440, 1441, 2199, 2200};
    std::string k;
    if (below(2) == 0) k.assign(below(2) == 0 ? 600 : 480, below(2) == 0 ? 'p' : '\xff');
    const std::size_t length = lengths[below(std::size(lengths))];
    while (k.size() < length) {
      static constexpr char letters[] = {'\0', '\1', 'a', 'b', '\xfe', '\xff'};
      k.append(below(40) == 0 ? 1 + below(300) : 1, letters[below(std::size(letters))]);
    }
    k.resize(length);
    return k;
  }

 private:
  std::mt19937_64 random_;
};

// Of a whole pass, or of the next stretches of one that began before.
void require_sound(database& db, std::string& position, int stretches) {
  checked_store::stretch seen;
  while (stretches-- > 0 && dynamic_cast<checked_store&>(db).check(position, seen)) {
  }
  for (const checked_store::flaw& f : seen.found) FAIL_CHECK(f.what);
  REQUIRE(seen.found.empty());
}

std::string known_or_new(key_maker& make, const model& m) {
  if (m.empty() || make.below(3) == 0) return make.key();
  auto at = m.lower_bound(make.key());
  if (at == m.end()) at = m.begin();
  std::string k = at->first;
  if (make.below(4) == 0 && k.size() > 1) k.pop_back();  // a prefix of a stored key
  return k;
}

void compare_walk(const snapshot& s, const model& m, key_maker& make) {
  std::string lower = make.below(3) == 0 ? "" : known_or_new(make, m);
  std::string upper = make.below(3) == 0 ? "" : known_or_new(make, m);
  const auto rows = s.scan(lower, upper);
  const std::string from = known_or_new(make, m);
  auto at = m.lower_bound(std::max(lower, from));
  bool there = rows->seek(from);
  for (int steps = 0; steps < 200; ++steps) {
    const bool expected = at != m.end() && (upper.empty() || at->first < upper);
    REQUIRE(there == expected);
    if (!there) return;
    REQUIRE(rows->key() == at->first);
    REQUIRE(rows->value() == at->second);
    ++at;
    there = rows->next();
  }
}

void compare_first(const snapshot& s, const model& m, key_maker& make) {
  std::string prefix = known_or_new(make, m);
  prefix.resize(1 + make.below(prefix.size()));
  const auto at = m.lower_bound(prefix);
  const bool expected = at != m.end() && at->first.starts_with(prefix);
  bool seen = false;
  REQUIRE(expected == s.first(prefix, [&](std::string_view key, std::string_view value) {
    seen = key == at->first && value == at->second;
  }));
  REQUIRE(seen == expected);
}

void one_run(std::uint64_t seed) {
  INFO("TORHAUS_TEST_SEED=" << seed);
  const test::temp_dir directory;
  const auto db = open_lmdb({.directory = directory.path()});
  key_maker make(seed);
  model m;
  for (int round = 0; round < 12; ++round) {
    model changed = m;
    const auto written = db->write_blocking([&](transaction& t) {
      changed = m;
      for (int i = 0; i < 60; ++i) {
        const std::string key = known_or_new(make, changed);
        if (make.below(3) == 0) {
          REQUIRE(t.erase(key) == (changed.erase(key) == 1));
        } else {
          const std::string value(make.below(3000), static_cast<char>('a' + make.below(26)));
          t.put(key, value);
          changed[key] = value;
        }
        const std::string probe = known_or_new(make, changed);
        const auto found = changed.find(probe);
        REQUIRE(t.get(probe).has_value() == (found != changed.end()));
      }
      compare_walk(t, changed, make);
      compare_first(t, changed, make);
      return true;
    });
    REQUIRE(written);
    m = changed;
    std::string position;
    require_sound(*db, position, 100);
    db->read_blocking([&](const snapshot& s) {
      for (int i = 0; i < 6; ++i) compare_walk(s, m, make);
      for (int i = 0; i < 30; ++i) compare_first(s, m, make);
      for (const auto& [key, value] : m) REQUIRE(s.get(key) == std::string_view(value));
    });
  }
}

}  // namespace

TEST_CASE("keys of every length keep the order of memcmp") {
  if (const char* given = std::getenv("TORHAUS_TEST_SEED")) {
    one_run(std::strtoull(given, nullptr, 10));
    return;
  }
  const auto base = static_cast<std::uint64_t>(std::random_device{}());
  for (std::uint64_t i = 0; i < 12; ++i) one_run(base + i);
}

TEST_CASE("erasing the last long key leaves no entry behind") {
  const test::temp_dir directory;
  const auto db = open_lmdb({.directory = directory.path()});
  const std::uint64_t before = db->stats().entries;
  const std::string key(2200, 'x');
  REQUIRE(db->write_blocking([&](transaction& t) {
    t.put(key, "v");
    t.put(key.substr(0, 960), "w");
    return true;
  }));
  CHECK(db->stats().entries > before);
  REQUIRE(db->write_blocking([&](transaction& t) {
    CHECK(t.erase(key));
    CHECK(t.erase(key.substr(0, 960)));
    CHECK_FALSE(t.erase(key));
    return true;
  }));
  CHECK(db->stats().entries == before);
}

}  // namespace keys_property_test
