// Beast's reading of a head that check_head has let through: the second opinion, and the headers'
// names and values. Included by session.hpp (and its fuzz target), which sees to it that few files
// include Beast.
#pragma once

#include <boost/beast/http/basic_parser.hpp>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/http/message.hpp"

namespace torhaus::gateway::http {

namespace beast = boost::beast;

// Notes where everything stands in one copy of the head. Beast's own parser copies each header into
// memory of its own and sorts them, which costs as much as reading them.
class head_parser final : private beast::http::basic_parser<true> {
 public:
  // `raw` ends with the empty line. bad_request when Beast does not agree that it is a whole head.
  // Only once.
  result<void> parse(std::string_view raw, std::size_t limit) {
    header_limit(static_cast<std::uint32_t>(limit));
    body_limit(boost::none);
    text_ = raw;
    headers_.reserve(usual_headers);
    beast::error_code ec;
    const std::size_t used = put(asio::buffer(text_.data(), text_.size()), ec);
    if (ec && ec != beast::http::error::need_buffer) return errc::bad_request;
    if (!is_header_done() || used != text_.size()) return errc::bad_request;
    return {};
  }

  // Views into the parser, in the order of the head.
  const std::vector<header>& headers() const { return headers_; }
  std::vector<header> take_headers() { return std::move(headers_); }

  std::string_view method() const { return method_; }
  std::string_view target() const { return target_; }
  bool chunked() const { return basic_parser::chunked(); }
  bool keep_alive() const { return basic_parser::keep_alive(); }
  std::optional<std::uint64_t> content_length() const {
    const auto length = basic_parser::content_length();
    return length ? std::optional<std::uint64_t>(*length) : std::nullopt;
  }

 private:
  static constexpr std::size_t usual_headers = 16;

  static std::string_view view(beast::string_view text) { return {text.data(), text.size()}; }
  // Beast puts the value of a folded header together elsewhere; check_head refuses those.
  bool holds(beast::string_view text) const {
    return text.empty() || (text.data() >= text_.data() &&
                            text.data() + text.size() <= text_.data() + text_.size());
  }

  void on_request_impl(beast::http::verb, beast::string_view method, beast::string_view target, int,
                       beast::error_code&) override {
    method_ = view(method);
    target_ = view(target);
  }
  void on_response_impl(int, beast::string_view, int, beast::error_code& ec) override {
    ec = beast::http::error::bad_version;
  }
  void on_field_impl(beast::http::field, beast::string_view name, beast::string_view value,
                     beast::error_code& ec) override {
    if (!holds(name) || !holds(value)) {
      ec = beast::http::error::bad_value;
      return;
    }
    headers_.push_back({view(name), view(value)});
  }
  void on_header_impl(beast::error_code&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>&, beast::error_code&) override {}
  // The head is given without its body.
  std::size_t on_body_impl(beast::string_view body, beast::error_code&) override {
    return body.size();
  }
  void on_chunk_header_impl(std::uint64_t, beast::string_view, beast::error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, beast::string_view body,
                                 beast::error_code&) override {
    return body.size();
  }
  void on_finish_impl(beast::error_code&) override {}

  std::string text_;
  std::string_view method_;
  std::string_view target_;
  std::vector<header> headers_;
};

}  // namespace torhaus::gateway::http
