#include "auth/sigv4/uri.hpp"

#include <array>
#include <cstddef>

namespace torhaus::auth::sigv4 {
namespace {

constexpr std::array<bool, 256> make_unreserved() {
  std::array<bool, 256> out{};
  constexpr std::string_view set =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
  for (const char c : set) out[static_cast<unsigned char>(c)] = true;
  return out;
}
constexpr std::array<bool, 256> unreserved_set = make_unreserved();

bool unreserved(char c) { return unreserved_set[static_cast<unsigned char>(c)]; }

// -1 for what is no hex digit.
constexpr int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// The byte that %XX at `at` stands for; -1 when there is none.
int code_at(std::string_view text, std::size_t at) {
  if (text[at] != '%' || at + 2 >= text.size()) return -1;
  const int high = hex_value(text[at + 1]);
  const int low = hex_value(text[at + 2]);
  return high < 0 || low < 0 ? -1 : (high << 4 | low);
}

void append_byte(std::string& out, char c, slash rule) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  if (unreserved(c) || (c == '/' && rule == slash::kept)) {
    out.push_back(c);
    return;
  }
  const auto b = static_cast<unsigned char>(c);
  const std::array<char, 3> code = {'%', digits[b >> 4], digits[b & 15]};
  out.append(code.data(), code.size());
}

// How many bytes at `from` need no change in either direction.
std::size_t plain_run(std::string_view text, std::size_t from, slash rule) {
  std::size_t end = from;
  while (end < text.size() &&
         (unreserved(text[end]) || (text[end] == '/' && rule == slash::kept))) {
    ++end;
  }
  return end - from;
}

}  // namespace

void append_encoded(std::string& out, std::string_view bytes, slash rule) {
  for (std::size_t n = 0; n < bytes.size();) {
    const std::size_t run = plain_run(bytes, n, rule);
    out.append(bytes.substr(n, run));
    n += run;
    if (n < bytes.size()) append_byte(out, bytes[n++], rule);
  }
}

std::string encode(std::string_view bytes, slash rule) {
  std::string out;
  out.reserve(bytes.size() + bytes.size() / 2);
  append_encoded(out, bytes, rule);
  return out;
}

void append_reencoded(std::string& out, std::string_view text, plus plus_rule, slash slash_rule) {
  for (std::size_t n = 0; n < text.size();) {
    const std::size_t run = plain_run(text, n, slash_rule);
    out.append(text.substr(n, run));
    n += run;
    if (n == text.size()) break;
    const int code = code_at(text, n);
    if (code >= 0) {
      append_byte(out, static_cast<char>(code), slash_rule);
      n += 3;
    } else {
      append_byte(out, text[n] == '+' && plus_rule == plus::space ? ' ' : text[n], slash_rule);
      ++n;
    }
  }
}

std::string decode(std::string_view text, plus rule) {
  if (text.find_first_of("%+") == std::string_view::npos) return std::string(text);
  std::string out;
  out.reserve(text.size());
  for (std::size_t n = 0; n < text.size(); ++n) {
    if (const int code = code_at(text, n); code >= 0) {
      out.push_back(static_cast<char>(code));
      n += 2;
    } else {
      out.push_back(text[n] == '+' && rule == plus::space ? ' ' : text[n]);
    }
  }
  return out;
}

std::optional<std::string> decode_strict(std::string_view text, plus rule) {
  for (std::size_t n = text.find('%'); n != std::string_view::npos; n = text.find('%', n + 3)) {
    if (code_at(text, n) < 0) return std::nullopt;
  }
  return decode(text, rule);
}

}  // namespace torhaus::auth::sigv4
