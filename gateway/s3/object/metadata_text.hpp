// User metadata are Unicode texts, and headers carry ASCII: RFC 2047 stands between them. AWS:
// "Working with object metadata", on characters outside of US-ASCII.
#pragma once

#include <string>
#include <string_view>

namespace torhaus::gateway::s3 {

// The text that a header of an upload means, as UTF-8. Encoded words (RFC 2047; B and Q; UTF-8,
// ISO-8859-1 and US-ASCII) are decoded, and the white space between two of them goes. What is no
// proper encoded word stands for itself; bytes that are no UTF-8 are taken as ISO-8859-1, which
// HTTP's headers once were.
std::string metadata_text(std::string_view header_value);

// The header of an answer: the text itself where it is of printable ASCII and tabs, else encoded
// words in UTF-8 of at most 75 characters each; Q where most of its characters are ASCII, B
// otherwise, as AWS chooses.
std::string metadata_header(std::string_view text);

}  // namespace torhaus::gateway::s3
