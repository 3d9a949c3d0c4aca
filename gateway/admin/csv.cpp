#include "gateway/admin/csv.hpp"

#include <algorithm>

namespace torhaus::gateway::admin {
namespace {

error bad_line(std::size_t line, const std::string& what) {
  return error(errc::invalid_argument, "line " + std::to_string(line) + ": " + what);
}

class reader {
 public:
  explicit reader(std::string_view text) : text_(text) {
    constexpr std::string_view mark = "\xEF\xBB\xBF";
    if (text_.starts_with(mark)) text_.remove_prefix(mark.size());
    // Where the decimal sign is a comma, spreadsheets separate by semicolons.
    const std::string_view first = text_.substr(0, text_.find_first_of("\r\n"));
    separator_ = first.find(';') == std::string_view::npos ? ',' : ';';
  }

  bool at_end() const { return text_.empty(); }
  std::size_t line() const { return line_; }

  // The next row, its end of line taken off.
  result<csv_row> row() {
    csv_row out;
    out.line = line_;
    for (;;) {
      auto one = field();
      if (!one) return std::move(one).error();
      out.fields.push_back(std::move(*one));
      if (out.fields.size() > max_csv_columns) return bad_line(line_, "too many fields");
      if (take(separator_)) continue;
      const bool returned = take('\r');
      const bool ended = take('\n') || returned;
      if (ended) ++line_;
      if (ended || text_.empty()) return out;
      return bad_line(line_, "text behind a closing quotation mark");
    }
  }

 private:
  bool take(char c) {
    if (text_.empty() || text_.front() != c) return false;
    text_.remove_prefix(1);
    return true;
  }

  result<std::string> field() {
    if (take('"')) return quoted();
    const std::size_t end = std::min(text_.find_first_of("\r\n"), text_.find(separator_));
    std::string plain(text_.substr(0, end));
    text_.remove_prefix(std::min(end, text_.size()));
    if (plain.find('"') != std::string::npos) {
      return bad_line(line_, "a quotation mark within a field that has none around it");
    }
    return plain;
  }

  result<std::string> quoted() {
    const std::size_t began = line_;
    std::string out;
    while (!text_.empty()) {
      const char c = text_.front();
      text_.remove_prefix(1);
      if (c == '"' && !take('"')) return out;
      if (c == '\n') ++line_;
      out += c;
    }
    return bad_line(began, "a quotation mark that is never closed");
  }

  std::string_view text_;
  char separator_ = ',';
  std::size_t line_ = 1;
};

result<void> check_columns(const std::vector<std::string>& columns,
                           const std::vector<std::string_view>& known) {
  for (const std::string& c : columns) {
    if (std::ranges::find(known, c) == known.end()) {
      std::string text = "there is no column " + c + "; columns are";
      for (const std::string_view k : known) text.append(" ").append(k);
      return bad_line(1, text);
    }
    if (std::ranges::count(columns, c) > 1) return bad_line(1, "the column " + c + " stands twice");
  }
  return {};
}

}  // namespace

std::string_view csv_table::field(const csv_row& row, std::string_view column) const {
  const auto at = std::ranges::find(columns, column);
  if (at == columns.end()) return {};
  return row.fields[static_cast<std::size_t>(at - columns.begin())];
}

result<csv_table> parse_csv(std::string_view text, const std::vector<std::string_view>& known) {
  reader in(text);
  if (in.at_end()) return bad_line(1, "the names of the columns are missing");
  auto head = in.row();
  if (!head) return std::move(head).error();
  csv_table table;
  table.columns = std::move(head->fields);
  if (auto good = check_columns(table.columns, known); !good) return std::move(good).error();
  while (!in.at_end()) {
    auto row = in.row();
    if (!row) return std::move(row).error();
    if (row->fields.size() == 1 && row->fields[0].empty()) continue;
    if (row->fields.size() != table.columns.size()) {
      return bad_line(row->line, std::to_string(row->fields.size()) + " fields instead of " +
                                     std::to_string(table.columns.size()));
    }
    if (table.rows.size() == max_csv_rows) return bad_line(row->line, "too many lines");
    table.rows.push_back(std::move(*row));
  }
  return table;
}

}  // namespace torhaus::gateway::admin
