// Instants as their fields in UTC, and as the texts made of them. No locale, no printf: a log line,
// an audit line and two dates of an answer are written for each request.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

#include "storage/base/clock.hpp"

namespace torhaus {

// year 0 to 9999; month and day from 1; weekday from Sunday, 0.
struct utc_fields {
  unsigned year;
  unsigned month;
  unsigned day;
  unsigned weekday;
  unsigned hour;
  unsigned minute;
  unsigned second;
  unsigned microsecond;
};
utc_fields utc_of(sys_micros);

// As in the dates of HTTP and in access logs.
inline constexpr std::array<std::string_view, 7> weekday_names = {"Sun", "Mon", "Tue", "Wed",
                                                                  "Thu", "Fri", "Sat"};
inline constexpr std::array<std::string_view, 12> month_names = {
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

// `form` with each run of one of these letters in place of so many digits of the field: Y year, M
// month, D day, h hour, m minute, s second, u microsecond. Everything else stands for itself, so no
// other letter of the form may be one of them: "YYYY-MM-DD".
std::string utc_text(std::string_view form, const utc_fields&);
void append_utc(std::string& out, std::string_view form, const utc_fields&);

// RFC 3339: 2026-11-23T08:15:00.123456Z and 2026-11-23T08:15:00Z.
inline constexpr std::string_view rfc3339_micros = "YYYY-MM-DDThh:mm:ss.uuuuuuZ";
inline constexpr std::string_view rfc3339_seconds = "YYYY-MM-DDThh:mm:ssZ";

}  // namespace torhaus
