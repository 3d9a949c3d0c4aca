#include "gateway/audit/escape.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

#include "storage/base/plain_run.hpp"
#include "storage/base/utf8.hpp"

namespace torhaus::gateway::audit {
namespace {

constexpr std::string_view digits = "0123456789ABCDEF";

bool is_plain(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return (byte >= 0x20) & (byte < 0x7f) & (c != '"') & (c != '\\');
}

// `json`: JSON's escapes on top of the value's own.
void append(std::string& out, std::string_view text, bool json) {
  const std::string_view backslash = json ? "\\\\" : "\\";
  while (!text.empty()) {
    const std::size_t plain = plain_run(text, is_plain);
    out += text.substr(0, plain);
    text.remove_prefix(plain);
    if (text.empty()) return;
    const auto byte = static_cast<unsigned char>(text[0]);
    std::size_t length = 1;
    if (text[0] == '\\') {
      out.append(backslash).append(backslash);
    } else if (byte > 0x7f && (length = utf8_character(text)) > 0) {
      out += text.substr(0, length);
    } else if (byte > 0x7f) {
      length = 1;
      out.append(backslash).append("x");
      out += digits[byte >> 4];
      out += digits[byte & 15U];
    } else if (!json) {
      out += text[0];
    } else if (text[0] == '"') {
      out += "\\\"";
    } else {
      out += "\\u00";
      out += digits[byte >> 4];
      out += digits[byte & 15U];
    }
    text.remove_prefix(length);
  }
}

int digit_value(char c) {
  const std::size_t at = digits.find(c);
  return at == std::string_view::npos ? -1 : static_cast<int>(at);
}

}  // namespace

void append_escaped(std::string& out, std::string_view text, std::size_t max_bytes) {
  const bool cut = text.size() > max_bytes;
  append(out, text.substr(0, max_bytes), true);
  if (cut) out += "\\\\+";
}

std::string escaped_value(std::string_view text) {
  std::string out;
  append(out, text, false);
  return out;
}

std::string original_bytes(std::string_view value) {
  std::string out;
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (value[i] != '\\' || i + 1 == value.size()) {
      out += value[i];
      continue;
    }
    ++i;
    if (value[i] == '\\') out += '\\';
    if (value[i] == 'x' && i + 2 < value.size()) {
      const int high = digit_value(value[i + 1]);
      const int low = digit_value(value[i + 2]);
      if (high >= 0 && low >= 0) out += static_cast<char>(high * 16 + low);
      i += 2;
    }
  }
  return out;
}

}  // namespace torhaus::gateway::audit
