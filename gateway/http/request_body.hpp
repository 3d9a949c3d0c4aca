// A request's body on its way in: as many bytes as Content-Length says, or chunks. Included by
// session.hpp only, which sees to it that few files include Beast.
#pragma once

#include <algorithm>
#include <boost/beast/core/flat_buffer.hpp>
#include <cstring>

#include "gateway/http/chunked_framing.hpp"
#include "gateway/http/head_check.hpp"
#include "gateway/http/lane.hpp"
#include "gateway/http/message.hpp"
#include "gateway/http/rate_floor.hpp"

namespace torhaus::gateway::http {

namespace beast = boost::beast;

// The least that is read at once into the connection's own buffer: heads, the framing of chunks,
// and with a head the body of a small object.
inline constexpr std::size_t read_step = 8192;

template <class Stream>
class request_body final : public body_reader {
 public:
  struct surroundings {
    Stream& stream;
    beast::flat_buffer& buffer;  // holds what was read beyond the head
    connection& owner;
    const limits& limit;
    counters& count;
  };

  request_body(const surroundings& s, const head_facts& facts)
      : s_(s),
        length_(facts.chunked ? std::nullopt : std::optional(facts.content_length.value_or(0))),
        left_(length_.value_or(0)),
        chunked_(facts.chunked),
        continue_pending_(facts.expect_continue && (facts.chunked || facts.content_length)),
        rate_(s.limit.body_min_bytes_per_second, s.limit.body_rate_time) {}

  std::optional<std::uint64_t> content_length() const override { return length_; }
  bool has_arrived() const override {
    return !chunked_ && !continue_pending_ && left_ <= s_.buffer.size();
  }

  task<result<std::size_t>> read(std::span<std::byte> out) override {
    if (broken_) co_return *broken_;
    if (out.empty()) co_return std::size_t{0};
    if (continue_pending_) {
      continue_pending_ = false;
      if (!co_await send_continue()) co_return fail(lost());
    }
    if (finished()) co_return std::size_t{0};
    if (chunked_) co_return co_await read_chunked(out);
    auto n = co_await take(out, left_);
    if (n) left_ -= *n;
    co_return n;
  }

  bool finished() const { return chunked_ ? framing_.finished() : left_ == 0; }
  bool broken() const { return broken_.has_value(); }
  // The client still waits for "100 Continue" and may never send the body. So it may for an empty
  // one: botocore, once answered without a "100 Continue", takes the next one on that connection
  // for the answer.
  bool continue_pending() const { return continue_pending_; }
  std::uint64_t left() const { return left_; }

 private:
  task<bool> send_continue() {
    std::string_view text = "HTTP/1.1 100 Continue\r\n\r\n";
    beast::error_code ec;
    if (!s_.owner.begin_wait(s_.limit.body_idle_time)) co_return false;
    while (!text.empty() && !ec) text.remove_prefix(co_await s_.stream.write_some(text, {}, ec));
    s_.owner.end_wait();
    co_return !ec;
  }

  // Every round takes framing out of the buffer, of which there is a bounded amount between two
  // pieces of data, or waits for more under a deadline.
  task<result<std::size_t>> read_chunked(std::span<std::byte> out) {
    while (!framing_.finished()) {
      if (framing_.data_expected() > 0) {
        auto n = co_await take(out, framing_.data_expected());
        if (n) framing_.took_data(*n);
        co_return n;
      }
      if (s_.buffer.size() == 0) {
        const auto n = co_await receive(s_.buffer.prepare(read_step));
        if (!n) co_return n.error();
        s_.buffer.commit(*n);
      }
      const auto used = framing_.feed(buffered());
      if (!used) co_return fail(used.error());
      s_.buffer.consume(*used);
    }
    co_return std::size_t{0};
  }

  // Between 1 and `most` bytes of data: from the buffer, or straight from the stream when that is
  // empty.
  task<result<std::size_t>> take(std::span<std::byte> out, std::uint64_t most) {
    const auto want = static_cast<std::size_t>(std::min<std::uint64_t>(most, out.size()));
    std::size_t n = std::min(want, s_.buffer.size());
    if (n > 0) {
      std::memcpy(out.data(), s_.buffer.data().data(), n);
      s_.buffer.consume(n);
    } else {
      const auto got = co_await receive(asio::buffer(out.data(), want));
      if (!got) co_return got.error();
      n = *got;
    }
    s_.count.bytes_in.fetch_add(n, std::memory_order_relaxed);
    co_return n;
  }

  task<result<std::size_t>> receive(asio::mutable_buffer into) {
    beast::error_code ec;
    const auto began = steady::now();
    if (!s_.owner.begin_wait(began + s_.limit.body_idle_time)) co_return fail(lost());
    const std::size_t n = co_await s_.stream.read_some(into, ec);
    s_.owner.end_wait();
    if (ec || n == 0) co_return fail(lost());
    if (!rate_.note(steady::now() - began, n)) co_return fail(error(errc::request_timeout));
    co_return n;
  }

  std::string_view buffered() const {
    return {static_cast<const char*>(s_.buffer.data().data()), s_.buffer.size()};
  }

  error lost() const {
    return error(s_.owner.expired() ? errc::request_timeout : errc::incomplete_body);
  }
  error fail(error why) {
    broken_ = why;
    return why;
  }

  surroundings s_;
  std::optional<std::uint64_t> length_;
  std::uint64_t left_;
  bool chunked_;
  bool continue_pending_;
  std::optional<error> broken_;
  rate_floor rate_;
  chunked_framing framing_;
};

}  // namespace torhaus::gateway::http
