// What an inspection finds, and what it does not complain about.
#include "storage/catalog/inspection.hpp"

#include "tests/support/catalog_world.hpp"
#include "tests/support/catch.hpp"

namespace inspection_test {

using namespace torhaus;
using storage::catalog::inspector;
using storage::catalog::versioning_state;
namespace schema = storage::catalog::schema;

namespace {

struct fixture {
  test::catalog_world world;
  std::uint64_t plain = world.bucket("plain");
  std::uint64_t kept = world.bucket("kept", versioning_state::enabled);

  fixture() {
    REQUIRE(world.put(plain, "small", "bytes"));
    REQUIRE(world.put(plain, "large", std::string(300'000, 'x')));
    REQUIRE(world.put(kept, "a", "one"));
    REQUIRE(world.put(kept, "a", std::string(20'000, 'y')));
    const std::string upload = world.start_upload(plain, "parts");
    REQUIRE(world.part(plain, "parts", upload, 1, std::string(50'000, 'z')));
    REQUIRE(world.part(plain, "parts", upload, 2, "end"));
    storage::catalog::completion wanted;
    wanted.parts = {world.listed(1, std::string(50'000, 'z')), world.listed(2, "end")};
    REQUIRE(world.complete(plain, "parts", upload, wanted));
    const std::string open = world.start_upload(plain, "open");
    REQUIRE(world.part(plain, "open", open, 1, std::string(30'000, 'o')));
    REQUIRE(world.cat->drain_garbage(std::chrono::seconds(10)));
  }

  inspector inspect() {
    inspector i({.db = &world.db, .blobs = &world.store});
    i.check_records();
    std::string position;
    while (i.check_bytes(position)) {
    }
    for (const auto& id : world.store.ids()) i.check_stored({id, 1, "m"});
    return i;
  }
  // Changes the one record whose key begins so; erases it without a new value.
  void change(const std::string& prefix, const std::function<std::string(std::string)>& how) {
    const auto written = world.db.write_blocking([&](storage::kv::transaction& t) {
      const auto cursor = t.scan(prefix, schema::successor(prefix));
      REQUIRE(cursor->seek(prefix));
      const std::string key(cursor->key());
      const std::string value = how(std::string(cursor->value()));
      if (value.empty()) t.erase(key);
      if (!value.empty()) t.put(key, value);
      return true;
    });
    REQUIRE(written);
  }
};

std::string nothing(std::string) { return {}; }

}  // namespace

TEST_CASE_METHOD(fixture, "inspection: a sound store has no findings") {
  const inspector i = inspect();
  CHECK(i.totals().findings == 0);
  CHECK(i.totals().versions == 5);
  CHECK(i.totals().blobs == 7);
  CHECK(i.totals().bytes == 5 + 300'000 + 3 + 20'000 + 50'000 + 3 + 30'000);
  CHECK(i.totals().orphans == 0);
}

TEST_CASE_METHOD(fixture, "inspection: records that contradict each other are found") {
  const std::string table = GENERATE("d", "v", "m", "i", "o", "u", "b");
  change(table, nothing);
  const inspector i = inspect();
  CAPTURE(table);
  CHECK(i.totals().findings > 0);
}

TEST_CASE_METHOD(fixture, "inspection: a wrong number of references is named with its data") {
  change("d", [](std::string value) {
    schema::data_row row = schema::decode_data(value);
    const std::string location(row.location);
    row.location = location;
    ++row.references;
    return schema::encode(row);
  });
  const inspector i = inspect();
  REQUIRE(i.findings().size() == 1);
  CHECK(i.findings()[0].kind == "references");
  CHECK(i.findings()[0].blob.size() == 32);
}

TEST_CASE_METHOD(fixture, "inspection: a small object's end that is lost or left over is found") {
  REQUIRE(world.put(plain, "page", std::string(4096, 'p')));
  REQUIRE(inspect().totals().findings == 0);
  SECTION("lost") {
    change("t", nothing);
    const inspector i = inspect();
    REQUIRE(i.findings().size() == 2);  // by the records, and by reading the bytes
    CHECK(i.findings()[0].kind == "references");
    CHECK(i.findings()[1].kind == "damaged_record");
  }
  SECTION("left over") {
    const auto written = world.db.write_blocking([](storage::kv::transaction& t) {
      t.put(schema::location_end_key(storage::blob::blob_id{}), "end");
      return true;
    });
    REQUIRE(written);
    const inspector i = inspect();
    REQUIRE(i.findings().size() == 1);
    CHECK(i.findings()[0].kind == "references");
  }
}

TEST_CASE_METHOD(fixture, "inspection: a record that cannot be read is found") {
  change(GENERATE("d", "v", "m", "p"), [](std::string value) {
    value.front() = '\x7f';
    return value;
  });
  const inspector i = inspect();
  REQUIRE_FALSE(i.findings().empty());
  CHECK(i.findings()[0].kind == "damaged_record");
}

TEST_CASE_METHOD(fixture, "inspection: bytes that are gone are found") {
  const auto ids = world.store.ids();
  CHECK(world.store.remove({*ids.begin(), 1, "m"}));
  const inspector i = inspect();
  REQUIRE(i.findings().size() == 1);
  CHECK(i.findings()[0].kind == "damaged_blob");
}

TEST_CASE_METHOD(fixture, "inspection: what needs the bytes that are gone is named") {
  for (const auto& id : world.store.ids()) CHECK(world.store.remove({id, 1, "m"}));
  inspector i = inspect();
  i.name_objects();
  std::set<std::string> named;
  for (const auto& f : i.findings()) {
    CHECK_FALSE(f.objects.empty());
    named.insert(f.objects.begin(), f.objects.end());
  }
  // The small ones ride in the records.
  for (const char* object : {"large", "parts"}) {
    CHECK(named.contains("plain/" + std::string(object) + " (version null)"));
  }
  CHECK(named.size() == 2 + 1 + 1);  // a version of kept/a, a part of an open upload
}

TEST_CASE_METHOD(fixture, "inspection: orphans are counted, and removed when told, old ones only") {
  auto lost = world.store_bytes(std::string(10'000, 'l'));
  lost.abandon();
  inspector i = inspect();
  CHECK(i.totals().findings == 0);
  CHECK(i.totals().orphans == 1);
  const std::size_t before = world.store.ids().size();
  i.remove_orphans(sys_micros(std::chrono::microseconds(0)));
  CHECK(world.store.ids().size() == before);
  inspector again = inspect();
  again.remove_orphans(sys_micros::max());
  CHECK(again.totals().removed == 1);
  CHECK(world.store.ids().size() == before - 1);
}

TEST_CASE_METHOD(fixture, "inspection: orphans without number mean that the records are at fault") {
  for (int n = 0; n < 200; ++n) world.store_bytes(std::string(9'000, 'l')).abandon();
  inspector i = inspect();
  const std::size_t before = world.store.ids().size();
  i.remove_orphans(sys_micros::max());
  CHECK(world.store.ids().size() == before);
  REQUIRE(i.findings().size() == 1);
  CHECK(i.findings()[0].kind == "orphan");
}

}  // namespace inspection_test
