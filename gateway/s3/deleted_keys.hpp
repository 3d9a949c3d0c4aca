// What a DeleteObjects request did to each of its keys, taken from its two documents for the audit
// trail: a record of each, for its own record cannot hold a thousand keys.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace torhaus::gateway::s3 {

struct deleted_key {
  std::string key;
  std::string version;  // as asked for, or of the marker that was made
  std::string error_code;
  unsigned status = 204;  // what a DeleteObject would have answered
};

// `asked`: the request's document, `answered`: the one that it was answered with. Empty when either
// is none.
std::vector<deleted_key> deleted_keys(const std::string& asked, const std::string& answered);

}  // namespace torhaus::gateway::s3
