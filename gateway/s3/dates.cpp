#include "gateway/s3/dates.hpp"

#include <algorithm>
#include <charconv>

#include "storage/base/utc.hpp"

namespace torhaus::gateway::s3 {
namespace {

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
    const auto at = std::ranges::find(month_names, rest_.substr(0, 3));
    if (at == month_names.end()) bad_ = true;
    rest_.remove_prefix(std::min<std::size_t>(3, rest_.size()));
    return static_cast<unsigned>(at - month_names.begin()) + 1;
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
  const utc_fields f = utc_of(t);
  std::string text = utc_text("   , DD     YYYY hh:mm:ss", f);
  text.replace(0, 3, weekday_names.at(f.weekday));
  text.replace(8, 3, month_names.at(f.month - 1));
  text += " GMT";
  return text;
}

std::string iso_date(sys_micros t) { return utc_text("YYYY-MM-DDThh:mm:ss.000Z", utc_of(t)); }

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
