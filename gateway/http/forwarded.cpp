#include "gateway/http/forwarded.hpp"

#include <algorithm>
#include <stdexcept>

namespace torhaus::gateway::http {
namespace {

std::string_view trim(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

asio::ip::address plain(const asio::ip::address& a) {
  if (a.is_v6() && a.to_v6().is_v4_mapped()) {
    return asio::ip::make_address_v4(asio::ip::v4_mapped, a.to_v6());
  }
  return a;
}

std::optional<asio::ip::address> parse(std::string_view text) {
  text = trim(text);
  if (text.starts_with('[') && text.ends_with(']')) text = text.substr(1, text.size() - 2);
  boost::system::error_code bad;
  auto address = asio::ip::make_address(text, bad);
  if (bad) return std::nullopt;
  return plain(address);
}

bool is_host(std::string_view text) {
  return !text.empty() && text.size() <= 260 && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           c == '.' || c == '-' || c == ':' || c == '[' || c == ']' || c == '_';
  });
}

}  // namespace

proxy_list::proxy_list(const std::vector<std::string>& entries) {
  for (const std::string& entry : entries) {
    boost::system::error_code bad4;
    boost::system::error_code bad6;
    const bool network = entry.find('/') != std::string::npos;
    const auto v4 = asio::ip::make_network_v4(network ? entry : entry + "/32", bad4);
    const auto v6 = asio::ip::make_network_v6(network ? entry : entry + "/128", bad6);
    if (!bad4) {
      v4_.push_back(v4.canonical());
    } else if (!bad6) {
      v6_.push_back(v6.canonical());
    } else {
      throw std::runtime_error("trusted_proxies: \"" + entry +
                               "\" is neither an address nor a network such as 10.0.0.0/8");
    }
  }
}

bool proxy_list::trusts(const asio::ip::address& peer) const {
  const asio::ip::address a = plain(peer);
  if (a.is_v4()) {
    return std::ranges::any_of(v4_, [&](const asio::ip::network_v4& n) {
      return asio::ip::network_v4(a.to_v4(), n.prefix_length()).canonical() == n;
    });
  }
  return std::ranges::any_of(v6_, [&](const asio::ip::network_v6& n) {
    return asio::ip::network_v6(a.to_v6(), n.prefix_length()).canonical() == n;
  });
}

void proxy_list::apply(request& call) const {
  if (!trusts(call.from.client)) return;
  if (auto chain = call.find("X-Forwarded-For")) {
    std::string_view rest = *chain;
    while (!rest.empty()) {
      const std::size_t comma = rest.rfind(',');
      const auto hop = parse(comma == std::string_view::npos ? rest : rest.substr(comma + 1));
      if (!hop) break;
      call.from.client = *hop;
      if (!trusts(*hop) || comma == std::string_view::npos) break;
      rest = rest.substr(0, comma);
    }
  }
  if (const auto scheme = call.find("X-Forwarded-Proto")) {
    if (equal_ignoring_case(trim(*scheme), "https")) call.from.secure = true;
    if (equal_ignoring_case(trim(*scheme), "http")) call.from.secure = false;
  }
  if (const auto host = call.find("X-Forwarded-Host"); host && is_host(trim(*host))) {
    call.host = std::string(trim(*host));
  }
}

}  // namespace torhaus::gateway::http
