// A small blocking HTTP client for the admin commands. Plain or TLS with verification.
#pragma once

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "storage/base/result.hpp"

namespace torhaus::gateway::http {

struct client_request {
  std::string endpoint;  // "http://127.0.0.1:9001", "https://admin.example.org"
  std::string method;
  std::string target;                                        // path and query
  std::vector<std::pair<std::string, std::string>> headers;  // Host included
  std::string body;
  std::string ca_file;  // PEM; empty: the system's
  std::chrono::seconds time_limit{
      30};  // from the connection on; the look-up of a name may add to it
};

struct client_response {
  unsigned status = 0;
  std::string body;  // at most 16 MiB
};

// The Host header for an endpoint: host, and port unless it is the scheme's own. bad_request for no
// URL.
result<std::string> host_of_endpoint(const std::string& endpoint);

// service_unavailable with the reason when the server cannot be reached or does not answer in time.
result<client_response> send(const client_request&);

}  // namespace torhaus::gateway::http
