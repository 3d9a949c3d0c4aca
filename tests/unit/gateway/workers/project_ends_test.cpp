// The end of projects: told, emptied in steps, kept by locks, and retention before that.
#include "gateway/workers/project_ends.hpp"

#include "auth/projects/schedule.hpp"
#include "gateway/workers/lifecycle.hpp"
#include "tests/support/catalog_world.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/gateway/audit/trail_world.hpp"
#include "tests/unit/gateway/s3/quiet_log.hpp"

namespace project_ends_test {

using namespace torhaus;
using namespace torhaus::auth::projects;
using storage::catalog::versioning_state;
using test::run_task;

namespace {

struct ends_world : test::catalog_world {
  test::quiet_log quiet;
  test::memory_database identity_db;
  storage::crypto::sealer sealer{"0123456789abcdef0123456789abcdef"};
  auth::identity::store identities{{.db = &identity_db, .sealer = &sealer, .clock = &clock}};
  auth::projects::store projects{{.db = &identity_db, .clock = &clock}};
  test::trail_world recorded{clock};
  gateway::workers::project_ends worker{
      {.catalog = cat.get(), .projects = &projects, .trail = &*recorded.trail, .clock = &clock}};
  gateway::workers::lifecycle_worker lifecycle{
      {.catalog = cat.get(), .projects = &projects, .clock = &clock}};

  ends_world() : catalog_world(1) {
    auth::identity::agency a;
    a.id = "bauamt";
    REQUIRE(run_task(identities.create_agency(a)));
    project p;
    p.id = "trasse";
    p.owner = "bauamt";
    p.ends = clock.now() + std::chrono::days(10);
    p.read_only_days = 5;
    p.grace_days = 5;
    REQUIRE(run_task(projects.create(p, std::nullopt)));
  }
  std::uint64_t bucket_of(const std::string& name, const std::string& project_id,
                          bool locked = false) {
    storage::catalog::bucket_record wanted;
    wanted.name = name;
    wanted.project = project_id;
    wanted.owner_account = "111111111111";
    wanted.object_lock = locked;
    if (locked) wanted.versioning = versioning_state::enabled;
    return run_task(cat->create_bucket(wanted)).value().id;
  }
  project trasse() { return run_task(projects.find("trasse")).value(); }
  bool has_bucket(const std::string& name) { return run_task(cat->find_bucket(name)).has_value(); }
  void pass() { run_task(once()); }
  void pass_lifecycle() { run_task(once_lifecycle()); }

 private:
  task<bool> once() {
    co_await worker.pass();
    co_return true;
  }
  task<bool> once_lifecycle() {
    co_await lifecycle.pass();
    co_return true;
  }
};

}  // namespace

TEST_CASE_METHOD(ends_world, "each state that a project comes into is told once") {
  pass();
  CHECK(trasse().reached == state::active);
  clock.advance(std::chrono::days(10));
  pass();
  CHECK(trasse().reached == state::read_only);
  clock.advance(std::chrono::days(5));
  pass();
  CHECK(trasse().reached == state::closed);
  CHECK(trasse().held == state::active);
}

TEST_CASE_METHOD(ends_world, "a later end takes the states back") {
  clock.advance(std::chrono::days(12));
  pass();
  REQUIRE(run_task(projects.change("trasse", [&](project& p) -> result<void> {
    p.ends = clock.now() + std::chrono::days(10);
    return {};
  })));
  pass();
  CHECK(trasse().reached == state::active);
}

TEST_CASE_METHOD(ends_world, "past its grace days a project goes with all that it has") {
  const auto first = bucket_of("trasse", "trasse");
  const auto second = bucket_of("trasse-alt", "trasse");
  const auto other = bucket_of("trasse-nord", "trasse-nord");
  set_versioning(second, versioning_state::enabled);
  for (int i = 0; i < 3; ++i) REQUIRE(put(second, "key", "bytes"));
  REQUIRE(remove(second, "key"));
  for (int i = 0; i < 1200; ++i) REQUIRE(put(first, "key " + std::to_string(i), "x"));
  REQUIRE(put(other, "key", "x"));
  start_upload(first, "unfinished");
  clock.advance(std::chrono::days(20) - std::chrono::hours(1));
  pass();
  CHECK(has_bucket("trasse"));
  clock.advance(std::chrono::hours(1));
  pass();
  CHECK_FALSE(has_bucket("trasse"));
  CHECK_FALSE(has_bucket("trasse-alt"));
  CHECK(has_bucket("trasse-nord"));
  CHECK(get(other, "key") == "x");
  CHECK(trasse().held == state::deleted);
  CHECK(worker.stats().versions == 1204);
  gateway::audit::filter deletions;
  deletions.operation = "DeleteProjectVersion";
  CHECK(recorded.records(deletions).size() == 1204);
  CHECK(worker.stats().projects == 1);
  CHECK(accounting_fault().empty());
  pass();
  CHECK(worker.stats().projects == 1);
}

TEST_CASE_METHOD(ends_world, "an end that is put off while its projects are emptied is no end") {
  const auto id = bucket_of("trasse", "trasse");
  for (int i = 0; i < 2200; ++i) REQUIRE(put(id, "key " + std::to_string(i), "x"));
  clock.advance(std::chrono::days(20));
  const auto put_off = [&] {
    REQUIRE(run_task(projects.change("trasse", [&](project& p) -> result<void> {
      p.ends = clock.now() + std::chrono::days(10);
      return {};
    })));
  };
  const auto due_again = [&] {
    REQUIRE(run_task(projects.change("trasse", [&](project& p) -> result<void> {
      p.ends = clock.now() - std::chrono::days(20);
      return {};
    })));
  };
  // After the list of projects was read: nothing goes.
  identity_db.after_reads(1, put_off);
  pass();
  CHECK(worker.stats().versions == 0);
  CHECK(has_bucket("trasse"));
  // At the listing of the second page: what is on it stays.
  due_again();
  db.after_reads(4, put_off);
  pass();
  CHECK(worker.stats().versions == 1000);
  CHECK(has_bucket("trasse"));
  CHECK(trasse().held == state::active);
  CHECK(trasse().waits.empty());
  due_again();
  pass();
  CHECK(worker.stats().versions == 2200);
  CHECK_FALSE(has_bucket("trasse"));
}

TEST_CASE_METHOD(ends_world, "a project with locked versions stays closed and says so") {
  const auto id = bucket_of("trasse", "trasse", true);
  REQUIRE(put(id, "free", "x"));
  const auto kept = put(id, "kept", "x");
  REQUIRE(kept);
  storage::catalog::retention_change lock;
  lock.mode = storage::catalog::retention_mode::compliance;
  lock.until = clock.now() + std::chrono::days(100);
  REQUIRE(run_task(cat->set_object_retention(id, test::key_of("kept"), std::nullopt, lock)));
  clock.advance(std::chrono::days(20));
  pass();
  CHECK(has_bucket("trasse"));
  CHECK(get(id, "free").starts_with("error:"));
  CHECK(get(id, "kept") == "x");
  CHECK(trasse().held == state::active);
  CHECK(trasse().waits == "1 versions under object lock");
  CHECK(state_at(trasse(), clock.now()) == state::closed);
  clock.advance(std::chrono::days(81));
  pass();
  CHECK_FALSE(has_bucket("trasse"));
  CHECK(trasse().held == state::deleted);
  CHECK(trasse().waits.empty());
}

TEST_CASE_METHOD(ends_world,
                 "a project that was opened for a bucket and has none goes after a while") {
  const auto owner = run_task(identities.find_agency("bauamt")).value();
  REQUIRE(run_task(projects.adopt("leer", owner.account)));
  REQUIRE(run_task(projects.adopt("voll", owner.account)));
  bucket_of("voll", "voll");
  pass();
  CHECK(run_task(projects.find("leer")));
  clock.advance(std::chrono::hours(2));
  pass();
  CHECK_FALSE(run_task(projects.find("leer")));
  CHECK(run_task(projects.find("voll")));
}

TEST_CASE_METHOD(ends_world, "objects leave after the retention days of their project") {
  const auto id = bucket_of("trasse", "trasse");
  const auto other = bucket_of("netz", "netz");
  REQUIRE(put(id, "old", "x"));
  REQUIRE(put(other, "old", "x"));
  REQUIRE(run_task(projects.change("trasse", [](project& p) -> result<void> {
    p.retention_days = 30;
    return {};
  })));
  pass_lifecycle();
  clock.advance(std::chrono::days(20));
  REQUIRE(put(id, "new", "x"));
  pass_lifecycle();
  CHECK(get(id, "old") == "x");
  clock.advance(std::chrono::days(12));
  pass_lifecycle();
  CHECK(get(id, "old").starts_with("error:"));
  CHECK(get(id, "new") == "x");
  CHECK(get(other, "old") == "x");
}

TEST_CASE_METHOD(ends_world, "with versions, what retention ends is gone for good in the end") {
  const auto id = bucket_of("trasse", "trasse");
  set_versioning(id, versioning_state::enabled);
  REQUIRE(put(id, "key", "x"));
  REQUIRE(run_task(projects.change("trasse", [](project& p) -> result<void> {
    p.retention_days = 2;
    return {};
  })));
  for (int day = 0; day < 8; ++day) {
    pass_lifecycle();
    clock.advance(std::chrono::days(1));
  }
  pass_lifecycle();
  CHECK(run_task(cat->list_versions(id, {}))->versions.empty());
}

TEST_CASE_METHOD(ends_world, "retention that is taken back leaves objects alone") {
  const auto id = bucket_of("trasse", "trasse");
  REQUIRE(put(id, "key", "x"));
  const auto retain = [&](std::uint32_t days) {
    REQUIRE(run_task(projects.change("trasse", [days](project& p) -> result<void> {
      p.retention_days = days;
      return {};
    })));
    pass_lifecycle();
  };
  retain(5);
  CHECK(run_task(cat->find_bucket("trasse"))->lifecycle.indexed);
  retain(0);
  CHECK_FALSE(run_task(cat->find_bucket("trasse"))->lifecycle.indexed);
  clock.advance(std::chrono::days(9));
  pass_lifecycle();
  CHECK(get(id, "key") == "x");
}

}  // namespace project_ends_test
