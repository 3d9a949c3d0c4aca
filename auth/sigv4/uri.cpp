#include "auth/sigv4/uri.hpp"

namespace torhaus::auth::sigv4 {
namespace {

constexpr bool unreserved(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.' || c == '_' || c == '~';
}

// -1 for what is no hex digit.
constexpr int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

void append_encoded(std::string& out, std::string_view bytes, slash rule) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  for (const char c : bytes) {
    if (unreserved(c) || (c == '/' && rule == slash::kept)) {
      out.push_back(c);
    } else {
      const auto b = static_cast<unsigned char>(c);
      out.push_back('%');
      out.push_back(digits[b >> 4]);
      out.push_back(digits[b & 15]);
    }
  }
}

std::string encode(std::string_view bytes, slash rule) {
  std::string out;
  out.reserve(bytes.size() + bytes.size() / 2);
  append_encoded(out, bytes, rule);
  return out;
}

std::string decode(std::string_view text, plus rule) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t n = 0; n < text.size(); ++n) {
    if (text[n] == '%' && n + 2 < text.size()) {
      const int high = hex_value(text[n + 1]);
      const int low = hex_value(text[n + 2]);
      if (high >= 0 && low >= 0) {
        out.push_back(static_cast<char>(high << 4 | low));
        n += 2;
        continue;
      }
    }
    out.push_back(text[n] == '+' && rule == plus::space ? ' ' : text[n]);
  }
  return out;
}

}  // namespace torhaus::auth::sigv4
