// Who is calling, once that is known.
#pragma once

#include <memory>
#include <string>

namespace torhaus::auth {

struct identity_rules;

// A user of an agency, the root user, a session of one of them, or nobody in particular
// (anonymous).
struct principal {
  enum class kind {
    anonymous,
    user,          // also the root user of an agency, see is_account_root
    root,          // the root user of the installation
    assumed_role,  // a session of a role
    federated,     // a session that a user gave to somebody: GetFederationToken
    web_identity,  // who shows a token of an OIDC provider, while it is decided about a role
  };

  kind type = kind::anonymous;
  std::string agency;        // its id; empty when anonymous
  std::string account;       // 12 digits: the agency's account id; empty when anonymous
  std::string canonical_id;  // 64 hex digits: the agency's canonical user id
  std::string display_name;  // the agency's name, as <Owner> shows it
  std::string user_name;     // within the agency; of a federated session, the user who made it
  std::string user_id;       // "AIDA…", never used again; the account's number for its root
  std::string arn;           // arn:aws:iam::ACCOUNT:user/NAME, or …:root, or that of the session
  // What a session stands for: the arn of the role or of the user; of web_identity, the provider.
  std::string source_arn;
  std::string access_key_id;
  bool may_open_projects = false;  // CreateBucket is allowed
  bool administrator = false;      // of the agency, in the admin API
  bool temporary = false;          // the keys are those of a session
  // Policies, tags and the like; null for users who have none. Shared, never changed.
  std::shared_ptr<const identity_rules> rules;

  // The root user of an agency: nothing in a policy keeps it from the policy.
  bool is_account_root() const { return arn.ends_with(":root"); }
};

}  // namespace torhaus::auth
