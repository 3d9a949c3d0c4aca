// Who is calling, once that is known.
#pragma once

#include <string>

namespace torhaus::auth {

// A user of an agency, the root user, or nobody in particular (anonymous).
struct principal {
  enum class kind { anonymous, user, root };

  kind type = kind::anonymous;
  std::string agency;        // its id; empty when anonymous
  std::string account;       // 12 digits: the agency's account id; empty when anonymous
  std::string canonical_id;  // 64 hex digits: the agency's canonical user id
  std::string display_name;  // the agency's name, as <Owner> shows it
  std::string user_name;     // within the agency
  std::string user_id;       // "AIDA…", never used again; the account's number for its root
  std::string arn;           // arn:aws:iam::ACCOUNT:user/NAME, or …:root
  std::string access_key_id;
  bool may_open_projects = false;  // CreateBucket is allowed
  bool administrator = false;      // of the agency, in the admin API

  // The root user of an agency: nothing in a policy keeps it from the policy.
  bool is_account_root() const { return arn.ends_with(":root"); }
};

}  // namespace torhaus::auth
