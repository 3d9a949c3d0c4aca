// Locks as the catalog keeps them: whatever versioning and settings say by then.
#include "tests/support/catalog_world.hpp"
#include "tests/support/catch.hpp"

namespace object_lock_test {

using namespace torhaus;
using namespace torhaus::storage::catalog;
using test::catalog_world;
using test::key_of;
using test::run_task;

namespace {

struct lock_world : catalog_world {
  lock_world() {
    bucket_record wanted;
    wanted.name = "akten";
    wanted.owner_account = "111111111111";
    wanted.versioning = versioning_state::enabled;
    wanted.object_lock = true;
    id = run_task(cat->create_bucket(wanted)).value().id;
  }
  errc lock(const std::string& key, retention_mode mode, std::chrono::hours from_now,
            bool bypass = false) {
    const retention_change change{mode, clock.now() + from_now, bypass};
    const auto done = run_task(cat->set_object_retention(id, key_of(key), std::nullopt, change));
    return done ? errc::not_modified : done.error().code();
  }
  std::uint64_t id = 0;
};

constexpr errc fine = errc::not_modified;

}  // namespace

TEST_CASE("a lock in a bucket without lock is refused, with nothing stored") {
  catalog_world w;
  const std::uint64_t plain = w.bucket("plain", versioning_state::enabled);
  new_object o = w.object("x");
  o.lock.legal_hold = true;
  const auto put = run_task(w.cat->put_object(plain, key_of("k"), o, w.store_bytes("x")));
  REQUIRE(!put);
  CHECK(put.error().code() == errc::invalid_request);
  REQUIRE(w.put(plain, "k", "x"));
  CHECK(!run_task(w.cat->set_object_legal_hold(plain, key_of("k"), std::nullopt, true)));
  CHECK(run_task(w.cat->set_object_lock(w.bucket("never"), "<x/>")).error().code() ==
        errc::invalid_bucket_state);
  CHECK(w.accounting_fault().empty());
}

TEST_CASE_METHOD(lock_world, "retention grows freely and shrinks only under governance") {
  REQUIRE(put(id, "k", "x"));
  using std::chrono::hours;
  CHECK(lock("k", retention_mode::governance, hours(2)) == fine);
  CHECK(lock("k", retention_mode::governance, hours(3)) == fine);
  CHECK(lock("k", retention_mode::governance, hours(1)) == errc::access_denied);
  CHECK(lock("k", retention_mode::none, hours(0)) == errc::access_denied);
  CHECK(lock("k", retention_mode::none, hours(0), true) == fine);
  CHECK(lock("k", retention_mode::compliance, hours(2)) == fine);
  CHECK(lock("k", retention_mode::governance, hours(9), true) == errc::access_denied);
  CHECK(lock("k", retention_mode::none, hours(0), true) == errc::access_denied);
  clock.advance(hours(3));
  CHECK(lock("k", retention_mode::governance, hours(1)) == fine);
}

TEST_CASE_METHOD(lock_world, "many deletes in one transaction leave out what is locked") {
  const std::string locked = put(id, "a", "x").value().version_id;
  const std::string open = put(id, "b", "x").value().version_id;
  REQUIRE(run_task(cat->set_object_legal_hold(id, key_of("a"), locked, true)));
  std::vector<delete_request> asked(2);
  asked[0].key = "a";
  asked[0].version_id = locked;
  asked[0].bypass_governance = true;
  asked[1].key = "b";
  asked[1].version_id = open;
  const auto done = run_task(cat->delete_objects(id, asked)).value();
  CHECK(done[0].error().code() == errc::access_denied);
  CHECK(done[1]);
  CHECK(get(id, "a") == "x");
  CHECK(get(id, "b") == "error:NoSuchKey");
  CHECK(accounting_fault().empty());
}

TEST_CASE("a locked null version is not overwritten, whatever versioning says") {
  catalog_world w;
  const std::uint64_t id = w.bucket("akten");
  REQUIRE(w.put(id, "k", "x"));
  w.set_versioning(id, versioning_state::enabled);
  REQUIRE(run_task(w.cat->set_object_lock(id, "<x/>")));
  REQUIRE(run_task(w.cat->set_object_legal_hold(id, key_of("k"), "null", true)));
  CHECK(!run_task(w.cat->set_versioning(id, versioning_state::suspended)));
  // A record as no call of the catalog writes it.
  namespace schema = storage::catalog::schema;
  bucket_record broken = run_task(w.cat->find_bucket("akten")).value();
  broken.versioning = versioning_state::suspended;
  REQUIRE(w.db.write_blocking([&](storage::kv::transaction& t) {
    t.put(schema::bucket_key("akten"), schema::encode(broken));
    return true;
  }));
  CHECK(w.put(id, "k", "y").error().code() == errc::access_denied);
  CHECK(w.remove(id, "k").error().code() == errc::access_denied);
  CHECK(w.remove(id, "k", "null").error().code() == errc::access_denied);
  CHECK(w.get(id, "k") == "x");
}

}  // namespace object_lock_test
