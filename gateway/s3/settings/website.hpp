// The website setting of a bucket: index, error page and redirects.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketWebsite.html
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "storage/base/result.hpp"

namespace torhaus::gateway::s3 {

struct website_redirect_all {
  std::string host;
  std::string protocol;  // "http", "https", or empty: that of the request
};

struct website_rule {
  // Conditions; both, when both are there.
  std::optional<std::string> key_prefix;
  std::optional<unsigned> error_code;
  // The redirect.
  std::string host;
  std::string protocol;
  unsigned code = 301;
  bool code_given = false;
  std::optional<std::string> replace_prefix;
  std::optional<std::string> replace_key;

  // Where a request for `key` is sent: the key behind the host.
  std::string target_key(std::string_view key) const;
};

struct website {
  std::optional<website_redirect_all> redirect_all;
  std::string index_suffix;
  std::string error_key;  // empty: none
  std::vector<website_rule> rules;

  // The first rule about a request for `key` that has (or, without a code, has not) failed.
  const website_rule* find(std::string_view key, std::optional<unsigned> error_code) const;
};

// Errors: malformed_xml; invalid_argument and invalid_request with S3's texts.
result<website> parse_website(std::string_view document);
std::string write_website(const website&);

}  // namespace torhaus::gateway::s3
