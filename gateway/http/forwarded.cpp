#include "gateway/http/forwarded.hpp"

#include <algorithm>
#include <ranges>
#include <stdexcept>

#include "gateway/http/characters.hpp"

namespace torhaus::gateway::http {
namespace {

// IPv4 for an IPv4-mapped address; without the interface of a link-local one, which no network
// names.
asio::ip::address plain(const asio::ip::address& a) {
  if (a.is_v4()) return a;
  if (a.to_v6().is_v4_mapped()) return asio::ip::make_address_v4(asio::ip::v4_mapped, a.to_v6());
  return asio::ip::address_v6(a.to_v6().to_bytes());
}

// With or without a port, as some proxies add one: "192.0.2.7", "192.0.2.7:4711", "2001:db8::1",
// "[2001:db8::1]:4711".
std::optional<asio::ip::address> parse(std::string_view text) {
  text = trim(text);
  const std::size_t colon = text.find(':');
  if (text.starts_with('[')) {
    const std::size_t end = text.find(']');
    if (end == std::string_view::npos) return std::nullopt;
    if (end + 1 < text.size() && text[end + 1] != ':') return std::nullopt;
    text = text.substr(1, end - 1);
  } else if (colon != std::string_view::npos && colon == text.rfind(':')) {
    text = text.substr(0, colon);
  }
  boost::system::error_code bad;
  const auto address = asio::ip::make_address(text, bad);
  if (bad) return std::nullopt;
  return plain(address);
}

bool is_host(std::string_view text) {
  return !text.empty() && text.size() <= 260 && std::ranges::all_of(text, is_host_character);
}

// What the nearest proxy said: proxies add behind what they received, as a list or as a header of
// the same name.
std::optional<std::string_view> last_of(const request& call, std::string_view name) {
  std::optional<std::string_view> last;
  for (const header& h : call.headers) {
    if (equal_ignoring_case(h.name, name)) last = h.value;
  }
  if (!last) return last;
  return trim(last->substr(last->rfind(',') + 1));
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

// From the nearest hop on, and no further than to the first that is not trusted: what stands before
// it is the client's own claim.
void proxy_list::take_client(request& call) const {
  for (const header& h : call.headers | std::views::reverse) {
    if (!equal_ignoring_case(h.name, "X-Forwarded-For")) continue;
    std::string_view rest = h.value;
    while (true) {
      const std::size_t comma = rest.rfind(',');
      const auto hop = parse(comma == std::string_view::npos ? rest : rest.substr(comma + 1));
      if (!hop) return;
      call.from.client = *hop;
      if (!trusts(*hop)) return;
      if (comma == std::string_view::npos) break;
      rest = rest.substr(0, comma);
    }
  }
}

void proxy_list::apply(request& call) const {
  if (!trusts(call.from.client)) return;
  take_client(call);
  if (const auto scheme = last_of(call, "X-Forwarded-Proto")) {
    if (equal_ignoring_case(*scheme, "https")) call.from.secure = true;
    if (equal_ignoring_case(*scheme, "http")) call.from.secure = false;
  }
  if (const auto host = last_of(call, "X-Forwarded-Host"); host && is_host(*host)) {
    call.host = std::string(*host);
  }
}

}  // namespace torhaus::gateway::http
