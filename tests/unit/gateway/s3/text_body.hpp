// A request's body from memory.
#pragma once

#include <algorithm>
#include <cstring>
#include <optional>
#include <string>

#include "gateway/http/message.hpp"

namespace torhaus::test {

// A body that arrives in pieces, as from a network.
class text_body final : public gateway::http::body_reader {
 public:
  text_body(std::string text, std::size_t step) : text_(std::move(text)), step_(step) {}
  std::optional<std::uint64_t> content_length() const override {
    return chunked ? std::nullopt : std::optional<std::uint64_t>(text_.size());
  }
  bool has_arrived() const override {
    return !chunked && !cut_after && text_.size() - at_ <= step_;
  }
  task<result<std::size_t>> read(std::span<std::byte> out) override {
    if (cut_after && at_ >= *cut_after) co_return errc::incomplete_body;
    const std::size_t n = std::min({step_, out.size(), text_.size() - at_});
    std::memcpy(out.data(), text_.data() + at_, n);
    at_ += n;
    co_return n;
  }

  bool chunked = false;                  // Transfer-Encoding: chunked
  std::optional<std::size_t> cut_after;  // the client leaves here

 private:
  std::string text_;
  std::size_t step_;
  std::size_t at_ = 0;
};

}  // namespace torhaus::test
