#include "auth/sigv4/signer.hpp"

#include <algorithm>
#include <array>

#include "auth/sigv4/checks.hpp"
#include "auth/sigv4/timestamp.hpp"
#include "auth/sigv4/uri.hpp"
#include "storage/crypto/digest.hpp"

namespace torhaus::auth::sigv4 {
namespace {

// Proxies and HTTP libraries change or add these on the way.
constexpr std::array<std::string_view, 5> never_signed = {
    "authorization", "user-agent", "connection", "expect", "x-amzn-trace-id"};

std::string sorted_names(std::span<const header_view> headers) {
  std::vector<std::string> names;
  for (const header_view& header : headers) {
    std::string name = lower_case(header.name);
    if (std::find(never_signed.begin(), never_signed.end(), name) == never_signed.end()) {
      names.push_back(std::move(name));
    }
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  std::string out;
  for (const std::string& name : names) {
    if (!out.empty()) out += ';';
    out += name;
  }
  return out;
}

path_style style_for(std::string_view service) {
  return service == "s3" ? path_style::s3 : path_style::normalized_twice;
}

scope scope_at(std::chrono::sys_seconds now, const signer_identity& who) {
  return {format_basic(now).substr(0, 8), who.region, who.service};
}

std::string signature_of(const request_view& call, std::string_view query,
                         std::string_view signed_headers, std::string_view payload_hash,
                         const signer_identity& who, std::chrono::sys_seconds now) {
  const scope where = scope_at(now, who);
  const std::string path = canonical_path(call.raw_path, style_for(who.service));
  const std::string canonical = canonical_request(
      {call.method, path, query, signed_headers, call.host, payload_hash}, call.headers);
  return signing_key::derive(who.secret, where)
      .sign(string_to_sign(format_basic(now), where.text(), canonical));
}

void append_parameter(std::string& query, std::string_view name, std::string_view value) {
  if (!query.empty()) query += '&';
  query += name;
  query += '=';
  append_encoded(query, value, slash::encoded);
}

}  // namespace

header_list sign_headers(const request_view& call, std::string_view payload_hash,
                         const signer_identity& who, std::chrono::sys_seconds now) {
  header_list added;
  added.emplace_back("X-Amz-Date", format_basic(now));
  if (who.service == "s3") added.emplace_back("X-Amz-Content-Sha256", payload_hash);
  if (!who.session_token.empty()) added.emplace_back("X-Amz-Security-Token", who.session_token);

  std::vector<header_view> headers(call.headers.begin(), call.headers.end());
  for (const auto& [name, value] : added) headers.push_back({name, value});
  request_view whole = call;
  whole.headers = headers;
  const std::string names = sorted_names(headers);
  const std::string signature =
      signature_of(whole, canonical_query(call.raw_query), names, payload_hash, who, now);

  std::string authorization(algorithm_name);
  authorization += " Credential=" + who.access_key_id + "/" + scope_at(now, who).text();
  authorization += ", SignedHeaders=" + names;
  authorization += ", Signature=" + signature;
  added.emplace_back("Authorization", std::move(authorization));
  return added;
}

std::string presign_query(const request_view& call, const signer_identity& who,
                          std::chrono::sys_seconds now, std::chrono::seconds expires) {
  const std::string names = sorted_names(call.headers);
  std::string query(call.raw_query);
  append_parameter(query, "X-Amz-Algorithm", algorithm_name);
  append_parameter(query, "X-Amz-Credential", who.access_key_id + "/" + scope_at(now, who).text());
  append_parameter(query, "X-Amz-Date", format_basic(now));
  append_parameter(query, "X-Amz-Expires", std::to_string(expires.count()));
  append_parameter(query, "X-Amz-SignedHeaders", names);
  if (!who.session_token.empty()) {
    append_parameter(query, "X-Amz-Security-Token", who.session_token);
  }
  const std::string_view payload = who.service == "s3"      ? unsigned_payload
                                   : call.body_hash.empty() ? empty_hash
                                                            : call.body_hash;
  const std::string signature =
      signature_of(call, canonical_query(query), names, payload, who, now);
  append_parameter(query, "X-Amz-Signature", signature);
  return query;
}

chunk_signer::chunk_signer(const signing_key& key, const scope& where, std::string timestamp,
                           std::string seed_signature)
    : key_(key),
      head_(std::move(timestamp) + "\n" + where.text() + "\n"),
      previous_(std::move(seed_signature)) {}

std::string chunk_signer::next(std::string_view chunk_hash) {
  std::string text = "AWS4-HMAC-SHA256-PAYLOAD\n";
  text += head_;
  text += previous_;
  text += '\n';
  text += empty_hash;
  text += '\n';
  text += chunk_hash;
  previous_ = key_.sign(text);
  return previous_;
}

std::string chunk_signer::trailer(std::string_view canonical_trailers) {
  std::string text = "AWS4-HMAC-SHA256-TRAILER\n";
  text += head_;
  text += previous_;
  text += '\n';
  text += storage::crypto::to_hex(
      storage::crypto::digest_of(storage::crypto::algorithm::sha256, canonical_trailers).bytes());
  previous_ = key_.sign(text);
  return previous_;
}

}  // namespace torhaus::auth::sigv4
