#include "auth/policy/place.hpp"

#include <algorithm>

namespace torhaus::auth::policy {
namespace {

// Walks over a JSON text: strings as a whole, everything else character by character.
class walker {
 public:
  explicit walker(std::string_view text) : text_(text) {}

  bool at_end() const { return at_ >= text_.size(); }
  std::size_t at() const { return at_; }
  char here() const { return text_[at_]; }
  void step() { ++at_; }

  // The inside of the string that begins here, as it is written.
  std::string_view string() {
    const std::size_t begin = ++at_;
    while (!at_end() && here() != '"') at_ += here() == '\\' ? 2 : 1;
    const std::size_t end = std::min(at_, text_.size());
    if (!at_end()) ++at_;
    return text_.substr(begin, end - begin);
  }

  // Whether a colon comes next: the string was the name of a member.
  bool names_member() const {
    const std::size_t next = text_.find_first_not_of(" \t\r\n", at_);
    return next != text_.npos && text_[next] == ':';
  }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
};

// Offsets of a statement in a text; of its member when it has one of that name.
struct place {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::size_t member = std::string_view::npos;
};

place find_statement(std::string_view text, std::size_t statement, std::string_view member) {
  walker w(text);
  place found;
  std::size_t depth = 0;
  std::size_t list_depth = 0;  // that of the statements, once they have begun
  std::size_t seen = 0;
  while (!w.at_end()) {
    const char c = w.here();
    if (c == '"') {
      const std::size_t at = w.at();
      const std::string_view name = w.string();
      if (!w.names_member()) continue;
      if (depth == 1 && name == "Statement") list_depth = 1;
      const bool inside = seen == statement && list_depth > 0 && depth == list_depth + 1;
      if (inside && name == member && found.member == text.npos) found.member = at;
      continue;
    }
    if (c == '[' && list_depth == 1 && depth == 1) list_depth = 2;
    if (c == '{' && list_depth > 0 && depth == list_depth && ++seen == statement) {
      found.begin = w.at();
    }
    if (c == '{' || c == '[') ++depth;
    if ((c == '}' || c == ']') && depth > 0) --depth;
    w.step();
    found.end = w.at();
    if (c == '}' && list_depth > 0 && depth == list_depth && seen == statement) break;
  }
  return found;
}

position position_at(std::string_view text, std::size_t offset) {
  const std::size_t line_end = text.substr(0, offset).rfind('\n');
  return {line_at(text, offset), line_end == text.npos ? offset + 1 : offset - line_end};
}

}  // namespace

std::size_t line_at(std::string_view text, std::size_t offset) {
  const auto lines = std::ranges::count(text.substr(0, offset), '\n');
  return static_cast<std::size_t>(lines) + 1;
}

std::size_t line_of(std::string_view text, std::size_t statement, std::string_view member) {
  const place found = find_statement(text, statement, member);
  return line_at(text, found.member == text.npos ? found.begin : found.member);
}

span span_of(std::string_view text, std::size_t statement) {
  const place found = find_statement(text, statement, {});
  return {position_at(text, found.begin), position_at(text, found.end)};
}

}  // namespace torhaus::auth::policy
