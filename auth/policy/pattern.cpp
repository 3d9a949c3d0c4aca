#include "auth/policy/pattern.hpp"

#include <algorithm>

namespace torhaus::auth::policy {
namespace {

// Bytes that UTF-8 never has stand for what is special, so that a matched text is only text.
constexpr char any_text = '\xff';
constexpr char any_character = '\xfe';
constexpr char variable_begin = '\xfd';
constexpr char variable_end = '\xfc';

bool special(char c) { return static_cast<unsigned char>(c) >= 0xfc; }
bool continues(char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }
char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool equal(char a, char b, letter_case how) {
  return a == b || (how == letter_case::ignored && lower(a) == lower(b));
}
bool equal(std::string_view a, std::string_view b, letter_case how) {
  if (a == b) return true;
  if (how == letter_case::counts || a.size() != b.size()) return false;
  // From the end: names of actions begin alike.
  for (std::size_t i = a.size(); i > 0; --i) {
    if (lower(a[i - 1]) != lower(b[i - 1])) return false;
  }
  return true;
}

// The usual way with one place to come back to: quadratic at worst, and both sides are bounded.
bool wildcard_match(std::string_view code, std::string_view subject, letter_case how) {
  constexpr std::size_t none = std::string_view::npos;
  std::size_t p = 0;
  std::size_t s = 0;
  std::size_t star = none;
  std::size_t resume = 0;
  while (s < subject.size()) {
    if (p < code.size() && code[p] == any_text) {
      star = p++;
      resume = s;
    } else if (p < code.size() && code[p] == any_character) {
      ++p;
      ++s;
      while (s < subject.size() && continues(subject[s])) ++s;
    } else if (p < code.size() && !special(code[p]) && equal(code[p], subject[s], how)) {
      ++p;
      ++s;
    } else if (star != none) {
      p = star + 1;
      ++resume;
      while (resume < subject.size() && continues(subject[resume])) ++resume;
      s = resume;
    } else {
      return false;
    }
  }
  while (p < code.size() && code[p] == any_text) ++p;
  return p == code.size();
}

// ${name} or ${name, 'default'}.
struct variable_use {
  std::string_view name;
  std::string_view otherwise;
  bool has_default = false;
};

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

variable_use parse_use(std::string_view inside) {
  const std::size_t comma = inside.find(',');
  variable_use use{.name = trimmed(inside.substr(0, comma)), .otherwise = {}};
  if (comma == std::string_view::npos) return use;
  const std::string_view given = trimmed(inside.substr(comma + 1));
  if (given.size() >= 2 && given.front() == '\'' && given.back() == '\'') {
    use.otherwise = given.substr(1, given.size() - 2);
    use.has_default = true;
  }
  return use;
}

}  // namespace

pattern::pattern(std::string_view text, wildcards wild, variables names) : text_(text) {
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    const std::size_t close = names == variables::taken && text.substr(at).starts_with("${")
                                  ? text.find('}', at)
                                  : std::string_view::npos;
    if (close != std::string_view::npos) {
      const std::string_view inside = text.substr(at + 2, close - at - 2);
      if (inside == "*" || inside == "?" || inside == "$") {
        code_ += inside;
      } else {
        code_ += variable_begin;
        code_.append(inside) += variable_end;
        variable_ = true;
      }
      at = close;
    } else if (wild == wildcards::taken && (c == '*' || c == '?')) {
      code_ += c == '*' ? any_text : any_character;
      wild_ = true;
    } else {
      code_ += c;
    }
  }
  lead_ = static_cast<std::size_t>(std::ranges::find_if(code_, special) - code_.begin());
}

bool pattern::expand(const condition_values& from, std::string& ready) const {
  for (std::size_t at = 0; at < code_.size(); ++at) {
    if (code_[at] != variable_begin) {
      ready += code_[at];
      continue;
    }
    const std::size_t end = code_.find(variable_end, at);
    const variable_use use = parse_use(std::string_view(code_).substr(at + 1, end - at - 1));
    std::vector<std::string> values;
    const bool known = from.find(use.name, values) && values.size() == 1;
    if (!known && !use.has_default) return false;
    const std::string_view value = known ? std::string_view(values.front()) : use.otherwise;
    // A value from outside must not bring wildcards of its own.
    for (const char c : value) {
      if (special(c)) return false;
    }
    ready += value;
    at = end;
  }
  return true;
}

bool pattern::matches(std::string_view subject, const condition_values& from,
                      letter_case how) const {
  // Most statements of a policy speak of something else, and most patterns say so at once.
  const std::string_view code = code_;
  if (!wild_ && !variable_) return equal(code, subject, how);
  if (subject.size() < lead_ || !equal(code.substr(0, lead_), subject.substr(0, lead_), how)) {
    return false;
  }
  const std::string_view rest = code.substr(lead_);
  if (rest.size() == 1 && rest.front() == any_text) return true;
  if (!variable_) return wildcard_match(rest, subject.substr(lead_), how);
  std::string ready;
  return expand(from, ready) && wildcard_match(ready, subject, how);
}

bool pattern::names_variable(std::string_view beginning) const {
  for (std::size_t at = 0; (at = code_.find(variable_begin, at)) != std::string::npos; ++at) {
    if (starts_ignoring_case(std::string_view(code_).substr(at + 1), beginning)) return true;
  }
  return false;
}

}  // namespace torhaus::auth::policy
