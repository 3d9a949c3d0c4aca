#include "gateway/s3/xml/writer.hpp"

namespace torhaus::gateway::s3::xml {

void append_escaped(std::string& out, std::string_view text) {
  for (const char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      default: {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x20) {
          // XML 1.0 has no way to carry most of these; S3 sends the reference all the same, and
          // clients that meet such keys ask for encoding-type=url.
          out += "&#x";
          out += "0123456789abcdef"[byte >> 4];
          out += "0123456789abcdef"[byte & 15];
          out += ';';
        } else {
          out += c;
        }
      }
    }
  }
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
