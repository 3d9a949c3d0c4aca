// Text from outside as the value of a JSON member: whatever it holds, it stays one value on one
// line, and its bytes can be had back.
#pragma once

#include <string>
#include <string_view>

namespace torhaus::gateway::audit {

// Appends `text` without quotation marks. Beside JSON's own escapes, which a JSON parser takes away
// again, the value itself has escapes: \\ for a backslash, \xHH for a byte that is no part of valid
// UTF-8, and \+ at the end when it was cut off at `max_bytes`.
void append_escaped(std::string& out, std::string_view text, std::size_t max_bytes);

// The value's own escapes only: what a parsed member of `text` holds. For comparing.
std::string escaped_value(std::string_view text);
// The bytes that a parsed member stands for.
std::string original_bytes(std::string_view value);

}  // namespace torhaus::gateway::audit
