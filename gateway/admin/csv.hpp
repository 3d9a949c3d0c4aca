// Comma-separated values as RFC 4180 has them, and as spreadsheets write them: a byte order mark,
// semicolons instead of commas, either end of line.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "storage/base/result.hpp"

namespace torhaus::gateway::admin {

struct csv_row {
  std::size_t line = 0;             // where it begins, counted from 1
  std::vector<std::string> fields;  // as many as there are columns
};

struct csv_table {
  std::vector<std::string> columns;  // the first row
  std::vector<csv_row> rows;

  // The field of a row, or the empty text where there is no such column.
  std::string_view field(const csv_row&, std::string_view column) const;
};

inline constexpr std::size_t max_csv_columns = 32;
inline constexpr std::size_t max_csv_rows = 50'000;

// invalid_argument with the line: a row of another length than the first, a quotation mark out of
// place, a column that stands twice or is not among `known`, too much of anything. Empty lines are
// passed over.
result<csv_table> parse_csv(std::string_view text, const std::vector<std::string_view>& known);

}  // namespace torhaus::gateway::admin
