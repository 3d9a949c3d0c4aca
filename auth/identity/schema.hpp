// The tables of identity in kv and the layout of their records (storage/base/codec.hpp).
//
//   'A' agency id                    → agency
//   'N' account (12 digits)          → agency id
//   'D' canonical id                 → agency id
//   'E' e-mail, lower case           → agency id
//   'C' agency id 0x00 user name     → user
//   'K' access key id                → access key with its sealed secret
//   'L' agency id 0x00 user name 0x00 access key id → nothing (a user's keys)
//   'I' kind(1) agency id 0x00 name         → entity of IAM (entity.hpp); kinds: 'u' user, 'g'
//   group,
//                                             'r' role, 'p' policy, 'o' OIDC provider; the name is
//                                             in lower case
//   'I' 'i' unique id of a user of IAM         → the key of its user record
//   'I' 'm' agency id 0x00 group 0x00 user   → nothing (the members of a group)
//   'X' "identity"                   → sealed check value of the master key
#pragma once

#include <string>
#include <string_view>

#include "auth/identity/store.hpp"

namespace torhaus::auth::identity {

struct stored_key {
  access_key key;
  std::string sealed_secret;
};

std::string agency_key(std::string_view id);
std::string account_key(std::string_view account);
std::string canonical_key(std::string_view canonical_id);
std::string email_key(std::string_view email);
std::string user_key(std::string_view agency, std::string_view name);
std::string access_key_key(std::string_view id);
std::string user_access_key_key(std::string_view agency, std::string_view user,
                                std::string_view id);
std::string entity_key(char kind, std::string_view agency, std::string_view lower_name);
std::string unique_id_key(std::string_view id);
std::string member_of_group_key(std::string_view agency, std::string_view lower_group,
                                std::string_view user);
inline constexpr std::string_view master_check_key = "Xidentity";
// The first key past all that begin with `prefix`.
std::string after_prefix(std::string prefix);

std::string encode(const agency&);
std::string encode(const user&);
std::string encode(const stored_key&);
// Throw damaged_record.
agency decode_agency(std::string_view);
user decode_user(std::string_view);
stored_key decode_key(std::string_view);

}  // namespace torhaus::auth::identity
