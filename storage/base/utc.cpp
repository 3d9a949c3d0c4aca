#include "storage/base/utc.hpp"

#include <cstdint>

namespace torhaus {
namespace {

// Where a letter of a form stands for a field; nullptr for what stands for itself.
const unsigned* field_of(char letter, const utc_fields& at) {
  switch (letter) {
    case 'Y':
      return &at.year;
    case 'M':
      return &at.month;
    case 'D':
      return &at.day;
    case 'h':
      return &at.hour;
    case 'm':
      return &at.minute;
    case 's':
      return &at.second;
    case 'u':
      return &at.microsecond;
    default:
      return nullptr;
  }
}

}  // namespace

utc_fields utc_of(sys_micros at) {
  const auto midnight = std::chrono::floor<std::chrono::days>(at);
  const std::chrono::year_month_day date(midnight);
  const auto micros = static_cast<std::uint64_t>((at - midnight).count());
  const auto seconds = static_cast<unsigned>(micros / 1'000'000);
  return {.year = static_cast<unsigned>(static_cast<int>(date.year())),
          .month = static_cast<unsigned>(date.month()),
          .day = static_cast<unsigned>(date.day()),
          .weekday = std::chrono::weekday(midnight).c_encoding(),
          .hour = seconds / 3600,
          .minute = seconds / 60 % 60,
          .second = seconds % 60,
          .microsecond = static_cast<unsigned>(micros % 1'000'000)};
}

void append_utc(std::string& out, std::string_view form, const utc_fields& at) {
  const std::size_t begin = out.size();
  out += form;
  char* const text = out.data() + begin;
  for (std::size_t end = form.size(); end > 0;) {
    const char letter = form[--end];
    const unsigned* field = field_of(letter, at);
    if (field == nullptr) continue;
    unsigned value = *field;
    text[end] = static_cast<char>('0' + value % 10);
    while (end > 0 && form[end - 1] == letter) {
      value /= 10;
      text[--end] = static_cast<char>('0' + value % 10);
    }
  }
}

std::string utc_text(std::string_view form, const utc_fields& at) {
  std::string out;
  append_utc(out, form, at);
  return out;
}

}  // namespace torhaus
