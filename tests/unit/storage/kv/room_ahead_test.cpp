// The file of the metadata is longer than what is used of it, and never the worse for it.
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <random>

#include "storage/kv/lmdb.hpp"
#include "storage/kv/room_ahead.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temp_dir.hpp"

namespace room_ahead_test {

using namespace torhaus;
using namespace torhaus::storage::kv;

namespace {

constexpr std::uint64_t plenty = std::uint64_t{1} << 40;
constexpr std::uint64_t page = 4096;

struct fixture {
  test::temp_dir directory;
  std::filesystem::path file = directory.path() / "data";

  std::uint64_t length() const { return std::filesystem::file_size(file); }
  std::string bytes() const {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  // As LMDB does: pages from `at` on, wherever the file ends.
  void use(std::uint64_t at, const std::string& what) const {
    std::fstream out(file, std::ios::binary | std::ios::in | std::ios::out);
    out.seekp(static_cast<std::streamoff>(at));
    out << what;
  }
};

}  // namespace

TEST_CASE_METHOD(fixture, "there is room behind whatever a store grows by, and it is zeros") {
  std::mt19937_64 dice(7);
  std::string model(2 * page, 'r');
  std::ofstream(file, std::ios::binary) << model;
  room_ahead room(file);
  for (int commit = 0; commit < 60; ++commit) {
    room.keep(model.size(), plenty);
    CHECK(length() >= model.size() + room_ahead::least);
    CHECK(length() <= model.size() + room_ahead::least + room_ahead::least_step);
    // Now and then by more than there is room for.
    const std::uint64_t pages = dice() % (commit % 10 == 0 ? 600 : 100);
    const std::string more(pages * page, static_cast<char>('a' + commit % 26));
    use(model.size(), more);
    model += more;
  }
  const std::string found = bytes();
  CHECK(found.substr(0, model.size()) == model);
  CHECK(found.find_first_not_of('\0', model.size()) == std::string::npos);
}

TEST_CASE_METHOD(fixture, "a file that is longer already is left as it is") {
  const std::string before(3 << 20, 'x');
  std::ofstream(file, std::ios::binary) << before;
  room_ahead room(file);
  room.keep(page, plenty);
  CHECK(bytes() == before);
}

TEST_CASE_METHOD(fixture, "steps grow with the store, within bounds") {
  std::ofstream(file, std::ios::binary) << "";
  const auto step_at = [&](std::uint64_t used) {
    std::filesystem::resize_file(file, used);
    room_ahead room(file);
    room.keep(used, plenty);
    return length() - used;
  };
  CHECK(step_at(2 * page) == room_ahead::least_step);
  CHECK(step_at(std::uint64_t{256} << 20) == std::uint64_t{4} << 20);
  CHECK(step_at(std::uint64_t{8} << 30) == room_ahead::most_step);
}

TEST_CASE_METHOD(fixture, "what is left of the disk is left to others") {
  std::ofstream(file, std::ios::binary) << std::string(page, 'x');
  room_ahead room(file);
  room.keep(page, (std::uint64_t{32} << 20) - 1);
  CHECK(length() == page);
  SECTION("the next attempt waits until the store has grown") {
    room.keep(page, plenty);
    CHECK(length() == page);
    room.keep(page + room_ahead::least_step, plenty);
    CHECK(length() == page + 2 * room_ahead::least_step);
  }
}

TEST_CASE_METHOD(fixture, "without a file nothing is written") {
  room_ahead room(file);
  room.keep(0, plenty);
  CHECK_FALSE(std::filesystem::exists(file));
}

TEST_CASE_METHOD(fixture, "a store has room behind its pages, and is the same when it is gone") {
  const std::filesystem::path pages = directory.path() / "kv" / "data.mdb";
  {
    const auto db = open_lmdb({.directory = directory.path() / "kv"});
    REQUIRE(db->write_blocking([](transaction& t) {
      t.put("key", std::string(9000, 'v'));
      return true;
    }));
  }
  CHECK(std::filesystem::file_size(pages) >= room_ahead::least_step);
  std::filesystem::resize_file(pages, 32 * page);
  const auto db = open_lmdb({.directory = directory.path() / "kv"});
  db->read_blocking([](const snapshot& s) { CHECK(s.get("key") == std::string(9000, 'v')); });
}

}  // namespace room_ahead_test
