#include "gateway/bench/xml.hpp"

#include <pugixml.hpp>

namespace torhaus::gateway::bench {
namespace {

// Answers nest three deep; a search has an end.
std::string text_below(const pugi::xml_node& node, const std::string& name, int depth) {
  if (depth == 0) return {};
  for (const pugi::xml_node& child : node.children()) {
    if (name == child.name()) return child.text().get();
    const std::string found = text_below(child, name, depth - 1);
    if (!found.empty()) return found;
  }
  return {};
}

}  // namespace

std::uint64_t count_of(std::string_view text, std::string_view tag) {
  std::uint64_t times = 0;
  for (std::size_t at = text.find(tag); at != std::string_view::npos;
       at = text.find(tag, at + tag.size())) {
    ++times;
  }
  return times;
}

std::string element_of(std::string_view document, std::string_view name) {
  pugi::xml_document parsed;
  if (!parsed.load_buffer(document.data(), document.size())) return {};
  return text_below(parsed, std::string(name), 4);
}

std::vector<std::pair<std::string, std::string>> entries_of(
    std::string_view document, const std::vector<std::string_view>& names) {
  std::vector<std::pair<std::string, std::string>> out;
  pugi::xml_document parsed;
  if (!parsed.load_buffer(document.data(), document.size())) return out;
  for (const pugi::xml_node& child : parsed.document_element().children()) {
    for (const std::string_view name : names) {
      if (name != child.name()) continue;
      std::string id = child.child("VersionId").text().get();
      if (id.empty()) id = child.child("UploadId").text().get();
      out.emplace_back(child.child("Key").text().get(), std::move(id));
    }
  }
  return out;
}

void append_escaped(std::string& out, std::string_view text) {
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      default:
        out += c;
    }
  }
}

}  // namespace torhaus::gateway::bench
