// What lifecycle passes tell of: notes that commit with the deed, as documents.
#include <boost/json.hpp>

#include "gateway/s3/settings/notification.hpp"
#include "gateway/workers/event_document.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/gateway/workers/lifecycle_world.hpp"

namespace lifecycle_events_test {

using namespace torhaus;
using storage::catalog::versioning_state;
using test::run_task;
using days = std::chrono::days;

namespace {

class one_hook final : public gateway::s3::event_sink {
 public:
  bool knows(std::string_view name, std::string_view) const override { return name == "hook"; }
  bool take(std::string_view) override { return room; }
  void wake() override { ++woken; }
  bool room = true;
  int woken = 0;
};

struct events_world : test::lifecycle_world {
  // A bucket that tells "hook" of these events.
  std::uint64_t telling(const std::string& events, const std::string& filter = "",
                        versioning_state state = versioning_state::never_enabled) {
    const std::uint64_t made = bucket("akten", state);
    const std::string document =
        "<NotificationConfiguration><TopicConfiguration><Id>rule-1</Id>"
        "<Topic>arn:aws:sns:de-test-1:111111111111:hook</Topic>" +
        events + filter + "</TopicConfiguration></NotificationConfiguration>";
    const auto parsed = gateway::s3::parse_notification(document);
    REQUIRE(parsed);
    REQUIRE(run_task(cat->set_bucket_setting(made, storage::catalog::bucket_setting::notification,
                                             gateway::s3::write_notification(*parsed))));
    return made;
  }
  // The documents' records, in order; empties the queue.
  std::vector<boost::json::value> told() {
    std::vector<boost::json::value> all;
    std::vector<std::uint64_t> positions;
    for (const auto& r : run_task(cat->read_outbox("hook", 0, 1000))) {
      const std::string text = gateway::workers::event_document(r);
      all.push_back(boost::json::parse(text).at("Records").at(0));
      positions.push_back(r.position);
    }
    REQUIRE(run_task(cat->remove_from_outbox("hook", positions)));
    return all;
  }
  static std::string name_and_key(const boost::json::value& r) {
    return boost::json::value_to<std::string>(r.at("eventName")) + " " +
           boost::json::value_to<std::string>(r.at("s3").at("object").at("key"));
  }
  std::vector<std::string> names() {
    std::vector<std::string> all;
    for (const auto& r : told()) all.push_back(name_and_key(r));
    return all;
  }
  std::uint64_t pass_of_one() {
    gateway::workers::lifecycle_worker one(
        {.catalog = cat.get(), .events = &sink, .clock = &clock});
    run_task(once(one));
    return one.stats().applied;
  }
  static std::string event(const std::string& name) { return "<Event>" + name + "</Event>"; }

  one_hook sink;
  const std::string expire = rule("<Expiration><Days>1</Days></Expiration>");
  using list = std::vector<std::string>;
};

}  // namespace

// AWS: "Configuring S3 Lifecycle event notifications", its example.
TEST_CASE_METHOD(events_world, "an object that expires is told of as S3 tells it") {
  const std::uint64_t b = telling(event("s3:LifecycleExpiration:*"));
  configure(b, expire);
  REQUIRE(put(b, "a b", "hello"));
  clock.advance(days(2));
  CHECK(pass_of_one() == 1);
  CHECK(sink.woken > 0);
  const auto all = told();
  REQUIRE(all.size() == 1);
  const boost::json::value& r = all[0];
  CHECK(r.at("eventVersion") == "2.3");
  CHECK(r.at("eventSource") == "aws:s3");
  CHECK(r.at("eventName") == "LifecycleExpiration:Delete");
  CHECK(r.at("userIdentity").at("principalId") == "s3.amazonaws.com");
  CHECK(r.at("requestParameters").at("sourceIPAddress") == "s3.amazonaws.com");
  CHECK(r.at("responseElements").at("x-amz-request-id").as_string().size() == 16);
  CHECK(r.at("s3").at("configurationId") == "rule-1");
  CHECK(r.at("s3").at("bucket").at("name") == "akten");
  const auto& object = r.at("s3").at("object").as_object();
  CHECK(object.at("key") == "a+b");
  CHECK(object.contains("sequencer"));
  CHECK_FALSE(object.contains("size"));
  CHECK_FALSE(object.contains("versionId"));
  CHECK_FALSE(r.as_object().contains("lifecycleEventData"));
}

TEST_CASE_METHOD(events_world, "with versioning the marker is told of, then the versions' ends") {
  const std::uint64_t b = telling(event("s3:LifecycleExpiration:*"), "", versioning_state::enabled);
  configure(b, rule("<Expiration><Days>1</Days></Expiration><NoncurrentVersionExpiration>"
                    "<NoncurrentDays>1</NoncurrentDays></NoncurrentVersionExpiration>"));
  REQUIRE(put(b, "key", "hello"));
  clock.advance(days(2));
  pass_of_one();
  const auto marked = told();
  REQUIRE(marked.size() == 1);
  CHECK(name_and_key(marked[0]) == "LifecycleExpiration:DeleteMarkerCreated key");
  const auto page = run_task(cat->list_versions(b, {}));
  REQUIRE(page.value().versions.size() == 2);
  CHECK(marked[0].at("s3").at("object").at("versionId") ==
        boost::json::string(page.value().versions[0].version_id));
  clock.advance(days(2));
  pass_of_one();
  // The version, and the marker that then stands alone.
  const auto gone = told();
  REQUIRE(gone.size() == 2);
  for (const auto& one : gone) CHECK(name_and_key(one) == "LifecycleExpiration:Delete key");
  CHECK(gone[0].at("s3").at("object").at("versionId") ==
        boost::json::string(page.value().versions[1].version_id));
  CHECK(gone[1].at("s3").at("object").at("versionId") ==
        boost::json::string(page.value().versions[0].version_id));
}

TEST_CASE_METHOD(events_world, "a transition says where it led") {
  const std::uint64_t b = telling(event("s3:LifecycleTransition"));
  configure(b, rule("<Transition><Days>1</Days><StorageClass>GLACIER</StorageClass></Transition>"));
  REQUIRE(put(b, "key", "hello"));
  clock.advance(days(2));
  pass_of_one();
  const auto all = told();
  REQUIRE(all.size() == 1);
  CHECK(all[0].at("eventName") == "LifecycleTransition");
  CHECK(all[0].at("eventVersion") == "2.3");
  CHECK(all[0].at("lifecycleEventData").at("transitionEventData").at("destinationStorageClass") ==
        "GLACIER");
  CHECK(all[0].at("s3").at("object").at("size") == 5);
  CHECK(all[0].at("s3").at("object").at("eTag") == "5d41402abc4b2a76b9719d911017c592");
}

TEST_CASE_METHOD(events_world, "only what a rule covers is told of") {
  const std::uint64_t b =
      telling(event("s3:LifecycleExpiration:DeleteMarkerCreated") + event("s3:ObjectRemoved:*"));
  configure(b, expire);
  REQUIRE(put(b, "key", "hello"));
  clock.advance(days(2));
  CHECK(pass_of_one() == 1);
  CHECK(names().empty());
}

TEST_CASE_METHOD(events_world, "prefixes and suffixes of keys count") {
  const std::uint64_t b = telling(event("s3:LifecycleExpiration:Delete"),
                                  "<Filter><S3Key><FilterRule><Name>suffix</Name><Value>.pdf</"
                                  "Value></FilterRule></S3Key></Filter>");
  configure(b, expire);
  REQUIRE(put(b, "a.pdf", "hello"));
  REQUIRE(put(b, "a.txt", "hello"));
  clock.advance(days(2));
  CHECK(pass_of_one() == 2);
  CHECK(names() == list{"LifecycleExpiration:Delete a.pdf"});
}

TEST_CASE_METHOD(events_world, "a full queue and no destinations keep nothing from expiring") {
  const std::uint64_t b = telling(event("s3:LifecycleExpiration:Delete"));
  configure(b, expire);
  REQUIRE(put(b, "a", "hello"));
  clock.advance(days(2));
  sink.room = false;
  CHECK(pass_of_one() == 1);
  REQUIRE(put(b, "b", "hello"));
  CHECK(pass_after(days(2)) == 1);  // a worker that tells nobody
  CHECK(names().empty());
}

// Notes that an older version of the server left.
TEST_CASE("a note without a storage class is read") {
  gateway::s3::event_note note;
  note.event = "s3:ObjectCreated:Put";
  note.written = "2026-11-23T08:15:00.000Z";
  std::string text = note.encode();
  text[0] = 1;
  text.pop_back();  // the empty storage class
  CHECK(gateway::s3::event_note::decode(text).written == note.written);
}

}  // namespace lifecycle_events_test
