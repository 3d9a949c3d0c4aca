// The life of a connection: keep-alive, pipelining, HTTP/1.0, answers without bodies, and what
// every answer carries.
#include <future>
#include <set>

#include "tests/support/catch.hpp"
#include "tests/unit/gateway/http/running_server.hpp"

namespace connection_test {

using namespace torhaus;
using namespace torhaus::test;

namespace {

task<http::response> empty_with_status(unsigned status, std::optional<std::uint64_t> length) {
  http::response r;
  r.status = status;
  r.length_of_absent_body = length;
  co_return r;
}

void script(scripted_handler& h) {
  h.on("/close", [](http::request&) -> task<http::response> {
    http::response r;
    r.body = std::string("bye");
    r.close = true;
    co_return r;
  });
  h.on("/204", [](http::request&) { return empty_with_status(204, std::nullopt); });
  h.on("/304", [](http::request&) { return empty_with_status(304, std::nullopt); });
  h.on("/304-length", [](http::request&) { return empty_with_status(304, 4711); });
  h.on("/length", [](http::request&) { return empty_with_status(200, std::uint64_t{5} << 30); });
  h.on("/204-with-text", [](http::request&) -> task<http::response> {
    http::response r;
    r.status = 204;
    r.body = std::string("must not leave");
    co_return r;
  });
  h.on("/source", [](http::request&) -> task<http::response> {
    http::response r;
    r.body = std::make_unique<pattern_source>(1000, 100);
    co_return r;
  });
  h.on("/throws", [](http::request&) -> task<http::response> {
    throw std::runtime_error("secret cause");
    co_return http::response();
  });
}

}  // namespace

TEST_CASE("a connection serves one request after the other") {
  running_server s;
  tcp_client client(s.port());
  for (int i = 0; i < 5; ++i) {
    client.send(head_of("GET", "/" + std::to_string(i)));
    const http_answer a = client.answer();
    CHECK(a.status == 200);
    CHECK(a.body == "hello");
    CHECK(a.find("Connection") == std::nullopt);
    CHECK(s.handler.last().target == "/" + std::to_string(i));
  }
  CHECK(s.stats().accepted == 1);
  CHECK(s.stats().open_connections == 1);
}

TEST_CASE("pipelined requests are answered in order, bodies included") {
  running_server s;
  tcp_client client(s.port());
  std::string all;
  for (int i = 0; i < 50; ++i) {
    const std::string body = "body " + std::to_string(i);
    if (i % 2 == 0) {
      all +=
          head_of("PUT", "/echo", "Content-Length: " + std::to_string(body.size()) + "\r\n") + body;
    } else {
      all += head_of("PUT", "/echo", "Transfer-Encoding: chunked\r\n") + "5\r\nbody \r\n";
      const std::string rest = body.substr(5);
      all += std::to_string(rest.size()) + ";x=y\r\n" + rest + "\r\n0\r\n\r\n";
    }
  }
  // More than one read's worth, and cut where no request ends.
  client.send(all.substr(0, 1001));
  client.send(all.substr(1001));
  for (int i = 0; i < 50; ++i) {
    INFO(i);
    CHECK(client.answer().body == "body " + std::to_string(i));
  }
}

TEST_CASE("a body that the handler left unread is not taken for the next request") {
  running_server s;
  tcp_client client(s.port());
  const std::string fake = "GET /smuggled HTTP/1.1\r\nHost: test\r\n\r\n";
  client.send(head_of("PUT", "/first", "Content-Length: " + std::to_string(fake.size()) + "\r\n") +
              fake + head_of("GET", "/second"));
  CHECK(client.answer().status == 200);
  CHECK(client.answer().status == 200);
  CHECK(s.handler.last().target == "/second");
  CHECK(s.handler.calls() == 2);
}

TEST_CASE(
    "more of an unread body than is worth reading away ends the connection behind the answer") {
  http::server_options o;
  o.limit.drain_bytes = 1000;
  running_server s(std::move(o));
  tcp_client client(s.port());
  client.send(head_of("PUT", "/", "Content-Length: 300000\r\n"));
  const http_answer a = client.answer();
  CHECK(a.status == 200);
  CHECK(a.find("Connection") == "close");
  // What is still sent does not take the answer away: no reset before it was read.
  (void)client.try_send(std::string(300'000, 'x'));
  CHECK(client.closes());
  CHECK(s.handler.calls() == 1);
}

TEST_CASE("Connection: close is honoured, whatever its letters and neighbours") {
  running_server s;
  for (const std::string value : {"close", "Close", "foo, CLOSE", "keep-alive, close"}) {
    INFO(value);
    tcp_client client(s.port());
    client.send(head_of("GET", "/", "Connection: " + value + "\r\n") + head_of("GET", "/next"));
    const http_answer a = client.answer();
    CHECK(a.status == 200);
    CHECK(a.find("Connection") == "close");
    CHECK(client.closes());
    CHECK(s.handler.last().target == "/");
  }
  tcp_client client(s.port());
  client.send(head_of("GET", "/", "Connection: close\r\nConnection: keep-alive\r\n"));
  CHECK(client.answer().find("Connection") == "close");
  CHECK(client.closes());
}

TEST_CASE("a handler can end the connection") {
  running_server s({}, script);
  tcp_client client(s.port());
  client.send(head_of("GET", "/close") + head_of("GET", "/next"));
  const http_answer a = client.answer();
  CHECK(a.body == "bye");
  CHECK(a.find("Connection") == "close");
  CHECK(client.closes());
  CHECK(s.handler.calls() == 1);
}

TEST_CASE("HTTP/1.0 ends the connection unless it asks for more, and needs no Host") {
  running_server s;
  tcp_client once(s.port());
  once.send("GET /once HTTP/1.0\r\n\r\n");
  http_answer a = once.answer();
  CHECK(a.body == "hello");
  CHECK(a.find("Connection") == "close");
  CHECK(once.closes());

  tcp_client more(s.port());
  for (int i = 0; i < 3; ++i) {
    more.send("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n");
    a = more.answer();
    CHECK(a.body == "hello");
    CHECK(a.find("Connection") == "keep-alive");
  }
  more.send("GET / HTTP/1.0\r\nConnection: keep-alive, close\r\n\r\n");
  CHECK(more.answer().find("Connection") == "close");
  CHECK(more.closes());
}

TEST_CASE("HEAD says how long the body would be and sends none") {
  running_server s({}, script);
  tcp_client client(s.port());
  const std::vector<std::pair<std::string, std::string>> expected = {
      {"/", "5"}, {"/source", "1000"}, {"/length", "5368709120"}};
  for (const auto& [path, length] : expected) {
    client.send(head_of("HEAD", path));
    const http_answer a = client.answer("HEAD");
    CHECK(a.status == 200);
    CHECK(a.find("Content-Length") == length);
  }
  client.send(head_of("GET", "/"));  // nothing of a body stands in between
  CHECK(client.answer().body == "hello");
}

TEST_CASE("204 and 304 have no body") {
  running_server s({}, script);
  tcp_client client(s.port());
  for (const std::string path : {"/204", "/304", "/304-length", "/204-with-text"}) {
    INFO(path);
    client.send(head_of("GET", path));
    const http_answer a = client.answer();
    CHECK(a.status == (path.starts_with("/204") ? 204 : 304));
    CHECK(a.find("Content-Length") ==
          (path == "/304-length" ? std::optional<std::string>("4711") : std::nullopt));
  }
  client.send(head_of("GET", "/"));
  CHECK(client.answer().body == "hello");
}

TEST_CASE("every answer carries a date and ids of its own, refusals too") {
  running_server s;
  std::set<std::string> ids;
  tcp_client client(s.port());
  client.send(head_of("GET", "/") + head_of("GET", "/") + "BAD\r\n\r\n");
  for (const unsigned status : {200U, 200U, 400U}) {
    const http_answer a = client.answer();
    CHECK(a.status == status);
    const std::string id = a.find("x-amz-request-id").value_or("");
    CHECK(id.size() == 16);
    CHECK(a.find("x-amz-id-2") == http::extended_id_of(id));
    CHECK(a.find("Date").value_or("").ends_with(" GMT"));
    CHECK(a.find("Server") == std::nullopt);
    ids.insert(id);
  }
  CHECK(ids.size() == 3);
}

TEST_CASE("a handler that throws becomes a 500 that says nothing of the cause") {
  running_server s({}, script);
  tcp_client client(s.port());
  client.send(head_of("GET", "/throws"));
  const http_answer a = client.answer();
  CHECK(a.status == 500);
  CHECK(a.body == "InternalError");
  CHECK(client.closes());
}

TEST_CASE("the handler sees method, target, query, headers and where the request came from") {
  http::server_options o;
  o.listeners.emplace_back().address = "127.0.0.1";
  o.listeners[0].zone = "intern";
  running_server s(std::move(o));
  tcp_client client(s.port());
  client.send(head_of("PURGE", "/a%2Fb?x=1?y", "X-A:  one \r\nx-a: two\r\n"));
  CHECK(client.answer().status == 200);
  const seen_request seen = s.handler.last();
  CHECK(seen.method == "PURGE");
  CHECK(seen.target == "/a%2Fb?x=1?y");
  CHECK(seen.path == "/a%2Fb");
  CHECK(seen.query == "x=1?y");
  CHECK(seen.host == "test");
  CHECK(seen.from.client.to_string() == "127.0.0.1");
  CHECK(seen.from.zone == "intern");
  CHECK_FALSE(seen.from.secure);
  REQUIRE(seen.headers.size() == 3);
  CHECK(seen.headers[1] == std::pair<std::string, std::string>("X-A", "one"));
  CHECK(seen.headers[2] == std::pair<std::string, std::string>("x-a", "two"));
}

TEST_CASE("an IPv6 listener serves IPv6 clients and leaves IPv4 to others") {
  http::server_options o;
  o.listeners.emplace_back().address = "::1";
  running_server s(std::move(o));
  tcp_client client(s.port(), "::1");
  client.send("GET / HTTP/1.1\r\nHost: [::1]\r\n\r\n");
  CHECK(client.answer().body == "hello");
  CHECK(s.handler.last().from.client.to_string() == "::1");
  CHECK(s.handler.last().host == "[::1]");
  CHECK_THROWS(tcp_client(s.port(), "127.0.0.1"));
}

TEST_CASE("an address that is taken stops the start with its name") {
  running_server s;
  http::server_options o;
  o.listeners.emplace_back().address = "127.0.0.1";
  o.listeners[0].port = s.port();
  CHECK_THROWS_WITH(http::make_server(std::move(o)),
                    Catch::Matchers::Contains("127.0.0.1:" + std::to_string(s.port())));
}

TEST_CASE("many connections at once each get their own answers") {
  running_server s;
  std::vector<std::future<int>> all;
  for (int who = 0; who < 8; ++who) {
    all.push_back(std::async(std::launch::async, [&s, who] {
      int wrong = 0;
      tcp_client client(s.port());
      for (int i = 0; i < 50; ++i) {
        const std::string body = pattern(static_cast<std::uint64_t>(who * 1000 + i), 3000);
        client.send(head_of("PUT", "/echo", "Content-Length: 3000\r\n") + body);
        if (client.answer().body != body) ++wrong;
      }
      return wrong;
    }));
  }
  for (auto& one : all) CHECK(one.get() == 0);
}

}  // namespace connection_test
