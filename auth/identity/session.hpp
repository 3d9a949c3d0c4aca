// Temporary keys. Nothing is stored: the session token holds all that is to be known of the
// session, its secret too, sealed under the master key and bound to the access key id. Rights are
// looked up when it is used, so that deleting the role or the user ends it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "auth/identity/entity.hpp"
#include "storage/base/clock.hpp"

namespace torhaus::auth::identity {

struct session {
  enum class kind : char {
    user = 'u',       // GetSessionToken: the user itself
    federated = 'f',  // GetFederationToken: somebody whom a user vouches for
    role = 'r',       // AssumeRole, AssumeRoleWithWebIdentity
  };
  kind type = kind::user;
  std::string agency;
  std::string name;                      // of the user or the role
  std::string id;                        // its unique id: one made anew under the name is another
  std::string session_name;              // of a role's; of a federated user
  std::vector<std::string> policies;     // texts of session policies
  std::vector<std::string> policy_arns;  // managed session policies
  tag_pairs tags;                        // session tags
  tag_pairs claims;                      // of a web identity
  sys_micros issued{};
  sys_micros expires{};

  bool limited() const {
    return type == kind::federated || !policies.empty() || !policy_arns.empty();
  }
};

struct session_keys {
  std::string access_key_id;  // "ASIA…"
  std::string secret;
  std::string token;
};

// Whether an access key id is one of temporary keys.
bool is_temporary(std::string_view access_key_id);

std::string encode(const session&, std::string_view secret);
// nullopt for what encode() has not made.
std::optional<std::pair<session, std::string>> decode_session(std::string_view);

}  // namespace torhaus::auth::identity
