// One kept connection: sends a request, hands the answer's body to a sink, connects anew when it
// has to.
#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "gateway/bench/content.hpp"
#include "gateway/bench/response.hpp"
#include "gateway/bench/schedule.hpp"
#include "gateway/bench/stream.hpp"

namespace torhaus::gateway::bench {

// A text, or bytes of the ring.
struct outgoing_body {
  std::string_view text = {};
  const content* ring = nullptr;
  std::size_t start = 0;
  std::uint64_t bytes = 0;  // of the ring
};

// Keeps what an answer says: errors always, other bodies when it was asked to.
class answer_sink : public body_sink {
 public:
  static constexpr std::size_t most_error_bytes = 4096;
  static constexpr std::size_t most_text_bytes = std::size_t{16} << 20;
  enum class use : std::uint8_t { drop, keep };

  explicit answer_sink(use of = use::drop) : use_(of) {}
  void begin(unsigned status) override;
  void take(std::string_view bytes) override;
  bool needs_bytes() const override { return use_ == use::keep || status_ >= 300; }

  // Cut off at the limits above.
  const std::string& text() const { return text_; }

 protected:
  bool is_error() const { return status_ >= 300; }

 private:
  use use_;
  unsigned status_ = 0;
  std::string text_;
};

class connection {
 public:
  // `scratch` is shared by the connections of a thread: it holds bytes only between two awaits.
  connection(executor home, const remote& to, std::span<char> scratch)
      : stream_(home, to), scratch_(scratch) {}

  task<void> connect() { return stream_.connect(); }
  // The answer's status. Throws boost::system::system_error when the connection breaks; it is
  // closed then. A kept connection that the server closed meanwhile is replaced, once.
  task<unsigned> exchange(std::string_view head, const outgoing_body& body,
                          response_parser::body expected, body_sink& sink);
  const response_parser& answer() const { return parser_; }

  void close() noexcept { stream_.abort(); }
  // Ends an exchange that began before `limit`.
  void end_when_late(steady::time_point limit) noexcept;

 private:
  task<void> transfer(std::string_view head, const outgoing_body& body, body_sink& sink);
  task<void> send_ring(std::string_view head, const outgoing_body& body);
  task<void> receive_answer(body_sink& sink);

  stream stream_;
  std::span<char> scratch_;
  response_parser parser_;
  steady::time_point began_ = steady::time_point::max();
  bool late_ = false;
};

}  // namespace torhaus::gateway::bench
