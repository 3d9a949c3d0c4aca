// What the claims of a token must say. OpenID Connect Core 1.0, "ID Token Validation".
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "auth/identity/entity.hpp"
#include "auth/sts/web_identity.hpp"

namespace torhaus::auth::sts {

// The claim iss of claims that nobody has vouched for.
result<std::string> issuer_in(std::string_view claims);

// Claims whose signature is good: iss is the provider's URL, aud (and azp, when it is there) one of
// its clients, exp lies ahead, nbf and iat do not.
result<web_identity> check_claims(std::string_view claims, const identity::entity& provider,
                                  sys_micros now, std::chrono::seconds skew);

}  // namespace torhaus::auth::sts
