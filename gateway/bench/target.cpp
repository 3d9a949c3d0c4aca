#include "gateway/bench/target.hpp"

#include <algorithm>
#include <charconv>

namespace torhaus::gateway::bench {
namespace {

bool is_host_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
         c == '-' || c == '_' || c == ':';
}

error no_url(std::string_view url) {
  return error(errc::bad_request,
               "\"" + std::string(url) + "\": expected http://HOST:PORT or https://HOST:PORT");
}

bool parse_port(std::string_view text, std::uint16_t& port) {
  const char* const last = text.data() + text.size();
  const auto [end, failed] = std::from_chars(text.data(), last, port);
  return failed == std::errc() && end == last && port != 0;
}

}  // namespace

result<endpoint> endpoint::parse(std::string_view url) {
  endpoint out;
  std::string_view rest = url;
  out.tls = rest.starts_with("https://");
  if (!out.tls && !rest.starts_with("http://")) return no_url(url);
  rest.remove_prefix(out.tls ? 8 : 7);
  if (rest.ends_with('/')) rest.remove_suffix(1);
  const bool bracket = rest.starts_with('[');
  const std::size_t end = bracket ? rest.find(']') : std::min(rest.find(':'), rest.size());
  if (end == std::string_view::npos) return no_url(url);
  out.host = bracket ? rest.substr(1, end - 1) : rest.substr(0, end);
  rest.remove_prefix(bracket ? end + 1 : end);
  if (out.host.empty() || !std::ranges::all_of(out.host, is_host_character)) return no_url(url);
  out.port = out.tls ? 443 : 80;
  if (rest.empty()) return out;
  if (rest.front() != ':' || !parse_port(rest.substr(1), out.port)) return no_url(url);
  return out;
}

std::string endpoint::authority() const {
  const bool v6 = host.find(':') != std::string::npos;
  std::string out = v6 ? "[" + host + "]" : host;
  if (port != (tls ? 443 : 80)) out += ":" + std::to_string(port);
  return out;
}

std::string target::host_header() const {
  if (style == addressing::path) return where.authority();
  return bucket + "." + where.authority();
}

std::string target::server_name() const {
  return style == addressing::path ? where.host : bucket + "." + where.host;
}

std::string target::bucket_path() const { return style == addressing::path ? "/" + bucket : "/"; }

std::string target::key_path() const {
  return style == addressing::path ? "/" + bucket + "/" : "/";
}

}  // namespace torhaus::gateway::bench
