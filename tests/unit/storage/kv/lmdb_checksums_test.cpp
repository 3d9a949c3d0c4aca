// Entries that are not what was stored are named, and cost no other entry; stores without checksums
// get them.
#include <lmdb.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <map>

#include "storage/kv/checked_store.hpp"
#include "storage/kv/lmdb.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temp_dir.hpp"

namespace lmdb_checksums_test {

using namespace torhaus;
using namespace torhaus::storage::kv;
using Catch::Matchers::Contains;

namespace {

std::string long_key(char end) { return std::string(700, 'k') + end; }

// The LMDB file as it is, without anything of ours.
class raw_file {
 public:
  explicit raw_file(const std::filesystem::path& directory) {
    REQUIRE(mdb_env_create(&env_) == 0);
    REQUIRE(mdb_env_set_maxdbs(env_, 3) == 0);
    REQUIRE(mdb_env_set_mapsize(env_, 1 << 30) == 0);
    REQUIRE(mdb_env_open(env_, directory.c_str(), 0, 0600) == 0);
    REQUIRE(mdb_txn_begin(env_, nullptr, 0, &txn_) == 0);
  }
  ~raw_file() {
    CHECK(mdb_txn_commit(txn_) == 0);
    mdb_env_close(env_);
  }
  MDB_dbi open(const char* name) {
    MDB_dbi dbi = 0;
    REQUIRE(mdb_dbi_open(txn_, name, MDB_CREATE, &dbi) == 0);
    return dbi;
  }
  void put(const char* name, std::string key, std::string value) {
    MDB_val k{key.size(), key.data()};
    MDB_val v{value.size(), value.data()};
    REQUIRE(mdb_put(txn_, open(name), &k, &v, 0) == 0);
  }
  void erase(const char* name, std::string key) {
    MDB_val k{key.size(), key.data()};
    REQUIRE(mdb_del(txn_, open(name), &k, nullptr) == 0);
  }

 private:
  MDB_env* env_ = nullptr;
  MDB_txn* txn_ = nullptr;
};

struct fixture {
  test::temp_dir directory;
  std::unique_ptr<database> db = open_lmdb({.directory = directory.path()});

  void put(const std::string& key, const std::string& value) {
    REQUIRE(db->write_blocking([&](transaction& t) {
      t.put(key, value);
      return true;
    }));
  }
  std::optional<std::string> get(const std::string& key) {
    std::optional<std::string> out;
    db->read_blocking([&](const snapshot& s) {
      if (const auto v = s.get(key)) out = std::string(*v);
    });
    return out;
  }
  std::vector<std::string> keys() {
    std::vector<std::string> found;
    db->read_blocking([&](const snapshot& s) {
      const auto rows = s.scan("", "");
      for (bool more = rows->seek(""); more; more = rows->next()) found.emplace_back(rows->key());
    });
    return found;
  }
  // What was stored, as a disk may give it back: the first occurrence of some bytes is changed.
  void rot(const std::string& stored, const std::string& into) {
    db.reset();
    const auto file = directory.path() / "data.mdb";
    std::ifstream in(file, std::ios::binary);
    std::string bytes{std::istreambuf_iterator<char>(in), {}};
    std::size_t changed = 0;
    for (auto at = bytes.find(stored); at != std::string::npos; at = bytes.find(stored, at + 1)) {
      bytes.replace(at, into.size(), into);
      ++changed;
    }
    REQUIRE(changed > 0);
    std::ofstream(file, std::ios::binary) << bytes;
    db = open_lmdb({.directory = directory.path()});
  }
};

}  // namespace

TEST_CASE_METHOD(fixture, "a value that changed on the disk is an error, and other keys go on") {
  for (const char* name : {"alpha", "beta", "gamma"}) {
    put(name, "short-value-of-" + std::string(name));
    put(long_key(name[0]), "long-value-of-" + std::string(name));
  }
  SECTION("short key") { rot("short-value-of-beta", "short-value-0f-beta"); }
  SECTION("long key") { rot("long-value-of-beta", "long-value-0f-beta"); }
  CHECK(get("alpha") == "short-value-of-alpha");
  unsigned damaged = 0;
  for (const std::string& key : {std::string("beta"), long_key('b')}) {
    std::string value = "value-of-beta";
    try {
      value = get(key).value_or("");
    } catch (const damaged_record&) {
      ++damaged;
    }
    CHECK(value.ends_with("value-of-beta"));
  }
  CHECK(damaged == 1);
  CHECK(get("gamma") == "short-value-of-gamma");
  CHECK(get(long_key('g')) == "long-value-of-gamma");
  CHECK_THROWS_AS(keys(), damaged_record);
  CHECK(dynamic_cast<checked_store&>(*db).damaged() == damaged + 1);
}

TEST_CASE_METHOD(fixture, "a key that changed on the disk does not make its entry absent") {
  for (const char* name : {"alpha", "beta", "gamma"}) put(name, "v");
  rot("beta", "bfta");
  CHECK_THROWS_AS(get("beta"), damaged_record);
  CHECK(get("alpha") == "v");
  CHECK(get("gamma") == "v");
  CHECK_THROWS_AS(keys(), damaged_record);
}

TEST_CASE_METHOD(fixture, "a scan does not end before its time over a key that changed") {
  for (const char* name : {"row-1", "row-2", "row-3"}) put(name, "v");
  rot("row-2", "zow-2");
  const auto scan = [&] {
    db->read_blocking([&](const snapshot& s) {
      const auto rows = s.scan("row", "rox");
      for (bool more = rows->seek("row"); more; more = rows->next()) {
      }
    });
  };
  CHECK_THROWS_AS(scan(), damaged_record);
}

TEST_CASE_METHOD(fixture, "the head of a long key has a checksum, too") {
  put(long_key('a'), "first");
  put("short", "other");
  const std::string node("k\0\0\0\0\0\0\0", 8);
  rot(node + '\1', node + '\2');
  CHECK_THROWS_AS(get(long_key('a')), damaged_record);
  CHECK(get("short") == "other");
}

TEST_CASE_METHOD(fixture, "a write that meets a damaged entry fails alone") {
  for (const char* name : {"alpha", "beta", "gamma"}) put(name, "value-of-" + std::string(name));
  rot("value-of-beta", "value-0f-beta");
  const auto count = [&] {
    return db->write_blocking([](transaction& t) { return t.get("beta").has_value(); });
  };
  CHECK_THROWS_AS(count(), damaged_record);
  put("aleph", "v");
  CHECK(get("aleph") == "v");
  CHECK_FALSE(db->stats().failed);
  put("beta", "healed");
  CHECK(get("beta") == "healed");
}

TEST_CASE_METHOD(fixture, "a walk goes on behind a damaged entry") {
  for (const char* name : {"alpha", "beta", "gamma"}) put(name, "value-of-" + std::string(name));
  rot("value-of-beta", "value-0f-beta");
  int good = 0;
  int damaged = 0;
  db->read_blocking([&](const snapshot& s) {
    const auto rows = s.scan("", "");
    for (bool more = rows->seek(""); more; more = rows->next()) {
      try {
        if (!rows->key().empty()) ++good;
      } catch (const damaged_record&) {
        ++damaged;
      }
    }
  });
  CHECK(good == 2);
  CHECK(damaged == 1);
}

namespace {

// A store as it was before entries had checksums.
std::map<std::string, std::string> make_old_store(const std::filesystem::path& directory,
                                                  int many) {
  std::map<std::string, std::string> all;
  raw_file file(directory);
  for (int n = 0; n < many; ++n) {
    const std::string key = "key" + std::to_string(n);
    all[key] = std::string(static_cast<std::size_t>(n % 300), static_cast<char>('a' + n % 26));
    file.put("root", key, all[key]);
  }
  const std::string node("\0\0\0\0\0\0\0\7", 8);
  file.put("root", std::string(480, 'k'), node);
  for (const char end : {'a', 'b'}) {
    const std::string key = long_key(end);
    all[key] = std::string("long ") + end;
    file.put("tails", node + key.substr(480), all[key]);
  }
  return all;
}

void check_all(database& db, const std::map<std::string, std::string>& all) {
  std::map<std::string, std::string> found;
  db.read_blocking([&](const snapshot& s) {
    const auto rows = s.scan("", "");
    for (bool more = rows->seek(""); more; more = rows->next()) {
      found[std::string(rows->key())] = std::string(rows->value());
    }
    for (const auto& [key, value] : all) REQUIRE(s.get(key) == std::string_view(value));
  });
  CHECK(found == all);
}

}  // namespace

TEST_CASE("a store without checksums gets them when it is opened") {
  const test::temp_dir directory;
  auto all = make_old_store(directory.path(), 1000);
  for (int turn = 0; turn < 2; ++turn) {
    const auto db = open_lmdb({.directory = directory.path()});
    check_all(*db, all);
    all[long_key('c')] = all["new"] = "stored afterwards";
    REQUIRE(db->write_blocking([&](transaction& t) {
      t.put("new", all["new"]);
      t.put(long_key('c'), all["new"]);
      return true;
    }));
    check_all(*db, all);
  }
}

TEST_CASE("an upgrade that is killed goes on where it was") {
  const test::temp_dir directory;
  const auto all = make_old_store(directory.path(), 70'000);
  for (int turn = 0; turn < 3; ++turn) {
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
      open_lmdb(
          {.directory = directory.path(), .upgraded = [](std::uint64_t) { ::raise(SIGKILL); }});
      ::_exit(0);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    CHECK(WIFSIGNALED(status));
  }
  std::uint64_t steps = 0;
  const auto db =
      open_lmdb({.directory = directory.path(), .upgraded = [&](std::uint64_t) { ++steps; }});
  CHECK(steps == 2);
  check_all(*db, all);
}

TEST_CASE_METHOD(fixture,
                 "a store that has lost its state is not taken for one without checksums") {
  put("key", "value");
  db.reset();
  raw_file(directory.path()).erase("check", "state");
  CHECK_THROWS_WITH(open_lmdb({.directory = directory.path()}), Contains("restore it"));
}

}  // namespace lmdb_checksums_test
