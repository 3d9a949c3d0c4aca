// TLS as BSI TR-02102-2 wants it, and certificates that change under a running server.
#include "gateway/http/tls.hpp"

#include <openssl/err.h>

#include <set>
#include <thread>

#include "tests/support/catch.hpp"
#include "tests/unit/gateway/http/certificates.hpp"
#include "tests/unit/gateway/http/running_server.hpp"

namespace tls_test {

using namespace torhaus;
using namespace torhaus::test;
using Catch::Matchers::Contains;

namespace {

constexpr std::uint64_t size = 8 << 20;

struct tls_server : running_server {
  explicit tls_server(const test_certificate& c,
                      const std::function<void(scripted_handler&)>& script = {})
      : running_server(options(c), script) {}

  static http::server_options options(const test_certificate& c) {
    http::server_options o;
    o.listeners.emplace_back().address = "127.0.0.1";
    o.listeners[0].tls = c.files();
    return o;
  }
};

tls_settings only12(std::string suites) {
  tls_settings how;
  how.greatest_version = TLS1_2_VERSION;
  how.suites12 = std::move(suites);
  return how;
}

// Every suite of this OpenSSL for TLS 1.2 and older, the weakest included.
std::vector<std::string> suites_of_openssl() {
  const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(SSL_CTX_new(TLS_client_method()),
                                                                  SSL_CTX_free);
  SSL_CTX_set_cipher_list(context.get(), "ALL:COMPLEMENTOFALL:@SECLEVEL=0");
  std::vector<std::string> names;
  const STACK_OF(SSL_CIPHER)* all = SSL_CTX_get_ciphers(context.get());
  for (int i = 0; i < sk_SSL_CIPHER_num(all); ++i) {
    const std::string name = SSL_CIPHER_get_name(sk_SSL_CIPHER_value(all, i));
    if (!name.starts_with("TLS_")) names.push_back(name);
  }
  return names;
}

bool accepts(const running_server& s, const tls_settings& how) {
  try {
    tls_client client(s.port(), how);
    client.send(head_of("GET", "/"));
    return client.answer().status == 200;
  } catch (const std::runtime_error&) {
    return false;
  }
}

void serve_large(scripted_handler& h, std::uint64_t bytes, std::size_t piece) {
  h.on("/large", [bytes, piece](http::request&) -> task<http::response> {
    http::response r;
    r.body = std::make_unique<pattern_source>(bytes, piece);
    co_return r;
  });
}

}  // namespace

TEST_CASE("TLS 1.3 and 1.2 are spoken, and the handler knows") {
  test_certificate certificate;
  tls_server s(certificate);
  tls_client newest(s.port());
  CHECK(newest.version() == "TLSv1.3");
  CHECK(newest.suite() == "TLS_AES_256_GCM_SHA384");
  CHECK(newest.protocol() == "http/1.1");
  newest.send(head_of("PUT", "/echo", "Content-Length: 3\r\n") + "abc");
  CHECK(newest.answer().body == "abc");
  CHECK(s.handler.last().from.secure);
  CHECK(s.handler.last().from.tls_version == "TLSv1.3");

  tls_client older(s.port(), only12(""));
  CHECK(older.version() == "TLSv1.2");
  older.send(head_of("GET", "/", "Connection: close\r\n"));
  CHECK(older.answer().body == "hello");
  CHECK(s.handler.last().from.tls_version == "TLSv1.2");
  CHECK(older.closes());
  CHECK(older.closed_in_order());
}

TEST_CASE("a client without ALPN is served") {
  test_certificate certificate;
  tls_server s(certificate);
  tls_settings how;
  how.alpn = false;
  CHECK(accepts(s, how));
}

TEST_CASE("TLS 1.1 and 1.0 are refused by the server") {
  test_certificate certificate("old", key_kind::rsa2048);
  tls_server s(certificate);
  for (const int version : {TLS1_1_VERSION, TLS1_VERSION}) {
    tls_settings how;
    how.least_version = how.greatest_version = version;
    how.suites12 = "ALL:@SECLEVEL=0";
    CHECK_THROWS_WITH(tls_client(s.port(), how), Contains("alert protocol version"));
  }
  CHECK(s.handler.calls() == 0);
}

TEST_CASE("of all TLS 1.2 suites the server takes ECDHE with AES-GCM only") {
  const auto all = suites_of_openssl();
  REQUIRE(all.size() >
          40);  // with CBC, RSA key exchange, ChaCha20, CCM, anonymous and pre-shared ones
  for (const key_kind kind : {key_kind::p256, key_kind::rsa2048}) {
    test_certificate certificate("suites", kind);
    tls_server s(certificate);
    std::set<std::string> taken;
    for (const std::string& suite : all) {
      if (accepts(s, only12(suite + ":@SECLEVEL=0"))) taken.insert(suite);
    }
    const std::string with = kind == key_kind::p256 ? "ECDHE-ECDSA" : "ECDHE-RSA";
    CHECK(taken == std::set<std::string>{with + "-AES128-GCM-SHA256", with + "-AES256-GCM-SHA384"});
  }
}

TEST_CASE("of TLS 1.3's suites, groups and signatures the server takes those of the BSI") {
  test_certificate certificate("rsa", key_kind::rsa2048);
  tls_server s(certificate);
  const auto with = [](auto member, const char* value) {
    tls_settings how;
    how.*member = value;
    return how;
  };
  CHECK(accepts(s, with(&tls_settings::suites13, "TLS_AES_128_GCM_SHA256")));
  CHECK(accepts(s, with(&tls_settings::suites13, "TLS_AES_256_GCM_SHA384")));
  CHECK_FALSE(accepts(s, with(&tls_settings::suites13, "TLS_CHACHA20_POLY1305_SHA256")));
  for (const char* group : {"P-256", "P-384", "P-521"}) {
    CHECK(accepts(s, with(&tls_settings::groups, group)));
  }
  CHECK_FALSE(accepts(s, with(&tls_settings::groups, "X25519")));
  auto how = only12("");
  how.signatures = "RSA-PSS+SHA256";
  CHECK(accepts(s, how));
  how.signatures = "RSA+SHA256";  // PKCS #1 v1.5
  CHECK_FALSE(accepts(s, how));
}

TEST_CASE("large bodies pass through TLS whole, and one that fails has no orderly end") {
  test_certificate certificate;
  tls_server s(certificate, [](scripted_handler& h) {
    serve_large(h, size, 99'991);
    h.on("/broken", [](http::request&) -> task<http::response> {
      http::response r;
      r.body = std::make_unique<pattern_source>(size, 65'536, size / 2);
      co_return r;
    });
  });
  tls_client client(s.port());
  client.send(head_of("GET", "/large"));
  CHECK((client.answer().body == pattern(0, size)));
  const std::string body = pattern(7, 3 << 20);
  client.send(head_of("PUT", "/digest", "Content-Length: " + std::to_string(body.size()) + "\r\n"));
  client.send(body);
  CHECK(client.answer().body == digest_text(body));
  client.send(head_of("GET", "/broken"));
  CHECK_FALSE(client.answer().whole);
  CHECK(client.closes());
  CHECK_FALSE(client.closed_in_order());
}

TEST_CASE("records of 512 bytes hold large bodies") {
  test_certificate certificate;
  tls_server s(certificate, [](scripted_handler& h) { serve_large(h, size, 99'991); });
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    tls_settings how;
    how.greatest_version = version;
    how.fragments = 1;
    tls_client client(s.port(), how);
    client.send(head_of("GET", "/large"));
    CHECK((client.answer().body == pattern(0, size)));
    client.send(head_of("GET", "/"));
    CHECK(client.answer().body == "hello");
  }
}

TEST_CASE("requests that share a record are all answered, without more from the client") {
  test_certificate certificate;
  tls_server s(certificate);
  tls_client client(s.port());
  std::string many;
  for (int i = 0; i < 150; ++i) {
    many += head_of("PUT", "/echo", "Content-Length: 2\r\n") + std::to_string(10 + i % 90);
  }
  client.send(many);
  for (int i = 0; i < 150; ++i) CHECK(client.answer().body == std::to_string(10 + i % 90));
}

TEST_CASE("a slow reader of TLS gets everything, and new keys in the middle do no harm") {
  static constexpr std::uint64_t more = 32 << 20;  // than the kernel holds for a connection
  test_certificate certificate;
  tls_server s(certificate, [](scripted_handler& h) { serve_large(h, more, 262'144); });
  tls_client client(s.port());
  for (int i = 0; i < 2; ++i) {
    client.send(head_of("GET", "/large"));
    std::this_thread::sleep_for(std::chrono::milliseconds(200));  // until nothing more fits
    client.update_keys();
    CHECK((client.answer().body == pattern(0, more)));
    client.send(head_of("PUT", "/echo", "Content-Length: 3\r\n"));
    client.update_keys();
    client.send("abc");
    CHECK(client.answer().body == "abc");
  }
}

TEST_CASE("what comes with the end of a handshake and breaks off holds nobody up") {
  test_certificate certificate;
  auto options = tls_server::options(certificate);
  options.threads = 1;
  running_server s(options);
  tls_settings how;
  how.behind = "\x17\x03\x03\x01";  // the begin of a record
  tls_client half(s.port(), how);
  half.finish_sending();
  CHECK(half.closes());
  CHECK(accepts(s, {}));
}

TEST_CASE("who changes keys all the time and says nothing is cut off") {
  test_certificate certificate;
  tls_server s(certificate);
  tls_client client(s.port());
  for (int round = 0; round < 10; ++round) {
    for (int i = 0; i < 4; ++i) REQUIRE(client.change_keys());
    client.send(head_of("GET", "/"));
    REQUIRE(client.answer().status == 200);
  }
  tls_client restless(s.port());
  for (int i = 0; i < 200'000 && restless.change_keys(); ++i) continue;
  CHECK(restless.closes());
}

TEST_CASE("a refused head and an early answer arrive through TLS, followed by an orderly end") {
  test_certificate certificate;
  tls_server s(certificate);
  tls_client malformed(s.port());
  malformed.send("GET / HTTP/1.1\nHost: test\n\n");
  CHECK(malformed.answer().status == 400);
  CHECK(malformed.closes());
  CHECK(malformed.closed_in_order());

  tls_client early(s.port());
  early.send(head_of("PUT", "/unread", "Content-Length: 2000000\r\n"));
  (void)early.try_send(std::string(2'000'000, 'x'));
  CHECK(early.answer().status == 200);
  CHECK(early.closes());
}

TEST_CASE("plain HTTP to a TLS listener ends without an answer in clear") {
  test_certificate certificate;
  tls_server s(certificate);
  tcp_client client(s.port());
  client.send(head_of("GET", "/"));
  CHECK(client.rest().find("HTTP/1.1") == std::string::npos);
  CHECK(s.handler.calls() == 0);
}

TEST_CASE("a new certificate is used for new connections without a restart; old ones go on") {
  test_certificate certificate("first");
  tls_server s(certificate);
  tls_client old(s.port());
  CHECK(old.certificate_name() == "first");
  certificate.renew("second");
  CHECK(eventually([&] { return tls_client(s.port()).certificate_name() == "second"; }));
  old.send(head_of("GET", "/"));
  CHECK(old.answer().status == 200);
}

TEST_CASE("a broken new certificate keeps the old one in use, until a good one comes") {
  test_certificate certificate("first");
  http::tls_certificates read(certificate.files());
  const auto first = read.current();
  read.refresh();
  CHECK(read.current() == first);  // nothing changed

  certificate.spoil("-----BEGIN CERTIFICATE-----\nnot one\n-----END CERTIFICATE-----\n");
  read.refresh();
  CHECK(read.current() == first);
  certificate.spoil("");
  read.refresh();
  CHECK(read.current() == first);

  test_certificate other("other");  // a good certificate that the key does not fit
  std::filesystem::copy_file(other.files().certificate, certificate.files().certificate,
                             std::filesystem::copy_options::overwrite_existing);
  certificate.touch();
  read.refresh();
  CHECK(read.current() == first);

  std::filesystem::remove(certificate.files().certificate);
  read.refresh();
  CHECK(read.current() == first);

  certificate.renew("second");
  read.refresh();
  CHECK(read.current() != first);
  CHECK(ERR_peek_error() == 0);  // what failed does not stay behind for the next connection
}

TEST_CASE("a certificate that cannot be read stops the start with the names of both files") {
  test_certificate certificate;
  const auto files = certificate.files();
  certificate.spoil("nothing");
  CHECK_THROWS_WITH(http::tls_certificates(files),
                    Contains(files.certificate.string()) && Contains(files.key.string()));
}

}  // namespace tls_test
