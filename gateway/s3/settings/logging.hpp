// Where the access log of a bucket goes.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_LoggingEnabled.html
#pragma once

#include <string>
#include <string_view>

#include "storage/base/result.hpp"

namespace torhaus::gateway::s3 {

enum class log_key_format : unsigned char {
  simple,                  // PREFIXYYYY-MM-DD-hh-mm-ss-UNIQUE
  partitioned_by_event,    // PREFIXACCOUNT/REGION/BUCKET/YYYY/MM/DD/YYYY-MM-DD-00-00-00-UNIQUE
  partitioned_by_delivery  // the same by the time of delivery
};

struct logging {
  std::string target_bucket;  // empty: no logging
  std::string target_prefix;
  log_key_format format = log_key_format::simple;
  bool enabled() const { return !target_bucket.empty(); }
};

// malformed_xml. A BucketLoggingStatus without LoggingEnabled switches logging off. That the target
// is there and whose it is, is the handler's to check.
result<logging> parse_logging(std::string_view document);

}  // namespace torhaus::gateway::s3
