#include "auth/sigv4/timestamp.hpp"

#include <array>
#include <cstddef>

namespace torhaus::auth::sigv4 {
namespace {

using std::chrono::sys_days;
using std::chrono::sys_seconds;

constexpr std::array<std::string_view, 7> weekdays = {"Sun", "Mon", "Tue", "Wed",
                                                      "Thu", "Fri", "Sat"};
constexpr std::array<std::string_view, 12> months = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

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

void append_number(std::string& out, unsigned value, std::size_t digits) {
  const std::size_t begin = out.size();
  out.append(digits, '0');
  for (std::size_t n = begin + digits; n > begin && value != 0; --n, value /= 10) {
    out[n - 1] = static_cast<char>('0' + value % 10);
  }
}

std::string format(sys_seconds time, std::string_view date_separator,
                   std::string_view time_separator) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(time - day);
  std::string out;
  append_number(out, static_cast<unsigned>(static_cast<int>(date.year())), 4);
  out += date_separator;
  append_number(out, static_cast<unsigned>(date.month()), 2);
  out += date_separator;
  append_number(out, static_cast<unsigned>(date.day()), 2);
  out += 'T';
  append_number(out, static_cast<unsigned>(clock.hours().count()), 2);
  out += time_separator;
  append_number(out, static_cast<unsigned>(clock.minutes().count()), 2);
  out += time_separator;
  append_number(out, static_cast<unsigned>(clock.seconds().count()), 2);
  out += 'Z';
  return out;
}

}  // namespace

std::optional<sys_seconds> parse_basic(std::string_view text) {
  if (text.size() != 16 || text[8] != 'T' || text[15] != 'Z') return std::nullopt;
  return make_time(number_at(text, 0, 4), number_at(text, 4, 2), number_at(text, 6, 2),
                   number_at(text, 9, 2), number_at(text, 11, 2), number_at(text, 13, 2));
}

std::string format_basic(sys_seconds time) { return format(time, "", ""); }
std::string format_extended(sys_seconds time) { return format(time, "-", ":"); }

std::optional<sys_seconds> parse_http_date(std::string_view text) {
  // "Fri, 24 May 2013 00:00:00 GMT"
  if (text.size() != 29 || text.substr(3, 2) != ", " || text[7] != ' ' || text[11] != ' ' ||
      text[16] != ' ' || text[19] != ':' || text[22] != ':' || text.substr(25) != " GMT") {
    return std::nullopt;
  }
  bool known_day = false;
  for (const std::string_view name : weekdays) known_day = known_day || text.substr(0, 3) == name;
  int month = -1;
  for (std::size_t n = 0; n < months.size(); ++n) {
    if (text.substr(8, 3) == months[n]) month = static_cast<int>(n) + 1;
  }
  if (!known_day) return std::nullopt;
  return make_time(number_at(text, 12, 4), month, number_at(text, 5, 2), number_at(text, 17, 2),
                   number_at(text, 20, 2), number_at(text, 23, 2));
}

}  // namespace torhaus::auth::sigv4
