#include "gateway/s3/xml/reader.hpp"

#include <algorithm>
#include <charconv>
#include <pugixml.hpp>

namespace torhaus::gateway::s3::xml {
namespace {

pugi::xml_node node_of(const void* raw) {
  return pugi::xml_node(static_cast<pugi::xml_node_struct*>(const_cast<void*>(raw)));
}

std::string_view local_name(std::string_view name) {
  const std::size_t colon = name.find(':');
  return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

// Refuses what S3 has no use for, and what is no XML although pugixml takes it: several roots,
// text beside the root, entities that nobody has declared.
class shape_check final : public pugi::xml_tree_walker {
 public:
  bool for_each(pugi::xml_node& node) override {
    const pugi::xml_node_type type = node.type();
    if (type == pugi::node_doctype || type == pugi::node_pi) return false;
    // The walker counts the root element as depth 0.
    if (static_cast<std::size_t>(depth()) >= document::max_depth) return false;
    if (++nodes_ > document::max_nodes) return false;
    if (depth() > 0) return true;
    if (type == pugi::node_element) return ++roots_ == 1;
    const bool text = type == pugi::node_pcdata || type == pugi::node_cdata;
    return !text ||
           std::string_view(node.value()).find_first_not_of(" \t\r\n") == std::string_view::npos;
  }

 private:
  std::size_t nodes_ = 0;
  std::size_t roots_ = 0;
};

// A node takes many times the bytes of its tag, so tags are counted before pugixml makes nodes.
bool has_too_many_tags(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count(text, '<')) > 2 * document::max_nodes;
}

// The length of "&amp;" or "&#x41;" at the front; 0 when that is no reference XML knows.
std::size_t reference(std::string_view text) {
  for (const std::string_view known : {"&lt;", "&gt;", "&amp;", "&quot;", "&apos;"}) {
    if (text.starts_with(known)) return known.size();
  }
  constexpr std::size_t longest = 12;
  const std::size_t end = text.substr(0, longest).find(';');
  if (!text.starts_with("&#") || end == std::string_view::npos) return 0;
  const bool hex = text.starts_with("&#x");
  const std::string_view digits = text.substr(hex ? 3 : 2, end - (hex ? 3 : 2));
  std::uint32_t code = 0;
  const auto [stop, failed] =
      std::from_chars(digits.data(), digits.data() + digits.size(), code, hex ? 16 : 10);
  const bool whole = failed == std::errc() && stop == digits.data() + digits.size();
  const bool surrogate = code >= 0xD800 && code <= 0xDFFF;
  // NUL is no character, and would cut the text short.
  return whole && code != 0 && code <= 0x10FFFF && !surrogate ? end + 1 : 0;
}

// pugixml leaves an unknown reference as it is, which would make "&foo;" a key of that name. In
// comments and CDATA an ampersand is just one.
bool has_unknown_reference(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t mark = text.find_first_of("&<", at);
    if (mark == std::string_view::npos) return false;
    const std::string_view rest = text.substr(mark);
    std::string_view ends_with;
    if (rest.starts_with("<!--")) ends_with = "-->";
    if (rest.starts_with("<![CDATA[")) ends_with = "]]>";
    if (!ends_with.empty()) {
      const std::size_t end = rest.find(ends_with);
      if (end == std::string_view::npos) return false;  // pugixml refuses it
      at = mark + end + ends_with.size();
    } else if (rest.front() == '<') {
      at = mark + 1;
    } else {
      const std::size_t length = reference(rest);
      if (length == 0) return true;
      at = mark + length;
    }
  }
  return false;
}

}  // namespace

struct document::tree {
  pugi::xml_document doc;
};

document::document(std::unique_ptr<tree> t) : tree_(std::move(t)) {}
document::document(document&&) noexcept = default;
document& document::operator=(document&&) noexcept = default;
document::~document() = default;

result<document> document::parse(std::string_view text, std::string_view root) {
  // pugixml takes a NUL for the end of the document.
  const bool refused = text.find('\0') != std::string_view::npos || has_too_many_tags(text) ||
                       has_unknown_reference(text);
  if (refused) return errc::malformed_xml;
  auto tree = std::make_unique<document::tree>();
  // parse_ws_pcdata_single keeps a key that is one space; what stands beside the root (fragment),
  // doctype and pi are parsed to be refused.
  constexpr unsigned how = pugi::parse_default | pugi::parse_ws_pcdata_single |
                           pugi::parse_fragment | pugi::parse_doctype | pugi::parse_pi;
  const auto parsed = tree->doc.load_buffer(text.data(), text.size(), how, pugi::encoding_utf8);
  if (!parsed) return error(errc::malformed_xml).because(parsed.description());
  shape_check check;
  if (!tree->doc.traverse(check)) return errc::malformed_xml;
  if (local_name(tree->doc.document_element().name()) != root) return errc::malformed_xml;
  return document(std::move(tree));
}

element document::root() const { return element(tree_->doc.document_element().internal_object()); }

std::string_view element::name() const { return local_name(node_of(node_).name()); }

std::string_view element::type() const {
  for (const pugi::xml_attribute attribute : node_of(node_).attributes()) {
    if (local_name(attribute.name()) == "type") return attribute.value();
  }
  return {};
}

std::string element::text() const {
  std::string joined;
  for (const pugi::xml_node piece : node_of(node_)) {
    if (piece.type() == pugi::node_pcdata || piece.type() == pugi::node_cdata) {
      joined += piece.value();
    }
  }
  return joined;
}

std::vector<element> element::children() const {
  std::vector<element> found;
  for (const pugi::xml_node child : node_of(node_)) {
    if (child.type() == pugi::node_element) found.push_back(element(child.internal_object()));
  }
  return found;
}

std::vector<element> element::children(std::string_view name) const {
  std::vector<element> found;
  for (const element& e : children()) {
    if (e.name() == name) found.push_back(e);
  }
  return found;
}

std::optional<element> element::child(std::string_view name) const {
  for (const element& e : children()) {
    if (e.name() == name) return e;
  }
  return std::nullopt;
}

std::optional<std::string> element::text_of(std::string_view name) const {
  const auto found = child(name);
  if (!found) return std::nullopt;
  return found->text();
}

}  // namespace torhaus::gateway::s3::xml
