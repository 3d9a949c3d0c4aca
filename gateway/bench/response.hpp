// Takes HTTP/1.1 responses apart as they arrive, piece by piece and without copies of bodies. Knows
// no more of HTTP than S3 servers use: lengths, chunks, bodies that end with the connection.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace torhaus::gateway::bench {

// Gets a body's bytes in order.
class body_sink {
 public:
  virtual ~body_sink() = default;
  // Of the answer whose body follows.
  virtual void begin(unsigned status) = 0;
  virtual void take(std::string_view bytes) = 0;
  // false: the bytes may be dropped unseen.
  virtual bool needs_bytes() const { return true; }
};

class response_parser {
 public:
  static constexpr std::size_t most_head_bytes = 64 * 1024;

  enum class body : std::uint8_t { as_announced, none };  // none: the answer to HEAD
  void reset(body);

  // Takes bytes from the front of `in` and returns how many; fewer than all once done() or
  // broken().
  std::size_t feed(std::string_view in, body_sink& sink);
  // The connection has ended; false when the answer had not.
  bool end_of_stream();

  // Body bytes that may be dropped without being fed: only of bodies with a length.
  std::uint64_t skippable() const { return state_ == state::sized ? left_ : 0; }
  void skip(std::uint64_t bytes);

  bool started() const { return state_ != state::head || !head_.empty(); }
  bool done() const { return state_ == state::done; }
  bool broken() const { return state_ == state::broken; }
  unsigned status() const { return status_; }
  bool keeps_connection() const { return keep_; }
  // Of the announced or received body.
  std::uint64_t body_bytes() const { return body_bytes_; }
  // A header's value, empty when it is not there.
  std::string_view header(std::string_view lower_case_name) const;

 private:
  enum class state : std::uint8_t {
    head,
    sized,
    chunk_size,
    chunk_data,
    chunk_end,
    trailers,
    until_close,
    done,
    broken
  };
  std::size_t feed_head(std::string_view in, body_sink& sink);
  std::size_t feed_line(std::string_view in);
  void line_ended();
  void parse_head(body_sink& sink);
  bool parse_header_line(std::string_view line, bool& chunked);

  state state_ = state::head;
  body body_ = body::as_announced;
  unsigned status_ = 0;
  bool keep_ = true;
  bool has_length_ = false;
  std::uint64_t left_ = 0;
  std::uint64_t body_bytes_ = 0;
  std::string head_;
  std::string line_;
};

}  // namespace torhaus::gateway::bench
