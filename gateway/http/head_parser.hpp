// Beast's reading of a head that check_head has let through: the second opinion, and the headers'
// names and values. Included by session.hpp (and its fuzz target), which sees to it that few files
// include Beast.
#pragma once

#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <cstddef>
#include <string_view>
#include <vector>

#include "gateway/http/message.hpp"

namespace torhaus::gateway::http {

namespace beast = boost::beast;

class head_parser {
 public:
  // `raw` ends with the empty line. bad_request when Beast does not agree that it is a whole head.
  result<void> parse(std::string_view raw, std::size_t limit) {
    parser_.header_limit(static_cast<std::uint32_t>(limit));
    parser_.body_limit(boost::none);
    beast::error_code ec;
    const std::size_t used = parser_.put(asio::buffer(raw.data(), raw.size()), ec);
    if (ec && ec != beast::http::error::need_buffer) return errc::bad_request;
    if (!parser_.is_header_done() || used != raw.size()) return errc::bad_request;
    return {};
  }

  // Views into the parser.
  std::vector<header> headers() const {
    std::vector<header> all;
    for (const auto& field : parser_.get()) {
      all.push_back({{field.name_string().data(), field.name_string().size()},
                     {field.value().data(), field.value().size()}});
    }
    return all;
  }

  std::string_view method() const { return view(parser_.get().method_string()); }
  std::string_view target() const { return view(parser_.get().target()); }
  bool chunked() const { return parser_.chunked(); }
  bool keep_alive() const { return parser_.keep_alive(); }
  std::optional<std::uint64_t> content_length() const {
    const auto length = parser_.content_length();
    return length ? std::optional<std::uint64_t>(*length) : std::nullopt;
  }

 private:
  static std::string_view view(beast::string_view text) { return {text.data(), text.size()}; }

  beast::http::request_parser<beast::http::empty_body> parser_;
};

}  // namespace torhaus::gateway::http
