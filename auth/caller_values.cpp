// AWS: "AWS global condition context keys", properties of the principal and of the role session.
#include "auth/caller_values.hpp"

#include <optional>

#include "auth/identity_rules.hpp"
#include "auth/policy/values.hpp"

namespace torhaus::auth {
namespace {

using policy::same_ignoring_case;
using policy::starts_ignoring_case;
using text = std::optional<std::string>;

text non_empty(const std::string& value) {
  if (value.empty()) return std::nullopt;
  return value;
}

std::string type_of(const principal& who) {
  // The subject of a token may end as the arn of a root user does.
  const bool token = who.type == principal::kind::web_identity;
  if (!token && who.is_account_root()) return "Account";
  switch (who.type) {
    case principal::kind::anonymous:
    case principal::kind::web_identity:
      return "Anonymous";
    case principal::kind::assumed_role:
      return "AssumedRole";
    case principal::kind::federated:
      return "FederatedUser";
    default:
      return "User";
  }
}

// AWS: in sessions of a role the key holds the arn of the role.
std::string principal_arn(const principal& who) {
  return who.type == principal::kind::assumed_role ? who.source_arn : who.arn;
}

text whole_seconds(std::optional<sys_micros> when) {
  if (!when) return std::nullopt;
  const auto since = std::chrono::floor<std::chrono::seconds>(*when).time_since_epoch();
  return std::to_string(since.count());  // dates may be seconds since 1970
}

text of_identity(const principal& who, std::string_view key) {
  const bool anonymous = who.type == principal::kind::anonymous;
  if (same_ignoring_case(key, "aws:PrincipalType")) return type_of(who);
  if (same_ignoring_case(key, "aws:userid")) {
    return anonymous ? text("anonymous") : non_empty(who.user_id);
  }
  if (anonymous) return std::nullopt;
  if (same_ignoring_case(key, "aws:username")) {
    const bool user = who.type == principal::kind::user || who.type == principal::kind::root;
    return user && !who.is_account_root() ? non_empty(who.user_name) : std::nullopt;
  }
  if (same_ignoring_case(key, "aws:PrincipalArn")) return non_empty(principal_arn(who));
  if (same_ignoring_case(key, "aws:PrincipalAccount")) return non_empty(who.account);
  if (same_ignoring_case(key, "aws:PrincipalIsAWSService")) return "false";
  if (same_ignoring_case(key, "aws:ViaAWSService")) return "false";
  return std::nullopt;
}

text named(const std::vector<std::pair<std::string, std::string>>& all, std::string_view name) {
  for (const auto& [n, value] : all) {
    if (same_ignoring_case(n, name)) return value;
  }
  return std::nullopt;
}

text of_rules(const principal& who, std::string_view key) {
  if (!who.rules) return std::nullopt;
  constexpr std::string_view tag = "aws:PrincipalTag/";
  if (starts_ignoring_case(key, tag)) return named(who.rules->tags, key.substr(tag.size()));
  if (same_ignoring_case(key, "aws:TokenIssueTime")) return whole_seconds(who.rules->issued);
  return std::nullopt;
}

// A claim may have several values: oaud, amr.
bool find_claims(const principal& who, std::string_view key, std::vector<std::string>& values) {
  const std::size_t before = values.size();
  if (!who.rules) return false;
  for (const auto& [name, value] : who.rules->claims) {
    if (same_ignoring_case(name, key)) values.push_back(value);
  }
  return values.size() > before;
}

}  // namespace

bool find_caller_value(const principal& who, std::string_view key,
                       std::vector<std::string>& values) {
  text found = of_identity(who, key);
  if (!found) found = of_rules(who, key);
  if (!found) return find_claims(who, key, values);
  values.push_back(std::move(*found));
  return true;
}

}  // namespace torhaus::auth
