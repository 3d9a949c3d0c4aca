// One connection's bytes, plain or TLS. System calls are tried first and waited for only when they
// would block, so that a request costs one wait. OpenSSL stays in stream.cpp.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <memory>
#include <span>
#include <string_view>

#include "gateway/bench/target.hpp"
#include "storage/base/task.hpp"

namespace torhaus::gateway::bench {

// What all connections share: where the server is, and the TLS context.
class remote {
 public:
  // Looks the name up and reads the certificates. Throws std::runtime_error.
  explicit remote(const target&);
  ~remote();
  remote(const remote&) = delete;
  remote& operator=(const remote&) = delete;

  const asio::ip::tcp::endpoint& address() const { return address_; }

 private:
  friend class stream;
  struct tls_context;
  asio::ip::tcp::endpoint address_;
  std::string server_name_;
  std::unique_ptr<tls_context> tls_;  // null: plain
};

class stream {
 public:
  stream(executor, const remote&);
  ~stream();
  stream(const stream&) = delete;
  stream& operator=(const stream&) = delete;

  // All of these throw boost::system::system_error.
  task<void> connect();
  // Both pieces, whole. They may be empty.
  task<void> send(std::string_view head, std::string_view body);
  // At least one byte; 0 when the other side has ended.
  task<std::size_t> receive(std::span<char> into);
  // Waits for bytes and drops up to `bytes` of them. Plain connections spare the copy.
  task<std::size_t> discard(std::uint64_t bytes, std::span<char> scratch);

  bool is_open() const { return socket_.is_open(); }
  // Ends pending operations too.
  void close() noexcept;
  // The same with a reset, which leaves no port behind that waits for its time to end.
  void abort() noexcept;

 private:
  struct tls_session;
  using socket = asio::basic_stream_socket<asio::ip::tcp, executor>;

  task<void> send_plain(std::string_view head, std::string_view body);
  task<void> send_tls(std::string_view bytes);
  task<void> handshake();
  task<void> wait_tls(int returned);
  task<std::size_t> receive_tls(std::span<char> into);

  const remote& remote_;
  socket socket_;
  std::unique_ptr<tls_session> tls_;
};

}  // namespace torhaus::gateway::bench
