// An IAM policy as it is evaluated: made by parser.hpp, immutable, shared by requests. The same
// type serves bucket policies and policies of identities, which have no principal.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "auth/policy/pattern.hpp"

namespace torhaus::auth::policy {

enum class effect : std::uint8_t { allow, deny };

// Whom a statement speaks of.
struct principal_name {
  enum class kind : std::uint8_t {
    everyone,        // "*", also written {"AWS": "*"}
    account,         // 12 digits, or arn:aws:iam::ACCOUNT:root
    identity,        // the arn of a user, role or session
    canonical_user,  // CanonicalUser
    service,         // Service: no caller of this server is one
    federated,       // Federated: the arn of an OIDC provider, in trust policies
  };
  kind type = kind::everyone;
  std::string value;
  bool operator==(const principal_name&) const = default;
};

enum class comparison : std::uint8_t {
  string_equals,
  string_equals_ignore_case,
  string_like,
  numeric_equals,
  numeric_less,
  numeric_less_equals,
  numeric_greater,
  numeric_greater_equals,
  date_equals,
  date_less,
  date_less_equals,
  date_greater,
  date_greater_equals,
  boolean,
  binary_equals,
  ip_address,
  arn_like,
  null,
};

// How a condition treats a key with several values.
enum class quantifier : std::uint8_t { one, for_all, for_any };

struct condition {
  comparison compare = comparison::string_equals;
  quantifier quantity = quantifier::one;
  bool negated = false;    // …NotEquals, …NotLike, NotIpAddress
  bool if_exists = false;  // …IfExists
  std::string key;         // as written
  std::vector<pattern> values;
};

struct statement {
  std::string sid;
  std::size_t number = 0;  // its place in the document, from 1
  policy::effect effect = policy::effect::deny;
  // Principals, actions and resources that the statement is about; with not_…, all others.
  bool not_principal = false;
  bool not_action = false;
  bool not_resource = false;
  std::vector<principal_name> principals;  // empty in policies of identities
  std::vector<pattern> actions;
  std::vector<pattern> resources;  // empty in trust policies: the role itself
  std::vector<condition> conditions;
};

struct document {
  std::string version;
  std::string id;
  std::vector<statement> statements;

  // Whether a condition or a variable names a key that begins so (lower case).
  bool asks_for(std::string_view beginning) const;
  // The same for any key whose value a request may have in its body: the tags, the lock and the
  // place that it asks for.
  bool asks_for_body() const;
};

}  // namespace torhaus::auth::policy
