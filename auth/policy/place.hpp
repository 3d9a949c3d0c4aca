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

// From 1, in bytes.
struct position {
  std::size_t line = 1;
  std::size_t column = 1;
};
struct span {
  position begin;
  position end;  // behind the last character
};
// Where a statement (from 1) stands in a text that parses.
span span_of(std::string_view text, std::size_t statement);

}  // namespace torhaus::auth::policy
