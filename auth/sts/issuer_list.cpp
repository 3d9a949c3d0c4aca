#include "auth/sts/issuer_list.hpp"

#include <algorithm>
#include <charconv>
#include <stdexcept>

namespace torhaus::auth::sts {
namespace {

constexpr std::size_t longest_url = 2048;

struct url_parts {
  std::string origin;
  std::string_view rest;  // "/realms/amt", or nothing
};

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f'); }
bool is_name(char c) { return is_digit(c) || (c >= 'a' && c <= 'z') || c == '-' || c == '.'; }

std::string in_lower_case(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

// ":8443" → 8443, nothing → `usual`, anything else → 0.
unsigned port_in(std::string_view text, unsigned usual) {
  if (text.empty()) return usual;
  unsigned port = 0;
  const auto [end, failed] = std::from_chars(text.data() + 1, text.data() + text.size(), port);
  const bool good = text.front() == ':' && text.size() > 1 && is_digit(text[1]) &&
                    failed == std::errc() && end == text.data() + text.size() && port <= 65'535;
  return good ? port : 0;
}

// The length of a host at the begin of `authority`: a name, an address, "[::1]"; 0 for none.
std::size_t host_length(std::string_view authority) {
  if (!authority.starts_with('[')) return std::min(authority.find(':'), authority.size());
  const std::size_t end = authority.find(']');
  return end == std::string_view::npos ? 0 : end + 1;
}

bool is_host(std::string_view host) {
  if (host.starts_with('[')) {
    const std::string_view inner = host.substr(1, host.size() - 2);
    return !inner.empty() &&
           std::ranges::all_of(inner, [](char c) { return is_hex(c) || c == ':' || c == '.'; });
  }
  return !host.empty() && std::ranges::all_of(host, is_name);
}

std::optional<url_parts> parse(std::string_view url) {
  const bool printable = std::ranges::all_of(url, [](char c) { return c > ' ' && c < 0x7f; });
  if (url.size() > longest_url || !printable || url.find('\\') != url.npos) return std::nullopt;
  const bool tls = url.starts_with("https://");
  if (!tls && !url.starts_with("http://")) return std::nullopt;
  const std::string_view scheme = tls ? "https://" : "http://";
  url.remove_prefix(scheme.size());
  const std::size_t end = std::min(url.find_first_of("/?#"), url.size());
  const std::string authority = in_lower_case(url.substr(0, end));
  const std::size_t length = host_length(authority);
  const std::string host = authority.substr(0, length);
  const unsigned usual = tls ? 443 : 80;
  const unsigned port = port_in(std::string_view(authority).substr(length), usual);
  if (!is_host(host) || port == 0) return std::nullopt;
  url_parts parts;
  parts.origin = std::string(scheme) + host;
  if (port != usual) parts.origin += ":" + std::to_string(port);
  parts.rest = url.substr(end);
  return parts;
}

// An issuer's URL has no query and no fragment (OpenID Connect Discovery 1.0, issuer identifiers).
std::optional<std::string> canonical(std::string_view issuer) {
  const auto parts = parse(issuer);
  if (!parts || parts->rest.find_first_of("?#") != std::string_view::npos) return std::nullopt;
  std::string_view path = parts->rest;
  while (path.ends_with('/')) path.remove_suffix(1);
  return parts->origin + std::string(path);
}

}  // namespace

std::optional<std::string> origin_of(std::string_view url) {
  auto parts = parse(url);
  if (!parts) return std::nullopt;
  return std::move(parts->origin);
}

issuer_list::issuer_list(const std::vector<std::string>& urls) {
  for (const std::string& url : urls) {
    auto one = canonical(url);
    if (!one) throw std::invalid_argument("\"" + url + "\": expected https://HOST/PATH");
    urls_.push_back(std::move(*one));
  }
}

bool issuer_list::has(std::string_view issuer) const {
  const auto one = canonical(issuer);
  return one && std::ranges::find(urls_, *one) != urls_.end();
}

bool issuer_list::may_serve_keys(std::string_view issuer, std::string_view keys_url) const {
  const auto place = origin_of(keys_url);
  if (!place || !has(issuer)) return false;
  if (place == origin_of(issuer)) return true;
  return std::ranges::any_of(urls_, [&](const auto& url) { return place == origin_of(url); });
}

}  // namespace torhaus::auth::sts
