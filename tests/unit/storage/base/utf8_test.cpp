#include "storage/base/utf8.hpp"

#include <string>

#include "tests/support/catch.hpp"

using torhaus::is_utf8;
using torhaus::utf8_character;

namespace {

// RFC 3629, section 3: the bytes of a character.
std::string encoded(std::uint32_t character) {
  const auto byte = [](std::uint32_t bits) { return static_cast<char>(bits); };
  const auto tail = [&](unsigned shift) { return byte(0x80 | (character >> shift & 0x3F)); };
  if (character < 0x80) return {byte(character)};
  if (character < 0x800) return {byte(0xC0 | character >> 6), tail(0)};
  if (character < 0x10000) return {byte(0xE0 | character >> 12), tail(6), tail(0)};
  return {byte(0xF0 | character >> 18), tail(12), tail(6), tail(0)};
}

}  // namespace

TEST_CASE("utf8: every character but surrogates, with its length") {
  std::size_t wrong = 0;
  for (std::uint32_t c = 0; c < 0x110000; ++c) {
    const std::string text = encoded(c);
    const bool surrogate = c >= 0xD800 && c < 0xE000;
    if (utf8_character(text + "x") != (surrogate ? 0 : text.size())) ++wrong;
    // Cut short it is none.
    if (text.size() > 1 && utf8_character(std::string_view(text).substr(0, text.size() - 1)) != 0) {
      ++wrong;
    }
  }
  CHECK(wrong == 0);
}

TEST_CASE("utf8: what is none") {
  using namespace std::string_view_literals;
  CHECK(utf8_character("") == 0);
  for (const auto text : {"\x80"sv, "\xBF"sv, "\xC0\x80"sv, "\xC1\xBF"sv, "\xE0\x80\x80"sv,
                          "\xE0\x9F\xBF"sv, "\xF0\x8F\xBF\xBF"sv, "\xF4\x90\x80\x80"sv,
                          "\xF5\x80\x80\x80"sv, "\xFF"sv, "\xC3x"sv, "\xE2\x82x"sv}) {
    CHECK(utf8_character(text) == 0);
    CHECK_FALSE(is_utf8(text));
    CHECK_FALSE(is_utf8(std::string("a").append(text)));
  }
  CHECK(is_utf8(""));
  CHECK(is_utf8("a\0b\xC3\xA4"sv));
}
