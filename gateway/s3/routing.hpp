// From a request to its row of the operations table.
#pragma once

#include <string>

#include "gateway/http/message.hpp"
#include "gateway/s3/operations.hpp"
#include "gateway/s3/target.hpp"

namespace torhaus::gateway::s3 {

// The row for this request. Unknown query parameters are ignored (x-id and the like), but a sub-resource of S3 that the
// row does not name never falls through to another operation. Errors: method_not_allowed.
result<const operation*> find_operation(const http::request&, const target&);

// The table as the capability list of README.md shows it (Markdown).
std::string capability_table();

}  // namespace torhaus::gateway::s3
