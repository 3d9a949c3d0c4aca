// The four settings that decide about access, as the authorizer takes them.
#pragma once

#include "auth/authorizer.hpp"
#include "storage/base/result.hpp"
#include "storage/catalog/types.hpp"

namespace torhaus::gateway::s3 {

result<auth::bucket_rules> parse_access(const storage::catalog::setting_documents&);

}  // namespace torhaus::gateway::s3
