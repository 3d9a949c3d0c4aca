// Hex and base64 (RFC 4648), strict in what is accepted.
#include <array>
#include <cstdint>
#include <cstring>

#include "storage/crypto/digest.hpp"

namespace torhaus::storage::crypto {
namespace {

constexpr std::string_view hex_digits = "0123456789abcdef";
constexpr std::string_view base64_digits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::uint8_t no_digit = 0xff;

constexpr std::array<std::uint8_t, 256> values_of(std::string_view digits) {
  std::array<std::uint8_t, 256> out{};
  out.fill(no_digit);
  for (std::size_t n = 0; n < digits.size(); ++n) {
    out[static_cast<unsigned char>(digits[n])] = static_cast<std::uint8_t>(n);
  }
  return out;
}

constexpr std::array<std::uint8_t, 256> make_hex_values() {
  auto out = values_of(hex_digits);
  for (std::size_t n = 0; n < 6; ++n) out['A' + n] = static_cast<std::uint8_t>(10 + n);
  return out;
}

constexpr auto hex_values = make_hex_values();

// Both digits of each byte.
constexpr auto hex_pairs = [] {
  std::array<std::array<char, 2>, 256> out{};
  for (std::size_t n = 0; n < out.size(); ++n) out[n] = {hex_digits[n >> 4], hex_digits[n & 15]};
  return out;
}();
constexpr auto base64_values = values_of(base64_digits);

std::uint32_t byte_at(std::string_view text, std::size_t at) {
  return static_cast<unsigned char>(text[at]);
}

}  // namespace

std::string to_hex(std::string_view bytes) {
  std::string out(bytes.size() * 2, '\0');
  char* to = out.data();
  for (const char c : bytes) {
    std::memcpy(to, hex_pairs[static_cast<unsigned char>(c)].data(), 2);
    to += 2;
  }
  return out;
}

std::optional<std::string> from_hex(std::string_view text) {
  if (text.size() % 2 != 0) return std::nullopt;
  std::string out(text.size() / 2, '\0');
  for (std::size_t n = 0; n < out.size(); ++n) {
    const std::uint8_t high = hex_values[byte_at(text, 2 * n)];
    const std::uint8_t low = hex_values[byte_at(text, 2 * n + 1)];
    if (high == no_digit || low == no_digit) return std::nullopt;
    out[n] = static_cast<char>(high << 4 | low);
  }
  return out;
}

std::string to_base64(std::string_view bytes) {
  std::string out((bytes.size() + 2) / 3 * 4, '=');
  std::size_t to = 0;
  std::size_t at = 0;
  for (; at + 3 <= bytes.size(); at += 3) {
    const std::uint32_t group =
        byte_at(bytes, at) << 16 | byte_at(bytes, at + 1) << 8 | byte_at(bytes, at + 2);
    for (int shift = 18; shift >= 0; shift -= 6) out[to++] = base64_digits[group >> shift & 63];
  }
  const std::size_t left = bytes.size() - at;
  if (left != 0) {
    const std::uint32_t group =
        byte_at(bytes, at) << 16 | (left == 2 ? byte_at(bytes, at + 1) << 8 : 0);
    out[to++] = base64_digits[group >> 18 & 63];
    out[to++] = base64_digits[group >> 12 & 63];
    if (left == 2) out[to] = base64_digits[group >> 6 & 63];
  }
  return out;
}

std::optional<std::string> from_base64(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  std::size_t padding = 0;
  while (padding < 2 && padding < text.size() && text[text.size() - 1 - padding] == '=') ++padding;
  std::string out;
  out.reserve(text.size() / 4 * 3);
  for (std::size_t at = 0; at < text.size(); at += 4) {
    const std::size_t digits = at + 4 == text.size() ? 4 - padding : 4;
    std::uint32_t group = 0;
    for (std::size_t n = 0; n < 4; ++n) {
      const std::uint8_t value =
          n < digits ? base64_values[byte_at(text, at + n)] : std::uint8_t{0};
      if (value == no_digit) return std::nullopt;
      group = group << 6 | value;
    }
    // Bits that the padding drops must be zero, so that each value has one spelling.
    if (digits < 4 && (group & (digits == 3 ? 0xffU : 0xffffU)) != 0) return std::nullopt;
    for (std::size_t n = 0; n + 1 < digits; ++n) {
      out.push_back(static_cast<char>(group >> (16 - 8 * n) & 0xff));
    }
  }
  return out;
}

}  // namespace torhaus::storage::crypto
