// Which names, ids and keys administration accepts, and how new ones are made.
#pragma once

#include <string>
#include <string_view>

#include "auth/identity/store.hpp"
#include "storage/base/clock.hpp"
#include "storage/base/result.hpp"

namespace torhaus::auth::identity {

// invalid_argument with the field and the rule in its message.
result<void> check(const agency&);
result<void> check(const user&);
constexpr std::size_t max_domains = 20;
result<void> check_key_pair(std::string_view access_key_id, std::string_view secret);

std::string make_account(random_source&);       // 12 digits, never all zero
std::string make_canonical_id(random_source&);  // 64 hex digits
std::string make_user_id(random_source&);       // "AIDA" and 16 characters of base32
// The same with another beginning: "AROA", "ASIA"….
std::string make_id(std::string_view prefix, random_source&);
std::string make_access_key_id(random_source&);  // "AKIA" and 16 characters of base32
std::string make_secret(random_source&);         // 40 characters, 240 random bits

}  // namespace torhaus::auth::identity
