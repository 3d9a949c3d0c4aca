// Calls the admin API as the admin commands do: signed with the environment's credentials, to
// TORHAUS_ENDPOINT.
#pragma once

#include <boost/json.hpp>
#include <string>
#include <string_view>

#include "storage/base/result.hpp"

namespace torhaus::gateway::cli {

class admin_client {
 public:
  // Reads TORHAUS_ENDPOINT (default http://127.0.0.1:9001), AWS_ACCESS_KEY_ID,
  // AWS_SECRET_ACCESS_KEY, AWS_CA_BUNDLE. Throws std::runtime_error naming what is missing.
  admin_client();

  // `path` below /-/admin/v1/, its names percent-encoded. The answer's JSON; null for 204. What the
  // server refuses is an error with the server's own text.
  result<boost::json::value> call(const std::string& method, const std::string& path,
                                  const boost::json::value& body);

 private:
  std::string endpoint_;
  std::string access_key_id_;
  std::string secret_;
  std::string ca_file_;
};

// Tells on stderr why a call failed; the exit code.
int failed(const error& why);

// One path segment, percent-encoded.
std::string path_segment(std::string_view name);

}  // namespace torhaus::gateway::cli
