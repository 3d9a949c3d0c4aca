// What waits too long is ended: with an answer where a request had begun, without one where none
// had. The limits are one second here; what must not run into one is far away from it.
#include <array>
#include <future>
#include <thread>

#include "gateway/http/rate_floor.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/gateway/http/running_server.hpp"

namespace time_limits_test {

using namespace torhaus;
using namespace torhaus::test;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

constexpr seconds far_away{600};

http::server_options patient() {
  http::server_options o;
  o.limit.head_time = o.limit.idle_time = o.limit.body_idle_time = far_away;
  o.limit.body_rate_time = far_away;
  return o;
}

// Sends a byte now and then until the peer has answered or closed.
void drip(tcp_client& client, std::string_view bytes, milliseconds pause) {
  for (const char c : bytes) {
    if (!client.silent(pause) || !client.try_send(std::string_view(&c, 1))) return;
  }
}

class stopwatch {
 public:
  bool ran(seconds at_least) const { return std::chrono::steady_clock::now() - began_ >= at_least; }

 private:
  std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
};

}  // namespace

TEST_CASE("a head that comes too slowly is answered with RequestTimeout") {
  auto o = patient();
  o.limit.head_time = seconds(1);
  running_server s(std::move(o));
  const stopwatch watch;
  tcp_client client(s.port());
  drip(client, head_of("GET", "/", "A: " + std::string(100, 'a') + "\r\n"), milliseconds(100));
  const http_answer a = client.answer();
  CHECK(a.status == 400);
  CHECK(a.body == "RequestTimeout");
  CHECK(watch.ran(seconds(1)));
  CHECK(client.closes());
  CHECK(s.handler.calls() == 0);
}

TEST_CASE("a connection without a request is closed without a word, a new one and a used one") {
  auto o = patient();
  o.limit.idle_time = seconds(1);
  running_server s(std::move(o));
  const stopwatch watch;
  tcp_client fresh(s.port());
  tcp_client used(s.port());
  used.send(head_of("GET", "/"));
  CHECK(used.answer().status == 200);
  CHECK(fresh.closes());
  CHECK(used.closes());
  CHECK(watch.ran(seconds(1)));
  CHECK(s.handler.refusals().empty());
}

TEST_CASE("a connection that was quiet for long is served, in pieces too, and a stop ends it") {
  running_server s(patient());
  tcp_client client(s.port());
  for (int round = 0; round < 2; ++round) {
    CHECK(client.silent(milliseconds(1700)));  // longer than it keeps its buffer
    client.send("GE");
    CHECK(client.silent(milliseconds(50)));
    client.send(head_of("GET", "/").substr(2) + head_of("GET", "/next"));
    CHECK(client.answer().status == 200);
    CHECK(client.answer().status == 200);
  }
  CHECK(client.silent(milliseconds(1700)));
  CHECK(s.stats().open_connections == 1);
  auto stopping = std::async(std::launch::async, [&] { s.server->stop(); });
  CHECK(client.closes());
  stopping.wait();
  CHECK(s.stats().open_connections == 0);
}

TEST_CASE("a body that stops coming is answered with RequestTimeout") {
  auto o = patient();
  o.limit.body_idle_time = seconds(1);
  running_server s(std::move(o));
  const std::vector<std::string> beginnings = {
      head_of("PUT", "/echo", "Content-Length: 5\r\n") + "ab",
      head_of("PUT", "/echo", "Transfer-Encoding: chunked\r\n") + "5\r\nab",
      head_of("PUT", "/echo", "Transfer-Encoding: chunked\r\n") + "5;ex",
      head_of("PUT", "/echo", "Transfer-Encoding: chunked\r\n") + "1\r\na\r\n0\r\nTra"};
  std::vector<std::unique_ptr<tcp_client>> clients;
  const stopwatch watch;
  for (const std::string& bytes : beginnings) {
    clients.push_back(std::make_unique<tcp_client>(s.port()));
    clients.back()->send(bytes);
  }
  for (const auto& client : clients) {
    const http_answer a = client->answer();
    CHECK(a.status == 400);
    CHECK(a.body == "RequestTimeout");
    CHECK(a.find("Connection") == "close");
    CHECK(client->closes());
  }
  CHECK(watch.ran(seconds(1)));
}

TEST_CASE("an unread body that stops coming ends the connection") {
  auto o = patient();
  o.limit.body_idle_time = seconds(1);
  running_server s(std::move(o));
  tcp_client client(s.port());
  client.send(head_of("PUT", "/unread", "Content-Length: 5\r\n") + "ab");
  CHECK(client.answer().status == 200);
  CHECK(client.closes());
}

TEST_CASE("a body slower than the minimum rate is answered with RequestTimeout") {
  auto o = patient();
  o.limit.body_rate_time = seconds(1);
  running_server s(std::move(o));
  // The beginning is fast: an early burst buys nothing for later.
  const auto trickle = [&s](const std::string& lines, const std::string& framing) {
    tcp_client client(s.port());
    client.send(head_of("PUT", "/digest", lines) + framing + std::string(50'000, 'x'));
    drip(client, std::string(400, 'x'), milliseconds(50));
    return client.answer();
  };
  auto plain = std::async(std::launch::async, trickle, "Content-Length: 100000\r\n", "");
  auto chunked =
      std::async(std::launch::async, trickle, "Transfer-Encoding: chunked\r\n", "186A0\r\n");
  for (const http_answer& a : {plain.get(), chunked.get()}) {
    CHECK(a.status == 400);
    CHECK(a.body == "RequestTimeout");
    CHECK(a.find("Connection") == "close");
  }
}

TEST_CASE("time that the handler takes does not count against the client") {
  auto o = patient();
  o.limit.body_idle_time = seconds(1);
  o.limit.body_rate_time = seconds(1);
  gate slow;
  running_server s(std::move(o), [&](scripted_handler& h) {
    h.on("/slow", [&](http::request& call) -> task<http::response> {
      std::array<std::byte, 1> one;
      (void)co_await call.body->read(one);
      co_await slow.pass();
      co_return co_await echo(call);
    });
  });
  tcp_client client(s.port());
  client.send(head_of("PUT", "/slow", "Content-Length: 3\r\n") + "abc");
  REQUIRE(eventually([&] { return slow.waiting() == 1; }));
  CHECK(client.silent(milliseconds(1600)));
  slow.open();
  CHECK(client.answer().body == "bc");
}

TEST_CASE("a client that stops reading is cut off, in the middle of a body of either kind") {
  auto o = patient();
  o.limit.body_idle_time = seconds(1);
  running_server s(std::move(o), [](scripted_handler& h) {
    h.on("/text", [](http::request&) -> task<http::response> {
      http::response r;
      r.body = std::string(32 << 20, 'x');
      co_return r;
    });
    h.on("/source", [](http::request&) -> task<http::response> {
      http::response r;
      r.body = std::make_unique<pattern_source>(std::uint64_t{1} << 30, 1 << 20);
      co_return r;
    });
  });
  tcp_client text(s.port());
  text.send(head_of("GET", "/text"));
  tcp_client source(s.port());
  source.send(head_of("GET", "/source"));
  REQUIRE(eventually([&] { return s.handler.calls() == 2; }));
  CHECK(s.has_no_connections());
  CHECK_FALSE(text.answer().whole);
  CHECK_FALSE(source.answer().whole);
}

TEST_CASE("a slow reader is served as long as it reads") {
  auto o = patient();
  o.limit.body_idle_time = seconds(1);
  running_server s(std::move(o), [](scripted_handler& h) {
    h.on("/text", [](http::request&) -> task<http::response> {
      http::response r;
      r.body = pattern(0, 6 << 20);
      co_return r;
    });
  });
  tcp_client client(s.port());
  client.send(head_of("GET", "/text"));
  // Longer than the limit in sum, far shorter from one read to the next.
  const std::string expected = pattern(0, 6 << 20);
  std::string all;
  std::size_t begin = 0;
  while (all.size() < begin + expected.size()) {
    std::this_thread::sleep_for(milliseconds(15));
    const std::string more = client.receive();
    REQUIRE_FALSE(more.empty());
    all += more;
    begin = all.find("\r\n\r\n") + 4;
  }
  CHECK(all.substr(begin) == expected);
}

TEST_CASE("the floor of a rate looks at each window and at waiting time only") {
  http::rate_floor floor(100, seconds(10));
  CHECK(floor.note(seconds(9), 0));
  CHECK(floor.note(seconds(1), 1000));  // a window of 10 s with 1000 bytes
  CHECK(floor.note(seconds(0), 1'000'000));
  CHECK(floor.note(seconds(10), 0));  // the burst belongs to this window
  CHECK(floor.note(seconds(9), 999));
  CHECK_FALSE(floor.note(seconds(1), 0));  // the next one has only 999
}

}  // namespace time_limits_test
