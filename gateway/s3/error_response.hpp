// Any error as S3's error document. The one place that turns errors into responses.
#pragma once

#include <string_view>

#include "gateway/http/message.hpp"
#include "gateway/s3/target.hpp"
#include "storage/base/error.hpp"

namespace torhaus::gateway::s3 {

// AWS: "Error responses". A HEAD request gets the status and no document. `where` may be null. S3
// Control has the error one element deeper, and its clients read no code elsewhere.
http::response error_response(const error&, std::string_view method, std::string_view request_id,
                              const target* where);

}  // namespace torhaus::gateway::s3
