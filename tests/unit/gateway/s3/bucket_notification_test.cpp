// Event notifications: the setting, and which changes leave notes for whom.
#include "gateway/s3/events.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/gateway/s3/gateway_world.hpp"

namespace bucket_notification_test {

using namespace torhaus;
using test::answer;
using test::gateway_world;

namespace {

// Knows two webhooks; the second only for another account.
class fake_sink final : public gateway::s3::event_sink {
 public:
  bool knows(std::string_view name, std::string_view account) const override {
    return name == "hook" || (name == "foreign" && account == "999999999999");
  }
  bool take(std::string_view) override { return room; }
  void wake() override { ++woken; }
  bool room = true;
  int woken = 0;
};

std::string rule(const std::string& events, const std::string& filter = "",
                 const std::string& arn = "arn:aws:sns:de-test-1:111111111111:hook",
                 const std::string& id = "") {
  std::string text = "<TopicConfiguration>";
  if (!id.empty()) text += "<Id>" + id + "</Id>";
  text += "<Topic>" + arn + "</Topic>";
  std::string_view rest = events;
  while (!rest.empty()) {
    const std::string_view one = rest.substr(0, rest.find(' '));
    text += "<Event>" + std::string(one) + "</Event>";
    rest.remove_prefix(std::min(rest.size(), one.size() + 1));
  }
  if (!filter.empty()) text += "<Filter><S3Key>" + filter + "</S3Key></Filter>";
  return text + "</TopicConfiguration>";
}

std::string filter(const std::string& name, const std::string& value) {
  return "<FilterRule><Name>" + name + "</Name><Value>" + value + "</Value></FilterRule>";
}

struct event_world : gateway_world {
  event_world() {
    services.events = &sink;
    make_bucket("bauamt");
  }
  answer set(const std::string& rules) {
    return send({.method = "PUT",
                 .path = "/bauamt",
                 .query = "notification",
                 .body = "<NotificationConfiguration>" + rules + "</NotificationConfiguration>"},
                owner);
  }
  // "s3:ObjectCreated:Put a", in order; empties the queue.
  std::vector<std::string> told() {
    std::vector<std::string> all;
    std::vector<std::uint64_t> positions;
    for (const auto& r : test::run_task(world.cat->read_outbox("hook", 0, 1000))) {
      last = gateway::s3::event_note::decode(r.text);
      all.push_back(last.event + (r.key.empty() ? "" : " " + r.key));
      positions.push_back(r.position);
    }
    CHECK(test::run_task(world.cat->remove_from_outbox("hook", positions)));
    return all;
  }
  using list = std::vector<std::string>;

  fake_sink sink;
  gateway::s3::event_note last;
};

}  // namespace

TEST_CASE_METHOD(event_world, "a configuration is kept, completed, tested and taken away") {
  CHECK(set(rule("s3:ObjectCreated:*", filter("prefix", "in/") + filter("suffix", ".pdf")))
            .outcome() == "200");
  CHECK(told() == list{"s3:TestEvent"});
  const answer a = get("/bauamt", "notification");
  CHECK(a.element("Topic") == "arn:aws:sns:de-test-1:111111111111:hook");
  CHECK(a.element("Event") == "s3:ObjectCreated:*");
  CHECK(a.elements("Name") == list{"Prefix", "Suffix"});
  CHECK(a.elements("Value") == list{"in/", ".pdf"});
  CHECK(a.element("Id").size() == 32);
  CHECK(set("").outcome() == "200");
  CHECK(get("/bauamt", "notification").elements("Event").empty());
}

TEST_CASE_METHOD(event_world, "every change leaves its note") {
  REQUIRE(set(rule("s3:ObjectCreated:* s3:ObjectRemoved:* s3:ObjectTagging:*")).status == 200);
  told();
  put("/bauamt/a", "hello");
  send({.method = "PUT", .path = "/bauamt/b", .headers = {{"x-amz-copy-source", "/bauamt/a"}}},
       owner);
  const std::string tags =
      "<Tagging><TagSet><Tag><Key>k</Key><Value>v</Value></Tag></TagSet></Tagging>";
  send({.method = "PUT", .path = "/bauamt/a", .query = "tagging", .body = tags}, owner);
  remove("/bauamt/a", "tagging");
  remove("/bauamt/a");
  remove("/bauamt/nobody");
  CHECK(told() == list{"s3:ObjectCreated:Put a", "s3:ObjectCreated:Copy b",
                       "s3:ObjectTagging:Put a", "s3:ObjectTagging:Delete a",
                       "s3:ObjectRemoved:Delete a"});
  CHECK(last.bucket == "bauamt");
  CHECK(last.requester == owner.arn);
  CHECK(last.region == "de-test-1");
  CHECK(sink.woken > 0);

  const std::string both =
      "<Delete><Object><Key>b</Key></Object><Object><Key>nobody</Key></Object></Delete>";
  set_versioning("bauamt", storage::catalog::versioning_state::enabled);
  const answer gone = post("/bauamt", "delete", both,
                           {{"Content-MD5", base64(storage::crypto::algorithm::md5, both)}});
  CHECK(gone.status == 200);
  CHECK(told() == list{"s3:ObjectRemoved:DeleteMarkerCreated b",
                       "s3:ObjectRemoved:DeleteMarkerCreated nobody"});
}

TEST_CASE_METHOD(event_world, "an ACL that changes leaves its note, one that stays does not") {
  services.new_buckets = {auth::object_ownership::object_writer, false};
  REQUIRE(send({.method = "PUT", .path = "/akten"}, owner).status == 200);
  const answer told_of = send({.method = "PUT",
                               .path = "/akten",
                               .query = "notification",
                               .body = "<NotificationConfiguration>" + rule("s3:ObjectAcl:Put") +
                                       "</NotificationConfiguration>"},
                              owner);
  REQUIRE(told_of.status == 200);
  put("/akten/a", "hello");
  told();
  const auto set_acl = [&](const std::string& canned) {
    return send({.method = "PUT",
                 .path = "/akten/a",
                 .query = "acl",
                 .headers = {{"x-amz-acl", canned}}},
                owner)
        .outcome();
  };
  CHECK(set_acl("public-read") == "200");
  CHECK(told() == list{"s3:ObjectAcl:Put a"});
  CHECK(set_acl("public-read") == "200");
  CHECK(told().empty());
  CHECK(set_acl("private") == "200");
  CHECK(told() == list{"s3:ObjectAcl:Put a"});
}

TEST_CASE_METHOD(event_world, "rules tell events and keys apart") {
  REQUIRE(set(rule("s3:ObjectCreated:Put", filter("prefix", "in/")) +
              rule("s3:ObjectRemoved:Delete", filter("suffix", ".pdf")))
              .status == 200);
  told();
  put("/bauamt/in/a.pdf", "x");
  put("/bauamt/out/b.pdf", "x");
  remove("/bauamt/in/a.pdf");
  put("/bauamt/in/c.txt", "x");
  remove("/bauamt/in/c.txt");
  CHECK(told() == list{"s3:ObjectCreated:Put in/a.pdf", "s3:ObjectRemoved:Delete in/a.pdf",
                       "s3:ObjectCreated:Put in/c.txt"});
  // A write that is refused is none.
  put("/bauamt/in/c.txt", "x", {{"If-Match", "\"nothing\""}});
  CHECK(told().empty());
  sink.room = false;
  put("/bauamt/in/d.txt", "x");
  CHECK(told().empty());
}

TEST_CASE_METHOD(event_world, "a configuration that cannot be is refused") {
  CHECK(set(rule("s3:ObjectEaten")).outcome() == "400 InvalidArgument");
  CHECK(set(rule("")).outcome() == "400 MalformedXML");
  CHECK(set("<Other/>").outcome() == "400 MalformedXML");
  CHECK(set(rule("s3:ObjectCreated:*", filter("infix", "a"))).outcome() == "400 InvalidArgument");
  CHECK(set(rule("s3:ObjectCreated:*", filter("prefix", "a") + filter("Prefix", "b"))).outcome() ==
        "400 InvalidArgument");
  CHECK(set(rule("s3:ObjectCreated:*", filter("prefix", std::string(1025, 'a')))).outcome() ==
        "400 InvalidArgument");
  const answer unknown =
      set(rule("s3:ObjectCreated:*", "", "arn:aws:sns:de-test-1:111111111111:nobody"));
  CHECK(unknown.outcome() == "400 InvalidArgument");
  CHECK(unknown.element("Message") ==
        "Unable to validate the following destination configurations");
  CHECK(
      set(rule("s3:ObjectCreated:*", "", "arn:aws:sns:de-test-1:111111111111:foreign")).outcome() ==
      "400 InvalidArgument");
  const answer both =
      set(rule("s3:ObjectCreated:Put", "", "arn:aws:sns:de-test-1:111111111111:nobody") +
          rule("s3:ObjectRemoved:*", "", "arn:aws:sns:de-test-1:111111111111:none"));
  CHECK(both.element("ArgumentName1") == "arn:aws:sns:de-test-1:111111111111:nobody");
  CHECK(both.element("ArgumentName2") == "arn:aws:sns:de-test-1:111111111111:none");
  CHECK(set(rule("s3:ObjectCreated:*", "", "nonsense")).element("ArgumentName") == "Topic");
  // A queue's ARN in a topic's element.
  CHECK(set(rule("s3:ObjectCreated:*", "", "arn:aws:sqs:de-test-1:111111111111:hook")).outcome() ==
        "400 InvalidArgument");
  CHECK(set("<EventBridgeConfiguration/>").outcome() == "501 NotImplemented");
  CHECK(get("/bauamt", "notification").elements("Event").empty());
  CHECK(told().empty());
}

// AWS: "Supported event types for SQS, SNS, and Lambda".
TEST_CASE_METHOD(event_world, "a destination that is not there is taken by who asks for no check") {
  const auto unchecked = [&](const std::string& arn) {
    return send({.method = "PUT",
                 .path = "/bauamt",
                 .query = "notification",
                 .headers = {{"x-amz-skip-destination-validation", "true"}},
                 .body = "<NotificationConfiguration>" + rule("s3:ObjectCreated:*", "", arn) +
                         "</NotificationConfiguration>"},
                owner)
        .outcome();
  };
  CHECK(unchecked("nonsense") == "400 InvalidArgument");
  // Neither the test event nor any other is for a destination of another agency.
  for (const std::string name : {"nobody", "foreign"}) {
    const std::string arn = "arn:aws:sns:de-test-1:111111111111:" + name;
    CHECK(unchecked(arn) == "200");
    CHECK(get("/bauamt", "notification").element("Topic") == arn);
    put("/bauamt/a", "hello");
    CHECK(test::run_task(world.cat->read_outbox(name, 0, 1000)).empty());
  }
  CHECK(unchecked("arn:aws:sns:de-test-1:111111111111:hook") == "200");
  CHECK(told() == list{"s3:TestEvent"});
  services.events = nullptr;
  CHECK(unchecked("arn:aws:sns:de-test-1:111111111111:nobody") == "200");
}

TEST_CASE_METHOD(event_world, "the events that S3 documents can be asked for, and no others") {
  for (const char* name : {"s3:ReducedRedundancyLostObject",
                           "s3:ObjectCreated:*",
                           "s3:ObjectCreated:Put",
                           "s3:ObjectCreated:Post",
                           "s3:ObjectCreated:Copy",
                           "s3:ObjectCreated:CompleteMultipartUpload",
                           "s3:ObjectRemoved:*",
                           "s3:ObjectRemoved:Delete",
                           "s3:ObjectRemoved:DeleteMarkerCreated",
                           "s3:ObjectRestore:*",
                           "s3:ObjectRestore:Post",
                           "s3:ObjectRestore:Completed",
                           "s3:ObjectRestore:Delete",
                           "s3:Replication:*",
                           "s3:Replication:OperationFailedReplication",
                           "s3:Replication:OperationMissedThreshold",
                           "s3:Replication:OperationReplicatedAfterThreshold",
                           "s3:Replication:OperationNotTracked",
                           "s3:LifecycleExpiration:*",
                           "s3:LifecycleExpiration:Delete",
                           "s3:LifecycleExpiration:DeleteMarkerCreated",
                           "s3:LifecycleTransition",
                           "s3:IntelligentTiering",
                           "s3:ObjectTagging:*",
                           "s3:ObjectTagging:Put",
                           "s3:ObjectTagging:Delete",
                           "s3:ObjectAcl:Put"}) {
    INFO(name);
    CHECK(set(rule(name)).outcome() == "200");
  }
  for (const char* name : {"s3:*", "s3:ObjectCreated", "s3:ObjectCreated:", "s3:ObjectAcl:*",
                           "s3:LifecycleTransition:*", "s3:TestEvent", "s3:objectcreated:put",
                           "ObjectCreated:Put", "s3:ObjectCreated:Pu*"}) {
    INFO(name);
    CHECK(set(rule(name)).outcome() == "400 InvalidArgument");
  }
}

TEST_CASE_METHOD(event_world, "rules must not overlap, and ids are unique") {
  const auto two = [&](const std::string& a, const std::string& b) { return set(a + b).outcome(); };
  CHECK(two(rule("s3:ObjectCreated:*"), rule("s3:ObjectCreated:Put")) == "400 InvalidArgument");
  CHECK(two(rule("s3:ObjectCreated:*", filter("prefix", "a")),
            rule("s3:ObjectCreated:Put", filter("prefix", "ab"))) == "400 InvalidArgument");
  CHECK(two(rule("s3:ObjectCreated:*", filter("suffix", ".pdf")),
            rule("s3:ObjectCreated:Put", filter("prefix", "a"))) == "400 InvalidArgument");
  CHECK(two(rule("s3:ObjectCreated:*", filter("prefix", "a")),
            rule("s3:ObjectCreated:Put", filter("prefix", "b"))) == "200");
  CHECK(two(rule("s3:ObjectCreated:*", filter("suffix", ".a")),
            rule("s3:ObjectCreated:Put", filter("suffix", ".b"))) == "200");
  CHECK(two(rule("s3:ObjectCreated:Copy"), rule("s3:ObjectCreated:Put")) == "200");
  const std::string arn = "arn:aws:sns:de-test-1:111111111111:hook";
  CHECK(two(rule("s3:ObjectCreated:Copy", "", arn, "same"),
            rule("s3:ObjectCreated:Put", "", arn, "same")) == "400 InvalidArgument");
}

TEST_CASE_METHOD(event_world, "the setting is the owner's") {
  CHECK(send({.path = "/bauamt", .query = "notification"}, stranger).outcome() ==
        "403 AccessDenied");
  CHECK(
      send({.method = "PUT", .path = "/bauamt", .query = "notification", .body = "<a/>"}, stranger)
          .outcome() == "403 AccessDenied");
}

}  // namespace bucket_notification_test
