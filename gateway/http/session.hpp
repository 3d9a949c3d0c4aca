// One connection from its first byte to its last: heads, bodies, responses, keep-alive, limits.
// A template over the stream (TCP or TLS); included by server.cpp only.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <memory>

#include "gateway/http/forwarded.hpp"
#include "gateway/http/request_body.hpp"
#include "gateway/http/response_head.hpp"
#include "storage/base/log.hpp"

namespace torhaus::gateway::http {

using tcp_socket = asio::basic_stream_socket<asio::ip::tcp, executor>;
using tls_stream = asio::ssl::stream<tcp_socket>;

struct session_setup {
  lane& home;
  const limits& limit;
  const proxy_list& proxies;
  counters& count;
  request_handler& handler;
  std::string zone;
};

template <class Stream>
class session final : public connection {
 public:
  session(Stream stream, const session_setup& setup) : stream_(std::move(stream)), s_(setup) {
    s_.home.connections.push_front(this);
    place_ = s_.home.connections.begin();
  }
  ~session() override { s_.home.connections.erase(place_); }
  session(const session&) = delete;
  session& operator=(const session&) = delete;

  void cancel() noexcept override {
    beast::error_code ignored;
    socket().cancel(ignored);
  }

  task<void> run() {
    beast::error_code ec;
    socket().set_option(asio::ip::tcp::no_delay(true), ec);
    const auto peer = socket().remote_endpoint(ec);
    if (ec) co_return;
    peer_ = peer.address();
    if constexpr (is_tls) {
      if (!co_await handshake()) co_return;
    }
    while (co_await one_request()) {
    }
    co_await finish();
  }

 private:
  static constexpr bool is_tls = std::is_same_v<Stream, tls_stream>;
  static constexpr std::size_t read_step = 4096;
  // After an early answer the client may still be sending; closing at once would be a reset that
  // takes the answer away from it. So much is read and dropped first, and for so long.
  static constexpr std::uint64_t linger_bytes = std::uint64_t{16} << 20;
  static constexpr std::chrono::seconds linger_time{5};

  auto& socket() {
    if constexpr (is_tls) {
      return stream_.next_layer();
    } else {
      return stream_;
    }
  }

  void until(std::chrono::seconds from_now) { deadline = steady::now() + from_now; }
  void no_deadline() { deadline = steady::time_point::max(); }

  task<bool> handshake() {
    beast::error_code ec;
    if constexpr (is_tls) {
      until(s_.limit.head_time);
      co_await stream_.async_handshake(asio::ssl::stream_base::server,
                                       asio::redirect_error(use_task, ec));
      no_deadline();
    }
    co_return !ec;
  }

  // Reads until the buffer holds a whole head. 0: the connection is over without an answer.
  task<result<std::size_t>> read_head() {
    static constexpr std::string_view end_of_head = "\r\n\r\n";
    std::size_t searched = 0;
    if (buffer_.size() == 0) buffer_.shrink_to_fit();
    idle = buffer_.size() == 0;
    until(idle ? s_.limit.idle_time : s_.limit.head_time);
    while (true) {
      const std::string_view have(static_cast<const char*>(buffer_.data().data()), buffer_.size());
      const std::size_t at = have.find(end_of_head, searched);
      if (at != std::string_view::npos && at + 4 <= s_.limit.head_bytes) co_return at + 4;
      if (have.size() >= s_.limit.head_bytes) co_return errc::request_header_section_too_large;
      searched = have.size() < 3 ? 0 : have.size() - 3;
      beast::error_code ec;
      const std::size_t n = co_await stream_.async_read_some(
          buffer_.prepare(read_step), asio::redirect_error(use_task, ec));
      if (ec || n == 0) {
        if (expired && buffer_.size() > 0 && !s_.home.stopping) co_return errc::request_timeout;
        co_return std::size_t{0};
      }
      buffer_.commit(n);
      if (idle) {
        idle = false;
        until(s_.limit.head_time);
      }
    }
  }

  // False when the connection is to be closed.
  task<bool> one_request() {
    if (s_.home.stopping) co_return false;
    const auto head = co_await read_head();
    idle = false;
    no_deadline();
    if (!head) co_return co_await refuse(head.error());
    if (*head == 0) co_return false;
    const std::string_view raw(static_cast<const char*>(buffer_.data().data()), *head);
    auto facts = check_head(raw);
    if (!facts) co_return co_await refuse(facts.error());
    body_parser parser;
    parser.header_limit(static_cast<std::uint32_t>(s_.limit.head_bytes));
    parser.body_limit(boost::none);
    beast::error_code ec;
    parser.put(asio::buffer(raw.data(), raw.size()), ec);
    if ((ec && ec != beast::http::error::need_buffer) || !parser.is_header_done()) {
      co_return co_await refuse(error(errc::bad_request));
    }
    request call = make_request(parser, *facts);
    buffer_.consume(*head);
    request_body<Stream> body({stream_, buffer_, parser, *this, s_.limit, s_.count}, *facts);
    call.body = &body;
    co_return co_await serve(call, body, facts->keep_alive);
  }

  request make_request(const body_parser& parser, const head_facts& facts) {
    request call;
    call.method = std::string(facts.method);
    call.target = std::string(facts.target);
    for (const auto& field : parser.get()) {
      call.headers.push_back({{field.name_string().data(), field.name_string().size()},
                              {field.value().data(), field.value().size()}});
    }
    call.host = std::string(facts.host);
    call.from.client = peer_;
    call.from.zone = s_.zone;
    call.from.secure = is_tls;
    if constexpr (is_tls) call.from.tls_version = SSL_get_version(stream_.native_handle());
    call.id = s_.home.make_request_id();
    s_.proxies.apply(call);
    return call;
  }

  task<bool> serve(request& call, request_body<Stream>& body, bool keep_alive) {
    const std::size_t question = call.target.find('?');
    call.path = std::string_view(call.target).substr(0, question);
    call.query = question == std::string::npos ? std::string_view()
                                               : std::string_view(call.target).substr(question + 1);
    response answer = co_await answer_of(call);
    bool keep = keep_alive && !answer.close && !s_.home.stopping && !body.broken();
    if (!body.finished() && (body.continue_pending() || body.left() > s_.limit.drain_bytes)) {
      keep = false;
    }
    unread_ = !body.finished() && !body.broken();
    if (!co_await send(answer, call.method, call.id, keep)) {
      unread_ = false;
      co_return false;
    }
    if (!keep) co_return false;
    if (!body.finished() && !co_await drain(body)) co_return false;
    unread_ = false;
    co_return true;
  }

  task<response> answer_of(request& call) {
    std::string cause;
    try {
      co_return co_await s_.handler.handle(call);
    } catch (const std::exception& fault) {
      cause = fault.what();
    }
    log::error("request_failed", {{"request_id", call.id}, {"cause", cause}});
    response broken = s_.handler.refuse(error(errc::internal_error), call.id);
    broken.close = true;
    co_return broken;
  }

  // Answers what never became a request, and closes.
  task<bool> refuse(const error& why) {
    expired = false;
    s_.count.malformed.fetch_add(1, std::memory_order_relaxed);
    const std::string id = s_.home.make_request_id();
    response answer = s_.handler.refuse(why, id);
    log::info("request_refused", {{"request_id", id},
                                  {"client", peer_.to_string()},
                                  {"code", code_of(why.code())},
                                  {"why", why.message()}});
    unread_ = true;
    if (!co_await send(answer, "GET", id, false)) unread_ = false;
    co_return false;
  }

  task<bool> drain(request_body<Stream>& body) {
    std::array<std::byte, 4096> scratch;
    std::uint64_t dropped = 0;
    while (dropped <= s_.limit.drain_bytes) {
      const auto n = co_await body.read(scratch);
      if (!n) co_return false;
      if (*n == 0) co_return true;
      dropped += *n;
    }
    co_return false;
  }

  task<bool> send(response& answer, std::string_view method, const std::string& id, bool keep) {
    std::unique_ptr<body_source> source;
    std::string text;
    if (auto* s = std::get_if<std::string>(&answer.body)) text = std::move(*s);
    if (auto* s = std::get_if<std::unique_ptr<body_source>>(&answer.body)) source = std::move(*s);
    const std::uint64_t size = source ? source->size() : text.size();
    const std::string extended = extended_id_of(id);
    std::string head;
    head.reserve(1024);
    const head_context with{method, s_.home.date(), id, extended, keep};
    if (!append_head(head, answer, size, with)) {
      log::error("response_header_refused", {{"request_id", id}});
      response broken;
      broken.status = 500;
      append_head(head, broken, 0, {method, s_.home.date(), id, extended, false});
      source.reset();
      text.clear();
      co_await write_two(head, {});
      co_return false;
    }
    if (!has_body(method, answer.status)) co_return co_await write_two(head, {});
    if (!source) co_return co_await write_two(head, std::as_bytes(std::span(text)));
    co_return co_await send_source(head, *source, id);
  }

  task<bool> send_source(const std::string& head, body_source& source, const std::string& id) {
    std::uint64_t left = source.size();
    bool first = true;
    while (first || left > 0) {
      std::span<const std::byte> piece;
      if (left > 0) {
        const auto next = co_await source.next();
        if (!next || next->empty() || next->size() > left) {
          // The head may have promised more: cutting the connection is all that is left to say.
          log::error("response_body_failed",
                     {{"request_id", id}, {"cause", next ? "length" : next.error().cause()}});
          co_return false;
        }
        piece = *next;
      }
      if (!co_await write_two(first ? std::string_view(head) : std::string_view(), piece)) {
        co_return false;
      }
      first = false;
      left -= piece.size();
    }
    co_return true;
  }

  // Head and first bytes leave together.
  task<bool> write_two(std::string_view a, std::span<const std::byte> b) {
    const std::array<asio::const_buffer, 2> both{asio::buffer(a.data(), a.size()),
                                                 asio::buffer(b.data(), b.size())};
    beast::error_code ec;
    if (expired) co_return false;
    until(s_.limit.body_idle_time);
    co_await asio::async_write(stream_, both, asio::redirect_error(use_task, ec));
    no_deadline();
    s_.count.bytes_out.fetch_add(a.size() + b.size(), std::memory_order_relaxed);
    co_return !ec;
  }

  // Closes so that the client sees the last answer whole.
  task<void> finish() {
    beast::error_code ec;
    if (unread_ && !expired) co_await linger();
    if constexpr (is_tls) {
      if (!expired) {
        until(std::chrono::seconds(2));
        co_await stream_.async_shutdown(asio::redirect_error(use_task, ec));
        no_deadline();
      }
    }
    socket().shutdown(asio::ip::tcp::socket::shutdown_both, ec);
    socket().close(ec);
  }

  task<void> linger() {
    beast::error_code ec;
    if constexpr (!is_tls) socket().shutdown(asio::ip::tcp::socket::shutdown_send, ec);
    until(linger_time);
    std::vector<char> scratch(64 * 1024);
    for (std::uint64_t dropped = 0; dropped < linger_bytes && !ec;) {
      dropped += co_await stream_.async_read_some(asio::buffer(scratch),
                                                  asio::redirect_error(use_task, ec));
    }
    no_deadline();
    expired = false;
  }

  Stream stream_;
  session_setup s_;
  std::list<connection*>::iterator place_;
  beast::flat_buffer buffer_;
  asio::ip::address peer_;
  bool unread_ = false;   // bytes of the client may be under way that nobody will read
};

}  // namespace torhaus::gateway::http
