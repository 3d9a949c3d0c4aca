#include "gateway/s3/xml/writer.hpp"

#include <algorithm>

namespace torhaus::gateway::s3::xml {

namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";  // U+FFFD

// The length of the UTF-8 character at the front (RFC 3629, section 4); 0 when there is none.
std::size_t character(std::string_view text) {
  const auto at = [&](std::size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
  };
  const unsigned first = at(0);
  if (first < 0x80) return 1;
  if (first < 0xC2 || first > 0xF4) return 0;
  const std::size_t length = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  for (std::size_t i = 1; i < length; ++i) {
    if ((at(i) & 0xC0U) != 0x80U) return 0;
  }
  // Overlong forms, surrogates, and what lies above U+10FFFF.
  const bool wrong = (first == 0xE0 && at(1) < 0xA0) || (first == 0xED && at(1) > 0x9F) ||
                     (first == 0xF0 && at(1) < 0x90) || (first == 0xF4 && at(1) > 0x8F);
  return wrong ? 0 : length;
}

bool is_noncharacter(std::string_view one) {
  return one == "\xEF\xBF\xBE" || one == "\xEF\xBF\xBF";  // U+FFFE, U+FFFF
}

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

void append_escaped(std::string& out, std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = character(text);
    if (length == 1) {
      append_ascii(out, text.front());
    } else if (length == 0) {
      out += replacement;
    } else {
      out += text.substr(0, length);
    }
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
}

std::string readable(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const std::size_t length = character(text);
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
  return text(name, std::to_string(value));
}

writer& writer::flag(std::string_view name, bool value) {
  return text(name, value ? "true" : "false");
}

std::string writer::take() && {
  close(root_);
  return std::move(out_);
}

}  // namespace torhaus::gateway::s3::xml
