// A stop: what is in flight ends, what is idle closes, nothing new begins, and after the stop's
// time all is cut off.
#include <future>
#include <thread>

#include "tests/support/catch.hpp"
#include "tests/unit/gateway/http/certificates.hpp"
#include "tests/unit/gateway/http/running_server.hpp"

namespace graceful_stop_test {

using namespace torhaus;
using namespace torhaus::test;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

std::future<void> stop(running_server& s) {
  return std::async(std::launch::async, [&s] { s.server->stop(); });
}

bool done(const std::future<void>& f) {
  return f.wait_for(seconds(0)) == std::future_status::ready;
}

bool refuses_connections(std::uint16_t port) {
  return eventually([port] {
    try {
      tcp_client client(port);
      return false;
    } catch (const std::runtime_error&) {
      return true;
    }
  });
}

}  // namespace

TEST_CASE("requests in flight end, idle connections close at once, new ones are refused") {
  gate working;
  http::server_options o;
  o.limit.stop_time = seconds(60);
  running_server s(std::move(o), [&](scripted_handler& h) {
    h.on("/work", [&](http::request& call) -> task<http::response> {
      co_await working.pass();
      co_return co_await echo(call);
    });
  });
  const std::uint16_t port = s.port();
  tcp_client fresh(port);
  tcp_client used(port);
  used.send(head_of("GET", "/"));
  CHECK(used.answer().status == 200);
  tcp_client busy(port);
  busy.send(head_of("PUT", "/work", "Content-Length: 5\r\n") + "ab");
  tcp_client behind(port);
  behind.send(head_of("PUT", "/work", "Content-Length: 0\r\n") + head_of("GET", "/next"));
  REQUIRE(eventually([&] { return working.waiting() == 2; }));

  const auto stopping = stop(s);
  CHECK(fresh.closes());
  CHECK(used.closes());
  CHECK(refuses_connections(port));
  CHECK_FALSE(done(stopping));

  working.open();
  busy.send("cde");
  const http_answer a = busy.answer();
  CHECK(a.body == "abcde");
  CHECK(a.find("Connection") == "close");
  CHECK(busy.closes());
  CHECK(behind.answer().status == 200);
  CHECK(behind.closes());
  stopping.wait();
  CHECK(s.handler.calls() == 3);
  CHECK(s.stats().open_connections == 0);
}

TEST_CASE("an idle TLS connection and an unfinished handshake do not hold a stop up") {
  test_certificate certificate;
  http::server_options o;
  o.limit.stop_time = seconds(60);
  o.limit.idle_time = o.limit.head_time = seconds(60);
  o.listeners.emplace_back().address = "127.0.0.1";
  o.listeners[0].tls = certificate.files();
  running_server s(std::move(o));
  tcp_client greeting(s.port());
  tls_client idle(s.port());
  // The client is through with a handshake before the server knows.
  idle.send(head_of("GET", "/"));
  REQUIRE(idle.answer().status == 200);
  REQUIRE(eventually([&] { return s.stats().open_connections == 2; }));
  const auto stopping = stop(s);
  CHECK(idle.closes());
  CHECK(idle.closed_in_order());
  CHECK(greeting.closes());
  CHECK(stopping.wait_for(seconds(30)) == std::future_status::ready);
}

TEST_CASE("what does not end within the stop's time is cut off: handlers, bodies both ways") {
  gate never;
  http::server_options o;
  o.limit.stop_time = seconds(1);
  running_server s(std::move(o), [&](scripted_handler& h) {
    h.on("/never", [&](http::request&) -> task<http::response> {
      co_await never.pass();
      co_return http::response();
    });
    h.on("/large", [](http::request&) -> task<http::response> {
      http::response r;
      r.body = std::make_unique<pattern_source>(std::uint64_t{1} << 30, 1 << 20);
      co_return r;
    });
  });
  tcp_client waiting(s.port());
  waiting.send(head_of("GET", "/never"));
  tcp_client sending(s.port());
  sending.send(head_of("PUT", "/echo", "Content-Length: 5\r\n") + "ab");
  tcp_client reading(s.port());
  reading.send(head_of("GET", "/large"));
  REQUIRE(eventually([&] { return s.handler.calls() == 3; }));
  const auto began = std::chrono::steady_clock::now();
  s.server->stop();
  CHECK(std::chrono::steady_clock::now() - began >= seconds(1));
  CHECK(sending.answer().status == 0);
  CHECK_FALSE(reading.answer().whole);
  // The handler that waits for something else than the socket goes with the server.
  CHECK(s.stats().open_connections == 1);
  s.server.reset();
  CHECK(waiting.answer().status == 0);
}

TEST_CASE("an unread body does not hold a stop up, and its answer arrives") {
  http::server_options o;
  o.limit.stop_time = seconds(60);
  running_server s(std::move(o));
  tcp_client client(s.port());
  client.send(head_of("PUT", "/unread", "Content-Length: 1000\r\n") + "ab");
  CHECK(client.answer().status == 200);
  const auto stopping = stop(s);
  CHECK(client.closes());
  client.finish_sending();
  CHECK(stopping.wait_for(seconds(30)) == std::future_status::ready);
}

TEST_CASE("a stopped server listens no longer, with connections before or without") {
  for (int round = 0; round < 20; ++round) {
    running_server s;
    const std::uint16_t port = s.port();
    if (round % 2 == 0) {
      tcp_client client(port);
      client.send(head_of("GET", "/"));
      CHECK(client.answer().status == 200);
    }
    s.server->stop();
    CHECK_THROWS_WITH(tcp_client(port), "connect failed");
  }
}

TEST_CASE("a server that was never started stops, and stopping twice does no harm") {
  scripted_handler handler;
  http::server_options o;
  o.listeners.emplace_back().address = "127.0.0.1";
  o.listeners[0].handler = &handler;
  const auto server = http::make_server(std::move(o));
  server->stop();
  server->stop();
  running_server s;
  s.server->stop();
  s.server->stop();
}

TEST_CASE("under a storm of requests a stop loses no answer of a request that was begun") {
  for (int round = 0; round < 5; ++round) {
    running_server s;
    std::atomic<std::size_t> answered{0};
    std::vector<std::future<void>> storm;
    const std::uint16_t port = s.port();
    for (int i = 0; i < 4; ++i) {
      storm.push_back(std::async(std::launch::async, [port, &answered] {
        try {
          tcp_client client(port);
          while (client.try_send(head_of("GET", "/")) && client.answer().whole) ++answered;
        } catch (const std::runtime_error&) {
          // No connection any more.
        }
      }));
    }
    REQUIRE(eventually([&] { return answered > 50; }));
    s.server->stop();
    for (auto& one : storm) one.wait();
    CHECK(answered == s.handler.calls());
  }
}

}  // namespace graceful_stop_test
