// Bodies on their way out, and heads that must not be split.
#include <thread>

#include "gateway/http/response_head.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/gateway/http/running_server.hpp"

namespace response_body_test {

using namespace torhaus;
using namespace torhaus::test;
using namespace std::string_literals;

namespace {

constexpr std::uint64_t large = 48 << 20;

template <class... Arguments>
scripted_handler::action source(Arguments... arguments) {
  return [arguments...](http::request&) -> task<http::response> {
    http::response r;
    r.body = std::make_unique<pattern_source>(arguments...);
    co_return r;
  };
}

// Claims more or less than it has.
class lying_source final : public http::body_source {
 public:
  lying_source(std::uint64_t size, std::string text) : size_(size), text_(std::move(text)) {}
  std::uint64_t size() const override { return size_; }
  task<result<std::span<const std::byte>>> next() override {
    const auto all = std::as_bytes(std::span(text_));
    co_return std::exchange(said_, true) ? all.first(0) : all;
  }

 private:
  std::uint64_t size_;
  std::string text_;
  bool said_ = false;
};

scripted_handler::action lie(std::uint64_t size, std::string text) {
  return [size, text](http::request&) -> task<http::response> {
    http::response r;
    r.body = std::make_unique<lying_source>(size, text);
    co_return r;
  };
}

scripted_handler::action header(std::string name, std::string value) {
  return [name, value](http::request&) -> task<http::response> {
    http::response r;
    r.set(name, value);
    r.body = std::string("secret body");
    co_return r;
  };
}

}  // namespace

TEST_CASE("a large body arrives whole, in whatever pieces it is produced") {
  running_server s({}, [](scripted_handler& h) {
    h.on("/even", source(large, std::size_t{1} << 20));
    h.on("/odd", source(large + 1, std::size_t{99'991}));
    h.on("/empty", source(std::uint64_t{0}, std::size_t{1}));
    h.on("/one", source(std::uint64_t{1}, std::size_t{1}));
  });
  tcp_client client(s.port());
  const std::vector<std::pair<std::string, std::uint64_t>> bodies = {
      {"/even", large}, {"/odd", large + 1}, {"/empty", 0}, {"/one", 1}};
  for (const auto& [path, size] : bodies) {
    client.send(head_of("GET", path));
    const http_answer a = client.answer();
    CHECK(a.find("Content-Length") == std::to_string(size));
    CHECK((a.body == pattern(0, size)));
  }
  CHECK(s.stats().bytes_out > 2 * large);
}

TEST_CASE("a large body reaches the handler whole, plain and in chunks of all sizes") {
  running_server s;
  const std::string body = pattern(0, 8 << 20);
  tcp_client client(s.port());
  client.send(head_of("PUT", "/digest", "Content-Length: " + std::to_string(body.size()) + "\r\n"));
  client.send(body);
  CHECK(client.answer().body == digest_text(body));

  client.send(head_of("PUT", "/digest", "Transfer-Encoding: chunked\r\n"));
  std::string chunks;
  std::size_t size = 1;
  for (std::size_t at = 0; at < body.size(); size = size * 3 % 100'003 + 1) {
    const std::string piece = body.substr(at, size);
    std::ostringstream line;
    line << std::hex << piece.size();
    chunks += line.str() + "\r\n" + piece + "\r\n";
    at += piece.size();
  }
  client.send(chunks + "0\r\n\r\n");
  CHECK(client.answer().body == digest_text(body));
  CHECK(s.stats().bytes_in == 2 * body.size());
}

TEST_CASE("a body that fails half-way cuts the connection and never looks complete") {
  running_server s({}, [](scripted_handler& h) {
    h.on("/late", source(large, std::size_t{65536}, std::uint64_t{1} << 20));
    h.on("/first", source(std::uint64_t{10}, std::size_t{1}, std::uint64_t{0}));
    h.on("/second", source(std::uint64_t{10}, std::size_t{5}, std::uint64_t{5}));
    h.on("/short", lie(10, "abc"));
    h.on("/long", lie(2, "abc"));
  });
  for (const std::string path : {"/late", "/first", "/second", "/short", "/long"}) {
    INFO(path);
    tcp_client client(s.port());
    client.send(head_of("GET", path) + head_of("GET", "/next"));
    const http_answer a = client.answer();
    CHECK_FALSE(a.whole);
    CHECK(client.closes());
    CHECK(s.handler.last().target == path);
  }
  CHECK(s.has_no_connections());
}

TEST_CASE("a client that leaves in the middle of a body leaves nothing behind") {
  running_server s({}, [](scripted_handler& h) { h.on("/", source(large, std::size_t{65536})); });
  for (int i = 0; i < 10; ++i) {
    tcp_client client(s.port());
    client.send(head_of("GET", "/"));
    CHECK_FALSE(client.receive().empty());
    if (i % 2 == 0) client.reset();
  }
  CHECK(s.has_no_connections());
}

TEST_CASE("a header that would break out of its line is never sent") {
  const std::vector<std::pair<std::string, std::string>> bad = {{"X-A", "b\r\nSet-Cookie: c"},
                                                                {"X-A", "b\nc"},
                                                                {"X-A", "b\rc"},
                                                                {"X-A", "b\0c"s},
                                                                {"X-A", "\r\n\r\n<html>"},
                                                                {"X\r\n-A", "b"},
                                                                {"X-A: c\n", "b"},
                                                                {"", "b"},
                                                                {"Content-Length", "3"},
                                                                {"content-length", "11"},
                                                                {"Transfer-Encoding", "chunked"},
                                                                {"Connection", "keep-alive"}};
  running_server s({}, [&](scripted_handler& h) {
    for (std::size_t i = 0; i < bad.size(); ++i) {
      h.on("/" + std::to_string(i), header(bad[i].first, bad[i].second));
    }
  });
  for (std::size_t i = 0; i < bad.size(); ++i) {
    INFO(i);
    tcp_client client(s.port());
    client.send(head_of("GET", "/" + std::to_string(i)));
    const http_answer a = client.answer();
    CHECK(a.status == 500);
    CHECK(a.body.empty());
    CHECK(a.count("Content-Length") == 1);
    CHECK(a.find("Set-Cookie") == std::nullopt);
    CHECK(client.closes());
  }
}

TEST_CASE("other header values leave as they are") {
  running_server s({}, [](scripted_handler& h) {
    h.on("/", header("x-amz-meta-name",
                     "gr\xc3\xbc\xc3\x9f"
                     "e, \t\"quoted\""));
  });
  tcp_client client(s.port());
  client.send(head_of("GET", "/"));
  CHECK(client.answer().find("x-amz-meta-name") ==
        "gr\xc3\xbc\xc3\x9f"
        "e, \t\"quoted\"");
}

}  // namespace response_body_test
