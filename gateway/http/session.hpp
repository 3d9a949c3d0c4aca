// One connection from its first byte to its last: heads, bodies, responses, keep-alive, limits.
// A template over the stream (plain_stream or tls_stream); included by server.cpp only.
#pragma once

#include <memory>

#include "gateway/http/forwarded.hpp"
#include "gateway/http/head_parser.hpp"
#include "gateway/http/request_body.hpp"
#include "gateway/http/response_head.hpp"
#include "gateway/http/tls_stream.hpp"
#include "storage/base/log.hpp"

namespace torhaus::gateway::http {

// What the connections of a listener on a lane have in common, and outlives them.
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
  // `more` is what the stream takes beside its socket.
  template <class... More>
  session(const session_setup& setup, tcp_socket socket, More&&... more)
      : connection(setup.home),
        stream_(std::move(socket), std::forward<More>(more)...),
        s_(setup),
        buffer_(setup.limit.head_bytes + 2 * read_step) {}

  void cancel() noexcept override {
    beast::error_code ignored;
    socket().cancel(ignored);
  }

  // Serves requests until one side has enough. Only the frame of this is there while a connection
  // waits for its next request, and that of the wait.
  task<void> run() {
    if (!co_await open(s_.limit.head_time)) co_return;
    auto until = steady::now() + s_.limit.idle_time;
    while (!s_.home.stopping) {
      if (waits_without_buffer()) {
        beast::error_code ec;
        if (!begin_wait(until)) break;
        co_await socket().async_wait(asio::socket_base::wait_read,
                                     asio::redirect_error(use_task, ec));
        end_wait();
        if (ec) break;
      }
      silent_ = false;
      const auto head = co_await read_head(until, !is_tls);
      if (head && *head == 0 && silent_) continue;
      idle = false;
      if (!head) co_await refuse_malformed(head.error());
      if (!head || *head == 0 || !co_await one_request(*head)) break;
      until = steady::now() + s_.limit.idle_time;
    }
    co_await finish();
  }

  // One more than there may be: hears its request's head, says so and closes. The answer waits for
  // the head because clients take one that comes before their request for an error of the
  // connection.
  task<void> turn_away() {
    if (!co_await open(turn_away_time)) co_return;
    const auto head = co_await read_head(steady::now() + turn_away_time, false);
    if (head && *head > 0) co_await refuse(error(errc::slow_down));
    co_await finish();
  }

 private:
  static constexpr bool is_tls = Stream::is_tls;
  // After an early answer the client may still be sending; closing at once would be a reset that
  // takes the answer away from it. So much is read and dropped first, and for so long.
  static constexpr std::uint64_t linger_bytes = std::uint64_t{16} << 20;
  static constexpr std::chrono::seconds linger_time{5};
  static constexpr std::chrono::seconds turn_away_time{5};
  static constexpr std::chrono::seconds tls_close_time{2};
  // So long a connection keeps its buffer while it waits for the next request. Then, and before the
  // first one, it waits without: thousands of connections that clients keep cost little.
  static constexpr std::chrono::seconds buffer_time{1};
  // With so few on the lane there is nobody to wait for.
  static constexpr std::size_t few_connections = 4;
  static constexpr std::uint64_t large_answer_bytes = 32 * 1024;

  tcp_socket& socket() { return stream_.socket(); }

  task<bool> open(std::chrono::seconds handshake_time) {
    beast::error_code ec;
    socket().set_option(asio::ip::tcp::no_delay(true), ec);
    const auto peer = socket().remote_endpoint(ec);
    if (ec) co_return false;
    peer_ = peer.address();
    if constexpr (is_tls) {
      idle = true;
      if (!begin_wait(handshake_time)) co_return false;
      co_await stream_.handshake(ec);
      end_wait();
      idle = false;
    }
    co_return !ec;
  }

  // Between two requests; what has arrived already is in a buffer, here or in the stream.
  bool waits_without_buffer() {
    idle = buffer_.size() == 0;
    return idle && (silent_ || is_tls) && !stream_.has_pending();
  }

  // Reads until the buffer holds a whole head, whose first byte may come `until`. 0: the connection
  // is over without an answer, or falls silent (silent_) where it may: a while after its last
  // request it goes on waiting without a buffer.
  task<result<std::size_t>> read_head(steady::time_point until, bool may_fall_silent) {
    head_scanner scanner;
    if (buffer_.size() == 0 && buffer_.capacity() > read_step) buffer_.shrink_to_fit();
    idle = buffer_.size() == 0;
    if (!idle) until = steady::now() + s_.limit.head_time;
    while (true) {
      const auto end = scanner.find_end(buffered());
      if (!end) co_return end.error();
      if (*end > 0 && *end <= s_.limit.head_bytes) co_return *end;
      if (buffer_.size() >= s_.limit.head_bytes) co_return errc::request_header_section_too_large;
      beast::error_code ec;
      may_fall_silent = may_fall_silent && idle;
      const auto most = may_fall_silent ? std::min(until, steady::now() + buffer_time) : until;
      if (!begin_wait(most)) co_return std::size_t{0};
      const std::size_t n = co_await stream_.read_some(buffer_.prepare(read_step), ec);
      end_wait();
      if (may_fall_silent && ec == asio::error::operation_aborted && steady::now() < until) {
        silent_ = true;
        buffer_.shrink_to_fit();
        co_return std::size_t{0};
      }
      if (ec || n == 0) {
        if (expired() && !idle && !s_.home.stopping) co_return errc::request_timeout;
        co_return std::size_t{0};
      }
      buffer_.commit(n);
      if (idle) until = steady::now() + s_.limit.head_time;
      idle = false;
    }
  }

  std::string_view buffered() const {
    return {static_cast<const char*>(buffer_.data().data()), buffer_.size()};
  }

  // False when the connection is to be closed. The frame of this is large: a connection that waits
  // for its next request has none.
  task<bool> one_request(std::size_t head_bytes) {
    const std::string_view raw = buffered().substr(0, head_bytes);
    const auto facts = check_head(raw);
    if (!facts) co_return co_await refuse_malformed(facts.error());
    head_parser parser;
    const auto parsed = parser.parse(raw, s_.limit.head_bytes);
    if (!parsed) co_return co_await refuse_malformed(parsed.error());
    request call = make_request(parser.take_headers(), *facts);
    buffer_.consume(head_bytes);
    request_body<Stream> body({stream_, buffer_, *this, s_.limit, s_.count}, *facts);
    call.body = &body;
    http10_ = !facts->http11;
    co_return co_await serve(call, body, facts->keep_alive);
  }

  // Without what a proxy reports.
  origin connection_origin() {
    origin from;
    from.client = peer_;
    from.zone = s_.zone;
    from.secure = is_tls;
    if constexpr (is_tls) from.tls_version = stream_.version();
    return from;
  }

  request make_request(std::vector<header> headers, const head_facts& facts) {
    request call;
    call.method = std::string(facts.method);
    call.target = std::string(facts.target);
    call.headers = std::move(headers);
    call.host = std::string(facts.host);
    call.from = connection_origin();
    call.id = s_.home.make_request_id();
    s_.proxies.apply(call);
    return call;
  }

  task<bool> serve(request& call, request_body<Stream>& body, bool keep_alive) {
    const std::size_t question = call.target.find('?');
    call.path = std::string_view(call.target).substr(0, question);
    call.query = question == std::string::npos ? std::string_view()
                                               : std::string_view(call.target).substr(question + 1);
    response answer;
    std::optional<std::string> fault;
    try {
      answer = co_await s_.handler.handle(call);
    } catch (const std::exception& cause) {
      fault = cause.what();
    }
    if (fault) answer = broken_answer(call, *fault);
    bool keep = keep_alive && !answer.close && !s_.home.stopping && !body.broken();
    if (body.continue_pending()) keep = false;
    if (!body.finished() && body.left() > s_.limit.drain_bytes) keep = false;
    unread_ = !body.finished();
    if (!co_await send(answer, call.method, call.id, keep)) {
      failed_ = true;
      co_return false;
    }
    if (!keep) co_return false;
    if (unread_ && !co_await drain(body)) co_return false;
    unread_ = false;
    co_return true;
  }

  response broken_answer(const request& call, const std::string& cause) {
    log::error("request_failed", {{"request_id", call.id}, {"cause", cause}});
    response broken = s_.handler.refuse(error(errc::internal_error), call.from, call.id);
    broken.close = true;
    return broken;
  }

  task<bool> refuse_malformed(const error& why) {
    s_.count.malformed.fetch_add(1, std::memory_order_relaxed);
    co_return co_await refuse(why);
  }

  // Answers what never became a request, and closes.
  task<bool> refuse(const error& why) {
    const std::string id = s_.home.make_request_id();
    response answer = s_.handler.refuse(why, connection_origin(), id);
    log::info("request_refused", {{"request_id", id},
                                  {"client", peer_.to_string()},
                                  {"code", code_of(why.code())},
                                  {"why", why.message()}});
    unread_ = true;
    failed_ = !co_await send(answer, "GET", id, false);
    co_return false;
  }

  task<bool> drain(request_body<Stream>& body) {
    std::array<std::byte, 4096> scratch;
    std::uint64_t dropped = 0;
    idle = true;  // the answer has left
    while (dropped <= s_.limit.drain_bytes) {
      const auto n = co_await body.read(scratch);
      if (!n) break;
      if (*n == 0) break;
      dropped += *n;
    }
    idle = false;
    co_return body.finished();
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
    const head_context with{method, s_.home.date(), id, extended, keep, http10_};
    if (!append_head(head, answer, size, with)) {
      log::error("response_header_refused", {{"request_id", id}});
      response broken;
      broken.status = 500;
      append_head(head, broken, 0, {method, s_.home.date(), id, extended, false, http10_});
      source.reset();
      text.clear();
      rate_floor rate(s_.limit.body_min_bytes_per_second, s_.limit.body_rate_time);
      co_await write_two(head, {}, rate);
      co_return false;
    }
    // To the end of the lane's queue: requests that have arrived meanwhile are answered first, then
    // all answers leave in a row. The first wakes a client that has many connections (a proxy, a
    // load balancer), and the rest find it awake. What is large wakes it in any case, and would
    // leave the processor's caches meanwhile.
    if (s_.home.connections.size() > few_connections && size <= large_answer_bytes) {
      co_await asio::post(s_.home.context.get_executor(), use_task);
    }
    if (has_body(method, answer.status) && source)
      co_return co_await send_source(head, *source, id);
    if (!has_body(method, answer.status)) text.clear();
    rate_floor rate(s_.limit.body_min_bytes_per_second, s_.limit.body_rate_time);
    co_return co_await write_two(head, std::as_bytes(std::span(text)), rate);
  }

  task<bool> send_source(const std::string& head, body_source& source, const std::string& id) {
    rate_floor rate(s_.limit.body_min_bytes_per_second, s_.limit.body_rate_time);
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
      if (!co_await write_two(first ? std::string_view(head) : std::string_view(), piece, rate)) {
        co_return false;
      }
      first = false;
      left -= piece.size();
      // A source that has everything at hand and a client that is as fast would never let go.
      if (left > 0) co_await asio::post(s_.home.context.get_executor(), use_task);
    }
    co_return true;
  }

  // Head and first bytes leave together. The deadline is that of each step, so that a slow reader
  // of a large piece is not cut off while it reads.
  task<bool> write_two(std::string_view a, std::span<const std::byte> b, rate_floor& rate) {
    while (!a.empty() || !b.empty()) {
      if (s_.home.cutting) co_return false;
      std::size_t n = stream_.write_now(a, b).value_or(0);
      const bool at_once = n > 0;
      const auto began = at_once ? steady::time_point() : steady::now();
      if (!at_once) {
        beast::error_code ec;
        if (!begin_wait(began + s_.limit.body_idle_time)) co_return false;
        n = co_await stream_.write_some(a, b, ec);
        end_wait();
        if (ec || n == 0) co_return false;
      }
      s_.count.bytes_out.fetch_add(n, std::memory_order_relaxed);
      const std::size_t of_a = std::min(n, a.size());
      a.remove_prefix(of_a);
      b = b.subspan(n - of_a);
      const auto waited = at_once ? steady::duration(0) : steady::now() - began;
      if (!rate.note(waited, n) && !(a.empty() && b.empty())) co_return false;
    }
    co_return true;
  }

  // Closes so that the client sees the last answer whole, or that it is not whole: then no
  // close_notify says that all was well.
  task<void> finish() {
    beast::error_code ec;
    if constexpr (is_tls) {
      idle = true;
      if (!failed_ && begin_wait(tls_close_time)) {
        co_await stream_.shutdown(ec);
        end_wait();
      }
      idle = false;
    }
    if (unread_ && !failed_) co_await linger();
    socket().shutdown(asio::ip::tcp::socket::shutdown_both, ec);
    socket().close(ec);
  }

  // What arrives is dropped as it is, TLS or not.
  task<void> linger() {
    beast::error_code ec;
    socket().shutdown(asio::ip::tcp::socket::shutdown_send, ec);
    const auto until = steady::now() + linger_time;
    std::vector<char> scratch(2 * read_step);
    for (std::uint64_t dropped = 0; dropped < linger_bytes && !ec && begin_wait(until);) {
      dropped += co_await socket().async_read_some(asio::buffer(scratch),
                                                   asio::redirect_error(use_task, ec));
      end_wait();
    }
  }

  Stream stream_;
  const session_setup& s_;
  bool silent_ = true;  // waits without a buffer
  beast::flat_buffer buffer_;
  asio::ip::address peer_;
  bool http10_ = false;  // the request at hand
  bool unread_ = false;  // bytes of the client may be under way that nobody will read
  bool failed_ = false;  // the last answer did not leave whole
};

}  // namespace torhaus::gateway::http
