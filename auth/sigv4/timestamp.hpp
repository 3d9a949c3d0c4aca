// The two spellings of time that signatures use: 20130524T000000Z and 20130524.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace torhaus::auth::sigv4 {

// "20130524T000000Z" and nothing else.
std::optional<std::chrono::sys_seconds> parse_basic(std::string_view text);
std::string format_basic(std::chrono::sys_seconds);
// "2013-05-24T00:00:00Z", as error documents show it.
std::string format_extended(std::chrono::sys_seconds);
// "Fri, 24 May 2013 00:00:00 GMT" (RFC 9110, IMF-fixdate).
std::optional<std::chrono::sys_seconds> parse_http_date(std::string_view text);

}  // namespace torhaus::auth::sigv4
