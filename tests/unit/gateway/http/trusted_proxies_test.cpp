// Who the client is when proxies stand in between. CVE-2026-21862 (GHSA-fc6g): a header from
// anybody else is a claim.
#include "gateway/http/forwarded.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/gateway/http/running_server.hpp"

namespace trusted_proxies_test {

using namespace torhaus;
using namespace torhaus::test;
using Catch::Matchers::Contains;

namespace {

struct outcome {
  std::string client;
  std::string host;
  bool secure = false;
};

// What a request from `peer` with these headers looks like behind 10.0.0.0/8, 192.0.2.7 and
// 2001:db8::/32.
outcome apply(const std::string& peer,
              const std::vector<std::pair<std::string, std::string>>& headers) {
  const http::proxy_list proxies({"10.0.0.0/8", "192.0.2.7", "2001:db8::/32", "fe80::/10"});
  http::request call;
  call.host = "signed.example";
  call.from.client = asio::ip::make_address(peer);
  for (const auto& [name, value] : headers) call.headers.push_back({name, value});
  proxies.apply(call);
  return {call.from.client.to_string(), call.host, call.from.secure};
}

std::string client_of(const std::string& peer, const std::string& chain) {
  return apply(peer, {{"X-Forwarded-For", chain}}).client;
}

}  // namespace

TEST_CASE("forwarded headers from anybody but a trusted proxy are ignored") {
  const outcome o = apply("203.0.113.5", {{"X-Forwarded-For", "198.51.100.1"},
                                          {"X-Forwarded-Proto", "https"},
                                          {"X-Forwarded-Host", "evil.example"}});
  CHECK(o.client == "203.0.113.5");
  CHECK(o.host == "signed.example");
  CHECK_FALSE(o.secure);
}

TEST_CASE("a trusted proxy says who the client is") {
  const outcome o = apply("10.1.2.3", {{"x-forwarded-for", "198.51.100.1"},
                                       {"x-forwarded-proto", "HTTPS"},
                                       {"x-forwarded-host", "s3.example:8443"}});
  CHECK(o.client == "198.51.100.1");
  CHECK(o.host == "s3.example:8443");
  CHECK(o.secure);
  CHECK_FALSE(apply("10.1.2.3", {{"X-Forwarded-Proto", "http"}}).secure);
}

TEST_CASE("of a chain the right-most address that is no proxy counts") {
  CHECK(client_of("10.1.2.3", "198.51.100.1, 203.0.113.9") == "203.0.113.9");
  CHECK(client_of("10.1.2.3", "198.51.100.1, 203.0.113.9, 10.9.9.9,192.0.2.7") == "203.0.113.9");
  CHECK(client_of("10.1.2.3", "10.0.0.1, 10.0.0.2") == "10.0.0.1");
  CHECK(client_of("192.0.2.7", "2001:DB8::5, 2001:db9::5") == "2001:db9::5");
  CHECK(client_of("2001:db8::1", "198.51.100.1") == "198.51.100.1");
  CHECK(client_of("::ffff:10.1.2.3", "::ffff:198.51.100.1") == "198.51.100.1");
  CHECK(client_of("fe80::1%1", "198.51.100.1") == "198.51.100.1");
}

TEST_CASE("a proxy that adds a header of its own is not outvoted by the client's") {
  // HAProxy's "option forwardfor" adds a second header behind the one that the client sent.
  const outcome o = apply("10.1.2.3", {{"X-Forwarded-For", "127.0.0.1"},
                                       {"X-Forwarded-Proto", "https"},
                                       {"X-Forwarded-Host", "evil.example"},
                                       {"X-Forwarded-For", "203.0.113.9, 10.4.4.4"},
                                       {"X-Forwarded-Proto", "http"},
                                       {"X-Forwarded-Host", "s3.example"}});
  CHECK(o.client == "203.0.113.9");
  CHECK(o.host == "s3.example");
  CHECK_FALSE(o.secure);
  // Apache's mod_proxy adds to the list.
  CHECK(apply("10.1.2.3", {{"X-Forwarded-Host", "evil.example, s3.example"}}).host == "s3.example");
  CHECK_FALSE(apply("10.1.2.3", {{"X-Forwarded-Proto", "https, http"}}).secure);
}

TEST_CASE("malformed values change nothing, and a malformed address ends the chain") {
  for (const std::string chain :
       {"", "unknown", "198.51.100.1, ", "_hidden", "1.2.3", "[::1", "a:b"}) {
    INFO(chain);
    CHECK(client_of("10.1.2.3", chain) == "10.1.2.3");
  }
  CHECK(client_of("10.1.2.3", "198.51.100.1, what, 10.4.4.4") == "10.4.4.4");
  for (const std::string host : {"", "a b", "a/b", "a@b", "a\"b", "s3.example, "}) {
    INFO(host);
    CHECK(apply("10.1.2.3", {{"X-Forwarded-Host", host}}).host == "signed.example");
  }
  CHECK_FALSE(apply("10.1.2.3", {{"X-Forwarded-Proto", "wss"}}).secure);
}

TEST_CASE("ports behind addresses are left out") {
  CHECK(client_of("10.1.2.3", "198.51.100.1:4711") == "198.51.100.1");
  CHECK(client_of("10.1.2.3", "[2001:db9::5]:4711") == "2001:db9::5");
  CHECK(client_of("10.1.2.3", "[2001:db9::5]") == "2001:db9::5");
}

TEST_CASE("an entry that is neither address nor network is named") {
  for (const std::string entry :
       {"", "proxy.example", "10.0.0.0/33", "10.0.0.0/", "10.0.0/8", "/8"}) {
    INFO(entry);
    CHECK_THROWS_WITH(http::proxy_list({"10.0.0.1", entry}), Contains("\"" + entry + "\""));
  }
  CHECK(http::proxy_list({"10.9.8.7/8"}).trusts(asio::ip::make_address("10.1.1.1")));
  CHECK_FALSE(http::proxy_list({"10.9.8.7"}).trusts(asio::ip::make_address("10.9.8.8")));
  CHECK_FALSE(http::proxy_list().trusts(asio::ip::make_address("127.0.0.1")));
}

TEST_CASE("a server believes its own peers only when told to") {
  const std::string lines =
      "X-Forwarded-For: 198.51.100.1\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Host: "
      "s3.example\r\n";
  for (const bool trusted : {false, true}) {
    INFO(trusted);
    http::server_options o;
    if (trusted) o.trusted_proxies = {"127.0.0.0/8"};
    running_server s(std::move(o));
    tcp_client client(s.port());
    client.send(head_of("GET", "/", lines));
    CHECK(client.answer().status == 200);
    const seen_request seen = s.handler.last();
    CHECK(seen.from.client.to_string() == (trusted ? "198.51.100.1" : "127.0.0.1"));
    CHECK(seen.from.secure == trusted);
    CHECK(seen.host == (trusted ? "s3.example" : "test"));
  }
}

}  // namespace trusted_proxies_test
