// Conditions of writes and deletes. AWS: "How to prevent object overwrites with conditional
// writes", "How to perform conditional deletes".
#pragma once

#include <optional>
#include <string_view>

#include "gateway/s3/context.hpp"

namespace torhaus::gateway::s3 {

// Of a header and a presigned URL's query at most one says it, or both say the same:
// not_implemented, as the query is signed and the header need not be.
result<std::optional<std::string_view>> read_condition(const context&, std::string_view name);

// If-Match and If-None-Match of a write, asked for by who may know what they tell. Errors:
// not_implemented, access_denied.
task<result<storage::catalog::write_condition>> read_write_condition(const context&);

// access_denied for who may not read the object whose ETag, size or time the delete names.
task<result<void>> permit_condition(const context&, const storage::catalog::delete_request&);

}  // namespace torhaus::gateway::s3
