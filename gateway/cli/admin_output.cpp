#include "gateway/cli/admin_output.hpp"

#include <algorithm>
#include <vector>

namespace torhaus::gateway::cli {
namespace {

namespace json = boost::json;

std::string plain_text(const json::value& value) {
  return value.is_string() ? std::string(value.as_string()) : json::serialize(value);
}

std::string cell_text(const json::object& record, std::string_view member) {
  const json::value* found = record.if_contains({member.data(), member.size()});
  if (found == nullptr || found->is_null()) return "-";
  if (found->is_bool()) return found->as_bool() ? "yes" : "no";
  std::string text;
  if (found->is_array()) {
    for (const json::value& one : found->as_array()) {
      if (!text.empty()) text += ", ";
      text += plain_text(one);
    }
  } else {
    text = plain_text(*found);
  }
  if (text.empty()) return "-";
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
  }
  return text;
}

// Characters, not bytes: names have umlauts.
std::size_t width(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

void append_padded(std::string& out, std::string_view text, std::size_t to) {
  out += text;
  out.append(to > width(text) ? to - width(text) : 0, ' ');
}

void append_json(std::string& out, const json::value& value, std::size_t depth) {
  const bool object = value.is_object() && !value.as_object().empty();
  const bool array = value.is_array() && !value.as_array().empty();
  if (!object && !array) {
    out += json::serialize(value);
    return;
  }
  const std::string indent((depth + 1) * 2, ' ');
  std::string separator;
  out += object ? '{' : '[';
  const auto begin_item = [&] {
    out += separator + "\n" + indent;
    separator = ",";
  };
  if (object) {
    for (const auto& member : value.as_object()) {
      begin_item();
      out += json::serialize(json::value(member.key())) + ": ";
      append_json(out, member.value(), depth + 1);
    }
  } else {
    for (const json::value& item : value.as_array()) {
      begin_item();
      append_json(out, item, depth + 1);
    }
  }
  out += "\n" + std::string(depth * 2, ' ') + (object ? '}' : ']');
}

}  // namespace

std::string table_text(const json::array& rows, std::span<const column> columns) {
  std::vector<std::vector<std::string>> lines(1);
  for (const column& c : columns) lines[0].emplace_back(c.heading);
  for (const json::value& row : rows) {
    lines.emplace_back();
    for (const column& c : columns) lines.back().push_back(cell_text(row.as_object(), c.member));
  }
  std::string out;
  std::vector<std::size_t> widths(columns.size());
  for (const auto& line : lines) {
    for (std::size_t i = 0; i < line.size(); ++i) widths[i] = std::max(widths[i], width(line[i]));
  }
  for (const auto& line : lines) {
    for (std::size_t i = 0; i + 1 < line.size(); ++i) append_padded(out, line[i], widths[i] + 2);
    out += line.back() + "\n";
  }
  return out;
}

std::string record_text(const json::object& record, std::span<const column> columns) {
  std::size_t widest = 0;
  for (const column& c : columns) widest = std::max(widest, width(c.heading));
  std::string out;
  for (const column& c : columns) {
    append_padded(out, c.heading, widest + 2);
    out += cell_text(record, c.member) + "\n";
  }
  return out;
}

std::string json_text(const json::value& value) {
  std::string out;
  append_json(out, value, 0);
  return out + "\n";
}

}  // namespace torhaus::gateway::cli
