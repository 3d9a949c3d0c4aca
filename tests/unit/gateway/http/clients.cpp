#include "tests/unit/gateway/http/clients.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <openssl/err.h>
#include <openssl/x509.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <stdexcept>
#include <thread>

#include "gateway/http/message.hpp"

namespace torhaus::test {
namespace {

using steady_clock = std::chrono::steady_clock;

[[noreturn]] void fail(const std::string& what) { throw std::runtime_error(what); }

bool wait(int fd, short events, std::chrono::milliseconds limit) {
  pollfd watched{fd, events, 0};
  const auto end = steady_clock::now() + limit;
  while (true) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(end - steady_clock::now());
    const int n = ::poll(&watched, 1, static_cast<int>(std::max<std::int64_t>(0, left.count())));
    if (n > 0) return true;
    if (n == 0) return false;
    if (errno != EINTR) fail("poll failed");
  }
}

// Calls `use` with each header line's name and value.
template <class Use>
void each_header(const std::string& head, Use use) {
  std::size_t at = head.find("\r\n");
  while (at != std::string::npos && at + 2 < head.size()) {
    at += 2;
    const std::size_t end = head.find("\r\n", at);
    const std::string_view line = std::string_view(head).substr(at, end - at);
    const std::size_t colon = line.find(": ");
    if (colon != std::string_view::npos) use(line.substr(0, colon), line.substr(colon + 2));
    at = end;
  }
}

struct address {
  sockaddr_storage storage{};
  socklen_t size = 0;
  sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
};

address address_of(const std::string& text, std::uint16_t port) {
  address a;
  if (text.find(':') != std::string::npos) {
    auto* v6 = reinterpret_cast<sockaddr_in6*>(&a.storage);
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons(port);
    ::inet_pton(AF_INET6, text.c_str(), &v6->sin6_addr);
    a.size = sizeof(sockaddr_in6);
  } else {
    auto* v4 = reinterpret_cast<sockaddr_in*>(&a.storage);
    v4->sin_family = AF_INET;
    v4->sin_port = htons(port);
    ::inet_pton(AF_INET, text.c_str(), &v4->sin_addr);
    a.size = sizeof(sockaddr_in);
  }
  return a;
}

// OpenSSL writes to a socket as to a file: to one that the peer has closed it would be the
// process's end.
void ignore_broken_pipes() {
  static const auto before = std::signal(SIGPIPE, SIG_IGN);
  (void)before;
}

std::string openssl_reason() {
  const unsigned long code = ERR_get_error();
  const char* reason = code == 0 ? nullptr : ERR_reason_error_string(code);
  ERR_clear_error();
  return reason == nullptr ? "connection lost" : reason;
}

}  // namespace

std::optional<std::string> http_answer::find(std::string_view name) const {
  std::optional<std::string> found;
  each_header(head, [&](std::string_view n, std::string_view v) {
    if (!found && gateway::http::equal_ignoring_case(n, name)) found = std::string(v);
  });
  return found;
}

std::size_t http_answer::count(std::string_view name) const {
  std::size_t n = 0;
  each_header(head, [&](std::string_view other, std::string_view) {
    if (gateway::http::equal_ignoring_case(other, name)) ++n;
  });
  return n;
}

tcp_client::tcp_client(std::uint16_t port, const std::string& text) {
  address to = address_of(text, port);
  fd_ = ::socket(to.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd_ < 0) fail("socket failed");
  if (::connect(fd_, to.get(), to.size) != 0) {
    ::close(fd_);
    fail("connect failed");
  }
  ::fcntl(fd_, F_SETFL, ::fcntl(fd_, F_GETFL) | O_NONBLOCK);
}

tcp_client::~tcp_client() {
  if (fd_ >= 0) ::close(fd_);
}

bool tcp_client::readable(std::chrono::milliseconds limit) const {
  return wait(fd_, POLLIN, limit);
}
bool tcp_client::writable(std::chrono::milliseconds limit) const {
  return wait(fd_, POLLOUT, limit);
}

void tcp_client::send(std::string_view bytes) {
  if (!try_send(bytes)) fail("the peer has closed");
}

bool tcp_client::try_send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n > 0) {
      bytes.remove_prefix(static_cast<std::size_t>(n));
    } else if (errno == EAGAIN) {
      if (!writable(patience)) fail("the peer takes nothing");
    } else if (errno != EINTR) {
      return false;
    }
  }
  return true;
}

std::string tcp_client::receive(std::chrono::milliseconds limit) {
  if (!pending_.empty()) return std::exchange(pending_, {});
  std::string got(64 * 1024, '\0');
  while (true) {
    if (!readable(limit)) fail("nothing arrives");
    const ssize_t n = ::recv(fd_, got.data(), got.size(), 0);
    if (n >= 0) return got.substr(0, static_cast<std::size_t>(n));
    if (errno != EAGAIN && errno != EINTR) return {};
  }
}

http_answer tcp_client::answer(std::string_view method) {
  std::string all;
  http_answer a;
  std::size_t end = 0;
  while ((end = all.find("\r\n\r\n")) == std::string::npos) {
    const std::string more = receive();
    if (more.empty()) {
      a.head = all;
      return a;
    }
    all += more;
  }
  a.head = all.substr(0, end + 4);
  all.erase(0, end + 4);
  if (!a.head.starts_with("HTTP/1.1 ")) fail("no status line: " + a.head);
  std::from_chars(a.head.data() + 9, a.head.data() + 12, a.status);
  std::uint64_t length = 0;
  if (const auto text = a.find("Content-Length")) {
    std::from_chars(text->data(), text->data() + text->size(), length);
  }
  if (method == "HEAD" || a.status < 200 || a.status == 204 || a.status == 304) length = 0;
  while (all.size() < length) {
    const std::string more = receive();
    if (more.empty()) break;
    all += more;
  }
  a.whole = all.size() >= length;
  a.body = all.substr(0, length);
  pending_ = all.size() > length ? all.substr(length) : std::string();
  return a;
}

std::string tcp_client::rest(std::chrono::milliseconds limit) {
  std::string all;
  while (true) {
    const std::string more = receive(limit);
    if (more.empty()) return all;
    all += more;
  }
}

bool tcp_client::closes(std::chrono::milliseconds limit) { return rest(limit).empty(); }

bool tcp_client::silent(std::chrono::milliseconds time) {
  return pending_.empty() && !readable(time);
}

void tcp_client::finish_sending() { ::shutdown(fd_, SHUT_WR); }

void tcp_client::reset() {
  const linger now{1, 0};
  ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
  ::close(std::exchange(fd_, -1));
}

void tcp_client::receive_slowly() {
  const int bytes = 4096;
  ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
}

tls_client::tls_client(std::uint16_t port, const tls_settings& how)
    : tcp_client(port),
      context_(SSL_CTX_new(TLS_client_method()), SSL_CTX_free),
      ssl_(nullptr, SSL_free) {
  ignore_broken_pipes();
  SSL_CTX* c = context_.get();
  // Level 0, so that what is refused is refused by the server and not by the client itself.
  SSL_CTX_set_security_level(c, 0);
  SSL_CTX_set_min_proto_version(c, how.least_version);
  SSL_CTX_set_max_proto_version(c, how.greatest_version);
  const bool set =
      (how.suites12.empty() || SSL_CTX_set_cipher_list(c, how.suites12.c_str()) == 1) &&
      (how.suites13.empty() || SSL_CTX_set_ciphersuites(c, how.suites13.c_str()) == 1) &&
      (how.groups.empty() || SSL_CTX_set1_groups_list(c, how.groups.c_str()) == 1) &&
      (how.signatures.empty() || SSL_CTX_set1_sigalgs_list(c, how.signatures.c_str()) == 1);
  if (!set) fail("settings: " + openssl_reason());
  ssl_.reset(SSL_new(c));
  static constexpr unsigned char offered[] = {2,   'h', '2', 8,   'h', 't',
                                              't', 'p', '/', '1', '.', '1'};
  if (how.alpn) SSL_set_alpn_protos(ssl_.get(), offered, sizeof offered);
  if (how.fragments > 0) SSL_set_tlsext_max_fragment_length(ssl_.get(), how.fragments);
  SSL_set_fd(ssl_.get(), fd_);
  if (!how.behind.empty()) gather_segments(true);
  while (true) {
    ERR_clear_error();
    const int outcome = SSL_connect(ssl_.get());
    if (outcome == 1) break;
    if (!wait_for(outcome, patience)) fail(openssl_reason());
  }
  if (how.behind.empty()) return;
  tcp_client::try_send(how.behind);
  gather_segments(false);
}

void tls_client::gather_segments(bool on) {
  const int value = on ? 1 : 0;
  if (::setsockopt(fd_, IPPROTO_TCP, TCP_CORK, &value, sizeof value) != 0) fail("TCP_CORK");
}

tls_client::~tls_client() = default;

bool tls_client::wait_for(int outcome, std::chrono::milliseconds limit) {
  switch (SSL_get_error(ssl_.get(), outcome)) {
    case SSL_ERROR_WANT_READ:
      if (!readable(limit)) fail("nothing arrives");
      return true;
    case SSL_ERROR_WANT_WRITE:
      if (!writable(limit)) fail("the peer takes nothing");
      return true;
    case SSL_ERROR_ZERO_RETURN:
      closed_in_order_ = true;
      return false;
    default:
      return false;
  }
}

bool tls_client::try_send(std::string_view bytes) {
  while (!bytes.empty()) {
    ERR_clear_error();
    std::size_t n = 0;
    const int outcome = SSL_write_ex(ssl_.get(), bytes.data(), bytes.size(), &n);
    if (outcome == 1) {
      bytes.remove_prefix(n);
    } else if (!wait_for(outcome, patience)) {
      return false;
    }
  }
  return true;
}

std::string tls_client::receive(std::chrono::milliseconds limit) {
  if (!pending_.empty()) return std::exchange(pending_, {});
  std::string got(64 * 1024, '\0');
  while (true) {
    ERR_clear_error();
    std::size_t n = 0;
    const int outcome = SSL_read_ex(ssl_.get(), got.data(), got.size(), &n);
    if (outcome == 1) return got.substr(0, n);
    if (!wait_for(outcome, limit)) return {};
  }
}

void tls_client::update_keys() {
  if (SSL_key_update(ssl_.get(), SSL_KEY_UPDATE_REQUESTED) != 1) fail(openssl_reason());
}

bool tls_client::change_keys() {
  ERR_clear_error();
  return SSL_key_update(ssl_.get(), SSL_KEY_UPDATE_NOT_REQUESTED) == 1 &&
         SSL_do_handshake(ssl_.get()) == 1;
}

std::string tls_client::version() const { return SSL_get_version(ssl_.get()); }
std::string tls_client::suite() const { return SSL_get_cipher_name(ssl_.get()); }

std::string tls_client::protocol() const {
  const unsigned char* name = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(ssl_.get(), &name, &size);
  return {reinterpret_cast<const char*>(name), size};
}

std::string tls_client::certificate_name() const {
  const X509* leaf = SSL_get0_peer_certificate(ssl_.get());
  std::array<char, 256> name{};
  X509_NAME_get_text_by_NID(X509_get_subject_name(leaf), NID_commonName, name.data(),
                            static_cast<int>(name.size()));
  return name.data();
}

std::uint16_t unused_port() {
  address at = address_of("127.0.0.1", 0);
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (::bind(fd, at.get(), at.size) != 0 || ::getsockname(fd, at.get(), &at.size) != 0) {
    fail("bind failed");
  }
  ::close(fd);
  return ntohs(reinterpret_cast<sockaddr_in*>(&at.storage)->sin_port);
}

bool eventually(const std::function<bool()>& holds, std::chrono::milliseconds limit) {
  const auto end = steady_clock::now() + limit;
  while (!holds()) {
    if (steady_clock::now() > end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return true;
}

std::string head_of(std::string_view method, std::string_view target, std::string_view lines) {
  return std::string(method) + " " + std::string(target) + " HTTP/1.1\r\nHost: test\r\n" +
         std::string(lines) + "\r\n";
}

}  // namespace torhaus::test
