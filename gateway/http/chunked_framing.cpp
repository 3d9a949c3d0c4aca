#include "gateway/http/chunked_framing.hpp"

#include <stdexcept>

#include "gateway/http/characters.hpp"

namespace torhaus::gateway::http {
namespace {

// Fifteen digits stay below 2^60; no chunk has 2^60 bytes. More digits would only be zeros.
constexpr std::size_t max_size_digits = 15;

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

result<std::size_t> chunked_framing::feed(std::string_view in) {
  std::size_t used = 0;
  while (used < in.size() && state_ != state::data && state_ != state::end) {
    if (!step(in[used])) {
      state_ = state::broken;
      return error(errc::bad_request, "Malformed chunked body.");
    }
    ++used;
  }
  return used;
}

void chunked_framing::took_data(std::uint64_t bytes) {
  if (bytes > data_) throw std::logic_error("more bytes than the chunk has");
  data_ -= bytes;
  if (data_ == 0 && state_ == state::data) state_ = state::data_cr;
}

bool chunked_framing::step(char c) {
  switch (state_) {
    case state::size:
    case state::extension:
    case state::size_lf:
      return size_step(c);
    case state::data_cr:
      state_ = state::data_lf;
      return c == '\r';
    case state::data_lf:
      state_ = state::size;
      return c == '\n';
    case state::trailer_begin:
    case state::trailer_name:
    case state::trailer_value:
    case state::trailer_lf:
      return trailer_step(c);
    case state::last_lf:
      state_ = state::end;
      return c == '\n';
    case state::data:
    case state::end:
    case state::broken:
      break;
  }
  return false;
}

bool chunked_framing::size_step(char c) {
  if (++line_bytes_ > max_chunk_line_bytes) return false;
  if (state_ == state::size_lf) return c == '\n' && begin_chunk();
  if (c == '\r') {
    state_ = state::size_lf;
    return digits_ > 0;
  }
  if (state_ == state::extension) return !is_control(c);
  const int digit = hex_value(c);
  if (digit < 0) {
    state_ = state::extension;
    return c == ';' && digits_ > 0;
  }
  size_ = size_ * 16 + static_cast<std::uint64_t>(digit);
  return ++digits_ <= max_size_digits;
}

bool chunked_framing::begin_chunk() {
  if (size_ > static_cast<std::uint64_t>(INT64_MAX) - total_) return false;
  total_ += size_;
  data_ = size_;
  state_ = size_ > 0 ? state::data : state::trailer_begin;
  size_ = 0;
  digits_ = 0;
  line_bytes_ = 0;
  return true;
}

bool chunked_framing::trailer_step(char c) {
  if (++trailer_bytes_ > max_chunk_trailer_bytes) return false;
  switch (state_) {
    case state::trailer_begin:
      state_ = c == '\r' ? state::last_lf : state::trailer_name;
      return c == '\r' || is_token_character(c);
    case state::trailer_name:
      if (c == ':') state_ = state::trailer_value;
      return c == ':' || is_token_character(c);
    case state::trailer_value:
      if (c == '\r') state_ = state::trailer_lf;
      return c == '\r' || !is_control(c);
    default:
      state_ = state::trailer_begin;
      return c == '\n';
  }
}

}  // namespace torhaus::gateway::http
