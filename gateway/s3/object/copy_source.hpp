// x-amz-copy-source, parsed once into a typed source; authorizer and reader get the same values.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "gateway/s3/context.hpp"

namespace torhaus::gateway::s3 {

struct copy_source {
  storage::catalog::bucket_record bucket;
  std::string key;
  std::optional<std::string> version_id;
  storage::catalog::opened_object object;
};

// Parses the header, looks the bucket up, asks whether the caller may read that version, opens it and checks the four
// x-amz-copy-source-if-* conditions. Errors: invalid_argument, no_such_bucket, no_such_key, access_denied,
// precondition_failed, invalid_request (a delete marker).
task<result<copy_source>> open_copy_source(context&);

}  // namespace torhaus::gateway::s3
