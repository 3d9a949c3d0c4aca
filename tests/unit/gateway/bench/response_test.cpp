#include "gateway/bench/response.hpp"

#include "tests/support/catch.hpp"

namespace response_test {

using namespace torhaus::gateway::bench;

namespace {

struct collected final : body_sink {
  void begin(unsigned s) override { status = s; }
  void take(std::string_view bytes) override { text += bytes; }
  unsigned status = 0;
  std::string text;
};

// Feeds `in` in pieces of `step` bytes; how many bytes were taken.
std::size_t feed(response_parser& parser, collected& sink, std::string_view in, std::size_t step) {
  std::size_t taken = 0;
  while (taken < in.size() && !parser.done() && !parser.broken()) {
    taken += parser.feed(in.substr(taken, step), sink);
  }
  return taken;
}

}  // namespace

TEST_CASE("a body with a length, a chunked one and one until the end, in pieces of any size") {
  constexpr std::string_view sized =
      "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nETag: \"x\"\r\n\r\nhello";
  constexpr std::string_view chunked =
      "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3;a=b\r\nhel\r\n2\r\nlo\r\n0\r\nt: "
      "1\r\n\r\n";
  constexpr std::string_view open = "HTTP/1.0 200 OK\r\n\r\nhello";
  for (std::size_t step = 1; step < 40; ++step) {
    for (const std::string_view in : {sized, chunked, open}) {
      response_parser parser;
      collected sink;
      parser.reset(response_parser::body::as_announced);
      CHECK(feed(parser, sink, in, step) == in.size());
      if (in == open) CHECK(parser.end_of_stream());
      CHECK(parser.done());
      CHECK(parser.status() == 200);
      CHECK(sink.text == "hello");
      CHECK(parser.body_bytes() == 5);
      CHECK(parser.keeps_connection() == (in != open));
    }
  }
}

TEST_CASE("headers are found whatever their case, and bodies can be skipped") {
  response_parser parser;
  collected sink;
  parser.reset(response_parser::body::as_announced);
  const std::string head = "HTTP/1.1 200 OK\r\nETag:  \"x\" \r\nContent-Length: 5\r\n\r\n";
  CHECK(parser.feed(head, sink) == head.size());
  CHECK(parser.header("etag") == "\"x\"");
  CHECK(parser.header("x-amz-version-id").empty());
  CHECK(parser.skippable() == 5);
  parser.skip(5);
  CHECK(parser.done());
}

TEST_CASE("HEAD and 204 have no body, 100 is not the answer") {
  response_parser parser;
  collected sink;
  parser.reset(response_parser::body::none);
  parser.feed("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", sink);
  CHECK(parser.done());
  CHECK(parser.body_bytes() == 5);
  parser.reset(response_parser::body::as_announced);
  parser.feed("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n",
              sink);
  CHECK(parser.done());
  CHECK(parser.status() == 204);
  CHECK_FALSE(parser.keeps_connection());
}

TEST_CASE("what is no answer breaks it") {
  for (const std::string& in :
       {std::string("FTP/1.1 200 OK\r\n\r\n"), std::string("HTTP/1.1 2x0 OK\r\n\r\n"),
        std::string("HTTP/1.1 200 OK\r\nno colon\r\n\r\n"),
        std::string("HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 1\r\n\r\n"),
        std::string("HTTP/1.1 200 OK\r\ntransfer-encoding: gzip\r\n\r\n"),
        std::string("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n"),
        "HTTP/1.1 200 OK\r\nx: " + std::string(70'000, 'x')}) {
    response_parser parser;
    collected sink;
    parser.reset(response_parser::body::as_announced);
    feed(parser, sink, in, 4096);
    CHECK(parser.broken());
  }
  response_parser cut_off;
  collected sink;
  cut_off.reset(response_parser::body::as_announced);
  cut_off.feed("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhell", sink);
  CHECK_FALSE(cut_off.end_of_stream());
}

}  // namespace response_test
