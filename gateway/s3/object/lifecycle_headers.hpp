// What lifecycle rules have in mind for an object or upload, in headers of answers.
#pragma once

#include "gateway/s3/context.hpp"

namespace torhaus::gateway::s3 {

// x-amz-expiration of the newest version of a key.
void append_expiration(http::response&, const context&, std::string_view key, std::uint64_t size,
                       const std::vector<storage::catalog::name_value>& tags, sys_micros modified);
// x-amz-abort-date and x-amz-abort-rule-id of an upload.
void append_abort(http::response&, const context&, std::string_view key, sys_micros initiated);

}  // namespace torhaus::gateway::s3
