// From a request to its row of the operations table.
#pragma once

#include <string>

#include "gateway/http/message.hpp"
#include "gateway/s3/operations.hpp"
#include "gateway/s3/target.hpp"

namespace torhaus::gateway::s3 {

// The row for this request. Unknown query parameters are ignored (x-id and the like), but what
// names a sub-resource never falls through to another operation. Errors: method_not_allowed;
// not_implemented for a sub-resource that no row is about; invalid_argument for two of them.
result<const operation*> find_operation(const http::request&, const target&);

// "GET, PUT": the methods by which this target can be addressed; for method_not_allowed.
std::string allowed_methods(const target&);

// Whether `name` is a query parameter by which S3 names a sub-resource ("acl", "uploads").
bool names_sub_resource(std::string_view name);

// The IAM action that guards this request for `row`.
std::string_view action_of(const operation& row, const target&);

}  // namespace torhaus::gateway::s3
