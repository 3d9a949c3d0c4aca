#include "gateway/s3/object/metadata_text.hpp"

#include <algorithm>
#include <optional>

#include "gateway/http/characters.hpp"
#include "gateway/http/message.hpp"
#include "storage/base/utf8.hpp"
#include "storage/crypto/digest.hpp"

namespace torhaus::gateway::s3 {
namespace {

constexpr std::string_view word_begin = "=?";
constexpr std::string_view word_end = "?=";
constexpr std::string_view q_begin = "=?UTF-8?Q?";
constexpr std::string_view b_begin = "=?UTF-8?B?";
// RFC 2047, section 2: an encoded word has at most 75 characters.
constexpr std::size_t most_encoded = 75 - q_begin.size() - word_end.size();
constexpr std::size_t most_bytes_in_b = most_encoded / 4 * 3;
// Longer values are more than metadata may be, however they are encoded; nobody decodes them.
constexpr std::size_t most_header_bytes = 8192;

bool is_white(char c) { return c == ' ' || c == '\t'; }

std::string from_latin1(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size());
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80) {
      out += c;
    } else {
      out += static_cast<char>(0xC0U | byte >> 6);
      out += static_cast<char>(0x80U | (byte & 0x3FU));
    }
  }
  return out;
}

std::string as_utf8(std::string_view bytes) {
  return is_utf8(bytes) ? std::string(bytes) : from_latin1(bytes);
}

// RFC 2047, section 4.2.
std::optional<std::string> from_q(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '=') {
      out += text[i] == '_' ? ' ' : text[i];
      continue;
    }
    const auto byte = storage::crypto::from_hex(text.substr(i + 1, 2));
    if (!byte || byte->size() != 1) return std::nullopt;
    out += *byte;
    i += 2;
  }
  return out;
}

struct decoded_word {
  std::string text;    // UTF-8
  std::size_t length;  // of the encoded word
};

// The encoded word at the front of `text`, which may go on behind it.
std::optional<decoded_word> take_word(std::string_view text) {
  if (!text.starts_with(word_begin)) return std::nullopt;
  const std::size_t charset_end = text.find('?', word_begin.size());
  if (charset_end == text.npos || charset_end + 2 >= text.size()) return std::nullopt;
  if (text[charset_end + 2] != '?') return std::nullopt;
  const std::string_view charset = text.substr(word_begin.size(), charset_end - word_begin.size());
  const char encoding = text[charset_end + 1];
  const std::size_t begin = charset_end + 3;
  const std::size_t end = text.find(word_end, begin);
  if (end == text.npos) return std::nullopt;
  const std::string_view encoded = text.substr(begin, end - begin);
  if (std::ranges::any_of(encoded, is_white)) return std::nullopt;
  const bool b = encoding == 'B' || encoding == 'b';
  if (!b && encoding != 'Q' && encoding != 'q') return std::nullopt;
  auto bytes = b ? storage::crypto::from_base64(encoded) : from_q(encoded);
  if (!bytes) return std::nullopt;
  const std::size_t length = end + word_end.size();
  if (http::equal_ignoring_case(charset, "ISO-8859-1"))
    return decoded_word{from_latin1(*bytes), length};
  const bool known =
      http::equal_ignoring_case(charset, "UTF-8") || http::equal_ignoring_case(charset, "US-ASCII");
  if (!known || !is_utf8(*bytes)) return std::nullopt;
  return decoded_word{std::move(*bytes), length};
}

void append_q(std::string& out, std::string_view character) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  for (const char c : character) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == ' ') {
      out += '_';
    } else if (byte > 0x20 && byte < 0x7F && c != '=' && c != '?' && c != '_') {
      out += c;
    } else {
      out += '=';
      out += digits[byte >> 4];
      out += digits[byte & 15U];
    }
  }
}

// Words never end within a character.
std::string in_q(std::string_view text) {
  std::string out(q_begin);
  std::size_t begin = out.size();
  while (!text.empty()) {
    const std::string_view character = text.substr(0, utf8_character(text));
    const std::size_t before = out.size();
    append_q(out, character);
    if (out.size() - begin > most_encoded) {
      const std::string moved = out.substr(before);
      out.resize(before);
      out.append(word_end).append(" ").append(q_begin);
      begin = out.size();
      out += moved;
    }
    text.remove_prefix(character.size());
  }
  return out.append(word_end);
}

std::string in_b(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    std::size_t bytes = 0;
    while (bytes < text.size()) {
      const std::size_t next = utf8_character(text.substr(bytes));
      if (bytes + next > most_bytes_in_b) break;
      bytes += next;
    }
    if (!out.empty()) out += ' ';
    out.append(b_begin).append(storage::crypto::to_base64(text.substr(0, bytes))).append(word_end);
    text.remove_prefix(bytes);
  }
  return out;
}

// Counted as Java's library for mail does, which AWS answers alike: in units of UTF-16.
bool is_mostly_ascii(std::string_view utf8) {
  std::size_t ascii = 0;
  std::size_t other = 0;
  while (!utf8.empty()) {
    const std::size_t length = utf8_character(utf8);
    if (length == 1 && !http::is_control(utf8.front())) {
      ++ascii;
    } else {
      other += length == 4 ? 2 : 1;
    }
    utf8.remove_prefix(length);
  }
  return ascii > other;
}

}  // namespace

std::string metadata_text(std::string_view header_value) {
  if (header_value.size() > most_header_bytes) return as_utf8(header_value);
  std::string out;
  bool behind_word = false;
  while (!header_value.empty()) {
    // What lies in front of the next word; all of the rest where there is none.
    std::size_t plain = 0;
    std::optional<decoded_word> word;
    while (plain < header_value.size() && !(word = take_word(header_value.substr(plain)))) {
      plain = std::min(header_value.find(word_begin, plain + 1), header_value.size());
    }
    const std::string_view between = header_value.substr(0, plain);
    if (!behind_word || !word || !std::ranges::all_of(between, is_white)) out += as_utf8(between);
    if (word) out += word->text;
    header_value.remove_prefix(plain + (word ? word->length : 0));
    behind_word = word.has_value();
  }
  return out;
}

std::string metadata_header(std::string_view text) {
  const bool plain = std::ranges::all_of(
      text, [](char c) { return static_cast<unsigned char>(c) < 0x80 && !http::is_control(c); });
  if (plain) return std::string(text);
  const std::string utf8 = as_utf8(text);
  return is_mostly_ascii(utf8) ? in_q(utf8) : in_b(utf8);
}

}  // namespace torhaus::gateway::s3
