// Trusted proxies and what they report of the client. Anybody else's X-Forwarded-* headers are
// ignored.
#pragma once

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/network_v4.hpp>
#include <boost/asio/ip/network_v6.hpp>
#include <string>
#include <vector>

#include "gateway/http/message.hpp"

namespace torhaus::gateway::http {

class proxy_list {
 public:
  proxy_list() = default;
  // Addresses ("192.0.2.7") and networks ("10.0.0.0/8", "2001:db8::/32"). Throws std::runtime_error
  // naming the entry that is neither.
  explicit proxy_list(const std::vector<std::string>& entries);

  bool trusts(const asio::ip::address&) const;

  // When the peer is trusted, takes client address, scheme and host from X-Forwarded-For (the
  // right-most address that is no trusted proxy, over all headers of that name), -Proto and -Host
  // (their right-most values). A malformed value changes nothing; a malformed address ends the
  // chain.
  void apply(request& call) const;

 private:
  void take_client(request& call) const;

  std::vector<asio::ip::network_v4> v4_;
  std::vector<asio::ip::network_v6> v6_;
};

}  // namespace torhaus::gateway::http
