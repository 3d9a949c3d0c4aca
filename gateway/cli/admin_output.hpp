// How the admin commands show what the server answered: tables for people, JSON for scripts.
#pragma once

#include <boost/json.hpp>
#include <span>
#include <string>
#include <string_view>

namespace torhaus::gateway::cli {

// A column: the member it shows and its heading.
struct column {
  std::string_view member;
  std::string_view heading;
};

// Left-aligned columns under their headings; an absent or null member is "-". Control characters
// are shown as '?', so that a name from outside cannot move the cursor.
std::string table_text(const boost::json::array& rows, std::span<const column> columns);

// One "Heading  value" line a column.
std::string record_text(const boost::json::object& record, std::span<const column> columns);

// Indented by two spaces, members in the order in which they came, ended by a line feed.
std::string json_text(const boost::json::value& value);

}  // namespace torhaus::gateway::cli
