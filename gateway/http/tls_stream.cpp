#include "gateway/http/tls_stream.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <array>
#include <boost/asio/error.hpp>
#include <cerrno>
#include <cstring>
#include <new>
#include <vector>

namespace torhaus::gateway::http {

namespace {

using boost::system::error_code;

constexpr std::size_t record_plain = SSL3_RT_MAX_PLAIN_LENGTH;
// A peer may ask for records of 512 bytes (RFC 6066, 4), each with a head and a tag.
constexpr std::size_t record_bytes = record_plain + 2048;
constexpr std::size_t records_at_once = 4;
// So many reads may find their bytes at hand before other connections of the thread have a turn.
constexpr unsigned reads_in_a_row = 8;
// So many reads in a row may bring records and no bytes, as those that change keys do: OpenSSL
// derives keys for each of the 2,400 that fit its buffer.
constexpr unsigned most_empty_reads = 8;
// What is read at once from who has just sent such.
constexpr std::size_t cautious_bytes = 512;
// Buffers that a thread keeps for its next writes.
constexpr std::size_t kept_buffers = 4;

}  // namespace

struct tls_stream::record_buffer {
  std::array<unsigned char, records_at_once * record_bytes> bytes;

  static std::vector<std::unique_ptr<record_buffer>>& kept() {
    thread_local std::vector<std::unique_ptr<record_buffer>> some;
    return some;
  }
  static record_buffer* take() {
    auto& some = kept();
    if (some.empty()) return new record_buffer;
    record_buffer* const one = some.back().release();
    some.pop_back();
    return one;
  }
};

void tls_stream::give_back::operator()(record_buffer* b) const {
  std::unique_ptr<record_buffer> owned(b);
  auto& some = record_buffer::kept();
  if (some.size() < kept_buffers) some.push_back(std::move(owned));
}

// OpenSSL's functions for a BIO: 1 when bytes were moved, 0 when not, and then whether to try
// again.
struct tls_stream::bio {
  static tls_stream& stream_of(BIO* b) { return *static_cast<tls_stream*>(BIO_get_data(b)); }

  static int read(BIO* b, char* into, std::size_t size, std::size_t* got) {
    tls_stream& s = stream_of(b);
    BIO_clear_retry_flags(b);
    *got = 0;
    if (s.empty_reads_ > 0) size = std::min(size, cautious_bytes);
    ssize_t n;
    do {
      n = ::recv(s.socket_.native_handle(), into, size, MSG_DONTWAIT);
    } while (n < 0 && errno == EINTR);
    if (n > 0) {
      *got = static_cast<std::size_t>(n);
      return 1;
    }
    if (n == 0) s.ended_ = true;
    if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
      s.waits_for_bytes_ = true;
      BIO_set_retry_read(b);
    }
    return 0;
  }

  static int write(BIO* b, const char* from, std::size_t size, std::size_t* put) {
    tls_stream& s = stream_of(b);
    BIO_clear_retry_flags(b);
    *put = 0;
    if (!s.out_) s.out_.reset(record_buffer::take());
    const std::size_t n = std::min(size, s.out_->bytes.size() - s.made_);
    if (n == 0) {
      BIO_set_retry_write(b);
      return 0;
    }
    std::memcpy(s.out_->bytes.data() + s.made_, from, n);
    s.made_ += n;
    *put = n;
    return 1;
  }

  static long control(BIO* b, int what, long, void*) {
    if (what == BIO_CTRL_FLUSH) return 1;
    if (what == BIO_CTRL_EOF) return stream_of(b).ended_ ? 1 : 0;
    return 0;
  }

  static const BIO_METHOD* method() {
    static BIO_METHOD* const made = [] {
      BIO_METHOD* m = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "torhaus socket");
      if (m == nullptr || BIO_meth_set_read_ex(m, read) != 1 ||
          BIO_meth_set_write_ex(m, write) != 1 || BIO_meth_set_ctrl(m, control) != 1) {
        throw std::bad_alloc();
      }
      return m;
    }();
    return made;
  }
};

void tls_stream::free_ssl::operator()(ssl_st* s) const { SSL_free(s); }

tls_stream::tls_stream(tcp_socket socket, ssl_ctx_st* context)
    : socket_(std::move(socket)), ssl_(SSL_new(context)) {
  BIO* const b = ssl_ ? BIO_new(bio::method()) : nullptr;
  if (b == nullptr) throw std::bad_alloc();
  BIO_set_data(b, this);
  BIO_set_init(b, 1);
  SSL_set_bio(ssl_.get(), b, b);
  SSL_set_accept_state(ssl_.get());
}

tls_stream::~tls_stream() = default;

const char* tls_stream::version() const { return SSL_get_version(ssl_.get()); }

bool tls_stream::has_pending() const { return SSL_has_pending(ssl_.get()) == 1; }

tls_stream::obstacle tls_stream::obstacle_of(int returned) const {
  switch (SSL_get_error(ssl_.get(), returned)) {
    case SSL_ERROR_WANT_READ:
      return obstacle::unread;
    case SSL_ERROR_WANT_WRITE:
      return obstacle::unsent;
    case SSL_ERROR_ZERO_RETURN:
      return obstacle::ended;
    default:
      return obstacle::broken;
  }
}

// What OpenSSL has written leaves in any case: it may be the alert that says what is wrong.
task<void> tls_stream::go_on(int returned, error_code& ec) {
  const obstacle why = obstacle_of(returned);
  co_await flush(ec);
  if (ec) co_return;
  if (why == obstacle::unread) {
    co_await socket_.async_wait(asio::socket_base::wait_read, asio::redirect_error(use_task, ec));
  } else if (why == obstacle::ended) {
    ec = asio::error::eof;
  } else if (why == obstacle::broken) {
    ec = asio::error::connection_reset;
  }
}

task<void> tls_stream::flush(error_code& ec) {
  while (!send_now()) {
    sent_ +=
        co_await socket_.async_write_some(asio::buffer(out_->bytes.data() + sent_, made_ - sent_),
                                          asio::redirect_error(use_task, ec));
    if (ec) co_return;
  }
}

// Bounded by the deadline that the caller's wait has, as every step of a handshake brings it on.
task<void> tls_stream::handshake(error_code& ec) {
  while (true) {
    ERR_clear_error();
    const int done = SSL_do_handshake(ssl_.get());
    if (done == 1) co_return co_await flush(ec);
    co_await go_on(done, ec);
    if (ec) co_return;
  }
}

task<std::size_t> tls_stream::read_some(asio::mutable_buffer into, error_code& ec) {
  auto* const begin = static_cast<unsigned char*>(into.data());
  while (true) {
    std::size_t got = 0;
    int done = 1;
    waits_for_bytes_ = false;
    ERR_clear_error();
    while (got < into.size()) {
      std::size_t n = 0;
      done = SSL_read_ex(ssl_.get(), begin + got, into.size() - got, &n);
      got += n;
      if (done != 1 || !has_pending()) break;
    }
    if (got > 0) {
      empty_reads_ = 0;
      if (++in_a_row_ >= reads_in_a_row) {
        in_a_row_ = 0;
        co_await asio::post(socket_.get_executor(), use_task);
      }
      co_return got;
    }
    in_a_row_ = 0;
    if (waits_for_bytes_ || obstacle_of(done) != obstacle::unread) {
      co_await go_on(done, ec);
    } else if (++empty_reads_ > most_empty_reads) {
      broken_ = true;
      ec = asio::error::connection_reset;
    } else {
      co_await asio::post(socket_.get_executor(), use_task);
    }
    if (ec) co_return std::size_t{0};
  }
}

// Into records, as many as there is room for. How many plain bytes that were.
std::size_t tls_stream::encrypt(std::string_view first, std::span<const std::byte> second) {
  std::size_t taken = 0;
  if (!out_) out_.reset(record_buffer::take());
  while (out_->bytes.size() - made_ >= record_bytes && !(first.empty() && second.empty())) {
    std::array<unsigned char, record_plain> joined;
    const void* from = second.data();
    std::size_t size = std::min(second.size(), record_plain);
    const std::size_t of_first = std::min(first.size(), record_plain);
    if (of_first > 0) {
      size = std::min(second.size(), record_plain - of_first);
      std::memcpy(joined.data(), first.data(), of_first);
      if (size > 0) std::memcpy(joined.data() + of_first, second.data(), size);
      from = joined.data();
      size += of_first;
    }
    std::size_t written = 0;
    ERR_clear_error();
    if (SSL_write_ex(ssl_.get(), from, size, &written) != 1) {
      broken_ = true;
      break;
    }
    first.remove_prefix(of_first);
    second = second.subspan(size - of_first);
    taken += size;
  }
  return taken;
}

// Whether all records have left.
bool tls_stream::send_now() {
  while (sent_ < made_) {
    const ssize_t n = ::send(socket_.native_handle(), out_->bytes.data() + sent_, made_ - sent_,
                             MSG_DONTWAIT | MSG_NOSIGNAL);
    if (n <= 0) return false;
    sent_ += static_cast<std::size_t>(n);
  }
  sent_ = made_ = 0;
  out_.reset();
  return true;
}

// How many plain bytes count as written after so many of the records have left: at the end all of
// them.
std::size_t tls_stream::credit(std::size_t sent) {
  if (ahead_ == 0) return 0;
  const std::size_t most = made_ == 0 ? ahead_ : ahead_ - 1;
  const std::size_t n = made_ == 0 ? most : std::min(sent, most);
  ahead_ -= n;
  return n;
}

std::optional<std::size_t> tls_stream::write_now(std::string_view first,
                                                 std::span<const std::byte> second) {
  if (ahead_ == 0) ahead_ = encrypt(first, second);
  if (broken_) return std::nullopt;
  const std::size_t before = sent_;
  const bool all = send_now();
  const std::size_t told = credit(all ? 0 : sent_ - before);
  if (told == 0) return std::nullopt;
  return told;
}

task<std::size_t> tls_stream::write_some(std::string_view first, std::span<const std::byte> second,
                                         error_code& ec) {
  while (true) {
    if (ahead_ == 0) ahead_ = encrypt(first, second);
    if (broken_) break;
    const std::size_t before = sent_;
    if (sent_ < made_) {
      sent_ +=
          co_await socket_.async_write_some(asio::buffer(out_->bytes.data() + sent_, made_ - sent_),
                                            asio::redirect_error(use_task, ec));
      if (ec) co_return std::size_t{0};
    }
    const std::size_t sent = sent_ - before;
    if (sent_ == made_) send_now();
    const std::size_t told = credit(sent);
    if (told > 0) co_return told;
  }
  ec = asio::error::connection_reset;
  co_return std::size_t{0};
}

task<void> tls_stream::shutdown(error_code& ec) {
  if (broken_) ec = asio::error::connection_reset;
  while (!ec) {
    ERR_clear_error();
    const int done = SSL_shutdown(ssl_.get());
    if (done == 1) co_return co_await flush(ec);
    if (done == 0) {  // ours is written
      co_await flush(ec);
    } else {
      co_await go_on(done, ec);
    }
  }
}

}  // namespace torhaus::gateway::http
