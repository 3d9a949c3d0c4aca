#include "gateway/s3/xml/writer.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "storage/base/utf8.hpp"

namespace torhaus::gateway::s3::xml {

namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";  // U+FFFD

bool is_noncharacter(std::string_view one) {
  return one == "\xEF\xBF\xBE" || one == "\xEF\xBF\xBF";  // U+FFFE, U+FFFF
}

// Characters of one byte that stand for themselves.
constexpr std::array<bool, 256> is_plain = [] {
  std::array<bool, 256> table{};
  for (std::size_t c = 0x20; c < 0x80; ++c) table[c] = true;
  for (const char c : {'&', '<', '>', '"'}) table[static_cast<std::size_t>(c)] = false;
  return table;
}();

void append_ascii(std::string& out, char c) {
  switch (c) {
    case '&':
      out += "&amp;";
      return;
    case '<':
      out += "&lt;";
      return;
    case '>':
      out += "&gt;";
      return;
    case '"':
      out += "&quot;";
      return;
    default:
      break;
  }
  const auto byte = static_cast<unsigned char>(c);
  if (byte >= 0x20) {
    out += c;
    return;
  }
  // XML 1.0 has no way to carry most of these; S3 sends the reference all the same, and clients
  // that meet such keys ask for encoding-type=url.
  out += "&#x";
  out += "0123456789abcdef"[byte >> 4];
  out += "0123456789abcdef"[byte & 15];
  out += ';';
}

}  // namespace

// Most texts have nothing to escape, so runs of plain characters are copied as a whole.
void append_escaped(std::string& out, std::string_view text) {
  std::size_t plain = 0;
  const auto flush = [&](std::size_t to) { out.append(text.data() + plain, to - plain); };
  for (std::size_t at = 0; at < text.size();) {
    if (is_plain[static_cast<unsigned char>(text[at])]) {
      ++at;
      continue;
    }
    const std::size_t length = utf8_character(text.substr(at, 4));
    if (length > 1) {
      at += length;
      continue;
    }
    flush(at);
    if (length == 1) {
      append_ascii(out, text[at]);
    } else {
      out += replacement;
    }
    plain = ++at;
  }
  flush(text.size());
}

std::string readable(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const std::size_t length = utf8_character(text);
    const std::string_view one = text.substr(0, std::max<std::size_t>(length, 1));
    const char c = one.front();
    const bool control = length == 1 && c >= 0 && c < 0x20 && c != '\t' && c != '\n' && c != '\r';
    out += length == 0 || control || is_noncharacter(one) ? replacement : one;
    text.remove_prefix(one.size());
  }
  return out;
}

writer::writer(std::string_view root, std::string_view xmlns) : root_(root) {
  out_ = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<";
  out_.append(root);
  if (!xmlns.empty()) out_.append(" xmlns=\"").append(xmlns).append("\"");
  out_ += '>';
}

writer& writer::open(std::string_view name) {
  out_.append("<").append(name).append(">");
  return *this;
}

writer& writer::close(std::string_view name) {
  out_.append("</").append(name).append(">");
  return *this;
}

writer& writer::text(std::string_view name, std::string_view value) {
  if (value.empty()) {
    out_.append("<").append(name).append("/>");
    return *this;
  }
  open(name);
  append_escaped(out_, value);
  return close(name);
}

writer& writer::number(std::string_view name, std::uint64_t value) {
  std::array<char, 20> digits;  // of 2^64 - 1
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  return raw(name, {digits.data(), end});
}

writer& writer::flag(std::string_view name, bool value) {
  return raw(name, value ? "true" : "false");
}

writer& writer::raw(std::string_view name, std::string_view value) {
  out_.append("<").append(name).append(">").append(value).append("</").append(name).append(">");
  return *this;
}

writer& writer::quoted(std::string_view name, std::string_view value) {
  out_.append("<").append(name).append(">&quot;").append(value).append("&quot;</").append(name);
  out_ += '>';
  return *this;
}

std::string writer::take() && {
  close(root_);
  return std::move(out_);
}

}  // namespace torhaus::gateway::s3::xml
