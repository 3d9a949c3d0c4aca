// How much of a text needs no escape: nearly all of it, nearly always.
#pragma once

#include <array>
#include <cstddef>
#include <cstring>
#include <string_view>

namespace torhaus {

// The length of what at the front is plain. `is_plain` takes a character and has no branch, so that
// the compiler looks at a piece of 16 as a whole; 'a' is plain. Texts of less are filled up to one.
template <class IsPlain>
std::size_t plain_run(std::string_view text, IsPlain is_plain) {
  constexpr std::size_t piece_bytes = 16;
  const auto all_plain = [&](const char* piece) {
    bool plain = true;
    for (std::size_t i = 0; i < piece_bytes; ++i) plain &= is_plain(piece[i]);
    return plain;
  };
  std::size_t n = 0;
  while (text.size() - n >= piece_bytes && all_plain(text.data() + n)) n += piece_bytes;
  if (const std::size_t rest = text.size() - n; rest < piece_bytes) {
    std::array<char, piece_bytes> last;
    last.fill('a');
    std::memcpy(last.data(), text.data() + n, rest);
    if (all_plain(last.data())) return text.size();
  }
  while (n < text.size() && is_plain(text[n])) ++n;
  return n;
}

}  // namespace torhaus
