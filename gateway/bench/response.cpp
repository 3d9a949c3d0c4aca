#include "gateway/bench/response.hpp"

#include <algorithm>
#include <charconv>

namespace torhaus::gateway::bench {
namespace {

constexpr std::size_t most_line_bytes = 1024;
constexpr std::string_view blank_line = "\r\n\r\n";

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

bool same_name(std::string_view a, std::string_view lower_case) {
  return a.size() == lower_case.size() &&
         std::ranges::equal(a, lower_case, {}, [](char c) { return lower(c); });
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

bool parse_number(std::string_view text, std::uint64_t& out, int base = 10) {
  const char* const last = text.data() + text.size();
  const auto [end, failed] = std::from_chars(text.data(), last, out, base);
  return failed == std::errc() && end == last && !text.empty();
}

}  // namespace

void response_parser::reset(body expected) {
  state_ = state::head;
  body_ = expected;
  status_ = 0;
  keep_ = true;
  has_length_ = false;
  left_ = 0;
  body_bytes_ = 0;
  head_.clear();
  line_.clear();
}

void response_parser::skip(std::uint64_t bytes) {
  left_ -= bytes;
  if (left_ == 0) state_ = state::done;
}

std::size_t response_parser::feed(std::string_view in, body_sink& sink) {
  std::size_t taken = 0;
  while (taken < in.size() && !done() && !broken()) {
    const std::string_view rest = in.substr(taken);
    switch (state_) {
      case state::head:
        taken += feed_head(rest, sink);
        break;
      case state::sized:
      case state::chunk_data: {
        const std::string_view some = rest.substr(0, std::min<std::uint64_t>(left_, rest.size()));
        sink.take(some);
        taken += some.size();
        left_ -= some.size();
        if (state_ == state::chunk_data) body_bytes_ += some.size();
        if (left_ == 0) state_ = state_ == state::sized ? state::done : state::chunk_end;
        break;
      }
      case state::until_close:
        sink.take(rest);
        body_bytes_ += rest.size();
        taken += rest.size();
        break;
      default:
        taken += feed_line(rest);
    }
  }
  return taken;
}

bool response_parser::end_of_stream() {
  if (state_ == state::until_close) state_ = state::done;
  keep_ = false;
  return done();
}

std::size_t response_parser::feed_head(std::string_view in, body_sink& sink) {
  const std::size_t before = head_.size();
  head_.append(in.substr(0, most_head_bytes - before));
  const std::size_t from = before < blank_line.size() ? 0 : before - blank_line.size();
  const std::size_t end = head_.find(blank_line, from);
  if (end == std::string::npos) {
    if (head_.size() == most_head_bytes) state_ = state::broken;
    return in.size();
  }
  head_.resize(end + blank_line.size());
  const std::size_t taken = head_.size() - before;
  parse_head(sink);
  return taken;
}

void response_parser::parse_head(body_sink& sink) {
  std::string_view rest(head_);
  std::uint64_t status = 0;
  const bool known = rest.starts_with("HTTP/1.1 ") || rest.starts_with("HTTP/1.0 ");
  if (!known || !parse_number(rest.substr(9, 3), status) || status < 100 || status > 599) {
    state_ = state::broken;
    return;
  }
  status_ = static_cast<unsigned>(status);
  keep_ = rest[7] == '1';
  bool chunked = false;
  rest.remove_prefix(rest.find('\n') + 1);
  while (rest.size() > 2) {
    const std::size_t end = rest.find("\r\n");
    if (!parse_header_line(rest.substr(0, end), chunked)) {
      state_ = state::broken;
      return;
    }
    rest.remove_prefix(end + 2);
  }
  if (status_ < 200) {  // 100 Continue: the answer itself follows
    reset(body_);
    return;
  }
  sink.begin(status_);
  if (body_ == body::none || status_ == 204 || status_ == 304) {
    state_ = state::done;
  } else if (chunked) {
    body_bytes_ = 0;
    state_ = state::chunk_size;
  } else if (has_length_) {
    state_ = left_ == 0 ? state::done : state::sized;
  } else {
    keep_ = false;
    state_ = state::until_close;
  }
}

bool response_parser::parse_header_line(std::string_view line, bool& chunked) {
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return false;
  const std::string_view name = line.substr(0, colon);
  const std::string_view value = trimmed(line.substr(colon + 1));
  if (same_name(name, "content-length")) {
    if (has_length_ || !parse_number(value, left_)) return false;
    has_length_ = true;
    body_bytes_ = left_;
  } else if (same_name(name, "transfer-encoding")) {
    if (!same_name(value, "chunked")) return false;
    chunked = true;
  } else if (same_name(name, "connection") && same_name(value, "close")) {
    keep_ = false;
  } else if (same_name(name, "connection") && same_name(value, "keep-alive")) {
    keep_ = true;
  }
  return true;
}

std::size_t response_parser::feed_line(std::string_view in) {
  const std::size_t end = in.find('\n');
  const std::size_t taken = end == std::string_view::npos ? in.size() : end + 1;
  if (line_.size() + taken > most_line_bytes) {
    state_ = state::broken;
    return taken;
  }
  line_.append(in.substr(0, taken));
  if (end == std::string_view::npos) return taken;
  line_ended();
  line_.clear();
  return taken;
}

void response_parser::line_ended() {
  if (!line_.ends_with("\r\n")) {
    state_ = state::broken;
    return;
  }
  std::string_view line(line_);
  line.remove_suffix(2);
  if (state_ == state::chunk_end) {
    state_ = line.empty() ? state::chunk_size : state::broken;
  } else if (state_ == state::trailers) {
    if (line.empty()) state_ = state::done;
  } else if (!parse_number(trimmed(line.substr(0, line.find(';'))), left_, 16)) {
    state_ = state::broken;
  } else {
    state_ = left_ == 0 ? state::trailers : state::chunk_data;
  }
}

std::string_view response_parser::header(std::string_view name) const {
  std::string_view rest(head_);
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find("\r\n"), rest.size());
    const std::string_view line = rest.substr(0, end);
    const std::size_t colon = line.find(':');
    if (colon != std::string_view::npos && same_name(line.substr(0, colon), name)) {
      return trimmed(line.substr(colon + 1));
    }
    rest.remove_prefix(std::min(end + 2, rest.size()));
  }
  return {};
}

}  // namespace torhaus::gateway::bench
