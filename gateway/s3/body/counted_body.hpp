// How many bytes of bodies go either way, for log and metrics.
#pragma once

#include "gateway/http/message.hpp"

namespace torhaus::gateway::s3 {

// Counts what a handler takes of the body.
class counted_body final : public http::body_reader {
 public:
  explicit counted_body(http::body_reader& inner) : inner_(inner) {}
  std::optional<std::uint64_t> content_length() const override { return inner_.content_length(); }
  bool has_arrived() const override { return inner_.has_arrived(); }
  task<result<std::size_t>> read(std::span<std::byte> out) override {
    auto n = co_await inner_.read(out);
    if (n) bytes_ += *n;
    co_return n;
  }
  std::uint64_t bytes() const { return bytes_; }

 private:
  http::body_reader& inner_;
  std::uint64_t bytes_ = 0;
};

// What the answer's body will have.
inline std::uint64_t body_bytes(const http::response& r) {
  if (const auto* text = std::get_if<std::string>(&r.body)) return text->size();
  if (const auto* source = std::get_if<std::unique_ptr<http::body_source>>(&r.body)) {
    return *source ? (*source)->size() : 0;
  }
  return 0;
}

}  // namespace torhaus::gateway::s3
