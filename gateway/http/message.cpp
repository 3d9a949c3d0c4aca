#include "gateway/http/message.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace torhaus::gateway::http {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

}  // namespace

bool equal_ignoring_case(std::string_view a, std::string_view b) noexcept {
  return std::ranges::equal(a, b, [](char x, char y) { return lower(x) == lower(y); });
}

std::string lower_case(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

std::string extended_id_of(std::string_view request_id) {
  constexpr std::string_view digits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  // FNV-1a to take the id in, splitmix64 to spread it; it is an identifier, nothing secret.
  std::uint64_t state = 14695981039346656037ULL;
  for (const char c : request_id) {
    state = (state ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
  }
  std::string id(60, 'A');
  std::uint64_t bits = 0;
  for (std::size_t i = 0; i < id.size(); ++i) {
    if (i % 10 == 0) {
      state += 0x9e3779b97f4a7c15ULL;
      bits = (state ^ (state >> 30)) * 0xbf58476d1ce4e5b9ULL;
      bits = (bits ^ (bits >> 27)) * 0x94d049bb133111ebULL;
      bits ^= bits >> 31;
    }
    id[i] = digits[bits & 63];
    bits >>= 6;
  }
  return id;
}

std::string text_of(const asio::ip::address& a) {
  if (!a.is_v4()) return a.to_string();
  std::array<char, 16> text{};
  char* at = text.data();
  for (const unsigned byte : a.to_v4().to_bytes()) {
    if (at != text.data()) *at++ = '.';
    at = std::to_chars(at, text.data() + text.size(), byte).ptr;
  }
  return {text.data(), at};
}

std::optional<std::string_view> request::find(std::string_view name) const noexcept {
  for (const header& h : headers) {
    if (equal_ignoring_case(h.name, name)) return h.value;
  }
  return std::nullopt;
}

std::size_t request::count(std::string_view name) const noexcept {
  return static_cast<std::size_t>(std::ranges::count_if(
      headers, [name](const header& h) { return equal_ignoring_case(h.name, name); }));
}

}  // namespace torhaus::gateway::http
