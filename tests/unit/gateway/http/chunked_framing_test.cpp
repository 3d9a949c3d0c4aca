// The framing of chunks on its own: bounds to the byte, and the same outcome however the bytes are
// cut. What a server makes of it is in framing_test.cpp.
#include "gateway/http/chunked_framing.hpp"

#include <optional>
#include <string>

#include "tests/support/catch.hpp"

namespace chunked_framing_test {

using namespace torhaus;
using namespace torhaus::gateway::http;

namespace {

// The data and what was left behind the body's end, when the bytes come `step` at a time; nothing
// when they are refused.
struct outcome {
  std::string data;
  std::string rest;
  bool finished = false;
  bool operator==(const outcome&) const = default;
};

std::optional<outcome> read(std::string_view in, std::size_t step) {
  outcome out;
  chunked_framing framing;
  while (!in.empty() && !framing.finished()) {
    std::string_view piece = in.substr(0, step);
    std::size_t used = 0;
    if (framing.data_expected() > 0) {
      used =
          static_cast<std::size_t>(std::min<std::uint64_t>(framing.data_expected(), piece.size()));
      out.data += piece.substr(0, used);
      framing.took_data(used);
    } else {
      const auto fed = framing.feed(piece);
      if (!fed) return std::nullopt;
      used = *fed;
    }
    in.remove_prefix(used);
  }
  out.rest = in;
  out.finished = framing.finished();
  return out;
}

bool accepted(const std::string& body) {
  const auto whole = read(body, body.size());
  return whole && whole->finished;
}

}  // namespace

TEST_CASE("chunks are the same however they are cut, and what follows them is left alone") {
  const std::string body =
      "3\r\nabc\r\n00A;x=\"y\"; z\r\n0123456789\r\n5\r\n\r\n0\r\n\r\n"
      "0;e\r\nA:b\r\nC: \td\r\n\r\nGET /";
  for (std::size_t step = 1; step <= body.size(); ++step) {
    INFO(step);
    CHECK(read(body, step) == outcome{"abc0123456789\r\n0\r\n", "GET /", true});
  }
}

TEST_CASE("a body is finished behind its empty line and not before") {
  const std::string body = "1\r\na\r\n0\r\nA: b\r\n\r\n";
  for (std::size_t size = 0; size < body.size(); ++size) {
    INFO(size);
    const auto part = read(body.substr(0, size), 3);
    REQUIRE(part);
    CHECK_FALSE(part->finished);
  }
  CHECK(read(body + "GET /", 3) == outcome{"a", "GET /", true});
  CHECK(read("0\r\n\r\n0\r\n\r\n", 100) == outcome{"", "0\r\n\r\n", true});
}

TEST_CASE("a chunk's line and the trailers have bounds") {
  const auto line_of = [](std::size_t bytes) {  // with CR LF
    return "0;" + std::string(bytes - 4, 'x') + "\r\n\r\n";
  };
  CHECK(accepted(line_of(max_chunk_line_bytes)));
  CHECK_FALSE(accepted(line_of(max_chunk_line_bytes + 1)));
  const auto trailers_of = [](std::size_t bytes) {  // the empty line's CR counts
    return "0\r\nA:" + std::string(bytes - 5, 'x') + "\r\n\r\n";
  };
  CHECK(accepted(trailers_of(max_chunk_trailer_bytes)));
  CHECK_FALSE(accepted(trailers_of(max_chunk_trailer_bytes + 1)));
}

TEST_CASE("sizes and their sum have bounds") {
  CHECK(read("FFFFFFFFFFFFFFF\r\n", 100));
  CHECK_FALSE(read("1000000000000000\r\n", 100));  // sixteen digits
  CHECK_FALSE(read("0000000000000001\r\n", 100));
  chunked_framing framing;
  for (int i = 0; i < 8; ++i) {
    REQUIRE(framing.feed("fffffffffffffff\r\n"));
    framing.took_data(framing.data_expected());
    REQUIRE(framing.feed("\r\n"));
  }
  CHECK_FALSE(framing.feed("fffffffffffffff\r\n"));  // beyond 2^63
}

TEST_CASE("after a fault nothing is accepted any more") {
  chunked_framing framing;
  CHECK_FALSE(framing.feed("x"));
  CHECK_FALSE(framing.feed("0\r\n\r\n"));
  CHECK_FALSE(framing.finished());
}

TEST_CASE("taking more data than a chunk has is a broken invariant") {
  chunked_framing framing;
  REQUIRE(framing.feed("3\r\n"));
  CHECK(framing.data_expected() == 3);
  CHECK_THROWS_AS(framing.took_data(4), std::logic_error);
}

}  // namespace chunked_framing_test
