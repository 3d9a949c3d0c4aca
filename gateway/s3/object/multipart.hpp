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

// ?partNumber, 1 to 10,000; invalid_argument.
result<std::uint32_t> parse_part_number(const context&);

// The algorithm in which a part of this upload is kept: the upload's, CRC64NVME when it has none.
storage::crypto::algorithm part_algorithm(const storage::catalog::upload_record&);

}  // namespace torhaus::gateway::s3
