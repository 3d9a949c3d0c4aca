// Where a request ends. Whatever two servers in a row could read differently is refused: with an
// answer, with the end of the connection, without calling the handler, and without taking what
// follows for another request. RFC 9112; CVE-2025-55315 and CVE-2025-22871 (bare LF in a chunk
// extension).
#include <thread>

#include "tests/support/catch.hpp"
#include "tests/unit/gateway/http/running_server.hpp"

namespace framing_test {

using namespace torhaus;
using namespace torhaus::test;

namespace {

using namespace std::string_literals;

constexpr std::string_view smuggled = "GET /smuggled HTTP/1.1\r\nHost: test\r\n\r\n";

struct vector {
  const char* name;
  std::string bytes;
  unsigned status;
};

std::string put(const std::string& lines, const std::string& body = {}) {
  return head_of("PUT", "/echo", lines) + body;
}
std::string chunked(const std::string& body) { return put("Transfer-Encoding: chunked\r\n", body); }

void check_refused(const running_server& s, tcp_client& client, unsigned status) {
  const http_answer a = client.answer();
  CHECK(a.status == status);
  CHECK(a.whole);
  CHECK(a.find("Connection") == "close");
  CHECK(client.closes());
  CHECK(s.handler.last().target != "/smuggled");
}

std::vector<vector> bad_lengths() {
  return {
      {"Content-Length and Transfer-Encoding",
       put("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"), 400},
      {"Transfer-Encoding and Content-Length",
       put("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "0\r\n\r\n"), 400},
      {"two different Content-Lengths", put("Content-Length: 3\r\nContent-Length: 5\r\n", "abcde"),
       400},
      {"the same Content-Length twice", put("Content-Length: 3\r\nContent-Length: 3\r\n", "abc"),
       400},
      {"a list of equal lengths", put("Content-Length: 3, 3\r\n", "abc"), 400},
      {"a list of different lengths", put("Content-Length: 3,5\r\n", "abcde"), 400},
      {"Content-Length +3", put("Content-Length: +3\r\n", "abc"), 400},
      {"Content-Length -1", put("Content-Length: -1\r\n", "abc"), 400},
      {"Content-Length 0x3", put("Content-Length: 0x3\r\n", "abc"), 400},
      {"Content-Length 3.0", put("Content-Length: 3.0\r\n", "abc"), 400},
      {"Content-Length with a space inside", put("Content-Length: 1 2\r\n", "abc"), 400},
      {"an empty Content-Length", put("Content-Length:\r\n"), 400},
      {"Content-Length 2^63", put("Content-Length: 9223372036854775808\r\n"), 400},
      {"Content-Length 2^64", put("Content-Length: 18446744073709551616\r\n"), 400},
  };
}

std::vector<vector> bad_codings() {
  return {
      {"two Transfer-Encodings",
       put("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"), 400},
      {"identity, then chunked in a second line",
       put("Transfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"), 501},
      {"chunked, then identity in a second line",
       put("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n", "0\r\n\r\n"), 400},
      {"xchunked", put("Transfer-Encoding: xchunked\r\n", "abcde"), 501},
      {"xchunked with a length",
       put("Transfer-Encoding: xchunked\r\nContent-Length: 5\r\n", "abcde"), 501},
      {"chunked, identity", put("Transfer-Encoding: chunked, identity\r\n", "0\r\n\r\n"), 501},
      {"gzip, chunked", put("Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n"), 501},
      {"chunked, chunked", put("Transfer-Encoding: chunked, chunked\r\n", "0\r\n\r\n"), 501},
      {"chunked with a parameter", put("Transfer-Encoding: chunked;q=1\r\n", "0\r\n\r\n"), 501},
      {"chunked in quotes", put("Transfer-Encoding: \"chunked\"\r\n", "0\r\n\r\n"), 501},
      {"an empty Transfer-Encoding", put("Transfer-Encoding:\r\n", "0\r\n\r\n"), 501},
      {"chunked behind a vertical tab", put("Transfer-Encoding: \vchunked\r\n", "0\r\n\r\n"), 400},
      {"chunked behind a folded line", put("Transfer-Encoding:\r\n chunked\r\n", "0\r\n\r\n"), 501},
      {"Transfer-Encoding on HTTP/1.0",
       "PUT /echo HTTP/1.0\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
  };
}

std::vector<vector> bad_lines() {
  return {
      {"a bare LF behind the request line", "GET / HTTP/1.1\nHost: test\r\n\r\n", 400},
      {"a bare LF behind a header", "GET / HTTP/1.1\r\nHost: test\nA: b\r\n\r\n", 400},
      {"a bare LF as the empty line", "GET / HTTP/1.1\r\nHost: test\r\n\n", 400},
      {"a head of bare LFs", "GET / HTTP/1.1\nHost: test\n\n", 400},
      {"a bare CR in a header", "GET / HTTP/1.1\r\nHost: test\r\nA: b\rC: d\r\n\r\n", 400},
      {"a bare CR behind the request line", "GET / HTTP/1.1\rHost: test\r\n\r\n", 400},
      {"CR CR LF", "GET / HTTP/1.1\r\nHost: test\r\r\n\r\n", 400},
      {"a leading empty line", "\r\nGET / HTTP/1.1\r\nHost: test\r\n\r\n", 400},
      {"nothing but an empty head", "\r\n\r\n", 400},
      {"a folded header", "GET / HTTP/1.1\r\nHost: test\r\nA: b\r\n c\r\n\r\n", 400},
      {"a header folded with a tab", "GET / HTTP/1.1\r\nHost: test\r\nA: b\r\n\tc\r\n\r\n", 400},
      {"a folded first header", "GET / HTTP/1.1\r\n Host: test\r\n\r\n", 400},
      {"space before the colon", put("Content-Length : 3\r\n", "abc"), 400},
      {"tab before the colon", put("Transfer-Encoding\t: chunked\r\n", "0\r\n\r\n"), 400},
      {"no colon", put("Content-Length\r\n"), 400},
      {"an empty header name", put(": 3\r\n"), 400},
      {"a header name with a control character", put("Content\x01-Length: 3\r\n", "abc"), 400},
      {"an 8-bit header name", put("Content\xe4-Length: 3\r\n", "abc"), 400},
      {"NUL in a header value", put("A: b\0c\r\n"s), 400},
      {"NUL in a header name", put("A\0B: c\r\n"s), 400},
      {"NUL in the target", "GET /a\0b HTTP/1.1\r\nHost: test\r\n\r\n"s, 400},
      {"DEL in a header value", put("A: \x7f\r\n"), 400},
      {"257 headers", put([] {
         std::string lines;
         for (int i = 0; i < 256; ++i) lines += "a: b\r\n";
         return lines;
       }()),
       400},
  };
}

std::vector<vector> bad_request_lines() {
  return {
      {"no version", "GET /\r\nHost: test\r\n\r\n", 400},
      {"HTTP/2.0", "GET / HTTP/2.0\r\nHost: test\r\n\r\n", 400},
      {"HTTP/1.2", "GET / HTTP/1.2\r\nHost: test\r\n\r\n", 400},
      {"HTTP/1.10", "GET / HTTP/1.10\r\nHost: test\r\n\r\n", 400},
      {"a lower-case version", "GET / http/1.1\r\nHost: test\r\n\r\n", 400},
      {"space behind the version", "GET / HTTP/1.1 \r\nHost: test\r\n\r\n", 400},
      {"two spaces", "GET  / HTTP/1.1\r\nHost: test\r\n\r\n", 400},
      {"a space in the target", "GET /a b HTTP/1.1\r\nHost: test\r\n\r\n", 400},
      {"a tab for a space", "GET\t/ HTTP/1.1\r\nHost: test\r\n\r\n", 400},
      {"raw 8-bit bytes in the target", "GET /stra\xc3\x9f"s + "e HTTP/1.1\r\nHost: test\r\n\r\n",
       400},
      {"a fragment in the target", "GET /a#b HTTP/1.1\r\nHost: test\r\n\r\n", 400},
      {"an absolute target", "GET http://test/ HTTP/1.1\r\nHost: test\r\n\r\n", 400},
      {"an asterisk", "OPTIONS * HTTP/1.1\r\nHost: test\r\n\r\n", 400},
      {"an authority", "CONNECT test:80 HTTP/1.1\r\nHost: test\r\n\r\n", 400},
      {"a method that is no token", "GE(T / HTTP/1.1\r\nHost: test\r\n\r\n", 400},
      {"an endless method", std::string(21, 'G') + " / HTTP/1.1\r\nHost: test\r\n\r\n", 400},
      {"a target that is too long",
       "GET /" + std::string(16 * 1024, 'a') + " HTTP/1.1\r\nHost: test\r\n\r\n", 414},
      {"a TLS greeting", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"s, 400},
  };
}

// The host is signed, so that two of them are an attack.
std::vector<vector> bad_hosts() {
  return {
      {"no Host", "GET / HTTP/1.1\r\n\r\n", 400},
      {"two Hosts", "GET / HTTP/1.1\r\nHost: test\r\nHost: other\r\n\r\n", 400},
      {"the same Host twice", "GET / HTTP/1.1\r\nHost: test\r\nHost: test\r\n\r\n", 400},
      {"a list of Hosts", "GET / HTTP/1.1\r\nHost: test, other\r\n\r\n", 400},
      {"an empty Host", "GET / HTTP/1.1\r\nHost:\r\n\r\n", 400},
      {"a Host with user", "GET / HTTP/1.1\r\nHost: a@test\r\n\r\n", 400},
      {"a Host with path", "GET / HTTP/1.1\r\nHost: test/a\r\n\r\n", 400},
      {"an 8-bit Host", "GET / HTTP/1.1\r\nHost: st\xc3\xa4"s + "dte\r\n\r\n", 400},
  };
}

std::vector<vector> other_bad_heads() {
  return {
      {"a head beyond 32 KiB", put("A: " + std::string(32 * 1024, 'a') + "\r\n"), 400},
      {"a head without end", "GET / HTTP/1.1\r\nA: " + std::string(40 * 1024, 'a'), 400},
  };
}

// The head alone decides: the handler hears of nothing.
const std::vector<vector>& bad_heads() {
  static const std::vector<vector> all = [] {
    std::vector<vector> joined;
    for (auto& some : {bad_lengths(), bad_codings(), bad_lines(), bad_request_lines(), bad_hosts(),
                       other_bad_heads()}) {
      joined.insert(joined.end(), some.begin(), some.end());
    }
    return joined;
  }();
  return all;
}

// The head is fine, the body's framing is not: the handler's read fails, and its answer is the
// last.
const std::vector<vector>& bad_chunks() {
  static const std::vector<vector> all = {
      {"chunk size 0x3", chunked("0x3\r\nabc\r\n0\r\n\r\n"), 400},
      {"chunk size +3", chunked("+3\r\nabc\r\n0\r\n\r\n"), 400},
      {"chunk size -3", chunked("-3\r\nabc\r\n0\r\n\r\n"), 400},
      {"an empty chunk size", chunked("\r\nabc\r\n0\r\n\r\n"), 400},
      {"a chunk size of letters", chunked("xyz\r\nabc\r\n0\r\n\r\n"), 400},
      {"space before the chunk size", chunked(" 3\r\nabc\r\n0\r\n\r\n"), 400},
      {"space behind the chunk size", chunked("3 \r\nabc\r\n0\r\n\r\n"), 400},
      {"a chunk size beyond 64 bits", chunked("10000000000000003\r\nabc\r\n0\r\n\r\n"), 400},
      {"a chunk size of 2^64 - 1", chunked("ffffffffffffffff\r\nabc\r\n0\r\n\r\n"), 400},
      {"chunk sizes whose sum overflows", chunked("1\r\na\r\n7fffffffffffffff\r\nabc"), 400},
      {"a chunk size of many zeros", chunked(std::string(100, '0') + "3\r\nabc\r\n0\r\n\r\n"), 400},
      {"a bare LF behind the chunk size", chunked("3\nabc\r\n0\r\n\r\n"), 400},
      {"a bare CR behind the chunk size", chunked("3\rabc\r\n0\r\n\r\n"), 400},
      {"another byte for the LF behind the chunk size", chunked("3\rxabc\r\n0\r\n\r\n"), 400},
      {"another byte for the CR behind a chunk", chunked("3\r\nabcx\n0\r\n\r\n"), 400},
      {"another byte for the LF behind a chunk", chunked("3\r\nabc\rx0\r\n\r\n"), 400},
      {"another byte for the LF behind a trailer", chunked("0\r\nA: b\rx\r\n"), 400},
      {"another byte for the last LF", chunked("0\r\n\rx"), 400},
      {"no line end behind a chunk", chunked("3\r\nabc0\r\n\r\n"), 400},
      {"a bare LF behind a chunk", chunked("3\r\nabc\n0\r\n\r\n"), 400},
      {"a chunk longer than its size", chunked("3\r\nabcd\r\n0\r\n\r\n"), 400},
      {"CVE-2025-55315: a bare LF in a chunk extension", chunked("3;\nabc\r\n0\r\n\r\n"), 400},
      {"CVE-2025-55315: a bare LF that hides a chunk", chunked("2;\nxx\r\n39\r\n0\r\n\r\n"), 400},
      {"CVE-2025-22871: a bare LF ends a chunk extension", chunked("3;a=b\nabc\r\n0\r\n\r\n"), 400},
      {"a bare LF in a quoted chunk extension", chunked("3;a=\"\n\"\r\nabc\r\n0\r\n\r\n"), 400},
      {"a bare CR in a chunk extension", chunked("3;a\rb\r\nabc\r\n0\r\n\r\n"), 400},
      {"NUL in a chunk extension", chunked("3;\0\r\nabc\r\n0\r\n\r\n"s), 400},
      {"a very long chunk extension",
       chunked("3;a=" + std::string(1000, 'a') + "\r\nabc\r\n0\r\n\r\n"), 400},
      {"a chunk extension without end", chunked("3;a=" + std::string(1 << 20, 'a')), 400},
      {"a bare LF in the last chunk's extension", chunked("0;\n\r\n\r\n"), 400},
      {"a bare LF in place of the trailers' end", chunked("0\r\n\n"), 400},
      {"a bare LF behind a trailer", chunked("0\r\nA: b\n\r\n"), 400},
      {"a folded trailer", chunked("0\r\nA: b\r\n c\r\n\r\n"), 400},
      {"a trailer that is no header", chunked("0\r\nGET / HTTP/1.1\r\n\r\n"), 400},
      {"trailers without end", chunked("0\r\nA: " + std::string(1 << 20, 'a')), 400},
  };
  return all;
}

}  // namespace

TEST_CASE("an ambiguous head is refused, the connection ends, the handler hears of nothing") {
  running_server s;
  for (const vector& v : bad_heads()) {
    INFO(v.name);
    tcp_client client(s.port());
    (void)client.try_send(v.bytes + std::string(smuggled));
    check_refused(s, client, v.status);
    CHECK(s.handler.refused_from().client.is_loopback());
    CHECK(s.handler.calls() == 0);
  }
  CHECK(s.stats().malformed == bad_heads().size());
  CHECK(s.has_no_connections());
}

TEST_CASE("an ambiguous head in a second request is refused as well") {
  running_server s;
  for (const vector& v : bad_heads()) {
    INFO(v.name);
    tcp_client client(s.port());
    (void)client.try_send(head_of("GET", "/first") + v.bytes + std::string(smuggled));
    CHECK(client.answer().status == 200);
    check_refused(s, client, v.status);
  }
  CHECK(s.handler.calls() == bad_heads().size());
}

TEST_CASE("an ambiguous chunk fails the body, and the handler's answer is the last one") {
  running_server s;
  for (const vector& v : bad_chunks()) {
    INFO(v.name);
    const std::size_t before = s.handler.calls();
    tcp_client client(s.port());
    (void)client.try_send(v.bytes + std::string(smuggled));
    check_refused(s, client, v.status);
    CHECK(s.handler.calls() == before + 1);
  }
}

TEST_CASE("an ambiguous chunk that nobody reads ends the connection behind the answer") {
  running_server s({}, [](scripted_handler& h) {
    h.on("/ignore", [](http::request&) -> task<http::response> { co_return http::response(); });
  });
  for (const vector& v : bad_chunks()) {
    INFO(v.name);
    tcp_client client(s.port());
    std::string bytes = v.bytes;
    bytes.replace(bytes.find("/echo"), 5, "/ignore");
    (void)client.try_send(bytes + std::string(smuggled));
    CHECK(client.answer().status == 200);
    CHECK(client.closes());
    CHECK(s.handler.last().target == "/ignore");
  }
}

TEST_CASE("a head that cannot become good is refused at once, not when its time is over") {
  http::server_options o;
  o.limit.head_time = std::chrono::seconds(600);
  running_server s(std::move(o));
  for (const std::string bytes :
       {"GET / HTTP/1.1\nHost: test\n\n", "GET / HTTP/1.1\rHost", "\x16\x03\x01"}) {
    INFO(bytes);
    tcp_client client(s.port());
    client.send(bytes);
    const http_answer a = client.answer();
    CHECK(a.status == 400);
    CHECK(a.body == "BadRequest");  // and no RequestTimeout, which is a 400 as well
  }
}

TEST_CASE("what is allowed arrives whole, however it is cut into pieces") {
  running_server s;
  const std::string whole =
      head_of("PUT", "/echo",
              "transfer-encoding: Chunked\r\nX-Text: \tgr\xc3\xbc\xc3\x9f"
              "e \r\n") +
      "3\r\nabc\r\n0a;name=value\r\n0123456789\r\n000;\"x\"\r\nx-trailer: a\r\n\r\n";
  for (std::size_t cut = 1; cut < whole.size(); ++cut) {
    tcp_client client(s.port());
    client.send(whole.substr(0, cut));
    if (cut % 8 == 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    client.send(whole.substr(cut));
    const http_answer a = client.answer();
    REQUIRE(a.status == 200);
    REQUIRE(a.body == "abc0123456789");
  }
  const seen_request last = s.handler.last();
  REQUIRE(last.headers.size() == 3);
  CHECK(last.headers[2].second ==
        "gr\xc3\xbc\xc3\x9f"
        "e");
}

TEST_CASE("a request sent byte by byte is understood") {
  running_server s;
  tcp_client client(s.port());
  const std::string chunks = "3\r\nabc\r\n1;x\r\nd\r\n0\r\nA: b\r\n\r\n";
  const std::string first = head_of("PUT", "/echo", "Transfer-Encoding: chunked\r\n") + chunks;
  for (const char c : first + head_of("GET", "/next")) {
    client.send(std::string_view(&c, 1));
    std::this_thread::sleep_for(std::chrono::microseconds(200));
  }
  CHECK(client.answer().body == "abcd");
  CHECK(client.answer().body == "hello");
}

TEST_CASE("the last chunk may come in pieces") {
  running_server s;
  for (const std::string path : {"/echo", "/unread"}) {
    tcp_client client(s.port());
    client.send(head_of("PUT", path, "Transfer-Encoding: chunked\r\n"));
    for (const char* piece : {"0\r\n", "\r", "\n"}) {
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
      client.send(piece);
    }
    CHECK(client.answer().status == 200);
    client.send(head_of("GET", "/next"));
    CHECK(client.answer().body == "hello");
  }
}

TEST_CASE("lengths at the edge are taken") {
  running_server s;
  tcp_client client(s.port());
  client.send(put("Content-Length: 0\r\n") + put("Content-Length: 003\r\n", "abc") + put(""));
  CHECK(client.answer().body.empty());
  CHECK(client.answer().body == "abc");
  CHECK(client.answer().body.empty());
  client.send("GET / HTTP/1.1\r\nHost: [2001:db8::1]:9000\r\n\r\n");
  CHECK(client.answer().status == 200);
  CHECK(s.handler.last().host == "[2001:db8::1]:9000");
}

}  // namespace framing_test
