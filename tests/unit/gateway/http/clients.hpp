// Clients that say exactly what a test wants said: bytes over TCP or TLS, and the answers cut into
// heads and bodies. Every wait has a limit; running into it fails the test.
#pragma once

#include <openssl/ssl.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace torhaus::test {

// Far more than anything takes on a busy machine; a passing test never waits for it.
inline constexpr std::chrono::seconds patience{20};

struct http_answer {
  unsigned status = 0;
  std::string head;  // with the empty line
  std::string body;
  bool whole = false;  // the body came to its announced end

  std::optional<std::string> find(std::string_view name) const;
  std::size_t count(std::string_view name) const;
};

class tcp_client {
 public:
  explicit tcp_client(std::uint16_t port, const std::string& address = "127.0.0.1");
  virtual ~tcp_client();
  tcp_client(const tcp_client&) = delete;
  tcp_client& operator=(const tcp_client&) = delete;

  // Throws when the peer takes nothing within `patience`.
  void send(std::string_view bytes);
  // False when the peer has closed.
  virtual bool try_send(std::string_view bytes);
  // The next bytes; empty when the peer has closed or reset. Throws after `limit`.
  virtual std::string receive(std::chrono::milliseconds limit = patience);
  // The next answer; what follows it stays. HEAD answers have no body. status 0: closed before a
  // head.
  http_answer answer(std::string_view method = "GET");
  // Everything up to the close.
  std::string rest(std::chrono::milliseconds limit = patience);
  // The peer closes within the limit and sends nothing more.
  bool closes(std::chrono::milliseconds limit = patience);
  // Nothing arrives and nothing is closed for so long.
  bool silent(std::chrono::milliseconds time);

  void finish_sending();  // FIN
  void reset();           // closes with RST
  void receive_slowly();  // a small window; before the first bytes
  int descriptor() const { return fd_; }

 protected:
  bool readable(std::chrono::milliseconds limit) const;
  bool writable(std::chrono::milliseconds limit) const;

  int fd_ = -1;
  std::string pending_;
};

struct tls_settings {
  int least_version = TLS1_2_VERSION;
  int greatest_version = TLS1_3_VERSION;
  std::string suites12;  // OpenSSL's lists; empty: OpenSSL's default
  std::string suites13;
  std::string groups;
  std::string signatures;
  bool alpn = true;
  unsigned char fragments = 0;  // 1 to 4: records of 512 to 4,096 bytes (RFC 6066, 4)
  std::string behind;           // sent as it is, in one segment with the end of the handshake
};

// Verifies nothing: tests look at the certificate themselves.
class tls_client final : public tcp_client {
 public:
  // Throws std::runtime_error with OpenSSL's reason when the handshake fails.
  explicit tls_client(std::uint16_t port, const tls_settings& how = {});
  ~tls_client() override;

  bool try_send(std::string_view bytes) override;
  std::string receive(std::chrono::milliseconds limit = patience) override;

  // Asks for the server's new key too (TLS 1.3); it goes with the next bytes that are sent.
  void update_keys();
  // Tells of new keys of its own and nothing else, now. False when the peer has closed.
  bool change_keys();

  std::string version() const;
  std::string suite() const;
  std::string protocol() const;                              // chosen by ALPN
  std::string certificate_name() const;                      // the subject's common name
  bool closed_in_order() const { return closed_in_order_; }  // close_notify came

 private:
  void gather_segments(bool on);
  bool wait_for(int outcome, std::chrono::milliseconds limit);

  std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context_;
  std::unique_ptr<SSL, decltype(&SSL_free)> ssl_;
  bool closed_in_order_ = false;
};

// A port of this machine that nobody listens on.
std::uint16_t unused_port();

// Looks every few milliseconds whether it holds.
bool eventually(const std::function<bool()>& holds, std::chrono::milliseconds limit = patience);

// "GET /path HTTP/1.1\r\nHost: test\r\n" + lines + "\r\n"; lines end with CRLF each.
std::string head_of(std::string_view method, std::string_view target, std::string_view lines = {});

}  // namespace torhaus::test
