// Access-log lines on their way into objects.
#include "gateway/workers/access_logs.hpp"

#include "auth/keys/local_keys.hpp"
#include "gateway/s3/settings/encryption.hpp"
#include "gateway/s3/settings/object_lock.hpp"
#include "tests/support/catalog_world.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/gateway/audit/trail_world.hpp"
#include "tests/unit/gateway/s3/quiet_log.hpp"

namespace access_logs_test {

using namespace torhaus;
using gateway::s3::log_key_format;
using gateway::s3::logging;
using gateway::workers::access_logs;

namespace {

struct log_world {
  test::quiet_log quiet;
  test::catalog_world world;
  test::memory_database key_db;
  storage::crypto::sealer sealer{"0123456789abcdef0123456789abcdef"};
  std::unique_ptr<auth::keys::key_provider> provider = auth::keys::open_local_keys(
      {.db = &key_db, .sealer = &sealer, .clock = &world.clock, .random = &world.random});
  worker_pool pool{2};
  gateway::s3::settings_cache settings{*world.cat};
  gateway::s3::services services;
  std::uint64_t logs_bucket = world.bucket("protokolle");
  storage::catalog::bucket_record source = [&] {
    world.bucket("daten");
    auto record = test::run_task(world.cat->find_bucket("daten")).value();
    record.region = "de-test-1";
    return record;
  }();

  log_world() {
    services.catalog = world.cat.get();
    services.settings = &settings;
    services.blobs = &world.store;
    services.keys = provider.get();
    services.pool = &pool;
    services.clock = &world.clock;
    services.random = &world.random;
    services.region = "de-test-1";
  }
  ~log_world() { pool.join(); }
  access_logs::options options() const {
    access_logs::options o;
    o.services = &services;
    return o;
  }
  void set(storage::catalog::bucket_setting which, const std::string& document) {
    REQUIRE(test::run_task(world.cat->set_bucket_setting(logs_bucket, which, document)));
  }
  storage::catalog::object_version deliver(const std::string& line,
                                           gateway::audit::trail* trail = nullptr) {
    access_logs logs(options());
    logs.add(source, into("log/"), line, world.clock.now());
    logs.start(trail);
    logs.stop();
    const auto all = keys();
    REQUIRE(all.size() == 1);
    return test::run_task(world.cat->find_object(logs_bucket, test::key_of(all[0]), std::nullopt))
        .value();
  }
  static logging into(const std::string& prefix, log_key_format format = log_key_format::simple) {
    logging l;
    l.target_bucket = "protokolle";
    l.target_prefix = prefix;
    l.format = format;
    return l;
  }
  std::vector<std::string> keys() {
    storage::catalog::list_query all;
    std::vector<std::string> found;
    const auto page = test::run_task(world.cat->list_objects(logs_bucket, all));
    for (const auto& entry : page->entries) found.push_back(entry.key);
    return found;
  }
};

}  // namespace

TEST_CASE_METHOD(log_world, "a clean stop delivers every line") {
  access_logs logs(options());
  logs.start();
  logs.add(source, into("log/"), "one", world.clock.now());
  logs.add(source, into("log/"), "two", world.clock.now());
  logs.add(source, into("other/"), "three", world.clock.now());
  logs.stop();
  const auto all = keys();
  REQUIRE(all.size() == 2);
  CHECK(world.get(logs_bucket, all[0]) == "one\ntwo\n");
  CHECK(world.get(logs_bucket, all[1]) == "three\n");
  CHECK(logs.stats().lines == 3);
  CHECK(logs.stats().objects == 2);
  const auto object =
      test::run_task(world.cat->find_object(logs_bucket, test::key_of(all[0]), std::nullopt));
  CHECK(object->attributes.content_type == "text/plain");
  CHECK(object->owner_canonical_id == "owner");
  CHECK(world.accounting_fault().empty());
}

TEST_CASE_METHOD(log_world, "a log is encrypted as the target bucket's default says") {
  CHECK(deliver("plain").encryption.empty());
  for (const std::string& kind : {std::string("AES256"), std::string("aws:kms")}) {
    INFO(kind);
    log_world other;
    gateway::s3::bucket_encryption standard;
    if (kind == "aws:kms") standard.kind = gateway::s3::encryption_kind::kms;
    other.set(storage::catalog::bucket_setting::encryption,
              gateway::s3::write_bucket_encryption(standard));
    const auto object = other.deliver("a line");
    REQUIRE_FALSE(object.encryption.empty());
    const auto record = gateway::s3::decode_encryption(object.encryption);
    CHECK(algorithm_name(record.kind) == kind);
    CHECK(object.size == 7);
    const auto reference =
        record.key_id.empty() ? std::string(auth::keys::s3_managed_key) : record.key_id;
    auto opened = test::run_task(
        other.world.cat->open_object(other.logs_bucket, test::key_of(object.key), std::nullopt));
    const auto data_key = test::run_task(other.provider->unwrap(
        reference, "arn:aws:s3:::protokolle" + std::string(kind[0] == 'a' ? 1 : 0, '\0'),
        record.wrapped));
    REQUIRE(data_key);
    CHECK(test::content_of(*opened->content) != "a line\n");
    opened->content->unlock(*data_key);
    CHECK(test::content_of(*opened->content) == "a line\n");
    CHECK(other.world.accounting_fault().empty());
  }
}

TEST_CASE_METHOD(log_world, "a log is encrypted as the installation's default says") {
  services.encrypt_by_default = true;
  CHECK_FALSE(deliver("a line").encryption.empty());
}

// PutBucketLogging refuses such a target; the retention may come later.
TEST_CASE_METHOD(log_world, "a log is kept as long as the target bucket keeps what is new") {
  world.set_versioning(logs_bucket, storage::catalog::versioning_state::enabled);
  const gateway::s3::default_retention rule{.mode = storage::catalog::retention_mode::governance,
                                            .days = 3};
  REQUIRE(test::run_task(
      world.cat->set_object_lock(logs_bucket, gateway::s3::write_object_lock({.rule = rule}))));
  const auto object = deliver("a line");
  CHECK(object.lock.mode == storage::catalog::retention_mode::governance);
  CHECK(object.lock.until == rule.lock_from(world.clock.now()).until);
}

TEST_CASE_METHOD(log_world, "a delivery is written down") {
  test::trail_world recorded{world.clock};
  const auto object = deliver("a line", &*recorded.trail);
  gateway::audit::filter workers;
  workers.type = "worker";
  const auto all = recorded.records(workers);
  REQUIRE(all.size() == 1);
  CHECK(test::trail_world::text(all[0], "op") == "DeliverAccessLog");
  CHECK(test::trail_world::text(all[0], "bucket") == "protokolle");
  CHECK(test::trail_world::text(all[0], "key") == object.key);
  CHECK(test::trail_world::text(all[0], "because") == "access log of daten");
}

TEST_CASE_METHOD(log_world, "many lines are delivered before the interval is over") {
  auto o = options();
  o.batch_bytes = 1000;
  access_logs logs(o);
  logs.start();
  for (int i = 0; i < 50; ++i) logs.add(source, into("log/"), std::string(99, 'x'), {});
  bool delivered = false;
  for (int i = 0; i < 1000 && !delivered; ++i) {
    delivered = logs.stats().lines > 0;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  CHECK(delivered);
  logs.stop();
  CHECK(logs.stats().lines == 50);
}

TEST_CASE_METHOD(log_world, "memory is bounded, and what is lost is counted") {
  auto o = options();
  o.max_bytes = 100;
  access_logs logs(o);
  for (int i = 0; i < 5; ++i) logs.add(source, into("log/"), std::string(39, 'x'), {});
  CHECK(logs.stats().dropped == 3);
  logs.start();
  logs.stop();
  CHECK(logs.stats().lines == 2);
}

TEST_CASE_METHOD(log_world, "lines without a target of the same agency are dropped") {
  access_logs logs(options());
  auto gone = into("log/");
  gone.target_bucket = "nobody";
  logs.add(source, gone, "one", world.clock.now());
  auto foreign = source;
  foreign.owner_account = "222222222222";
  logs.add(foreign, into("log/"), "two", world.clock.now());
  logs.start();
  logs.stop();
  CHECK(keys().empty());
  CHECK(logs.stats().dropped == 2);
}

TEST_CASE_METHOD(log_world, "keys of delivered logs") {
  using gateway::workers::access_log_key;
  const auto at = [](int hour) {
    return sys_micros(std::chrono::sys_days(std::chrono::year(2026) / 11 / 23) +
                      std::chrono::hours(hour) + std::chrono::seconds(5));
  };
  CHECK(access_log_key(into("log/"), source, at(1), at(25), "0011223344556677") ==
        "log/2026-11-24-01-00-05-0011223344556677");
  CHECK(access_log_key(into("", log_key_format::partitioned_by_delivery), source, at(1), at(25),
                       "A") == "111111111111/de-test-1/daten/2026/11/24/2026-11-24-01-00-05-A");
  CHECK(access_log_key(into("x", log_key_format::partitioned_by_event), source, at(1), at(25),
                       "A") == "x111111111111/de-test-1/daten/2026/11/23/2026-11-23-00-00-00-A");
}

}  // namespace access_logs_test
