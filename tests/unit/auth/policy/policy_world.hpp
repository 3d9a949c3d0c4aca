// What tests of policies share: values by key, and one line from a policy and a request to a
// decision.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "auth/policy/evaluator.hpp"
#include "auth/policy/parser.hpp"
#include "tests/support/catch.hpp"

namespace torhaus::test {

class value_map final : public auth::policy::condition_values {
 public:
  value_map() = default;
  value_map(std::initializer_list<std::pair<const std::string, std::vector<std::string>>> all)
      : all_(all) {}
  bool find(std::string_view key, std::vector<std::string>& values) const override {
    const auto found = all_.find(auth::policy::lower_case(key));
    if (found == all_.end()) return false;
    values.insert(values.end(), found->second.begin(), found->second.end());
    return true;
  }
  std::map<std::string, std::vector<std::string>> all_;  // keys in lower case
};

inline auth::principal user_of(const std::string& account, const std::string& name) {
  auth::principal p;
  p.type = auth::principal::kind::user;
  p.account = account;
  p.canonical_id = "canonical-" + account;
  p.user_name = name;
  p.arn = "arn:aws:iam::" + account + (name == "root" ? ":root" : ":user/" + name);
  return p;
}

// "allow", "deny" or "none".
inline std::string decide(
    const auth::policy::document& d, const auth::principal& who, const std::string& action,
    const std::string& resource,
    const auth::policy::condition_values& values = auth::policy::no_values()) {
  switch (auth::policy::evaluate(d, {who, action, resource, values}).is) {
    case auth::policy::decision::allow:
      return "allow";
    case auth::policy::decision::deny:
      return "deny";
    default:
      return "none";
  }
}

inline auth::policy::document parsed(const std::string& text,
                                     auth::policy::holder h = auth::policy::holder::resource) {
  auto made = auth::policy::parse(text, h);
  if (!made) FAIL(std::string(made.error().message()));
  return std::move(*made);
}

// A policy with one statement, given the inside of it.
inline std::string policy_of(const std::string& statement) {
  return R"({"Version":"2012-10-17","Statement":[{)" + statement + "}]}";
}

}  // namespace torhaus::test
