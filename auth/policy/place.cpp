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

}  // namespace

std::size_t line_at(std::string_view text, std::size_t offset) {
  const auto lines = std::ranges::count(text.substr(0, offset), '\n');
  return static_cast<std::size_t>(lines) + 1;
}

std::size_t line_of(std::string_view text, std::size_t statement, std::string_view member) {
  walker w(text);
  std::size_t depth = 0;
  std::size_t list_depth = 0;  // that of the statements, once they have begun
  std::size_t seen = 0;
  std::size_t begin = 0;
  while (!w.at_end()) {
    const char c = w.here();
    if (c == '"') {
      const std::size_t at = w.at();
      const std::string_view name = w.string();
      if (!w.names_member()) continue;
      if (depth == 1 && name == "Statement") list_depth = 1;
      const bool inside = seen == statement && list_depth > 0 && depth == list_depth + 1;
      if (inside && name == member) return line_at(text, at);
      continue;
    }
    if (c == '[' && list_depth == 1 && depth == 1) list_depth = 2;
    if (c == '{' && list_depth > 0 && depth == list_depth && ++seen == statement) begin = w.at();
    if (c == '{' || c == '[') ++depth;
    if ((c == '}' || c == ']') && depth > 0) --depth;
    if (c == '}' && list_depth > 0 && depth == list_depth && seen == statement) break;
    w.step();
  }
  return line_at(text, begin);
}

}  // namespace torhaus::auth::policy
