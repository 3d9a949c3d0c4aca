// Who pays for requests: the bucket's owner, or whoever asks.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/RequesterPaysBuckets.html
#pragma once

#include <string_view>

#include "storage/base/result.hpp"

namespace torhaus::gateway::s3 {

struct request_payment {
  bool requester_pays = false;
};

// malformed_xml for anything but Requester and BucketOwner.
result<request_payment> parse_request_payment(std::string_view document);

}  // namespace torhaus::gateway::s3
