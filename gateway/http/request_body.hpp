// A request's body on its way in: Content-Length bytes straight from the stream, chunked ones through Beast.
// Included by session.hpp only, which sees to it that few files include Beast.
#pragma once

#include <algorithm>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <cstring>

#include "gateway/http/head_check.hpp"
#include "gateway/http/lane.hpp"
#include "gateway/http/message.hpp"

namespace torhaus::gateway::http {

namespace beast = boost::beast;
using body_parser = beast::http::request_parser<beast::http::buffer_body>;

// Chunk extensions have no use here (aws-chunked lives inside the body).
inline constexpr std::size_t max_chunk_extension_bytes = 256;

template <class Stream>
class request_body final : public body_reader {
 public:
  struct surroundings {
    Stream& stream;
    beast::flat_buffer& buffer;   // holds what was read beyond the head
    body_parser& parser;
    connection& owner;
    const limits& limit;
    counters& count;
  };

  request_body(const surroundings& s, const head_facts& facts)
      : s_(s),
        length_(facts.chunked ? std::nullopt : std::optional(facts.content_length.value_or(0))),
        left_(length_.value_or(0)),
        chunked_(facts.chunked),
        continue_pending_(facts.expect_continue && (facts.chunked || left_ > 0)),
        began_(steady::now()) {
    if (!chunked_) return;
    extension_check_ = [](std::uint64_t, beast::string_view extensions, beast::error_code& ec) {
      if (extensions.size() > max_chunk_extension_bytes) {
        ec = beast::http::error::bad_chunk_extension;
      }
    };
    s_.parser.on_chunk_header(extension_check_);
  }

  std::optional<std::uint64_t> content_length() const override { return length_; }

  task<result<std::size_t>> read(std::span<std::byte> out) override {
    if (broken_) co_return errc::incomplete_body;
    if (finished() || out.empty()) co_return std::size_t{0};
    if (continue_pending_) {
      continue_pending_ = false;
      if (!co_await send_continue()) co_return fail();
    }
    if (too_slow()) {
      broken_ = true;
      co_return errc::request_timeout;
    }
    if (chunked_) co_return co_await read_chunked(out);
    co_return co_await read_plain(out);
  }

  bool finished() const { return chunked_ ? s_.parser.is_done() : left_ == 0; }
  bool broken() const { return broken_; }
  // The client still waits for "100 Continue" and may never send the body.
  bool continue_pending() const { return continue_pending_; }
  std::uint64_t left() const { return left_; }

 private:
  task<bool> send_continue() {
    static constexpr std::string_view text = "HTTP/1.1 100 Continue\r\n\r\n";
    beast::error_code ec;
    s_.owner.deadline = steady::now() + s_.limit.body_idle_time;
    co_await asio::async_write(s_.stream, asio::buffer(text), asio::redirect_error(use_task, ec));
    s_.owner.deadline = steady::time_point::max();
    co_return !ec;
  }

  // The average over the whole body, once a minute has passed.
  bool too_slow() const {
    const auto took = std::chrono::duration_cast<std::chrono::seconds>(steady::now() - began_);
    if (took < std::chrono::seconds(60)) return false;
    return received_ < static_cast<std::uint64_t>(took.count()) * s_.limit.body_min_bytes_per_second;
  }

  error fail() {
    broken_ = true;
    return error(s_.owner.expired ? errc::request_timeout : errc::incomplete_body);
  }

  task<result<std::size_t>> read_plain(std::span<std::byte> out) {
    const auto want = static_cast<std::size_t>(std::min<std::uint64_t>(left_, out.size()));
    std::size_t n = 0;
    if (s_.buffer.size() > 0) {
      n = std::min(want, s_.buffer.size());
      std::memcpy(out.data(), s_.buffer.data().data(), n);
      s_.buffer.consume(n);
    } else {
      beast::error_code ec;
      s_.owner.deadline = steady::now() + s_.limit.body_idle_time;
      n = co_await s_.stream.async_read_some(asio::buffer(out.data(), want),
                                             asio::redirect_error(use_task, ec));
      s_.owner.deadline = steady::time_point::max();
      if (ec || n == 0) co_return fail();
    }
    left_ -= n;
    count(n);
    co_return n;
  }

  task<result<std::size_t>> read_chunked(std::span<std::byte> out) {
    while (!s_.parser.is_done()) {
      auto& body = s_.parser.get().body();
      body.data = out.data();
      body.size = out.size();
      body.more = true;
      beast::error_code ec;
      s_.owner.deadline = steady::now() + s_.limit.body_idle_time;
      co_await beast::http::async_read_some(s_.stream, s_.buffer, s_.parser,
                                            asio::redirect_error(use_task, ec));
      s_.owner.deadline = steady::time_point::max();
      if (ec == beast::http::error::need_buffer) ec = {};
      if (ec) co_return fail();
      const std::size_t n = out.size() - s_.parser.get().body().size;
      count(n);
      if (n > 0) co_return n;
      if (too_slow()) co_return fail();
    }
    co_return std::size_t{0};
  }

  void count(std::size_t n) {
    received_ += n;
    s_.count.bytes_in.fetch_add(n, std::memory_order_relaxed);
  }

  surroundings s_;
  std::optional<std::uint64_t> length_;
  std::uint64_t left_;
  std::uint64_t received_ = 0;
  bool chunked_;
  bool continue_pending_;
  bool broken_ = false;
  steady::time_point began_;
  // Beast keeps a reference to it.
  std::function<void(std::uint64_t, beast::string_view, beast::error_code&)> extension_check_;
};

}  // namespace torhaus::gateway::http
