// OwnershipControls as a document, and the names in x-amz-object-ownership.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "auth/authorizer.hpp"
#include "storage/base/result.hpp"

namespace torhaus::gateway::s3 {

// "BucketOwnerEnforced", "BucketOwnerPreferred", "ObjectWriter".
std::optional<auth::object_ownership> parse_ownership_name(std::string_view);
std::string_view ownership_name(auth::object_ownership);

// malformed_xml: exactly one rule with one of the three.
result<auth::object_ownership> parse_ownership(std::string_view document);
std::string write(auth::object_ownership);

}  // namespace torhaus::gateway::s3
