// Signed tokens: JWS in its compact form, keys as JWK. The one place with cjose.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "storage/base/result.hpp"

namespace torhaus::auth::sts {

struct token_head {
  std::string algorithm;  // one of those that are taken here
  std::string key_id;     // empty: the token names none
};

// The parts of a token before anything of it is checked. invalid_identity_token for what is no
// signed token; for algorithms but RS…, PS… and ES… ("none" and the HMACs among them, whose key
// would be the public one); and for extensions that must be understood.
result<token_head> read_head(std::string_view token);
// Claims that nobody has vouched for yet.
result<std::string> read_unchecked_claims(std::string_view token);

struct public_key {
  std::string key_id;
  std::string type;  // "RSA" or "EC"
  std::string json;
};

// The keys of a JWKS that can check signatures: RSA of at least 2048 bits and EC; at most 100.
// idp_communication_error for what is no key set.
result<std::vector<public_key>> read_key_set(std::string_view json);

// The claims, when the signature is that of the key.
std::optional<std::string> verified_claims(std::string_view token, const token_head&,
                                           const public_key&);

}  // namespace torhaus::auth::sts
