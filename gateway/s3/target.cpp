#include "gateway/s3/target.hpp"

#include <algorithm>

#include "auth/sigv4/uri.hpp"
#include "gateway/http/message.hpp"
#include "storage/catalog/types.hpp"

namespace torhaus::gateway::s3 {
namespace {

std::string_view without_port(std::string_view host) {
  if (host.starts_with('[')) return host.substr(0, host.find(']') + 1);
  return host.substr(0, host.find(':'));
}

// The bucket in "BUCKET.base", or empty. The longest base decides, so that the bases "example.org"
// and "s3.example.org" may stand side by side; a host that is a base itself names no bucket.
std::string_view bucket_of_host(std::string_view host, const std::vector<std::string>& bases) {
  host = without_port(host);
  std::size_t longest = 0;
  std::string_view bucket;
  for (const std::string& base : bases) {
    if (base.size() < longest || host.size() < base.size()) continue;
    const std::size_t at = host.size() - base.size();
    if (!http::equal_ignoring_case(host.substr(at), base)) continue;
    if (at != 0 && (at < 2 || host[at - 1] != '.')) continue;
    longest = base.size();
    bucket = at == 0 ? std::string_view() : host.substr(0, at - 1);
  }
  return bucket;
}

result<void> parse_query(std::string_view query, target& out) {
  // A signed request has some ten parameters, a listing ten more.
  constexpr std::size_t max_parameters = 256;
  while (!query.empty()) {
    const std::size_t end = query.find('&');
    const std::string_view part = query.substr(0, end);
    query = end == std::string_view::npos ? std::string_view() : query.substr(end + 1);
    if (part.empty()) continue;
    if (out.query.size() == max_parameters) return errc::invalid_uri;
    const std::size_t equals = part.find('=');
    auto name = percent_decode(part.substr(0, equals), plus_sign::space);
    auto value = equals == std::string_view::npos
                     ? result<std::string>(std::string())
                     : percent_decode(part.substr(equals + 1), plus_sign::space);
    if (!name || !value) return errc::invalid_uri;
    out.query.emplace_back(std::move(*name), std::move(*value));
  }
  return {};
}

}  // namespace

std::optional<std::string_view> target::parameter(std::string_view name) const {
  for (const auto& [n, v] : query) {
    if (n == name) return v;
  }
  return std::nullopt;
}

result<std::string> percent_decode(std::string_view text, plus_sign rule) {
  using auth::sigv4::plus;
  auto decoded =
      auth::sigv4::decode_strict(text, rule == plus_sign::space ? plus::space : plus::literal);
  if (!decoded) return errc::invalid_uri;
  return std::move(*decoded);
}

bool names_bucket_in_host(std::string_view host, const std::vector<std::string>& base_domains) {
  return !bucket_of_host(host, base_domains).empty();
}

result<target> parse_target(std::string_view host, std::string_view path, std::string_view query,
                            const std::vector<std::string>& base_domains) {
  target out;
  if (auto parsed = parse_query(query, out); !parsed) return std::move(parsed).error();
  path.remove_prefix(std::min<std::size_t>(1, path.size()));
  const std::string_view from_host = bucket_of_host(host, base_domains);
  std::string_view raw_key;
  if (!from_host.empty()) {
    out.virtual_host = true;
    out.bucket = http::lower_case(from_host);
    raw_key = path;
  } else {
    const std::size_t slash = path.find('/');
    auto bucket = percent_decode(path.substr(0, slash), plus_sign::literal);
    if (!bucket) return std::move(bucket).error();
    out.bucket = std::move(*bucket);
    if (slash != std::string_view::npos) raw_key = path.substr(slash + 1);
    // "//key": an empty bucket name before a key is nobody's bucket.
    if (out.bucket.empty() && slash != std::string_view::npos) return errc::invalid_bucket_name;
  }
  auto key = percent_decode(raw_key, plus_sign::literal);
  if (!key) return std::move(key).error();
  out.key = std::move(*key);
  if (!out.key.empty()) {
    if (auto valid = storage::catalog::object_key::parse(out.key); !valid) {
      return std::move(valid).error();
    }
  }
  return out;
}

}  // namespace torhaus::gateway::s3
