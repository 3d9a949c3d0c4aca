#include "gateway/bench/connection.hpp"

#include <algorithm>

namespace torhaus::gateway::bench {

using boost::system::system_error;

void answer_sink::begin(unsigned status) {
  status_ = status;
  text_.clear();
}

void answer_sink::take(std::string_view bytes) {
  const std::size_t most = is_error() ? most_error_bytes : use_ == use::keep ? most_text_bytes : 0;
  text_.append(bytes.substr(0, most - std::min(most, text_.size())));
}

task<unsigned> connection::exchange(std::string_view head, const outgoing_body& body,
                                    response_parser::body expected, body_sink& sink) {
  late_ = false;
  began_ = steady::now();
  for (int attempt = 0;; ++attempt) {
    const bool kept = stream_.is_open();
    parser_.reset(expected);
    try {
      if (!kept) co_await stream_.connect();
      co_await transfer(head, body, sink);
      break;
    } catch (const system_error&) {
      stream_.close();
      const bool again = kept && attempt == 0 && !late_ && !parser_.started();
      if (!again) began_ = steady::time_point::max();
      if (late_) throw system_error(asio::error::timed_out);
      if (!again) throw;
    }
  }
  began_ = steady::time_point::max();
  if (!parser_.keeps_connection()) stream_.close();
  co_return parser_.status();
}

void connection::end_when_late(steady::time_point limit) noexcept {
  if (began_ > limit) return;
  late_ = true;
  stream_.close();
}

task<void> connection::transfer(std::string_view head, const outgoing_body& body, body_sink& sink) {
  if (body.ring == nullptr) {
    co_await stream_.send(head, body.text);
  } else {
    co_await send_ring(head, body);
  }
  co_await receive_answer(sink);
}

task<void> connection::send_ring(std::string_view head, const outgoing_body& body) {
  std::uint64_t sent = 0;
  do {
    const std::string_view all = body.ring->from(body.start, sent);
    const std::string_view piece = all.substr(0, body.bytes - sent);
    co_await stream_.send(head, piece);
    head = {};
    sent += piece.size();
  } while (sent < body.bytes);
}

task<void> connection::receive_answer(body_sink& sink) {
  while (!parser_.done()) {
    if (parser_.skippable() > 0 && !sink.needs_bytes()) {
      const std::size_t dropped = co_await stream_.discard(parser_.skippable(), scratch_);
      if (dropped == 0) throw system_error(asio::error::eof);
      parser_.skip(dropped);
      continue;
    }
    const std::size_t got = co_await stream_.receive(scratch_);
    if (got == 0) {
      if (!parser_.end_of_stream()) throw system_error(asio::error::eof);
      break;
    }
    const std::size_t taken = parser_.feed({scratch_.data(), got}, sink);
    // Nobody asked for more than one answer.
    if (parser_.broken() || taken < got) {
      throw system_error(make_error_code(boost::system::errc::protocol_error));
    }
  }
}

}  // namespace torhaus::gateway::bench
