#include "gateway/s3/dates.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace torhaus::gateway::s3 {
namespace {

constexpr std::array<const char*, 7> days = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr std::array<const char*, 12> months = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

struct broken_down {
  int year;
  unsigned month;
  unsigned day;
  long hour;
  long minute;
  long second;
  unsigned weekday;
};

broken_down break_down(sys_micros t) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(t);
  const auto day = std::chrono::floor<std::chrono::days>(seconds);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(seconds - day);
  return {static_cast<int>(date.year()),
          static_cast<unsigned>(date.month()),
          static_cast<unsigned>(date.day()),
          clock.hours().count(),
          clock.minutes().count(),
          clock.seconds().count(),
          std::chrono::weekday(day).c_encoding()};
}

// Dates of objects and of answers lie within these years; printf costs four times as much.
void put_digits(std::string& text, std::size_t at, std::size_t digits, unsigned value) {
  for (std::size_t n = digits; n-- > 0; value /= 10) {
    text[at + n] = static_cast<char>('0' + value % 10);
  }
}

// hh:mm:ss
void put_clock(std::string& text, std::size_t at, const broken_down& b) {
  put_digits(text, at, 2, static_cast<unsigned>(b.hour));
  put_digits(text, at + 3, 2, static_cast<unsigned>(b.minute));
  put_digits(text, at + 6, 2, static_cast<unsigned>(b.second));
}

// Takes numbers and fixed text off the front; one failure makes all further calls fail.
class scanner {
 public:
  explicit scanner(std::string_view text) : rest_(text) {}

  int number(std::size_t digits) {
    unsigned value = 0;
    const std::string_view part = rest_.substr(0, digits);
    const auto [end, failed] = std::from_chars(part.data(), part.data() + part.size(), value);
    if (failed != std::errc() || part.size() != digits || end != part.data() + digits) {
      bad_ = true;
    }
    rest_.remove_prefix(part.size());
    return static_cast<int>(value);
  }
  void literal(std::string_view text) {
    if (!rest_.starts_with(text)) bad_ = true;
    rest_.remove_prefix(std::min(text.size(), rest_.size()));
  }
  unsigned month() {
    const auto at = std::ranges::find(months, rest_.substr(0, 3));
    if (at == months.end()) bad_ = true;
    rest_.remove_prefix(std::min<std::size_t>(3, rest_.size()));
    return static_cast<unsigned>(at - months.begin()) + 1;
  }
  void skip_until(char c) {
    const std::size_t at = rest_.find(c);
    if (at == std::string_view::npos) bad_ = true;
    rest_.remove_prefix(at == std::string_view::npos ? rest_.size() : at);
  }
  bool next_is(char c) const { return rest_.starts_with(c); }
  bool ended() const { return !bad_ && rest_.empty(); }
  std::size_t left() const { return rest_.size(); }

 private:
  std::string_view rest_;
  bool bad_ = false;
};

std::optional<std::chrono::sys_seconds> compose(int year, unsigned month, int day, int hour,
                                                int minute, int second) {
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(month),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok() || hour > 23 || minute > 59 || second > 60) return std::nullopt;
  return std::chrono::sys_days(date) + std::chrono::hours(hour) + std::chrono::minutes(minute) +
         std::chrono::seconds(second);
}

std::optional<std::chrono::sys_seconds> parse_fixdate(std::string_view text) {
  scanner s(text);
  s.skip_until(',');
  s.literal(", ");
  const int day = s.number(2);
  const bool rfc850 = s.next_is('-');
  s.literal(rfc850 ? "-" : " ");
  const unsigned month = s.month();
  s.literal(rfc850 ? "-" : " ");
  int year = s.number(rfc850 ? 2 : 4);
  if (rfc850) year += year < 70 ? 2000 : 1900;
  s.literal(" ");
  const int hour = s.number(2);
  s.literal(":");
  const int minute = s.number(2);
  s.literal(":");
  const int second = s.number(2);
  s.literal(" GMT");
  if (!s.ended()) return std::nullopt;
  return compose(year, month, day, hour, minute, second);
}

// "Sun Nov  6 08:49:37 1994"
std::optional<std::chrono::sys_seconds> parse_asctime(std::string_view text) {
  scanner s(text);
  s.skip_until(' ');
  s.literal(" ");
  const unsigned month = s.month();
  s.literal(" ");
  const bool one_digit = s.next_is(' ');
  if (one_digit) s.literal(" ");
  const int day = s.number(one_digit ? 1 : 2);
  s.literal(" ");
  const int hour = s.number(2);
  s.literal(":");
  const int minute = s.number(2);
  s.literal(":");
  const int second = s.number(2);
  s.literal(" ");
  const int year = s.number(4);
  if (!s.ended()) return std::nullopt;
  return compose(year, month, day, hour, minute, second);
}

std::optional<std::chrono::sys_seconds> parse_iso(std::string_view text) {
  scanner s(text);
  const int year = s.number(4);
  s.literal("-");
  const auto month = static_cast<unsigned>(s.number(2));
  s.literal("-");
  const int day = s.number(2);
  if (s.ended()) return compose(year, month, day, 0, 0, 0);
  s.literal("T");
  const int hour = s.number(2);
  s.literal(":");
  const int minute = s.number(2);
  s.literal(":");
  const int second = s.number(2);
  if (s.next_is('.')) {
    s.literal(".");
    for (int i = 0; i < 9 && s.left() > 1; ++i) s.number(1);
  }
  s.literal("Z");
  if (!s.ended()) return std::nullopt;
  return compose(year, month, day, hour, minute, second);
}

}  // namespace

std::string http_date(sys_micros t) {
  const broken_down b = break_down(t);
  std::string text = "Thu, 01 Jan 1970 00:00:00 GMT";
  text.replace(0, 3, days[b.weekday]);
  put_digits(text, 5, 2, b.day);
  text.replace(8, 3, months[b.month - 1]);
  put_digits(text, 12, 4, static_cast<unsigned>(b.year));
  put_clock(text, 17, b);
  return text;
}

std::string iso_date(sys_micros t) {
  const broken_down b = break_down(t);
  std::string text = "0000-00-00T00:00:00.000Z";
  put_digits(text, 0, 4, static_cast<unsigned>(b.year));
  put_digits(text, 5, 2, b.month);
  put_digits(text, 8, 2, b.day);
  put_clock(text, 11, b);
  return text;
}

std::optional<sys_micros> parse_instant(std::string_view text) {
  const auto whole = parse_date(text);
  if (!whole) return std::nullopt;
  const std::size_t point = text.find('.');
  if (point == std::string_view::npos) return sys_micros(*whole);
  std::int64_t nanos = 0;
  std::int64_t unit = 1'000'000'000;
  for (const char c : text.substr(point + 1)) {
    if (c < '0' || c > '9') break;
    nanos += (c - '0') * (unit /= 10);
  }
  return *whole + std::chrono::ceil<std::chrono::microseconds>(std::chrono::nanoseconds(nanos));
}

std::optional<std::chrono::sys_seconds> parse_date(std::string_view text) {
  if (const auto t = parse_fixdate(text)) return t;
  if (const auto t = parse_iso(text)) return t;
  return parse_asctime(text);
}

}  // namespace torhaus::gateway::s3
