// Access-log lines on their way into objects.
#include "gateway/workers/access_logs.hpp"

#include "tests/support/catalog_world.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/gateway/s3/quiet_log.hpp"

using namespace torhaus;
using gateway::s3::log_key_format;
using gateway::s3::logging;
using gateway::workers::access_logs;

namespace {

struct log_world {
  test::quiet_log quiet;
  test::catalog_world world;
  std::uint64_t logs_bucket = world.bucket("protokolle");
  storage::catalog::bucket_record source = [&] {
    world.bucket("daten");
    auto record = test::run_task(world.cat->find_bucket("daten")).value();
    record.region = "de-test-1";
    return record;
  }();

  access_logs::options options() {
    access_logs::options o;
    o.catalog = world.cat.get();
    o.blobs = &world.store;
    o.clock = &world.clock;
    o.random = &world.random;
    return o;
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
