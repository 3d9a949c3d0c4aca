// The little XML that the bench needs: counts in long listings without a parse, single elements,
// and the keys of a listing when it tidies up.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace torhaus::gateway::bench {

// How often `tag` stands in `text`.
std::uint64_t count_of(std::string_view text, std::string_view tag);
// The text of the first element of that name in the document; empty when there is none.
std::string element_of(std::string_view document, std::string_view name);
// (Key, VersionId or UploadId or nothing) of each element of these names.
std::vector<std::pair<std::string, std::string>> entries_of(
    std::string_view document, const std::vector<std::string_view>& names);
void append_escaped(std::string& out, std::string_view text);

}  // namespace torhaus::gateway::bench
