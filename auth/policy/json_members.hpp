// What Boost.JSON's document does not tell: whether a member stands twice in an object.
#pragma once

#include <string_view>

namespace torhaus::auth::policy {

// For a text that is JSON already. The last of two members would win silently, and a statement
// could say Deny to a reader and Allow to the evaluator.
bool repeats_member(std::string_view json);

}  // namespace torhaus::auth::policy
