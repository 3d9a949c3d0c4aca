// Event notifications on their way to a webhook that is a real server on loopback.
#include "gateway/workers/webhooks.hpp"

#include <boost/json.hpp>
#include <condition_variable>
#include <mutex>

#include "gateway/http/server.hpp"
#include "gateway/workers/event_document.hpp"
#include "storage/catalog/schema.hpp"
#include "tests/support/catalog_world.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/gateway/s3/quiet_log.hpp"

namespace webhooks_test {

using namespace torhaus;
using gateway::workers::webhook;
using gateway::workers::webhooks;
using storage::catalog::change_kind;

namespace {

// Remembers what it is told and answers with the statuses it was given, then with 200.
class receiver final : public gateway::http::request_handler {
 public:
  receiver() {
    gateway::http::server_options options;
    gateway::http::listener local;
    local.address = "127.0.0.1";
    local.zone = "test";
    local.handler = this;
    options.listeners.push_back(local);
    options.threads = 1;
    server_ = gateway::http::make_server(std::move(options));
    server_->start();
  }
  ~receiver() override { server_->stop(); }

  struct told {
    std::string target;
    std::string authorization;
    std::string timestamp;
    std::string signature;
    std::string body;
  };

  task<gateway::http::response> handle(gateway::http::request& call) override {
    told t;
    t.target = call.target;
    t.authorization = call.find("Authorization").value_or("");
    t.timestamp = call.find("X-Torhaus-Timestamp").value_or("");
    t.signature = call.find("X-Torhaus-Signature").value_or("");
    std::array<std::byte, 4096> buffer{};
    while (true) {
      const auto n = co_await call.body->read(buffer);
      if (!n || *n == 0) break;
      t.body.append(reinterpret_cast<const char*>(buffer.data()), *n);
    }
    gateway::http::response r;
    const std::lock_guard lock(mutex_);
    for (auto& [needle, statuses] : answers) {
      if (t.body.find(needle) == std::string::npos || statuses.empty()) continue;
      r.status = statuses.front();
      statuses.erase(statuses.begin());
      break;
    }
    all_.push_back(std::move(t));
    news_.notify_all();
    co_return r;
  }
  gateway::http::response refuse(const error&, const gateway::http::origin&,
                                 std::string_view) override {
    return {};
  }

  // Waits until it was told so often.
  std::vector<told> wait(std::size_t count) {
    std::unique_lock lock(mutex_);
    news_.wait_for(lock, std::chrono::seconds(20), [&] { return all_.size() >= count; });
    return all_;
  }
  std::string url(const std::string& path = "/events?a=b") const {
    return "http://127.0.0.1:" + std::to_string(server_->port(0)) + path;
  }

  std::vector<std::pair<std::string, std::vector<unsigned>>> answers;  // before the start

 private:
  std::mutex mutex_;
  std::condition_variable news_;
  std::vector<told> all_;
  std::unique_ptr<gateway::http::server> server_;
};

struct hook_world {
  test::quiet_log quiet;
  test::catalog_world world;
  receiver there;

  webhooks::options options() {
    webhooks::options o;
    o.catalog = world.cat.get();
    o.clock = &world.clock;
    webhook w;
    w.name = "hook";
    w.url = there.url();
    w.token = "token-1";
    w.secret = "secret-1";
    o.hooks = {w};
    o.first_retry = std::chrono::milliseconds(20);
    o.last_retry = std::chrono::milliseconds(100);
    return o;
  }
  void add(const std::string& key, const std::string& event = "s3:ObjectCreated:Put") {
    gateway::s3::event_note note;
    note.event = event;
    note.bucket = "daten";
    note.configuration_id = "rule-1";
    note.region = "de-test-1";
    note.requester = "arn:aws:iam::111111111111:user/eva";
    note.source_ip = "192.0.2.7";
    note.request_id = "0123456789ABCDEF";
    note.bucket_owner = "owner";
    auto object = world.object("hello");
    object.notes = {{"hook", change_kind::stored, note.encode()}};
    const auto stored = test::run_task(world.cat->put_object(
        bucket, test::key_of(key), std::move(object), world.store_bytes("hello")));
    REQUIRE(stored);
  }
  std::size_t queued() { return test::run_task(world.cat->count_outbox("hook", 1000)); }
  static bool eventually(const std::function<bool()>& holds) {
    for (int i = 0; i < 1000; ++i) {
      if (holds()) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return false;
  }
  static std::string key_in(const receiver::told& t) {
    return boost::json::value_to<std::string>(
        boost::json::parse(t.body).at("Records").at(0).at("s3").at("object").at("key"));
  }

  std::uint64_t bucket = world.bucket("daten", storage::catalog::versioning_state::enabled);
};

}  // namespace

TEST_CASE_METHOD(hook_world, "an event is posted as S3 writes it, signed, and then forgotten") {
  add("a b/ü.txt");
  webhooks hooks(options());
  hooks.start();
  const auto all = there.wait(1);
  REQUIRE(all.size() == 1);
  CHECK(all[0].target == "/events?a=b");
  CHECK(all[0].authorization == "Bearer token-1");
  CHECK(all[0].signature ==
        gateway::workers::webhook_signature("secret-1", all[0].timestamp, all[0].body));
  const auto record = boost::json::parse(all[0].body).at("Records").at(0);
  CHECK(record.at("eventVersion") == "2.1");
  CHECK(record.at("eventSource") == "aws:s3");
  CHECK(record.at("awsRegion") == "de-test-1");
  CHECK(record.at("eventName") == "ObjectCreated:Put");
  CHECK(record.at("userIdentity").at("principalId") == "arn:aws:iam::111111111111:user/eva");
  CHECK(record.at("requestParameters").at("sourceIPAddress") == "192.0.2.7");
  CHECK(record.at("responseElements").at("x-amz-request-id") == "0123456789ABCDEF");
  CHECK(record.at("s3").at("configurationId") == "rule-1");
  CHECK(record.at("s3").at("bucket").at("arn") == "arn:aws:s3:::daten");
  const auto object = record.at("s3").at("object");
  CHECK(object.at("key") == "a+b/%C3%BC.txt");
  CHECK(object.at("size") == 5);
  CHECK(object.at("eTag") == "5d41402abc4b2a76b9719d911017c592");
  CHECK(object.as_object().contains("versionId"));
  CHECK(object.at("sequencer").as_string().size() == 18);
  CHECK(eventually([&] { return queued() == 0; }));
  CHECK(eventually([&] { return hooks.stats()[0].delivered == 1; }));
}

TEST_CASE_METHOD(hook_world, "a webhook that is down is told later, in order") {
  there.answers = {{"", {503, 500, 429}}};
  add("a");
  add("b");
  webhooks hooks(options());
  hooks.start();
  const auto all = there.wait(5);
  REQUIRE(all.size() == 5);
  std::vector<std::string> keys;
  for (const auto& t : all) keys.push_back(key_in(t));
  CHECK(keys == std::vector<std::string>{"a", "a", "a", "a", "b"});
  CHECK(eventually([&] { return queued() == 0; }));
  CHECK(hooks.stats()[0].failed == 3);
}

TEST_CASE_METHOD(hook_world, "a damaged record is set aside, and those behind it go on") {
  add("a");
  add("b");
  add("c");
  const auto all_records = test::run_task(world.cat->read_outbox("hook", 0, 10));
  REQUIRE(all_records.size() == 3);
  const auto break_record = [&](std::uint64_t position) {
    const std::string key = storage::catalog::schema::outbox_key("hook", position);
    REQUIRE(world.db.write_blocking([&](storage::kv::transaction& t) {
      t.put(key, "\x01\x07nonsense");
      return true;
    }));
  };
  break_record(all_records[0].position);
  break_record(all_records[1].position);
  webhooks::options o = options();
  webhooks hooks(o);
  hooks.start();
  const auto all = there.wait(1);
  REQUIRE(all.size() == 1);
  CHECK(key_in(all[0]) == "c");
  CHECK(eventually([&] { return hooks.stats()[0].damaged == 2; }));
  CHECK(queued() == 2);
  add("d");
  hooks.wake();
  CHECK(there.wait(2).size() == 2);
  CHECK(queued() >= 2);
  // In the end they are given up, as any event.
  world.clock.advance(o.max_age + std::chrono::seconds(1));
  hooks.wake();
  CHECK(eventually([&] { return queued() == 0; }));
  CHECK(eventually([&] { return hooks.stats()[0].damaged == 0; }));
  CHECK(hooks.stats()[0].dropped == 2);
  CHECK(there.wait(2).size() == 2);
}

TEST_CASE_METHOD(hook_world, "an event that is refused holds up its own key and no other") {
  there.answers = {{"\"first\"", {400, 422}}};
  add("first");
  add("other");
  add("first");
  webhooks hooks(options());
  hooks.start();
  const auto all = there.wait(5);
  REQUIRE(all.size() == 5);
  CHECK(key_in(all[0]) == "first");
  CHECK(key_in(all[1]) == "other");
  std::vector<std::string> sequencers;
  for (const auto& t : all) {
    if (key_in(t) != "first") continue;
    sequencers.push_back(boost::json::value_to<std::string>(
        boost::json::parse(t.body).at("Records").at(0).at("s3").at("object").at("sequencer")));
  }
  REQUIRE(sequencers.size() == 4);
  CHECK(std::ranges::is_sorted(sequencers));
  CHECK(sequencers[0] == sequencers[2]);
  CHECK(sequencers[2] < sequencers[3]);
  CHECK(eventually([&] { return queued() == 0; }));
}

TEST_CASE_METHOD(hook_world, "what is too old is given up and counted") {
  add("a");
  world.clock.advance(std::chrono::hours(25));
  add("b");
  webhooks hooks(options());
  hooks.start();
  const auto all = there.wait(1);
  REQUIRE(all.size() == 1);
  CHECK(key_in(all[0]) == "b");
  CHECK(eventually([&] { return queued() == 0; }));
  CHECK(hooks.stats()[0].dropped == 1);
}

TEST_CASE_METHOD(hook_world, "what is queued at a stop is delivered after the next start") {
  add("a");
  {
    webhooks::options o = options();
    o.hooks[0].url = "http://127.0.0.1:1/";
    webhooks hooks(o);
    hooks.start();
    CHECK(eventually([&] { return hooks.stats()[0].failed > 0; }));
    hooks.stop();
  }
  CHECK(queued() == 1);
  webhooks hooks(options());
  hooks.start();
  CHECK(there.wait(1).size() == 1);
}

TEST_CASE_METHOD(hook_world, "news wakes the thread; a full queue takes nothing more") {
  webhooks::options o = options();
  o.max_queued = 2;
  webhooks hooks(o);
  CHECK(hooks.take("hook"));
  CHECK(hooks.take("hook"));
  CHECK_FALSE(hooks.take("hook"));
  CHECK_FALSE(hooks.take("unknown"));
  CHECK(hooks.stats()[0].dropped == 1);
  hooks.start();
  add("a");
  hooks.wake();
  CHECK(there.wait(1).size() == 1);
  CHECK(eventually([&] { return hooks.take("hook"); }));
}

TEST_CASE_METHOD(hook_world, "a webhook may be closed to other accounts") {
  webhooks::options o = options();
  o.hooks[0].accounts = {"111111111111"};
  const webhooks hooks(o);
  CHECK(hooks.knows("hook", "111111111111"));
  CHECK_FALSE(hooks.knows("hook", "222222222222"));
  CHECK_FALSE(hooks.knows("other", "111111111111"));
}

TEST_CASE("a test event is a document of its own") {
  gateway::s3::event_note note;
  note.event = "s3:TestEvent";
  note.bucket = "daten";
  note.written = "2026-11-23T08:15:00.000Z";
  storage::catalog::outbox_record r;
  r.kind = change_kind::altered;
  r.text = note.encode();
  const auto test = boost::json::parse(gateway::workers::event_document(r));
  CHECK(test.at("Service") == "Amazon S3");
  CHECK(test.at("Event") == "s3:TestEvent");
  CHECK(test.at("Bucket") == "daten");
  CHECK(test.at("Time") == "2026-11-23T08:15:00.000Z");
}

TEST_CASE("a removal has no size and no ETag") {
  gateway::s3::event_note note;
  note.event = "s3:ObjectRemoved:Delete";
  storage::catalog::outbox_record r;
  r.kind = change_kind::removed;
  r.key = "a";
  r.text = note.encode();
  const auto document = boost::json::parse(gateway::workers::event_document(r));
  const auto& object = document.at("Records").at(0).at("s3").at("object").as_object();
  CHECK_FALSE(object.contains("size"));
  CHECK_FALSE(object.contains("eTag"));
  CHECK_FALSE(object.contains("versionId"));
}

TEST_CASE("addresses of webhooks") {
  const auto at = gateway::workers::parse_webhook_url("https://hooks.example.org:8443/s3/x?y=1");
  REQUIRE(at);
  CHECK(at->endpoint == "https://hooks.example.org:8443");
  CHECK(at->host == "hooks.example.org:8443");
  CHECK(at->target == "/s3/x?y=1");
  CHECK(gateway::workers::parse_webhook_url("http://[::1]:80?a")->target == "/?a");
  CHECK(gateway::workers::parse_webhook_url("http://host")->target == "/");
  for (const char* wrong : {"", "hooks.example.org", "ftp://host/", "http:///x", "http://h/a b"}) {
    INFO(wrong);
    CHECK_FALSE(gateway::workers::parse_webhook_url(wrong));
  }
}

}  // namespace webhooks_test
