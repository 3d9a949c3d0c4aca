// Whether an answer's text is an XML document: one root, elements that end where they should, texts
// and values without what XML 1.0 has no room for. Knows no names.
#pragma once

#include <string>
#include <string_view>

namespace torhaus::fuzz {

// Empty: it is one; otherwise why not.
std::string document_fault(std::string_view);
// The text of the first element of that name; empty when there is none.
std::string element_text(std::string_view document, const std::string& name);

}  // namespace torhaus::fuzz
