#include "gateway/s3/xml/reader.hpp"

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

// Counts what a hostile document could have too much of, and refuses what S3 has no use for.
class shape_check final : public pugi::xml_tree_walker {
 public:
  bool for_each(pugi::xml_node& node) override {
    const bool strange = node.type() == pugi::node_doctype || node.type() == pugi::node_pi;
    return !strange && static_cast<std::size_t>(depth()) < document::max_depth &&
           ++nodes_ <= document::max_nodes;
  }

 private:
  std::size_t nodes_ = 0;
};

}  // namespace

struct document::tree {
  pugi::xml_document doc;
};

document::document(std::unique_ptr<tree> t) : tree_(std::move(t)) {}
document::document(document&&) noexcept = default;
document& document::operator=(document&&) noexcept = default;
document::~document() = default;

result<document> document::parse(std::string_view text, std::string_view root) {
  auto tree = std::make_unique<document::tree>();
  // parse_ws_pcdata_single keeps a key that is one space; doctype and pi are parsed to be refused.
  constexpr unsigned how = pugi::parse_default | pugi::parse_ws_pcdata_single |
                           pugi::parse_doctype | pugi::parse_pi;
  const auto parsed = tree->doc.load_buffer(text.data(), text.size(), how, pugi::encoding_utf8);
  if (!parsed) return error(errc::malformed_xml).because(parsed.description());
  shape_check check;
  if (!tree->doc.traverse(check)) return errc::malformed_xml;
  if (local_name(tree->doc.document_element().name()) != root) return errc::malformed_xml;
  return document(std::move(tree));
}

element document::root() const { return element(tree_->doc.document_element().internal_object()); }

std::string_view element::name() const { return local_name(node_of(node_).name()); }

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
