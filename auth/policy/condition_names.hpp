// The operators and keys that conditions may name.
#pragma once

#include <optional>
#include <string_view>

#include "auth/policy/document.hpp"

namespace torhaus::auth::policy {

// "ForAnyValue:StringNotLikeIfExists" as the fields of a condition; nullopt for an unknown
// operator.
std::optional<condition> parse_operator(std::string_view name);

// Whether there is such a key (without regard to case).
bool known_key(std::string_view key);

// Whether the operator can compare with this text: a number, a date, a network.
bool comparable(comparison, const pattern& value);

}  // namespace torhaus::auth::policy
