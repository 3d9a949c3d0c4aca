// The server under load: where it is, how buckets are addressed, who asks.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "storage/base/result.hpp"

namespace torhaus::gateway::bench {

struct endpoint {
  bool tls = false;
  std::string host;  // without brackets
  std::uint16_t port = 0;

  // "http://HOST[:PORT]" or https; a path behind it is refused.
  static result<endpoint> parse(std::string_view url);
  // As the Host header spells it: the port unless it is the scheme's own.
  std::string authority() const;
};

enum class addressing : std::uint8_t { path, virtual_host };

struct credentials {
  std::string access_key_id;  // empty: requests are not signed
  std::string secret;
  std::string session_token;
};

struct target {
  endpoint where;
  addressing style = addressing::path;
  std::string region;
  std::string bucket;
  credentials who;
  std::string ca_file;  // PEM; empty: the system's
  bool insecure = false;

  std::string host_header() const;
  // The name that a certificate has to carry.
  std::string server_name() const;
  // "/bucket" or "/".
  std::string bucket_path() const;
  // What stands before an encoded key: "/bucket/" or "/".
  std::string key_path() const;
};

}  // namespace torhaus::gateway::bench
