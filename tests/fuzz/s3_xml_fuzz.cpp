// Documents from clients. Whatever arrives, it is refused or is a tree within bounds, whose texts
// can be written into a document of ours and read back.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "gateway/s3/xml/reader.hpp"
#include "gateway/s3/xml/writer.hpp"

namespace {

namespace xml = torhaus::gateway::s3::xml;

void require(bool holds) {
  if (!holds) std::abort();
}

std::size_t count(const xml::element& e, std::size_t depth) {
  require(depth <= xml::document::max_depth);
  std::size_t nodes = 1;
  for (const xml::element& child : e.children()) {
    require(e.child(child.name()).has_value());
    require(e.text_of(child.name()) == e.child(child.name())->text());
    nodes += count(child, depth + 1);
  }
  return nodes;
}

// What was read can be written, and reads back as it was: a key in a list is the key in the answer.
void check_text(const std::string& text) {
  const bool utf8 = xml::readable(text).find("\xEF\xBF\xBD") == std::string::npos;
  xml::writer doc("R");
  doc.text("T", text);
  const auto again = xml::document::parse(std::move(doc).take(), "R");
  require(again.has_value());
  if (utf8) require(again->root().text_of("T") == text);
}

// An error document is one whatever it carries.
void check_readable(std::string_view text) {
  const std::string clean = xml::readable(text);
  require(xml::readable(clean) == clean);
  xml::writer doc("Error", "");
  doc.text("Message", clean);
  const auto again = xml::document::parse(std::move(doc).take(), "Error");
  require(again && again->root().text_of("Message") == clean);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  check_readable(text);
  const auto doc = xml::document::parse(text, "Delete");
  if (!doc) return 0;
  require(doc->root().name() == "Delete");
  require(count(doc->root(), 1) <= xml::document::max_nodes);
  check_text(doc->root().text());
  for (const xml::element& object : doc->root().children("Object")) {
    check_text(object.text_of("Key").value_or(""));
  }
  return 0;
}
