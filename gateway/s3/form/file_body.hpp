// The content of a form's file as a request body: what comes before the delimiter, within the
// policy's bounds. What comes behind it is nobody's business (AWS: fields below it are ignored).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/http/message.hpp"

namespace torhaus::gateway::s3::form {

struct size_bounds {
  std::uint64_t least = 0;
  std::uint64_t most = UINT64_MAX;
};

class file_body final : public http::body_reader {
 public:
  // `first`: what was read of the content together with the fields. `delimiter` is
  // "\r\n--BOUNDARY". `inner` goes on behind `first` and must outlive this.
  file_body(http::body_reader& inner, std::string_view first, std::string delimiter);

  void limit(const size_bounds& bounds) { bounds_ = bounds; }

  // How long the content is turns out at its end.
  std::optional<std::uint64_t> content_length() const override { return std::nullopt; }
  // Errors besides those of the request's body: malformed_post_request (no delimiter, or something
  // else behind it than an ending), entity_too_large, entity_too_small.
  task<result<std::size_t>> read(std::span<std::byte> out) override;

 private:
  std::string_view held() const;
  task<result<void>> more();
  void find_end();
  task<result<void>> check_ending();

  http::body_reader& inner_;
  std::string delimiter_;
  std::vector<char> buffer_;
  std::size_t begin_ = 0;  // of what is held
  std::size_t end_ = 0;
  std::size_t ready_ = 0;  // bytes from begin_ that are content for certain
  bool ended_ = false;     // the delimiter stands behind them
  bool checked_ = false;
  std::uint64_t given_ = 0;
  size_bounds bounds_;
};

}  // namespace torhaus::gateway::s3::form
