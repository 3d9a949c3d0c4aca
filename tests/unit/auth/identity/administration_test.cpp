// What administration needs of identities: administrators who stay, outsiders who leave, rotation,
// imports, and records of older stores.
#include "auth/identity/schema.hpp"
#include "auth/identity/store.hpp"
#include "storage/base/codec.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/fake_clock.hpp"
#include "tests/support/identity_edits.hpp"
#include "tests/support/memory_database.hpp"
#include "tests/support/run_task.hpp"

namespace administration_test {

using namespace torhaus;
using namespace torhaus::auth::identity;
using test::run_task;

namespace {

struct world {
  test::fake_clock clock{sys_micros(std::chrono::sys_days(std::chrono::year(2026) / 6 / 1))};
  test::memory_database db;
  storage::crypto::sealer sealer{"0123456789abcdef0123456789abcdef"};
  store identities{{.db = &db, .sealer = &sealer, .clock = &clock}};

  world() {
    agency a;
    a.id = "bauamt";
    REQUIRE(run_task(identities.create_agency(a)));
  }
  static user named(std::string name) {
    user u;
    u.agency = "bauamt";
    u.name = std::move(name);
    return u;
  }
  user make(user u) { return run_task(identities.create_user(std::move(u))).value(); }
  user administrator(std::string name) {
    user u = named(std::move(name));
    u.administrator = true;
    return make(u);
  }
  errc update(const user& u, last_administrator rule = last_administrator::stays) {
    const auto done = run_task(identities.change_user(u.agency, u.name, test::becomes(u), rule));
    return done ? errc{} : done.error().code();
  }
  std::string key_of(const std::string& name) {
    access_key k;
    k.agency = "bauamt";
    k.user = name;
    return run_task(identities.create_key(k, "")).value().key.id;
  }
};

constexpr errc no_error{};

}  // namespace

TEST_CASE_METHOD(world, "the last administrator of an agency stays") {
  user eva = administrator("eva");
  eva.administrator = false;
  CHECK(update(eva) == errc::delete_conflict);
  eva.administrator = true;
  eva.enabled = false;
  CHECK(update(eva) == errc::delete_conflict);
  eva.enabled = true;
  eva.expires = clock.now();
  CHECK(update(eva) == errc::delete_conflict);
  CHECK(run_task(identities.delete_user("bauamt", "eva")).error().code() == errc::delete_conflict);
  CHECK(run_task(identities.find_user("bauamt", "eva"))->administrator);
}

TEST_CASE_METHOD(world,
                 "an administrator who is not the last, or whom the operator removes, goes") {
  user eva = administrator("eva");
  administrator("jo");
  eva.administrator = false;
  CHECK(update(eva) == no_error);
  CHECK(run_task(identities.delete_user("bauamt", "jo")).error().code() == errc::delete_conflict);
  CHECK(run_task(identities.delete_user("bauamt", "jo", last_administrator::may_go)));
}

TEST_CASE_METHOD(world, "a disabled administrator does not count as another one") {
  administrator("eva");
  user jo = administrator("jo");
  jo.enabled = false;
  CHECK(update(jo) == no_error);
  CHECK(run_task(identities.delete_user("bauamt", "eva")).error().code() == errc::delete_conflict);
}

TEST_CASE_METHOD(world, "an outsider has an end and is no administrator") {
  user guest = named("guest");
  guest.outsider = true;
  CHECK(run_task(identities.create_user(guest)).error().code() == errc::invalid_argument);
  guest.expires = clock.now() + std::chrono::hours(1);
  guest.administrator = true;
  CHECK(run_task(identities.create_user(guest)).error().code() == errc::invalid_argument);
  guest.administrator = false;
  CHECK(run_task(identities.create_user(guest)));
}

TEST_CASE_METHOD(world, "no key counts after the end of its user, cached or not") {
  user guest = named("guest");
  guest.expires = clock.now() + std::chrono::hours(1);
  make(guest);
  const std::string key = key_of("guest");
  CHECK(run_task(identities.resolve(key)));
  clock.advance(std::chrono::hours(1));
  CHECK(run_task(identities.resolve(key)).error().code() == errc::access_denied);
}

TEST_CASE_METHOD(world, "a rotated key and its successor overlap") {
  make(named("eva"));
  const std::string old = key_of("eva");
  const auto made =
      run_task(identities.rotate_key(old, clock.now() + std::chrono::hours(24), std::nullopt));
  REQUIRE(made);
  CHECK(made->key.user == "eva");
  CHECK(run_task(identities.resolve(made->key.id))->secret() == made->secret);
  CHECK(run_task(identities.resolve(old)));
  clock.advance(std::chrono::hours(24));
  CHECK_FALSE(run_task(identities.resolve(old)));
  CHECK(run_task(identities.resolve(made->key.id)));
}

TEST_CASE_METHOD(world, "rotation never gives an old key more time") {
  make(named("eva"));
  const std::string old = key_of("eva");
  const auto ends = [this](access_key& k) {
    k.expires = clock.now() + std::chrono::hours(1);
    return result<void>();
  };
  REQUIRE(run_task(identities.change_key(old, ends)));
  REQUIRE(run_task(identities.rotate_key(old, clock.now() + std::chrono::hours(9), std::nullopt)));
  clock.advance(std::chrono::hours(1));
  CHECK_FALSE(run_task(identities.resolve(old)));
  CHECK(run_task(identities.rotate_key("AKIANOBODY0000000000", clock.now(), std::nullopt))
            .error()
            .code() == errc::no_such_entity);
}

TEST_CASE_METHOD(world, "users are imported all or none, and each mistake is told") {
  make(named("eva"));
  user stray = named("stray");
  stray.agency = "nowhere";
  const auto wrong =
      run_task(identities.create_users({named("jo"), named("eva"), stray}, import_mode::store));
  REQUIRE(wrong);
  REQUIRE(wrong->size() == 3);
  CHECK_FALSE((*wrong)[0]);
  CHECK((*wrong)[1]->code() == errc::entity_already_exists);
  CHECK((*wrong)[2]->code() == errc::no_such_entity);
  CHECK_FALSE(run_task(identities.find_user("bauamt", "jo")));
  CHECK(
      run_task(identities.create_users({named("jo"), named("max")}, import_mode::store))->empty());
  CHECK(run_task(identities.find_user("bauamt", "max")));
}

TEST_CASE_METHOD(world, "a name that stands twice in an import is told") {
  const auto wrong =
      run_task(identities.create_users({named("jo"), named("jo")}, import_mode::store));
  CHECK((*wrong)[1]->code() == errc::entity_already_exists);
  CHECK_FALSE(run_task(identities.find_user("bauamt", "jo")));
}

TEST_CASE_METHOD(world, "names of users differ in more than case, in imports too") {
  make(named("Eva"));
  CHECK(run_task(identities.create_user(named("eva"))).error().code() ==
        errc::entity_already_exists);
  const auto wrong = run_task(
      identities.create_users({named("EVA"), named("jo"), named("Jo")}, import_mode::store));
  REQUIRE(wrong);
  CHECK((*wrong)[0]->code() == errc::entity_already_exists);
  CHECK_FALSE((*wrong)[1]);
  CHECK((*wrong)[2]->code() == errc::entity_already_exists);
  agency other;
  other.id = "amt";
  REQUIRE(run_task(identities.create_agency(other)));
  user elsewhere = named("eva");
  elsewhere.agency = "amt";
  CHECK(run_task(identities.create_user(elsewhere)));
}

TEST_CASE_METHOD(world, "an agency's quota, contact and domains are kept and checked") {
  agency a = run_task(identities.find_agency("bauamt")).value();
  a.contact = "Eva Muster, Zimmer 12";
  a.domains = {"bauamt.example", "bau.example"};
  a.quota_bytes = std::uint64_t{5} << 40;
  a.quota_objects = 1000;
  REQUIRE(run_task(identities.change_agency("bauamt", test::becomes(a))));
  const agency kept = run_task(identities.find_agency("bauamt")).value();
  CHECK(kept.domains == a.domains);
  CHECK(kept.contact == a.contact);
  CHECK(kept.quota_bytes == a.quota_bytes);
  CHECK(kept.quota_objects == a.quota_objects);
  a.domains = {"Not A Domain"};
  CHECK(run_task(identities.change_agency("bauamt", test::becomes(a))).error().code() ==
        errc::invalid_argument);
}

TEST_CASE("records of the first version are read, with nothing in what they lack") {
  encoder old_agency(1);
  old_agency.string("a").string("A").string("").string("123456789012").string("c");
  old_agency.time(sys_micros()).flag(true);
  const agency a = decode_agency(std::move(old_agency).take());
  CHECK(a.enabled);
  CHECK(a.quota_bytes == 0);
  CHECK(a.domains.empty());
  encoder old_user(1);
  old_user.string("a").string("eva").string("").string("").string("AIDA");
  old_user.time(sys_micros()).flag(true).flag(false).flag(true);
  const user u = decode_user(std::move(old_user).take());
  CHECK(u.may_open_projects);
  CHECK_FALSE(u.administrator);
  CHECK_FALSE(u.expires);
}

}  // namespace administration_test
