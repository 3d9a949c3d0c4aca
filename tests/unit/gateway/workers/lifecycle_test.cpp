// Lifecycle passes: what goes when, and what stays.
#include "tests/support/catch.hpp"
#include "tests/unit/gateway/workers/lifecycle_world.hpp"

namespace lifecycle_test {

using namespace torhaus;
using namespace torhaus::storage::catalog;
using test::key_of;
using test::lifecycle_world;
using test::run_task;
using days = std::chrono::days;
using names = std::vector<std::string>;

namespace {

const std::string one_day = "<Expiration><Days>1</Days></Expiration>";

std::string prefix(const std::string& text) {
  return "<Filter><Prefix>" + text + "</Prefix></Filter>";
}

}  // namespace

TEST_CASE_METHOD(lifecycle_world, "objects go at the midnight behind their days, by prefix") {
  const auto id = bucket("b");
  // The clock of tests stands at 14:13 UTC.
  REQUIRE(put(id, "logs/old", "x"));
  REQUIRE(put(id, "data", "x"));
  configure(id, rule(one_day, prefix("logs/")));
  CHECK(pass() == 0);
  clock.advance(std::chrono::hours(24));
  CHECK(pass() == 0);
  clock.advance(std::chrono::hours(10));
  CHECK(pass() == 1);
  CHECK(versions(id) == names{"data"});
  CHECK(pass() == 0);
  REQUIRE(put(id, "logs/new", "x"));
  CHECK(pass_after(days(2)) == 1);
  CHECK(accounting_fault().empty());
}

TEST_CASE_METHOD(lifecycle_world, "with versioning an expiry is a delete marker, once") {
  const auto id = bucket("b", versioning_state::enabled);
  configure(id, rule(one_day));
  REQUIRE(put(id, "k", "x"));
  CHECK(pass_after(days(2)) == 1);
  CHECK(versions(id) == names{"k:marker", "k"});
  CHECK(pass_after(days(5)) == 0);
  CHECK(versions(id) == names{"k:marker", "k"});
}

TEST_CASE_METHOD(lifecycle_world, "noncurrent versions go by the time of their successor") {
  const auto id = bucket("b", versioning_state::enabled);
  const std::string expire =
      "<NoncurrentVersionExpiration><NoncurrentDays>2</NoncurrentDays>"
      "</NoncurrentVersionExpiration>";
  for (int i = 0; i < 3; ++i) REQUIRE(put(id, "k", "x"));
  clock.advance(days(10));
  REQUIRE(put(id, "k", "x"));
  configure(id, rule(expire));
  CHECK(pass() == 2);
  CHECK(pass_after(days(1)) == 0);
  CHECK(pass_after(days(2)) == 1);
  CHECK(versions(id) == names{"k"});
  REQUIRE(remove(id, "k"));
  CHECK(pass_after(days(3)) == 1);
  CHECK(versions(id) == names{"k:marker"});
  CHECK(accounting_fault().empty());
}

TEST_CASE_METHOD(lifecycle_world, "so many newer noncurrent versions stay, whatever their age") {
  const auto id = bucket("b", versioning_state::enabled);
  configure(id, rule("<NoncurrentVersionExpiration><NoncurrentDays>1</NoncurrentDays>"
                     "<NewerNoncurrentVersions>2</NewerNoncurrentVersions>"
                     "</NoncurrentVersionExpiration>"));
  for (int i = 0; i < 6; ++i) REQUIRE(put(id, "k", "x"));
  CHECK(pass_after(days(3)) == 3);
  CHECK(versions(id).size() == 3);
  // One more makes the oldest one too many at once: its days are over.
  REQUIRE(put(id, "k", "x"));
  CHECK(pass() == 1);
  CHECK(versions(id).size() == 3);
}

TEST_CASE_METHOD(lifecycle_world, "a delete marker goes when nothing is left below it") {
  const auto id = bucket("b", versioning_state::enabled);
  configure(id, rule("<Expiration><ExpiredObjectDeleteMarker>true</ExpiredObjectDeleteMarker>"
                     "</Expiration>"));
  REQUIRE(remove(id, "alone"));
  const std::string version = put(id, "k", "x").value().version_id;
  REQUIRE(remove(id, "k"));
  CHECK(pass() == 1);
  CHECK(versions(id) == names{"k:marker", "k"});
  REQUIRE(remove(id, "k", version));
  CHECK(pass() == 1);
  CHECK(versions(id).empty());
  // The age of an expiration holds for lonely markers as well (AWS).
  configure(id, rule(one_day));
  REQUIRE(remove(id, "again"));
  CHECK(pass() == 0);
  CHECK(pass_after(days(2)) == 1);
  CHECK(versions(id).empty());
}

TEST_CASE_METHOD(lifecycle_world, "tags and sizes are looked at as they are when it is due") {
  const auto id = bucket("b");
  configure(id, rule(one_day,
                     "<Filter><And><Tag><Key>k</Key><Value>v</Value></Tag>"
                     "<ObjectSizeGreaterThan>2</ObjectSizeGreaterThan>"
                     "<ObjectSizeLessThan>5</ObjectSizeLessThan></And></Filter>"));
  for (const char* bytes : {"12", "123", "1234", "12345"}) REQUIRE(put(id, bytes, bytes));
  const auto tag = [&](const char* key) {
    return run_task(cat->set_object_tags(id, key_of(key), std::nullopt, {{"k", "v"}}));
  };
  for (const char* key : {"12", "123", "12345"}) REQUIRE(tag(key));
  CHECK(pass_after(days(3)) == 1);
  CHECK(versions(id) == names{"12", "1234", "12345"});
  // Long after the pass has gone by.
  REQUIRE(tag("1234"));
  CHECK(pass() == 1);
  CHECK(versions(id) == names{"12", "12345"});
}

TEST_CASE_METHOD(lifecycle_world, "a date makes due what is there, and what comes later") {
  const auto id = bucket("b");
  configure(id, rule("<Expiration><Date>2026-09-22T00:00:00Z</Date></Expiration>"));
  REQUIRE(put(id, "a", "x"));
  CHECK(pass() == 0);
  CHECK(pass_after(days(1)) == 1);
  REQUIRE(put(id, "b", "x"));
  CHECK(pass() == 1);
  CHECK(versions(id).empty());
}

TEST_CASE_METHOD(lifecycle_world, "unfinished uploads are aborted with their parts") {
  const auto id = bucket("b");
  const std::string old = start_upload(id, "old");
  REQUIRE(part(id, "old", old, 1, "12345"));
  const std::string done = start_upload(id, "done");
  REQUIRE(part(id, "done", done, 1, "12345"));
  completion parts;
  parts.parts.push_back(listed(1, "12345"));
  REQUIRE(complete(id, "done", done, parts));
  configure(id, rule("<AbortIncompleteMultipartUpload><DaysAfterInitiation>2</DaysAfterInitiation>"
                     "</AbortIncompleteMultipartUpload>"));
  CHECK(pass_after(days(1)) == 0);
  start_upload(id, "new");
  CHECK(pass_after(days(2)) == 1);
  const auto left = run_task(cat->list_uploads(id, {})).value().uploads;
  REQUIRE(left.size() == 1);
  CHECK(left.front().key == "new");
  CHECK(versions(id) == names{"done"});
  CHECK(accounting_fault().empty());
}

TEST_CASE_METHOD(lifecycle_world, "what is locked stays until its lock ends") {
  bucket_record wanted;
  wanted.name = "akten";
  wanted.owner_account = "111111111111";
  wanted.versioning = versioning_state::enabled;
  wanted.object_lock = true;
  const auto id = run_task(cat->create_bucket(wanted)).value().id;
  configure(id, rule("<NoncurrentVersionExpiration><NoncurrentDays>1</NoncurrentDays>"
                     "</NoncurrentVersionExpiration>"));
  const std::string held = put(id, "held", "x").value().version_id;
  REQUIRE(run_task(cat->set_object_legal_hold(id, key_of("held"), held, true)));
  for (const auto mode : {retention_mode::governance, retention_mode::compliance}) {
    const std::string key = mode == retention_mode::governance ? "g" : "c";
    REQUIRE(put(id, key, "x"));
    REQUIRE(run_task(cat->set_object_retention(id, key_of(key), std::nullopt,
                                               {mode, clock.now() + days(30), false})));
    REQUIRE(put(id, key, "y"));
  }
  REQUIRE(put(id, "held", "y"));
  CHECK(pass_after(days(5)) == 0);
  CHECK(pass_after(days(20)) == 0);
  CHECK(pass_after(days(6)) == 2);
  REQUIRE(run_task(cat->set_object_legal_hold(id, key_of("held"), held, false)));
  CHECK(pass() == 1);
  CHECK(versions(id) == names{"c", "g", "held"});
}

TEST_CASE_METHOD(lifecycle_world, "what becomes current again is due by its own age") {
  const auto id = bucket("b", versioning_state::enabled);
  configure(id, rule(one_day));
  REQUIRE(put(id, "k", "old"));
  clock.advance(days(5));
  const std::string newer = put(id, "k", "new").value().version_id;
  CHECK(pass() == 0);
  REQUIRE(remove(id, "k", newer));
  CHECK(pass() == 1);
  CHECK(versions(id) == names{"k:marker", "k"});
}

TEST_CASE_METHOD(lifecycle_world, "a new rule finds what was there before, page by page") {
  const auto id = bucket("b", versioning_state::enabled);
  for (int i = 0; i < 1201; ++i) REQUIRE(put(id, "k" + std::to_string(i % 3), "x"));
  for (int i = 0; i < 3; ++i) start_upload(id, "u");
  CHECK(index_entries() == 0);
  configure(id, rule("<NoncurrentVersionExpiration><NoncurrentDays>1</NoncurrentDays>"
                     "</NoncurrentVersionExpiration>"));
  REQUIRE(put(id, "k0", "x"));
  CHECK(pass_after(days(2)) == 1199);
  CHECK(versions(id) == names{"k0", "k1", "k2"});
  // Three versions, three uploads, one cursor.
  CHECK(index_entries() == 7);
  // Another rule begins at the beginning, whatever the first one has seen.
  configure(id, rule(one_day));
  CHECK(pass() == 3);
}

TEST_CASE_METHOD(lifecycle_world, "without rules there is no index, nor behind a deleted bucket") {
  const auto id = bucket("b");
  configure(id, rule(one_day));
  for (int i = 0; i < 700; ++i) REQUIRE(put(id, "k" + std::to_string(i), "x"));
  CHECK(pass() == 0);
  CHECK(index_entries() == 700);
  REQUIRE(run_task(cat->set_lifecycle(id, std::nullopt, false)));
  CHECK(pass_after(days(3)) == 0);
  CHECK(index_entries() == 0);
  CHECK(versions(id).size() == 700);
  const auto other = bucket("c");
  configure(other, rule(one_day));
  start_upload(other, "u");
  REQUIRE(run_task(cat->delete_bucket("c")));
  CHECK(accounting_fault().empty());
  CHECK(index_entries() == 0);
}

TEST_CASE_METHOD(lifecycle_world, "a clock that was ahead for a while leaves nothing behind") {
  const auto id = bucket("b");
  configure(id, rule(one_day));
  REQUIRE(put(id, "a", "x"));
  clock.advance(days(400));
  CHECK(pass() == 1);
  clock.advance(-days(400));
  REQUIRE(put(id, "b", "x"));
  CHECK(pass() == 0);
  CHECK(pass_after(days(2)) == 1);
}

TEST_CASE_METHOD(lifecycle_world, "transitions change the storage class, the last one in the end") {
  const auto id = bucket("b", versioning_state::enabled);
  const std::string steps =
      "<Transition><Days>3</Days><StorageClass>GLACIER_IR</StorageClass></Transition>"
      "<Transition><Days>1</Days><StorageClass>STANDARD_IA</StorageClass></Transition>"
      "<NoncurrentVersionTransition><NoncurrentDays>1</NoncurrentDays>"
      "<StorageClass>GLACIER</StorageClass></NoncurrentVersionTransition>";
  REQUIRE(put(id, "k", "x"));
  configure(id, rule(steps));
  const auto stored = [&](std::size_t nth) {
    return run_task(cat->list_versions(id, {})).value().versions[nth].attributes.storage_class;
  };
  CHECK(pass_after(days(2)) == 1);
  CHECK(stored(0) == "STANDARD_IA");
  CHECK(pass_after(days(2)) == 1);
  CHECK(stored(0) == "GLACIER_IR");
  REQUIRE(put(id, "k", "y"));
  CHECK(pass_after(days(2)) == 2);
  CHECK(stored(0) == "STANDARD_IA");
  CHECK(stored(1) == "GLACIER");
  CHECK(get(id, "k") == "y");
}

TEST_CASE_METHOD(lifecycle_world,
                 "disabled rules do nothing; a shortened day ends when it is over") {
  const auto id = bucket("b");
  configure(id, "<Rule><Filter/><Status>Disabled</Status>" + one_day + "</Rule>");
  REQUIRE(put(id, "k", "x"));
  CHECK(pass_after(days(5)) == 0);
  configure(id, rule(one_day, "<Prefix>k</Prefix>"));
  gateway::workers::lifecycle_worker quick(
      {.catalog = cat.get(), .clock = &clock, .day = std::chrono::seconds(10)});
  REQUIRE(put(id, "k", "y"));
  quick.start();
  clock.advance(std::chrono::seconds(11));
  for (int i = 0; i < 1000 && !versions(id).empty(); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  quick.stop();
  CHECK(versions(id).empty());
  CHECK(quick.stats().failures == 0);
}

}  // namespace lifecycle_test
