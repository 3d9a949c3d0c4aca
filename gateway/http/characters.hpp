// Classes of characters in heads and in the framing of bodies. RFC 9110 section 5.6.
#pragma once

#include <array>
#include <string_view>

namespace torhaus::gateway::http {

inline constexpr std::array<bool, 256> token_characters = [] {
  std::array<bool, 256> table{};
  for (const char c : std::string_view("!#$%&'*+-.^_`|~0123456789"
                                       "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")) {
    table[static_cast<unsigned char>(c)] = true;
  }
  return table;
}();
constexpr bool is_token_character(char c) noexcept {
  return token_characters[static_cast<unsigned char>(c)];
}

// Without a branch for each character.
constexpr bool is_token(std::string_view text) noexcept {
  bool token = !text.empty();
  for (const char c : text) token &= is_token_character(c);
  return token;
}

// What no part of a head may hold, line ends aside; a tab is white space.
constexpr bool is_control(char c) noexcept {
  const auto byte = static_cast<unsigned char>(c);
  return (byte < 0x20 && c != '\t') || byte == 0x7f;
}

// Without a branch for each character, so that the compiler looks at many of them at once.
constexpr bool has_control(std::string_view text) noexcept {
  bool found = false;
  for (const char c : text) found |= is_control(c);
  return found;
}

// A host with or without a port: a name, an IPv4 address, an IPv6 address in brackets.
constexpr bool is_host_character(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
         c == '-' || c == ':' || c == '[' || c == ']' || c == '_';
}

constexpr std::string_view trim(std::string_view text) noexcept {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

}  // namespace torhaus::gateway::http
