// PublicAccessBlockConfiguration as a document.
#pragma once

#include <string>
#include <string_view>

#include "auth/authorizer.hpp"
#include "storage/base/result.hpp"

namespace torhaus::gateway::s3 {

// malformed_xml. What is not named is off.
result<auth::public_access_block> parse_public_access_block(std::string_view document);
std::string write(const auth::public_access_block&);

// All four on: what a new bucket has unless the configuration says otherwise.
inline constexpr auth::public_access_block everything_blocked{true, true, true, true};

}  // namespace torhaus::gateway::s3
