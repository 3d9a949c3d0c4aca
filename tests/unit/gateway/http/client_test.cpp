// The blocking client of the admin commands against the real server.
#include "gateway/http/client.hpp"

#include "tests/support/catch.hpp"
#include "tests/unit/gateway/http/certificates.hpp"
#include "tests/unit/gateway/http/running_server.hpp"

namespace client_test {

using namespace torhaus;
using namespace torhaus::test;
using Catch::Matchers::Contains;
using std::chrono::seconds;

namespace {

http::client_request call(const std::string& endpoint, const std::string& method,
                          const std::string& target, std::string body = {}) {
  http::client_request c;
  c.endpoint = endpoint;
  c.method = method;
  c.target = target;
  c.headers = {{"Host", http::host_of_endpoint(endpoint).value()}, {"X-Test", "yes"}};
  c.body = std::move(body);
  return c;
}

std::string plain(const running_server& s) {
  return "http://127.0.0.1:" + std::to_string(s.port());
}

std::string why(const result<http::client_response>& r) {
  REQUIRE_FALSE(r);
  CHECK(r.error().code() == errc::service_unavailable);
  return std::string(r.error().message());
}

http::server_options tls_options(const test_certificate& c) {
  http::server_options o;
  o.listeners.emplace_back().address = "127.0.0.1";
  o.listeners[0].tls = c.files();
  return o;
}

}  // namespace

TEST_CASE("a plain call sends method, target, headers and body, and brings status and body") {
  running_server s;
  auto a = http::send(call(plain(s), "PUT", "/echo?x=1", "abc"));
  REQUIRE(a);
  CHECK(a->status == 200);
  CHECK(a->body == "abc");
  const seen_request seen = s.handler.last();
  CHECK(seen.method == "PUT");
  CHECK(seen.target == "/echo?x=1");
  CHECK(seen.host == "127.0.0.1:" + std::to_string(s.port()));
  CHECK(std::ranges::find(seen.headers, std::pair<std::string, std::string>("X-Test", "yes")) !=
        seen.headers.end());
  a = http::send(call(plain(s), "HEAD", "/"));
  REQUIRE(a);
  CHECK(a->status == 200);
  CHECK(a->body.empty());
}

TEST_CASE("an error status is an answer like others") {
  running_server s({}, [](scripted_handler& h) {
    h.on("/404", [](http::request&) -> task<http::response> {
      http::response r;
      r.status = 404;
      r.body = std::string("{}");
      co_return r;
    });
  });
  const auto a = http::send(call(plain(s), "DELETE", "/404"));
  REQUIRE(a);
  CHECK(a->status == 404);
  CHECK(a->body == "{}");
}

TEST_CASE("an https call verifies the server against the given authority") {
  test_certificate certificate;
  running_server s(tls_options(certificate));
  const std::string port = std::to_string(s.port());
  for (const std::string host : {"127.0.0.1", "localhost"}) {
    INFO(host);
    auto c = call("https://" + host + ":" + port, "PUT", "/echo", "abc");
    c.ca_file = certificate.files().certificate.string();
    const auto a = http::send(c);
    REQUIRE(a);
    CHECK(a->body == "abc");
    CHECK(s.handler.last().from.secure);
  }
  CHECK(s.handler.calls() == 2);
}

TEST_CASE("an https call to a server that cannot be verified fails and says so") {
  test_certificate certificate;
  test_certificate other;
  auto options = tls_options(certificate);
  options.listeners.push_back(options.listeners[0]);
  options.listeners[1].address = "127.0.0.2";
  running_server s(std::move(options));
  auto c = call("https://127.0.0.1:" + std::to_string(s.port()), "GET", "/");
  CHECK_THAT(why(http::send(c)), Contains("certificate"));  // unknown to the system
  c.ca_file = other.files().certificate.string();
  CHECK_THAT(why(http::send(c)), Contains("certificate"));
  c.ca_file = certificate.files().certificate.string();
  c.endpoint = "https://127.0.0.2:" + std::to_string(s.port(1));  // not in the certificate
  CHECK_THAT(why(http::send(c)), Contains("certificate"));
  c.endpoint = "https://127.0.0.1:" + std::to_string(s.port());
  c.ca_file = "/nowhere/ca.pem";
  CHECK_THAT(why(http::send(c)), Contains("/nowhere/ca.pem"));
  CHECK(s.handler.calls() == 0);
}

TEST_CASE("a refused connection is said with the endpoint") {
  const std::string endpoint = "http://127.0.0.1:" + std::to_string(unused_port());
  const std::string text = why(http::send(call(endpoint, "GET", "/")));
  CHECK(text == endpoint + ": Connection refused");
}

TEST_CASE("a server that does not answer in time is given up") {
  gate never;
  running_server s({}, [&](scripted_handler& h) {
    h.on("/never", [&](http::request&) -> task<http::response> {
      co_await never.pass();
      co_return http::response();
    });
  });
  auto c = call(plain(s), "GET", "/never");
  c.time_limit = seconds(1);
  const auto began = std::chrono::steady_clock::now();
  CHECK_THAT(why(http::send(c)), Contains("no answer in time"));
  CHECK(std::chrono::steady_clock::now() - began < seconds(4));
  never.open();
}

TEST_CASE("a server that closes early or answers nonsense is an error") {
  running_server s({}, [](scripted_handler& h) {
    h.on("/broken", [](http::request&) -> task<http::response> {
      http::response r;
      r.body = std::make_unique<pattern_source>(1000, 100, 500);
      co_return r;
    });
    h.on("/huge", [](http::request&) -> task<http::response> {
      http::response r;
      r.body = std::make_unique<pattern_source>(std::uint64_t{17} << 20, 1 << 20);
      co_return r;
    });
  });
  CHECK_FALSE(http::send(call(plain(s), "GET", "/broken")));
  CHECK_FALSE(http::send(call(plain(s), "GET", "/huge")));  // more than 16 MiB
}

TEST_CASE("endpoints are understood or refused") {
  CHECK(http::host_of_endpoint("http://a.example:9001").value() == "a.example:9001");
  CHECK(http::host_of_endpoint("http://a.example:80/").value() == "a.example");
  CHECK(http::host_of_endpoint("https://a.example:443").value() == "a.example");
  CHECK(http::host_of_endpoint("https://a.example:80").value() == "a.example:80");
  CHECK(http::host_of_endpoint("https://a.example/x").value() == "a.example");
  CHECK(http::host_of_endpoint("http://[::1]:9001").value() == "[::1]:9001");
  CHECK(http::host_of_endpoint("http://[::1]").value() == "[::1]");
  for (const std::string bad : {"", "a.example:9001", "ftp://a", "http://", "http://:80",
                                "http://a:", "http://[::1", "http://[::1]x:80", "http://a:b",
                                "http://a:70000", "http://a b", "http://u@a", "http://a:1:2"}) {
    INFO(bad);
    const auto r = http::host_of_endpoint(bad);
    REQUIRE_FALSE(r);
    CHECK(r.error().code() == errc::bad_request);
    http::client_request c;
    c.endpoint = bad;
    CHECK_FALSE(http::send(c));
  }
}

}  // namespace client_test
