#include "auth/policy/values.hpp"

#include <algorithm>
#include <charconv>

namespace torhaus::auth::policy {
namespace {

namespace ip = boost::asio::ip;

char lower_letter(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

class nothing final : public condition_values {
 public:
  bool find(std::string_view, std::vector<std::string>&) const override { return false; }
};

// Takes `count` digits off the front.
std::optional<int> take_digits(std::string_view& text, std::size_t count) {
  if (text.size() < count) return std::nullopt;
  int value = 0;
  for (const char c : text.substr(0, count)) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  text.remove_prefix(count);
  return value;
}

bool take(std::string_view& text, char c) {
  if (text.empty() || text.front() != c) return false;
  text.remove_prefix(1);
  return true;
}

// 'Z' or +hh:mm at the end of a time; nothing else may follow.
std::optional<std::chrono::minutes> take_zone(std::string_view text) {
  if (text == "Z") return std::chrono::minutes(0);
  const bool east = take(text, '+');
  if (!east && !take(text, '-')) return std::nullopt;
  const auto hours = take_digits(text, 2);
  if (!hours || !take(text, ':')) return std::nullopt;
  const auto minutes = take_digits(text, 2);
  if (!minutes || !text.empty() || *hours > 23 || *minutes > 59) return std::nullopt;
  const std::chrono::minutes offset(*hours * 60 + *minutes);
  return east ? offset : -offset;
}

// hh:mm[:ss[.fraction]] and the zone.
std::optional<std::chrono::microseconds> take_time(std::string_view text) {
  const auto hours = take_digits(text, 2);
  if (!hours || !take(text, ':')) return std::nullopt;
  const auto minutes = take_digits(text, 2);
  if (!minutes || *hours > 23 || *minutes > 59) return std::nullopt;
  std::chrono::microseconds time = std::chrono::minutes(*hours * 60 + *minutes);
  if (take(text, ':')) {
    const auto seconds = take_digits(text, 2);
    if (!seconds || *seconds > 60) return std::nullopt;
    time += std::chrono::seconds(*seconds);
    if (take(text, '.')) {
      std::int64_t unit = 100'000;
      std::size_t digits = 0;
      for (; !text.empty() && text.front() >= '0' && text.front() <= '9'; ++digits) {
        time += std::chrono::microseconds(unit * (text.front() - '0'));
        unit /= 10;
        text.remove_prefix(1);
      }
      if (digits == 0) return std::nullopt;
    }
  }
  const auto zone = take_zone(text);
  if (!zone) return std::nullopt;
  return time - *zone;
}

ip::address plain(const ip::address& a) {
  if (a.is_v6() && a.to_v6().is_v4_mapped()) return ip::make_address_v4(ip::v4_mapped, a.to_v6());
  return a;
}

template <class Bytes>
bool same_bits(const Bytes& a, const Bytes& b, unsigned bits) {
  for (std::size_t i = 0; i < a.size() && bits > 0; ++i) {
    const unsigned counted = std::min(bits, 8U);
    const unsigned mask = 0xffU & (0xffU << (8U - counted));
    if ((a[i] & mask) != (b[i] & mask)) return false;
    bits -= counted;
  }
  return true;
}

}  // namespace

const condition_values& no_values() {
  static const nothing none;
  return none;
}

bool same_ignoring_case(std::string_view a, std::string_view b) noexcept {
  return std::ranges::equal(a, b, {}, lower_letter, lower_letter);
}

bool starts_ignoring_case(std::string_view text, std::string_view beginning) noexcept {
  return text.size() >= beginning.size() &&
         same_ignoring_case(text.substr(0, beginning.size()), beginning);
}

std::string lower_case(std::string_view text) {
  std::string made(text);
  std::ranges::transform(made, made.begin(), lower_letter);
  return made;
}

std::optional<double> parse_numeric(std::string_view text) {
  double value = 0;
  if (text.starts_with('+')) text.remove_prefix(1);
  const auto [end, failure] =
      std::from_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed);
  // "inf" and "nan" are no numbers here.
  const bool digits = !text.empty() && text.find_first_not_of("0123456789.-") == text.npos;
  if (failure != std::errc() || end != text.data() + text.size() || !digits) return std::nullopt;
  return value;
}

std::optional<sys_micros> parse_date(std::string_view text) {
  using namespace std::chrono;
  // Four digits are a year; AWS counts more digits as seconds.
  if (text.size() > 4 && text.find_first_not_of("0123456789") == text.npos) {
    std::int64_t since = 0;
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), since);
    if (parsed.ec != std::errc() || since > 253'402'300'799) return std::nullopt;  // year 9999
    return sys_micros(seconds(since));
  }
  const auto y = take_digits(text, 4);
  if (!y) return std::nullopt;
  int m = 1;
  int d = 1;
  if (take(text, '-')) {
    const auto given = take_digits(text, 2);
    if (!given) return std::nullopt;
    m = *given;
    if (take(text, '-')) {
      const auto day_given = take_digits(text, 2);
      if (!day_given) return std::nullopt;
      d = *day_given;
    } else if (!text.empty()) {
      return std::nullopt;
    }
  }
  const year_month_day date{year(*y), month(static_cast<unsigned>(m)),
                            day(static_cast<unsigned>(d))};
  if (!date.ok()) return std::nullopt;
  const sys_micros midnight = sys_days(date);
  if (text.empty()) return midnight;
  if (!take(text, 'T')) return std::nullopt;
  const auto time = take_time(text);
  if (!time) return std::nullopt;
  return midnight + *time;
}

bool network::contains(const ip::address& given) const {
  const ip::address a = plain(given);
  if (a.is_v4() != address.is_v4()) return false;
  if (a.is_v4()) return same_bits(a.to_v4().to_bytes(), address.to_v4().to_bytes(), prefix);
  return same_bits(a.to_v6().to_bytes(), address.to_v6().to_bytes(), prefix);
}

std::optional<ip::address> parse_address(std::string_view text) {
  boost::system::error_code failure;
  const ip::address a = ip::make_address(text, failure);
  if (failure) return std::nullopt;
  return plain(a);
}

std::optional<network> parse_network(std::string_view text) {
  const std::size_t slash = text.find('/');
  const auto a = parse_address(text.substr(0, slash));
  if (!a) return std::nullopt;
  const unsigned most = a->is_v4() ? 32 : 128;
  if (slash == std::string_view::npos) return network{*a, most};
  const std::string_view bits = text.substr(slash + 1);
  unsigned prefix = 0;
  const auto [end, failure] = std::from_chars(bits.data(), bits.data() + bits.size(), prefix);
  if (failure != std::errc() || end != bits.data() + bits.size() || prefix > most) {
    return std::nullopt;
  }
  return network{*a, prefix};
}

}  // namespace torhaus::auth::policy
