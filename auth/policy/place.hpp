// Where in the text of a policy something stands, for the messages of what is refused.
#pragma once

#include <cstddef>
#include <string_view>

namespace torhaus::auth::policy {

// From 1.
std::size_t line_at(std::string_view text, std::size_t offset);

// The line of a member of a statement (from 1), or of the statement when it has no such member, in
// a text that is JSON.
std::size_t line_of(std::string_view text, std::size_t statement, std::string_view member);

}  // namespace torhaus::auth::policy
