// The ACL of a bucket or object under BucketOwnerEnforced: the owner has full control and nobody
// else anything.
#pragma once

#include <string>
#include <string_view>

namespace torhaus::gateway::s3 {

// AWS: AccessControlPolicy document.
std::string owner_acl_document(std::string_view canonical_id, std::string_view display_name);

}  // namespace torhaus::gateway::s3
