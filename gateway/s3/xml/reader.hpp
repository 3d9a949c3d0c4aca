// XML from clients, read with bounds. pugixml knows no DTD and no external entity; what is refused
// besides is in reader.cpp. pugixml's header stays in there.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "storage/base/result.hpp"

namespace torhaus::gateway::s3::xml {

// An element; valid while its document lives.
class element {
 public:
  std::string_view name() const;          // without a namespace prefix
  std::string text() const;               // of this element, all pieces joined
  std::vector<element> children() const;  // elements only, in order
  std::vector<element> children(std::string_view name) const;
  std::optional<element> child(std::string_view name) const;  // the first of that name
  // xsi:type, whatever the prefix; empty when there is none.
  std::string_view type() const;
  // Text of the child, or nullopt when there is none.
  std::optional<std::string> text_of(std::string_view name) const;

 private:
  friend class document;
  explicit element(const void* node) : node_(node) {}
  const void* node_;  // pugi::xml_node_struct
};

class document {
 public:
  static constexpr std::size_t max_depth = 16;
  static constexpr std::size_t max_nodes = 100'000;

  // malformed_xml: not well-formed, another root element, a DTD or processing instruction, too deep
  // or too many. Any namespace or none is accepted, as S3 does.
  static result<document> parse(std::string_view text, std::string_view root);
  element root() const;

  document(document&&) noexcept;
  document& operator=(document&&) noexcept;
  ~document();

 private:
  struct tree;
  explicit document(std::unique_ptr<tree>);
  std::unique_ptr<tree> tree_;
};

}  // namespace torhaus::gateway::s3::xml
