// XML straight into a string. Elements in the order written; text is escaped so that any key
// survives.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace torhaus::gateway::s3::xml {

inline constexpr std::string_view s3_namespace = "http://s3.amazonaws.com/doc/2006-03-01/";
inline constexpr std::string_view control_namespace =
    "http://awss3control.amazonaws.com/doc/2018-08-20/";

// Escapes for element text: & < > " and control characters as character references. Bytes that
// are no UTF-8 become U+FFFD, so that the document stays one; keys never have such bytes.
void append_escaped(std::string& out, std::string_view text);

// The text with U+FFFD for every character that XML 1.0 has no way to carry, reference or not.
// For error documents, which a client must be able to read whatever it has sent.
std::string readable(std::string_view text);

class writer {
 public:
  // Begins the document with its root element; an empty namespace leaves xmlns out (error
  // documents).
  explicit writer(std::string_view root, std::string_view xmlns = s3_namespace);

  writer& open(std::string_view name);
  writer& close(std::string_view name);
  writer& text(std::string_view name, std::string_view value);
  writer& number(std::string_view name, std::uint64_t value);
  writer& flag(std::string_view name, bool value);  // true, false

  // A value that has nothing to escape: numbers, dates, names of ours.
  writer& raw(std::string_view name, std::string_view value);
  // The same between quotation marks: ETags.
  writer& quoted(std::string_view name, std::string_view value);

  // Room for a large document, so that it grows once.
  void reserve(std::size_t bytes) { out_.reserve(bytes); }
  // Ends the root element.
  std::string take() &&;

 private:
  std::string out_;
  std::string root_;
};

}  // namespace torhaus::gateway::s3::xml
