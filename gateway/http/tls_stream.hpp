// A TLS connection as session.hpp uses it; plain_stream.hpp has the same face. OpenSSL reads from
// the socket itself; what it writes is collected, so that a head and the first bytes of a body are
// one record, and up to four records leave by one call of the kernel. A connection that waits owns
// no buffer.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "gateway/http/plain_stream.hpp"

struct ssl_st;
struct ssl_ctx_st;
struct bio_st;
struct bio_method_st;

namespace torhaus::gateway::http {

class tls_stream {
 public:
  static constexpr bool is_tls = true;

  // The server's side. Throws std::bad_alloc.
  tls_stream(tcp_socket socket, ssl_ctx_st* context);
  ~tls_stream();
  tls_stream(const tls_stream&) = delete;
  tls_stream& operator=(const tls_stream&) = delete;

  tcp_socket& socket() { return socket_; }
  const char* version() const;  // "TLSv1.3"

  task<void> handshake(boost::system::error_code& ec);

  // Bytes are here that no wait for the socket would tell of.
  bool has_pending() const;
  // At least one byte, or ec is set: eof after close_notify, else whatever broke the connection.
  task<std::size_t> read_some(asio::mutable_buffer into, boost::system::error_code& ec);

  // As in plain_stream. What has been encrypted and not told as written yet must be given again, as
  // it was.
  std::optional<std::size_t> write_now(std::string_view first, std::span<const std::byte> second);
  task<std::size_t> write_some(std::string_view first, std::span<const std::byte> second,
                               boost::system::error_code& ec);

  // Sends close_notify and waits for the other side's.
  task<void> shutdown(boost::system::error_code& ec);

 private:
  struct bio;  // what OpenSSL sees of the socket
  struct free_ssl {
    void operator()(ssl_st* s) const;
  };

  // How a step of OpenSSL's that did not succeed can go on.
  enum class obstacle : std::uint8_t { unread, unsent, ended, broken };
  obstacle obstacle_of(int returned) const;
  task<void> go_on(int returned, boost::system::error_code& ec);
  task<void> flush(boost::system::error_code& ec);

  std::size_t encrypt(std::string_view first, std::span<const std::byte> second);
  bool send_now();
  std::size_t credit(std::size_t sent);

  // Records that have not left: out_[sent_, made_). The memory is lent by the thread.
  struct record_buffer;
  struct give_back {
    void operator()(record_buffer* b) const;
  };

  tcp_socket socket_;
  std::unique_ptr<record_buffer, give_back> out_;
  std::size_t sent_ = 0;
  std::size_t made_ = 0;
  std::size_t ahead_ = 0;         // plain bytes in there that have not been told as written
  unsigned in_a_row_ = 0;         // reads that nobody had to wait for
  unsigned empty_reads_ = 0;      // since bytes came
  bool ended_ = false;            // the peer has closed
  bool waits_for_bytes_ = false;  // the last read found that the socket has none
  bool broken_ = false;
  std::unique_ptr<ssl_st, free_ssl> ssl_;
};

}  // namespace torhaus::gateway::http
