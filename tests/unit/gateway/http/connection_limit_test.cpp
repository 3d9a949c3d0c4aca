// How many connections there may be, and that none leaves anything behind.
#include <dirent.h>

#include <thread>

#include "tests/support/catch.hpp"
#include "tests/unit/gateway/http/certificates.hpp"
#include "tests/unit/gateway/http/running_server.hpp"

namespace connection_limit_test {

using namespace torhaus;
using namespace torhaus::test;

namespace {

std::size_t open_descriptors() {
  std::size_t n = 0;
  DIR* all = ::opendir("/proc/self/fd");
  while (::readdir(all) != nullptr) ++n;
  ::closedir(all);
  return n;
}

http::server_options few(std::size_t connections) {
  http::server_options o;
  o.limit.connections = connections;
  return o;
}

}  // namespace

TEST_CASE("one connection too many hears 503 and is closed, and there is room again later") {
  running_server s(few(2));
  auto first = std::make_unique<tcp_client>(s.port());
  tcp_client second(s.port());
  first->send(head_of("GET", "/"));
  second.send(head_of("GET", "/"));
  CHECK(first->answer().status == 200);
  CHECK(second.answer().status == 200);

  for (int i = 0; i < 3; ++i) {
    tcp_client third(s.port());
    third.send(head_of("PUT", "/", "Content-Length: 100000\r\n") + std::string(100'000, 'x'));
    const http_answer a = third.answer();
    CHECK(a.status == 503);
    CHECK(a.body == "SlowDown");
    CHECK(a.find("Connection") == "close");
    CHECK(third.closes());
  }
  CHECK(s.handler.calls() == 2);
  CHECK(s.stats().refused == 3);

  first.reset();
  CHECK(eventually([&] {
    tcp_client next(s.port());
    next.send(head_of("GET", "/"));
    return next.answer().status == 200;
  }));
}

TEST_CASE("so many too many at once are only closed") {
  running_server s(few(1));
  tcp_client first(s.port());
  first.send(head_of("GET", "/"));
  CHECK(first.answer().status == 200);
  // They say nothing and therefore hear nothing yet; the next one finds nobody who would answer.
  std::vector<std::unique_ptr<tcp_client>> silent;
  for (int i = 0; i < 64; ++i) silent.push_back(std::make_unique<tcp_client>(s.port()));
  REQUIRE(eventually([&] { return s.stats().open_connections == 65; }));
  tcp_client last(s.port());
  CHECK(last.closes());
  first.send(head_of("GET", "/"));
  CHECK(first.answer().status == 200);
}

TEST_CASE("requests that are aborted anywhere leave no descriptor behind") {
  test_certificate certificate;
  http::server_options o;
  o.listeners.resize(2);
  for (http::listener& l : o.listeners) l.address = "127.0.0.1";
  o.listeners[1].tls = certificate.files();
  running_server s(std::move(o), [](scripted_handler& h) {
    h.on("/large", [](http::request&) -> task<http::response> {
      http::response r;
      r.body = std::make_unique<pattern_source>(64 << 20, 64 << 10);
      co_return r;
    });
  });
  const std::vector<std::string> beginnings = {
      "",
      "GET / HT",
      head_of("PUT", "/echo", "Content-Length: 100\r\n") + "ab",
      head_of("PUT", "/echo", "Transfer-Encoding: chunked\r\n") + "5\r\nab",
      head_of("PUT", "/echo", "Content-Length: 100\r\nExpect: 100-continue\r\n"),
      head_of("GET", "/large"),
      head_of("PUT", "/unread", "Content-Length: 100\r\n"),
      "malformed\r\n\r\n",
      "\x16\x03\x01\x02"};
  {
    // Each thread opens descriptors of its own at its first use.
    tcp_client one(s.port());
    tls_client two(s.port(1));
    one.send(head_of("GET", "/"));
    two.send(head_of("GET", "/"));
    CHECK(one.answer().status == 200);
    CHECK(two.answer().status == 200);
  }
  REQUIRE(s.has_no_connections());
  const std::size_t before = open_descriptors();
  for (std::size_t i = 0; i < 2000; ++i) {
    tcp_client client(s.port(i % 2));
    client.send(beginnings[i % beginnings.size()]);
    if (i % 3 == 0) std::this_thread::yield();
    if (i % 5 != 0) client.reset();
  }
  CHECK(eventually([&] { return s.stats().accepted == 2002; }));
  CHECK(s.has_no_connections());
  CHECK(open_descriptors() == before);
}

}  // namespace connection_limit_test
