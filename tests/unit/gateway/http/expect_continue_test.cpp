// "Expect: 100-continue": the client sends its body only once it is told that somebody will read
// it.
#include <thread>

#include "tests/support/catch.hpp"
#include "tests/unit/gateway/http/running_server.hpp"

namespace expect_continue_test {

using namespace torhaus;
using namespace torhaus::test;

namespace {

constexpr std::chrono::milliseconds moment{50};
const std::string expecting = "Content-Length: 5\r\nExpect: 100-continue\r\n";

}  // namespace

TEST_CASE("continue is sent when the handler begins to read, and only once") {
  gate reading;
  running_server s({}, [&](scripted_handler& h) {
    h.on("/gated", [&](http::request& call) -> task<http::response> {
      co_await reading.pass();
      co_return co_await echo(call, 2);
    });
  });
  tcp_client client(s.port());
  client.send(head_of("PUT", "/gated", expecting));
  REQUIRE(eventually([&] { return reading.waiting() == 1; }));
  CHECK(client.silent(moment));
  reading.open();
  CHECK(client.answer().status == 100);
  client.send("ab");
  CHECK(client.silent(moment));
  client.send("cde");
  const http_answer a = client.answer();
  CHECK(a.status == 200);
  CHECK(a.body == "abcde");
  client.send(head_of("GET", "/next"));
  CHECK(client.answer().status == 200);
}

TEST_CASE("a chunked body is continued as well") {
  running_server s;
  tcp_client client(s.port());
  client.send(head_of("PUT", "/echo", "Transfer-Encoding: chunked\r\nexpect: 100-Continue\r\n"));
  CHECK(client.answer().status == 100);
  client.send("3\r\nabc\r\n0\r\n\r\n");
  CHECK(client.answer().body == "abc");
}

TEST_CASE("an early final answer needs no body: no continue, no waiting, the connection ends") {
  running_server s;
  tcp_client client(s.port());
  client.send(head_of("PUT", "/unread", expecting));
  const http_answer a = client.answer();
  CHECK(a.status == 200);
  CHECK(a.find("Connection") == "close");
  CHECK(client.closes());
}

TEST_CASE("a client that sends its body in spite of an early answer still gets that answer") {
  running_server s;
  tcp_client client(s.port());
  client.send(head_of("PUT", "/unread", "Content-Length: 4000000\r\nExpect: 100-continue\r\n"));
  (void)client.try_send(std::string(4'000'000, 'x'));
  const http_answer a = client.answer();
  CHECK(a.status == 200);
  CHECK(a.body == "hello");
  CHECK(client.closes());
  client.finish_sending();
  CHECK(s.has_no_connections());
}

TEST_CASE("a client that never ends its refused body is cut off after a bound") {
  running_server s;
  tcp_client client(s.port());
  client.send(
      head_of("PUT", "/unread", "Content-Length: 900000000000\r\nExpect: 100-continue\r\n"));
  CHECK(client.answer().status == 200);
  const std::string block(1 << 20, 'x');
  int blocks = 0;
  while (blocks < 200 && client.try_send(block)) ++blocks;
  CHECK(blocks < 200);
  CHECK(s.has_no_connections());
}

TEST_CASE("a client that does not wait is served all the same") {
  running_server s;
  tcp_client client(s.port());
  client.send(head_of("PUT", "/echo", expecting) + "abcde" + head_of("GET", "/next"));
  http_answer a = client.answer();
  if (a.status == 100) a = client.answer();
  CHECK(a.body == "abcde");
  CHECK(client.answer().body == "hello");
}

TEST_CASE("an empty body is continued too, or the connection ends") {
  running_server s;
  tcp_client client(s.port());
  client.send(head_of("PUT", "/echo", "Content-Length: 0\r\nExpect: 100-continue\r\n"));
  CHECK(client.answer().status == 100);
  CHECK(client.answer().status == 200);
  client.send(head_of("PUT", "/unread", "Content-Length: 0\r\nExpect: 100-continue\r\n"));
  CHECK(client.answer().status == 200);
  CHECK(client.closes());
}

TEST_CASE("without a body, and from HTTP/1.0, the expectation means nothing") {
  running_server s;
  tcp_client client(s.port());
  client.send(head_of("GET", "/", "Expect: 100-continue\r\n"));
  CHECK(client.answer().status == 200);
  tcp_client empty(s.port());
  empty.send(head_of("GET", "/", "Expect:\r\n"));
  CHECK(empty.answer().status == 200);
  tcp_client old(s.port());
  old.send("PUT /echo HTTP/1.0\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
  CHECK(old.silent(moment));
  old.send("abc");
  CHECK(old.answer().body == "abc");
}

TEST_CASE("an expectation that nobody knows changes nothing") {
  running_server s;
  tcp_client client(s.port());
  client.send(head_of("PUT", "/echo", "Content-Length: 3\r\nExpect: 200\r\n") + "abc");
  CHECK(client.answer().body == "abc");
  client.send(head_of("GET", "/", "Expect: y 100-continue\r\n"));
  CHECK(client.answer().status == 200);
}

}  // namespace expect_continue_test
