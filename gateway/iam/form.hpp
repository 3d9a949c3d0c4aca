// Requests of the AWS query protocol: a form of names and values, Action and Version among them.
// AWS: "Making query requests" (IAM User Guide).
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "storage/base/result.hpp"

namespace torhaus::gateway::iam {

class form {
 public:
  static constexpr std::size_t max_fields = 1000;

  // application/x-www-form-urlencoded. validation_error for what is none, and for a name given
  // twice.
  static result<form> parse(std::string_view text);

  std::optional<std::string_view> find(std::string_view name) const;
  // The value; empty when there is none.
  std::string_view value(std::string_view name) const { return find(name).value_or(""); }

 private:
  std::map<std::string, std::string, std::less<>> fields_;
};

}  // namespace torhaus::gateway::iam
