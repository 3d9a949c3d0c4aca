// The CORS setting of a bucket: which pages on other origins may speak to it, and how.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/ManageCorsUsing.html
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "storage/base/result.hpp"

namespace torhaus::gateway::s3 {

struct cors_rule {
  std::string id;
  std::vector<std::string> allowed_headers;  // each with at most one '*'
  std::vector<std::string> allowed_methods;
  std::vector<std::string> allowed_origins;  // each with at most one '*'
  std::vector<std::string> exposed_headers;
  std::optional<std::int32_t> max_age_seconds;
};

struct cors_rules {
  std::vector<cors_rule> rules;  // 1 to 100

  // What a page asks for: its origin, a method and the names of the headers it would send.
  struct question {
    std::string_view origin;
    std::string_view method;
    std::vector<std::string_view> headers;
  };
  struct permission {
    const cors_rule* rule = nullptr;
    bool any_origin = false;  // the rule names "*": the origin is not said back
  };
  // The first rule that allows all of it.
  std::optional<permission> find(const question&) const;
};

// Errors: malformed_xml, invalid_request with S3's texts, max_message_length_exceeded (64 KiB).
result<cors_rules> parse_cors(std::string_view document);
// The document as it is stored and answered.
std::string write_cors(const cors_rules&);

}  // namespace torhaus::gateway::s3
