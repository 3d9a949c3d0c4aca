// What workers write down of what they delete.
#include "tests/support/catch.hpp"
#include "tests/unit/gateway/audit/trail_world.hpp"
#include "tests/unit/gateway/workers/lifecycle_world.hpp"

namespace worker_records_test {

using namespace torhaus;
using storage::catalog::versioning_state;
using test::trail_world;

namespace {

struct recorded_lifecycle : test::lifecycle_world {
  std::vector<boost::json::object> pass_and_read(gateway::workers::lifecycle_worker& one) {
    test::run_task(once(one));
    gateway::audit::filter workers;
    workers.type = "worker";
    return recorded.records(workers);
  }

  trail_world recorded{clock};
  gateway::workers::lifecycle_worker told{
      {.catalog = cat.get(), .trail = &*recorded.trail, .clock = &clock}};
};

std::string line(const boost::json::object& o) {
  std::string all;
  for (const auto* name : {"op", "bucket", "key", "because"}) {
    all += trail_world::text(o, name) + " ";
  }
  return all;
}

}  // namespace

TEST_CASE_METHOD(recorded_lifecycle, "each deletion of a rule is written down with its rule") {
  const auto id = bucket("akten", versioning_state::enabled);
  const auto first = put(id, "a", "x");
  REQUIRE(put(id, "a", "y"));
  start_upload(id, "unfinished");
  const std::string rules =
      "<Rule><ID>alles</ID><Filter/><Status>Enabled</Status>"
      "<Expiration><Days>1</Days></Expiration>"
      "<NoncurrentVersionExpiration><NoncurrentDays>1</NoncurrentDays>"
      "</NoncurrentVersionExpiration>"
      "<AbortIncompleteMultipartUpload><DaysAfterInitiation>1</DaysAfterInitiation>"
      "</AbortIncompleteMultipartUpload></Rule>";
  configure(id, rules);
  CHECK(pass_and_read(told).empty());
  clock.advance(days(2));
  auto all = pass_and_read(told);
  REQUIRE(all.size() == 3);
  CHECK(line(all[0]) == "LifecycleExpire akten a rule alles ");
  CHECK(line(all[1]) == "LifecycleExpireVersion akten a rule alles ");
  CHECK(trail_world::text(all[1], "version") == first->version_id);
  CHECK(line(all[2]) == "LifecycleAbortUpload akten unfinished rule alles ");
  clock.advance(days(2));
  all = pass_and_read(told);
  REQUIRE(all.size() == 5);  // the version that the marker hid, then the marker that stands alone
  CHECK(line(all[3]) == "LifecycleExpireVersion akten a rule alles ");
  CHECK(line(all[4]) == "LifecycleRemoveMarker akten a rule alles ");
}

TEST_CASE_METHOD(recorded_lifecycle, "nothing is deleted while nothing may be done unrecorded") {
  const auto id = bucket("akten");
  REQUIRE(put(id, "a", "x"));
  configure(id, rule("<Expiration><Days>1</Days></Expiration>"));
  clock.advance(days(2));
  trail_world strict(clock, true);
  gateway::workers::lifecycle_worker careful(
      {.catalog = cat.get(), .trail = &*strict.trail, .clock = &clock});
  strict.journal.files.no_sync = true;
  strict.journal.add("something");
  while (strict.trail->has_room()) std::this_thread::yield();
  careful.start();
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  CHECK(versions(id) == std::vector<std::string>{"a"});
  strict.journal.files.no_sync = false;
  for (int i = 0; i < 1000 && !versions(id).empty(); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  careful.stop();
  CHECK(versions(id).empty());
}

}  // namespace worker_records_test
