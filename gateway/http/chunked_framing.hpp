// The framing of a chunked body, read byte by byte: whatever the pieces it comes in, the outcome is
// the same. Our own because Boost 1.81's Beast buffers a chunk's line and the trailers without
// bound, takes a bare LF inside a quoted extension, and ends the process (an assertion, an
// exception through the event loop) over certain trailers. RFC 9112 section 7.1, without its
// leniencies. Extensions and trailers are checked, bounded and dropped.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "storage/base/result.hpp"

namespace torhaus::gateway::http {

// Nobody needs either: aws-chunked signatures and trailers live inside the body.
inline constexpr std::size_t max_chunk_line_bytes = 256;
inline constexpr std::size_t max_chunk_trailer_bytes = 8 * 1024;

class chunked_framing {
 public:
  // Takes framing from the front of `in` and says how much: all of it, or up to a chunk's data, or
  // up to the end of the body. bad_request for anything that two servers could read differently;
  // the body is then lost. Only while no data is expected.
  result<std::size_t> feed(std::string_view in);

  // So many bytes of a chunk come next; whoever reads them says so.
  std::uint64_t data_expected() const noexcept { return data_; }
  void took_data(std::uint64_t bytes);

  // The empty line behind the last chunk was read.
  bool finished() const noexcept { return state_ == state::end; }

 private:
  enum class state : std::uint8_t {
    size,       // hexadecimal digits
    extension,  // up to CR
    size_lf,    // LF of the chunk's line
    data,
    data_cr,  // the line end behind the data
    data_lf,
    trailer_begin,  // a trailer's name, or CR of the empty line
    trailer_name,
    trailer_value,
    trailer_lf,
    last_lf,
    end,
    broken,
  };
  // False when c has no place here.
  bool step(char c);
  bool size_step(char c);
  bool trailer_step(char c);
  bool begin_chunk();

  state state_ = state::size;
  std::uint64_t size_ = 0;  // of the chunk whose line is being read
  std::uint64_t data_ = 0;  // of the chunk's data, still to come
  std::uint64_t total_ = 0;
  std::size_t line_bytes_ = 0;
  std::size_t trailer_bytes_ = 0;
  std::size_t digits_ = 0;
};

}  // namespace torhaus::gateway::http
