#include "tests/fuzz/requests/document.hpp"

#include <vector>

namespace torhaus::fuzz {
namespace {

constexpr std::size_t shown_bytes = 300;

class looker {
 public:
  explicit looker(std::string_view text) : text_(text), rest_(text) {}

  std::string fault() {
    if (rest_.starts_with("<?xml")) skip_behind("?>");
    while (wrong_ == nullptr && !rest_.empty()) {
      if (rest_.front() == '<') {
        tag();
      } else {
        run_of_text();
      }
    }
    if (wrong_ == nullptr && (!open_.empty() || roots_ != 1)) wrong_ = "not one whole root";
    if (wrong_ == nullptr) return "";
    return std::string("no XML: ") + wrong_ + " at " + std::to_string(text_.size() - rest_.size()) +
           " of " + std::string(text_.substr(0, shown_bytes));
  }

 private:
  void skip_behind(std::string_view what) {
    const std::size_t at = rest_.find(what);
    if (at == std::string_view::npos) {
      wrong_ = "no end";
    } else {
      rest_.remove_prefix(at + what.size());
    }
  }
  static bool is_name(std::string_view name) {
    return !name.empty() && name.find_first_of("<>&\"'= \t\r\n/") == std::string_view::npos;
  }

  void tag() {
    const std::size_t end = rest_.find('>');
    if (end == std::string_view::npos) return void(wrong_ = "an open tag");
    std::string_view inside = rest_.substr(1, end - 1);
    if (inside.starts_with('/')) {
      if (open_.empty() || open_.back() != inside.substr(1)) return void(wrong_ = "an end tag");
      open_.pop_back();
    } else {
      const bool empty = inside.ends_with('/');
      if (empty) inside.remove_suffix(1);
      const std::string_view name = inside.substr(0, inside.find(' '));
      if (!is_name(name)) return void(wrong_ = "a name");
      if (!attributes(inside.substr(name.size()))) return void(wrong_ = "an attribute");
      if (open_.empty()) ++roots_;
      if (!empty) open_.push_back(name);
    }
    rest_.remove_prefix(end + 1);
  }

  static bool attributes(std::string_view all) {
    while (!all.empty()) {
      if (all.front() != ' ') return false;
      all.remove_prefix(1);
      const std::size_t equals = all.find("=\"");
      if (equals == std::string_view::npos || !is_name(all.substr(0, equals))) return false;
      const std::size_t end = all.find('"', equals + 2);
      if (end == std::string_view::npos) return false;
      if (!is_text(all.substr(equals + 2, end - equals - 2))) return false;
      all.remove_prefix(end + 1);
    }
    return true;
  }

  // Entities are the five of XML, or numbers.
  static bool is_text(std::string_view text) {
    for (std::size_t i = 0; i < text.size(); ++i) {
      const auto byte = static_cast<unsigned char>(text[i]);
      if (byte < 0x20 && byte != '\t' && byte != '\n' && byte != '\r') return false;
      if (byte != '&') continue;
      const std::size_t end = text.find(';', i);
      if (end == std::string_view::npos || end - i > 10) return false;
      const std::string_view name = text.substr(i + 1, end - i - 1);
      const bool known = name == "lt" || name == "gt" || name == "amp" || name == "quot" ||
                         name == "apos" || name.starts_with('#');
      if (!known) return false;
    }
    return true;
  }

  void run_of_text() {
    const std::string_view text = rest_.substr(0, rest_.find('<'));
    const bool blank = text.find_first_not_of(" \t\r\n") == std::string_view::npos;
    if (open_.empty() && !blank) return void(wrong_ = "text outside");
    if (!is_text(text)) return void(wrong_ = "text");
    rest_.remove_prefix(text.size());
  }

  std::string_view text_;
  std::string_view rest_;
  std::vector<std::string_view> open_;
  std::size_t roots_ = 0;
  const char* wrong_ = nullptr;
};

}  // namespace

std::string document_fault(std::string_view text) { return looker(text).fault(); }

std::string element_text(std::string_view document, const std::string& name) {
  const std::string open = "<" + name + ">";
  const std::size_t at = document.find(open);
  if (at == std::string_view::npos) return "";
  const std::size_t from = at + open.size();
  return std::string(document.substr(from, document.find('<', from) - from));
}

}  // namespace torhaus::fuzz
