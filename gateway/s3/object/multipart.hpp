// What the multipart operations share.
#pragma once

#include "gateway/s3/context.hpp"

namespace torhaus::gateway::s3 {

// ?uploadId and the parsed key of the target.
struct upload_target {
  storage::catalog::object_key key;
  std::string upload_id;
};
result<upload_target> parse_upload_target(const context&);

// x-amz-checksum-type, in any case as AWS takes it. invalid_request when it names none.
result<std::optional<storage::catalog::checksum_type>> checksum_type_header(const context&);

// The <Initiator> of an upload that the caller begins. AWS: API reference, Initiator: the arn of a
// user, the canonical id of an account.
std::string initiator_id(const auth::principal&);

}  // namespace torhaus::gateway::s3
