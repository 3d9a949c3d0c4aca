// The condition keys that speak of the caller: aws:username, aws:PrincipalArn, aws:PrincipalTag/….
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "auth/principal.hpp"

namespace torhaus::auth {

// As policy::condition_values::find: appends the values of the key, or returns false.
bool find_caller_value(const principal&, std::string_view key, std::vector<std::string>& values);

}  // namespace torhaus::auth
