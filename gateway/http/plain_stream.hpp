// A TCP connection as session.hpp uses it; tls_stream.hpp has the same face.
#pragma once

#include <sys/socket.h>

#include <array>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <optional>
#include <span>
#include <string_view>

#include "storage/base/task.hpp"

namespace torhaus::gateway::http {

using tcp_socket = asio::basic_stream_socket<asio::ip::tcp, executor>;

class plain_stream {
 public:
  static constexpr bool is_tls = false;

  explicit plain_stream(tcp_socket socket) : socket_(std::move(socket)) {}

  tcp_socket& socket() { return socket_; }

  // Bytes are here that no wait for the socket would tell of.
  static bool has_pending() { return false; }

  // At least one byte, or ec is set.
  task<std::size_t> read_some(asio::mutable_buffer into, boost::system::error_code& ec) {
    return socket_.async_read_some(into, asio::redirect_error(use_task, ec));
  }

  // How much of both, one after the other, leaves without a wait. Nothing: write_some has to wait,
  // or to tell what is wrong; it is given the same bytes.
  std::optional<std::size_t> write_now(std::string_view first, std::span<const std::byte> second) {
    std::array<iovec, 2> pieces{{{const_cast<char*>(first.data()), first.size()},
                                 {const_cast<std::byte*>(second.data()), second.size()}}};
    msghdr message{};
    message.msg_iov = pieces.data();
    message.msg_iovlen = pieces.size();
    const ssize_t sent = ::sendmsg(socket_.native_handle(), &message, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent <= 0) return std::nullopt;
    return static_cast<std::size_t>(sent);
  }

  // At least one byte, or ec is set.
  task<std::size_t> write_some(std::string_view first, std::span<const std::byte> second,
                               boost::system::error_code& ec) {
    const std::array<asio::const_buffer, 2> both{asio::buffer(first.data(), first.size()),
                                                 asio::buffer(second.data(), second.size())};
    return socket_.async_write_some(both, asio::redirect_error(use_task, ec));
  }

 private:
  tcp_socket socket_;
};

}  // namespace torhaus::gateway::http
