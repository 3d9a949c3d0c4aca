// Random policies, and an evaluator that is too simple to be wrong. A failing case prints the line
// that repeats it: TORHAUS_PROPERTY_SEED=S build/property_policy. TORHAUS_PROPERTY_POLICIES says
// how many policies are tried.
#pragma once

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "auth/policy/evaluator.hpp"
#include "auth/policy/parser.hpp"

namespace torhaus::test {

namespace policy = auth::policy;

inline int policies_tried() {
  const char* given = std::getenv("TORHAUS_PROPERTY_POLICIES");
  return given != nullptr ? std::stoi(given) : 10'000;
}

inline std::uint64_t first_seed() {
  const char* given = std::getenv("TORHAUS_PROPERTY_SEED");
  return given != nullptr ? std::stoull(given) : std::random_device()();
}

class dice {
 public:
  explicit dice(std::uint64_t seed) : random_(seed) {}
  std::size_t below(std::size_t n) { return random_() % n; }
  bool chance(std::size_t one_in) { return below(one_in) == 0; }
  std::string text(std::string_view alphabet, std::size_t most) {
    std::string made;
    for (std::size_t n = below(most + 1); n > 0; --n) made += alphabet[below(alphabet.size())];
    return made;
  }
  template <class T>
  const T& one_of(const std::vector<T>& all) {
    return all[below(all.size())];
  }

 private:
  std::mt19937_64 random_;
};

// The definition of wildcards, word by word.
inline bool matches(std::string_view pattern, std::string_view text) {
  if (pattern.empty()) return text.empty();
  if (pattern[0] == '*') {
    return matches(pattern.substr(1), text) || (!text.empty() && matches(pattern, text.substr(1)));
  }
  return !text.empty() && (pattern[0] == '?' || pattern[0] == text[0]) &&
         matches(pattern.substr(1), text.substr(1));
}

struct simple_statement {
  bool deny = false;
  bool not_action = false;
  bool not_resource = false;
  std::string principal;  // an account or an arn; empty: everyone
  std::vector<std::string> actions;
  std::vector<std::string> resources;
  std::string prefix;  // of s3:prefix; empty: no condition
  bool prefix_negated = false;
};

struct simple_request {
  std::vector<std::string> names;  // what a statement may call the caller
  std::string action, resource;
  std::optional<std::string> prefix;
};

inline bool any(const std::vector<std::string>& patterns, const std::string& text) {
  for (const std::string& p : patterns) {
    if (matches(p, text)) return true;
  }
  return false;
}

inline bool applies(const simple_statement& s, const simple_request& r) {
  const bool named = s.principal.empty() ||
                     std::find(r.names.begin(), r.names.end(), s.principal) != r.names.end();
  if (!named) return false;
  if (any(s.actions, r.action) == s.not_action) return false;
  if (any(s.resources, r.resource) == s.not_resource) return false;
  if (s.prefix.empty()) return true;
  const bool like = r.prefix && matches(s.prefix, *r.prefix);
  return like != s.prefix_negated;
}

inline policy::decision simple_decision(const std::vector<simple_statement>& all,
                                        const simple_request& r) {
  bool allowed = false;
  for (const simple_statement& s : all) {
    if (!applies(s, r)) continue;
    if (s.deny) return policy::decision::deny;
    allowed = true;
  }
  return allowed ? policy::decision::allow : policy::decision::none;
}

inline std::string list(const std::vector<std::string>& texts) {
  std::string made = "[";
  for (const std::string& t : texts) made += (made.size() > 1 ? ",\"" : "\"") + t + "\"";
  return made + "]";
}

inline std::string as_json(const std::vector<simple_statement>& all,
                           policy::holder whose = policy::holder::resource) {
  std::string made = R"({"Version":"2012-10-17","Statement":[)";
  for (const simple_statement& s : all) {
    if (made.back() == '}') made += ',';
    made += R"({"Effect":")" + std::string(s.deny ? "Deny" : "Allow") + "\"";
    if (whose == policy::holder::resource) {
      made += R"(,"Principal":)";
      made += s.principal.empty() ? R"("*")" : R"({"AWS":")" + s.principal + "\"}";
    }
    made += s.not_action ? R"(,"NotAction":)" : R"(,"Action":)";
    made += list(s.actions) + (s.not_resource ? R"(,"NotResource":)" : R"(,"Resource":)");
    made += list(s.resources);
    if (!s.prefix.empty()) {
      made += R"(,"Condition":{")" + std::string(s.prefix_negated ? "StringNotLike" : "StringLike");
      made += R"(":{"s3:prefix":")" + s.prefix + "\"}}";
    }
    made += "}";
  }
  return made + "]}";
}

class prefix_value final : public policy::condition_values {
 public:
  explicit prefix_value(const std::optional<std::string>& prefix) : prefix_(prefix) {}
  bool find(std::string_view key, std::vector<std::string>& values) const override {
    if (key != "s3:prefix" || !prefix_) return false;
    values.push_back(*prefix_);
    return true;
  }

 private:
  const std::optional<std::string>& prefix_;
};

inline const std::vector<std::string> accounts = {"111111111111", "222222222222"};
inline const std::vector<std::string> verbs = {"s3:GetObject", "s3:PutObject", "s3:ListBucket"};

inline simple_statement random_statement(dice& d, const std::vector<std::string>& principals) {
  simple_statement s;
  s.deny = d.chance(3);
  s.not_action = d.chance(4);
  s.not_resource = d.chance(4);
  if (!d.chance(2)) s.principal = d.one_of(principals);
  const std::vector<std::string> actions = {"s3:*", "*", "s3:Get*", "s3:?utObject",
                                            "s3:ListBucket"};
  for (std::size_t n = 1 + d.below(2); n > 0; --n) s.actions.push_back(d.one_of(actions));
  for (std::size_t n = 1 + d.below(2); n > 0; --n) {
    s.resources.push_back("arn:aws:s3:::b" + d.text("/ab*?", 5));
  }
  if (d.chance(3)) s.prefix = "a" + d.text("ab*?", 3);
  s.prefix_negated = d.chance(2);
  return s;
}

}  // namespace torhaus::test
