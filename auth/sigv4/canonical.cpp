#include "auth/sigv4/canonical.hpp"

#include <algorithm>
#include <utility>

#include "auth/sigv4/uri.hpp"
#include "storage/crypto/digest.hpp"

namespace torhaus::auth::sigv4 {
namespace {

using storage::crypto::algorithm;
using storage::crypto::digest_of;
using storage::crypto::hmac_sha256;
using storage::crypto::to_hex;

// "." and ".." taken out and empty segments dropped, as RFC 3986 (5.2.4) and the general signing
// rules say.
std::string normalized(std::string_view path) {
  std::vector<std::string_view> kept;
  std::string_view last;
  for (std::size_t at = 0; at <= path.size();) {
    const std::size_t end = std::min(path.find('/', at), path.size());
    last = path.substr(at, end - at);
    if (last == "..") {
      if (!kept.empty()) kept.pop_back();
    } else if (!last.empty() && last != ".") {
      kept.push_back(last);
    }
    at = end + 1;
  }
  std::string out;
  for (const std::string_view segment : kept) {
    out += '/';
    out += segment;
  }
  // The path names a directory when it ends in '/', "/." or "/..".
  if (out.empty() || last.empty() || last == "." || last == "..") out += '/';
  return out;
}

void append_lower(std::string& out, std::string_view text) {
  const std::size_t begin = out.size();
  out += text;
  for (char& c : std::span(out).subspan(begin)) {
    c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
}

// The value of the first parameter of that name; nothing when there is none.
void append_parameter(std::string& out, std::string_view name, std::string_view raw_query) {
  for (std::size_t at = 0; at < raw_query.size();) {
    const std::size_t end = std::min(raw_query.find('&', at), raw_query.size());
    const std::string_view sent = raw_query.substr(at, end - at);
    at = end + 1;
    const std::size_t equals = sent.find('=');
    if (equals == std::string_view::npos || !equal_names(sent.substr(0, equals), name)) continue;
    append_canonical_value(out, decode(sent.substr(equals + 1), plus::space));
    return;
  }
}

// All values of a header in the order sent, separated by commas.
void append_values(std::string& out, std::string_view name, std::span<const header_view> headers,
                   std::string_view hoisted) {
  bool found = false;
  for (const header_view& header : headers) {
    if (!equal_names(header.name, name)) continue;
    if (found) out += ',';
    append_canonical_value(out, header.value);
    found = true;
  }
  // Proxies answer Expect themselves and take it away; clients that sign it all send this one
  // value.
  if (found) return;
  if (equal_names(name, "expect")) {
    out += "100-continue";
  } else {
    append_parameter(out, name, hoisted);
  }
}

}  // namespace

std::string scope::text() const {
  std::string out;
  out.reserve(date.size() + region.size() + service.size() + terminator.size() + 3);
  out += date;
  out += '/';
  out += region;
  out += '/';
  out += service;
  out += '/';
  out += terminator;
  return out;
}

signing_key signing_key::derive(std::string_view secret, const scope& where) {
  std::string first = "AWS4";
  first += secret;
  const std::string key = hmac_sha256(
      hmac_sha256(hmac_sha256(hmac_sha256(first, where.date), where.region), where.service),
      terminator);
  signing_key out;
  out.key_ = storage::crypto::hmac_sha256_key(key);
  return out;
}

std::string signing_key::sign(std::string_view text) const {
  return to_hex(key_.sign(text).bytes());
}

std::string canonical_path(std::string_view raw_path, path_style style) {
  const std::string_view path = raw_path.empty() ? std::string_view("/") : raw_path;
  switch (style) {
    case path_style::s3: {
      std::string out;
      out.reserve(path.size() + 16);
      append_reencoded(out, path, plus::literal, slash::kept);
      return out;
    }
    case path_style::verbatim:
      return std::string(path);
    case path_style::encoded_twice:
      return encode(path, slash::kept);
    case path_style::normalized_twice:
      return encode(normalized(path), slash::kept);
  }
  return {};
}

std::string canonical_query(std::string_view raw_query, std::string_view without) {
  if (raw_query.empty()) return {};
  struct parameter {
    std::string text;  // "name=value", both encoded
    std::size_t name_size;

    std::string_view name() const { return std::string_view(text).substr(0, name_size); }
    bool operator<(const parameter& other) const {
      const int order = name().compare(other.name());
      return order != 0 ? order < 0 : text < other.text;
    }
  };
  std::vector<parameter> parameters;
  parameters.reserve(8);
  for (std::size_t at = 0; at < raw_query.size();) {
    const std::size_t end = std::min(raw_query.find('&', at), raw_query.size());
    const std::string_view sent = raw_query.substr(at, end - at);
    at = end + 1;
    if (sent.empty()) continue;
    const std::size_t equals = std::min(sent.find('='), sent.size());
    parameter next{{}, 0};
    next.text.reserve(sent.size() + 8);
    append_reencoded(next.text, sent.substr(0, equals), plus::space, slash::encoded);
    // `without` consists of unreserved characters, so that its encoded form is itself.
    if (!without.empty() && next.text == without) continue;
    next.name_size = next.text.size();
    next.text += '=';
    append_reencoded(next.text, sent.substr(std::min(equals + 1, sent.size())), plus::space,
                     slash::encoded);
    parameters.push_back(std::move(next));
  }
  std::sort(parameters.begin(), parameters.end());
  std::string out;
  out.reserve(raw_query.size() + 16);
  for (const parameter& p : parameters) {
    if (!out.empty()) out += '&';
    out += p.text;
  }
  return out;
}

void append_canonical_value(std::string& out, std::string_view value) {
  const auto blank = [](char c) { return (c == ' ') | (c == '\t') | (c == '\r') | (c == '\n'); };
  // Most values have none, which is seen without a branch for each character.
  bool blanks = false;
  for (const char c : value) blanks |= blank(c);
  if (!blanks) {
    out += value;
    return;
  }
  bool first = true;
  for (std::size_t n = 0; n < value.size();) {
    if (blank(value[n])) {
      ++n;
      continue;
    }
    std::size_t end = n;
    while (end < value.size() && !blank(value[end])) ++end;
    if (!first) out += ' ';
    out.append(value.substr(n, end - n));
    first = false;
    n = end;
  }
}

std::string canonical_request(const canonical_parts& parts, std::span<const header_view> headers) {
  std::string out;
  out.reserve(1024);
  out += parts.method;
  out += '\n';
  out += parts.path;
  out += '\n';
  out += parts.query;
  out += '\n';
  const std::string_view names = parts.signed_headers;
  for (std::size_t at = 0; at <= names.size();) {
    const std::size_t end = std::min(names.find(';', at), names.size());
    const std::string_view name = names.substr(at, end - at);
    append_lower(out, name);
    out += ':';
    if (!parts.host.empty() && equal_names(name, "host")) {
      out += parts.host;
    } else {
      append_values(out, name, headers, parts.hoisted);
    }
    out += '\n';
    at = end + 1;
  }
  out += '\n';
  out += names;
  out += '\n';
  out += parts.payload_hash;
  return out;
}

std::string string_to_sign(std::string_view timestamp, std::string_view scope_text,
                           std::string_view canonical) {
  std::string out;
  out.reserve(algorithm_name.size() + timestamp.size() + scope_text.size() + 67);
  out += algorithm_name;
  out += '\n';
  out += timestamp;
  out += '\n';
  out += scope_text;
  out += '\n';
  out += to_hex(digest_of(algorithm::sha256, canonical).bytes());
  return out;
}

std::string sign_policy(const signing_key& key, std::string_view base64_policy) {
  return key.sign(base64_policy);
}

}  // namespace torhaus::auth::sigv4
