// A text of a policy with wildcards and policy variables, made ready once and matched often.
// AWS: "IAM JSON policy elements: Resource", wildcards; "IAM policy elements: Variables and tags".
#pragma once

#include <string>
#include <string_view>

#include "auth/policy/values.hpp"

namespace torhaus::auth::policy {

// What of a text is special besides the characters themselves.
enum class wildcards : unsigned char { none, taken };  // '*' and '?'
enum class variables : unsigned char { none, taken };  // ${aws:username}
enum class letter_case : unsigned char { counts, ignored };

class pattern {
 public:
  pattern() = default;
  // `${*}`, `${?}` and `${$}` stand for the characters themselves. A `${` that is never closed is
  // text.
  pattern(std::string_view text, wildcards, variables);

  // '*' is any number of characters, '?' one character (of UTF-8). A variable without a value and
  // without a default matches nothing.
  bool matches(std::string_view subject, const condition_values& from,
               letter_case = letter_case::counts) const;

  // The text as it was written.
  const std::string& text() const { return text_; }
  bool has_wildcards() const { return wild_; }
  bool has_variables() const { return variable_; }
  // Whether a variable of that name (lower case, or the beginning of one) stands in it.
  bool names_variable(std::string_view beginning) const;

 private:
  bool expand(const condition_values& from, std::string& ready) const;

  std::string text_;
  std::string code_;  // the text with special bytes for what is special, see pattern.cpp
  // Bytes of the code in front of everything special: what must stand at the beginning.
  std::size_t lead_ = 0;
  bool wild_ = false;
  bool variable_ = false;
};

}  // namespace torhaus::auth::policy
