#include "auth/sigv4/timestamp.hpp"

#include <cstddef>

#include "storage/base/utc.hpp"

namespace torhaus::auth::sigv4 {
namespace {

using std::chrono::sys_days;
using std::chrono::sys_seconds;

// Exactly `digits` decimal digits at `at`; -1 for anything else.
int number_at(std::string_view text, std::size_t at, std::size_t digits) {
  int out = 0;
  for (std::size_t n = at; n < at + digits; ++n) {
    if (n >= text.size() || text[n] < '0' || text[n] > '9') return -1;
    out = out * 10 + (text[n] - '0');
  }
  return out;
}

std::optional<sys_seconds> make_time(int year, int month, int day, int hour, int minute,
                                     int second) {
  if (year < 0 || month < 0 || day < 0 || hour < 0 || minute < 0 || second < 0) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  // A leap second (60) is not a time that clocks here can show.
  if (!date.ok() || hour > 23 || minute > 59 || second > 59) return std::nullopt;
  return sys_days(date) + std::chrono::hours(hour) + std::chrono::minutes(minute) +
         std::chrono::seconds(second);
}

}  // namespace

std::optional<sys_seconds> parse_basic(std::string_view text) {
  if (text.size() != 16 || text[8] != 'T' || text[15] != 'Z') return std::nullopt;
  return make_time(number_at(text, 0, 4), number_at(text, 4, 2), number_at(text, 6, 2),
                   number_at(text, 9, 2), number_at(text, 11, 2), number_at(text, 13, 2));
}

std::string format_basic(sys_seconds time) { return utc_text("YYYYMMDDThhmmssZ", utc_of(time)); }
std::string format_extended(sys_seconds time) { return utc_text(rfc3339_seconds, utc_of(time)); }

std::optional<sys_seconds> parse_http_date(std::string_view text) {
  // "Fri, 24 May 2013 00:00:00 GMT"
  if (text.size() != 29 || text.substr(3, 2) != ", " || text[7] != ' ' || text[11] != ' ' ||
      text[16] != ' ' || text[19] != ':' || text[22] != ':' || text.substr(25) != " GMT") {
    return std::nullopt;
  }
  bool known_day = false;
  for (const std::string_view name : weekday_names)
    known_day = known_day || text.substr(0, 3) == name;
  int month = -1;
  for (std::size_t n = 0; n < month_names.size(); ++n) {
    if (text.substr(8, 3) == month_names[n]) month = static_cast<int>(n) + 1;
  }
  if (!known_day) return std::nullopt;
  return make_time(number_at(text, 12, 4), month, number_at(text, 5, 2), number_at(text, 17, 2),
                   number_at(text, 20, 2), number_at(text, 23, 2));
}

}  // namespace torhaus::auth::sigv4
