#include "gateway/bench/stream.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <stdexcept>

namespace torhaus::gateway::bench {
namespace {

using asio::ip::tcp;
using boost::system::system_error;

[[noreturn]] void fail(int number) { throw system_error(number, boost::system::system_category()); }

[[noreturn]] void fail_tls() {
  const unsigned long code = ERR_get_error();
  std::array<char, 256> text{};
  ERR_error_string_n(code, text.data(), text.size());
  ERR_clear_error();
  throw system_error(boost::system::errc::make_error_code(boost::system::errc::protocol_error),
                     text.data());
}

bool would_block(int number) { return number == EAGAIN || number == EWOULDBLOCK; }

bool is_address(const std::string& host) {
  boost::system::error_code bad;
  asio::ip::make_address(host, bad);
  return !bad;
}

}  // namespace

struct remote::tls_context {
  explicit tls_context(const target& to) : context(SSL_CTX_new(TLS_client_method())) {
    if (!context) throw std::runtime_error("TLS is not available");
    SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
    SSL_CTX_set_mode(context.get(),
                     SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    if (to.insecure) return;
    SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
    const int read = to.ca_file.empty()
                         ? SSL_CTX_set_default_verify_paths(context.get())
                         : SSL_CTX_load_verify_file(context.get(), to.ca_file.c_str());
    if (read != 1) throw std::runtime_error(to.ca_file + ": no certificates there");
    verify = true;
  }
  struct free {
    void operator()(SSL_CTX* c) const { SSL_CTX_free(c); }
  };
  std::unique_ptr<SSL_CTX, free> context;
  bool verify = false;
};

remote::remote(const target& to) : server_name_(to.server_name()) {
  asio::io_context context(1);
  tcp::resolver resolver(context);
  boost::system::error_code bad;
  const auto found = resolver.resolve(to.where.host, std::to_string(to.where.port), bad);
  if (bad) throw std::runtime_error(to.where.host + ": " + bad.message());
  address_ = found.begin()->endpoint();
  if (to.where.tls) tls_ = std::make_unique<tls_context>(to);
}

remote::~remote() = default;

struct stream::tls_session {
  tls_session(const remote::tls_context& shared, const std::string& name, int descriptor)
      : ssl(SSL_new(shared.context.get())) {
    if (!ssl || SSL_set_fd(ssl.get(), descriptor) != 1) fail_tls();
    // RFC 6066: no address is a server name.
    const bool address = is_address(name);
    if (!address) SSL_set_tlsext_host_name(ssl.get(), name.c_str());
    if (!shared.verify) return;
    X509_VERIFY_PARAM* const rules = SSL_get0_param(ssl.get());
    const int set = address ? X509_VERIFY_PARAM_set1_ip_asc(rules, name.c_str())
                            : X509_VERIFY_PARAM_set1_host(rules, name.c_str(), 0);
    if (set != 1) fail_tls();
  }
  struct free {
    void operator()(SSL* s) const { SSL_free(s); }
  };
  std::unique_ptr<SSL, free> ssl;
};

stream::stream(executor home, const remote& to) : remote_(to), socket_(home) {}
stream::~stream() = default;

void stream::close() noexcept {
  boost::system::error_code ignored;
  socket_.close(ignored);
  // The session stays until the next connect: a coroutine may be in the middle of using it.
}

void stream::abort() noexcept {
  boost::system::error_code ignored;
  socket_.set_option(asio::socket_base::linger(true, 0), ignored);
  socket_.close(ignored);
}

task<void> stream::connect() {
  close();
  tls_.reset();
  co_await socket_.async_connect(remote_.address(), use_task);
  socket_.set_option(tcp::no_delay(true));
  socket_.native_non_blocking(true);
  if (!remote_.tls_) co_return;
  tls_ =
      std::make_unique<tls_session>(*remote_.tls_, remote_.server_name_, socket_.native_handle());
  co_await handshake();
}

task<void> stream::handshake() {
  while (true) {
    ERR_clear_error();
    const int done = SSL_connect(tls_->ssl.get());
    if (done == 1) co_return;
    co_await wait_tls(done);
  }
}

// Waits for what OpenSSL needs; throws when it cannot go on.
task<void> stream::wait_tls(int returned) {
  const int number = errno;
  switch (SSL_get_error(tls_->ssl.get(), returned)) {
    case SSL_ERROR_WANT_READ:
      co_await socket_.async_wait(socket::wait_read, use_task);
      break;
    case SSL_ERROR_WANT_WRITE:
      co_await socket_.async_wait(socket::wait_write, use_task);
      break;
    case SSL_ERROR_SYSCALL:
      fail(number == 0 ? ECONNRESET : number);
    default:
      fail_tls();
  }
}

task<void> stream::send(std::string_view head, std::string_view body) {
  if (tls_) {
    co_await send_tls(head);
    co_await send_tls(body);
  } else {
    co_await send_plain(head, body);
  }
}

task<void> stream::send_plain(std::string_view head, std::string_view body) {
  while (!head.empty() || !body.empty()) {
    std::array<iovec, 2> pieces;
    pieces[0].iov_base = const_cast<char*>(head.data());
    pieces[0].iov_len = head.size();
    pieces[1].iov_base = const_cast<char*>(body.data());
    pieces[1].iov_len = body.size();
    msghdr message{};
    message.msg_iov = pieces.data();
    message.msg_iovlen = pieces.size();
    const ssize_t sent = ::sendmsg(socket_.native_handle(), &message, MSG_NOSIGNAL);
    if (sent >= 0) {
      const auto of_head = std::min(static_cast<std::size_t>(sent), head.size());
      head.remove_prefix(of_head);
      body.remove_prefix(static_cast<std::size_t>(sent) - of_head);
    } else if (would_block(errno)) {
      co_await socket_.async_wait(socket::wait_write, use_task);
    } else if (errno != EINTR) {
      fail(errno);
    }
  }
}

task<void> stream::send_tls(std::string_view bytes) {
  while (!bytes.empty()) {
    std::size_t written = 0;
    ERR_clear_error();
    const int done = SSL_write_ex(tls_->ssl.get(), bytes.data(), bytes.size(), &written);
    if (done == 1) {
      bytes.remove_prefix(written);
    } else {
      co_await wait_tls(done);
    }
  }
}

task<std::size_t> stream::receive(std::span<char> into) {
  if (tls_) co_return co_await receive_tls(into);
  while (true) {
    const ssize_t got = ::recv(socket_.native_handle(), into.data(), into.size(), 0);
    if (got >= 0) co_return static_cast<std::size_t>(got);
    if (would_block(errno)) {
      co_await socket_.async_wait(socket::wait_read, use_task);
    } else if (errno != EINTR) {
      fail(errno);
    }
  }
}

task<std::size_t> stream::receive_tls(std::span<char> into) {
  while (true) {
    std::size_t got = 0;
    ERR_clear_error();
    const int done = SSL_read_ex(tls_->ssl.get(), into.data(), into.size(), &got);
    if (done == 1) co_return got;
    if (SSL_get_error(tls_->ssl.get(), done) == SSL_ERROR_ZERO_RETURN) co_return 0;
    co_await wait_tls(done);
  }
}

task<std::size_t> stream::discard(std::uint64_t bytes, std::span<char> scratch) {
  if (tls_) {
    const std::uint64_t most = std::min<std::uint64_t>(bytes, scratch.size());
    co_return co_await receive_tls(scratch.first(static_cast<std::size_t>(most)));
  }
  constexpr std::uint64_t at_once = std::uint64_t{16} << 20;
  const auto most = static_cast<std::size_t>(std::min(bytes, at_once));
  while (true) {
    // tcp(7): MSG_TRUNC drops the bytes instead of copying them.
    const ssize_t got = ::recv(socket_.native_handle(), nullptr, most, MSG_TRUNC);
    if (got >= 0) co_return static_cast<std::size_t>(got);
    if (would_block(errno)) {
      co_await socket_.async_wait(socket::wait_read, use_task);
    } else if (errno != EINTR) {
      fail(errno);
    }
  }
}

}  // namespace torhaus::gateway::bench
