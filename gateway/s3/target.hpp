// Which bucket and key a request speaks of: path style or virtual-host style, decoded exactly once.
// Authorizer and handler both get these values; nobody decodes again.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "storage/base/result.hpp"

namespace torhaus::gateway::s3 {

struct target {
  std::string bucket;  // empty: the service itself
  std::string key;     // empty: the bucket itself
  bool virtual_host = false;
  bool by_arn = false;  // a request to S3 Control, whose path names the bucket by its ARN
  // Query parameters, decoded, in the order sent. A parameter without '=' has an empty value.
  std::vector<std::pair<std::string, std::string>> query;

  // The first value of that (case-sensitive) name.
  std::optional<std::string_view> parameter(std::string_view name) const;
  bool has(std::string_view name) const { return parameter(name).has_value(); }
};

// path and query as on the wire. base_domains: names under which "BUCKET.name" is virtual-host
// style. Errors: invalid_uri (bad percent-encoding, key is no UTF-8), key_too_long,
// invalid_bucket_name ("//key").
result<target> parse_target(std::string_view host, std::string_view path, std::string_view query,
                            const std::vector<std::string>& base_domains);

// Whether the request is in virtual-host style, so that its path is a key and nothing else.
bool names_bucket_in_host(std::string_view host, const std::vector<std::string>& base_domains);

// Percent-decoding; '+' stays '+' in paths and becomes a space in queries.
enum class plus_sign { literal, space };
result<std::string> percent_decode(std::string_view text, plus_sign);

}  // namespace torhaus::gateway::s3
