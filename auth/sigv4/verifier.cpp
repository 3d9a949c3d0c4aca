#include "auth/sigv4/verifier.hpp"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "storage/crypto/digest.hpp"
#include "storage/crypto/sealing.hpp"

namespace torhaus::auth::sigv4 {
namespace {

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view blanks = " \t";
  const std::size_t begin = text.find_first_not_of(blanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

// The spellings of Host that name the same server: clients and proxies disagree about default ports
// (boto/boto3#2179).
std::vector<std::string> host_spellings(const request_view& call) {
  const std::string_view host = trimmed(!call.host.empty() ? call.host : call.find("host").value_or(""));
  std::vector<std::string> out{std::string(host)};
  const std::size_t colon = host.rfind(':');
  const bool has_port = colon != std::string_view::npos &&
                        host.find(']', colon) == std::string_view::npos &&
                        (host.starts_with('[') || host.find(':') == colon);
  if (!has_port) {
    out.emplace_back(std::string(host) + ":443");
    out.emplace_back(std::string(host) + ":80");
  } else if (host.substr(colon) == ":443" || host.substr(colon) == ":80") {
    out.emplace_back(host.substr(0, colon));
  }
  return out;
}

// S3 takes the path decoded and encoded once. Clients that leave a byte as it is where AWS would encode it
// ('+', '(' …) sign what they send, and S3 takes that too; both name the same decoded key.
std::vector<std::string> path_spellings(const request_view& call, std::string_view service) {
  std::vector<std::string> out;
  const auto add = [&](path_style style) {
    std::string path = canonical_path(call.raw_path, style);
    if (std::find(out.begin(), out.end(), path) == out.end()) out.push_back(std::move(path));
  };
  if (service == "s3") {
    add(path_style::s3);
    add(path_style::verbatim);
  } else {
    add(path_style::normalized_twice);
    add(path_style::encoded_twice);
  }
  return out;
}

std::string spaced_hex(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size() * 3);
  for (const char& c : bytes) {
    if (!out.empty()) out += ' ';
    out += storage::crypto::to_hex(std::string_view(&c, 1));
  }
  return out;
}

error mismatch(const credentials& claim, const std::string& to_sign, const std::string& canonical) {
  return error(errc::signature_does_not_match)
      .with("AWSAccessKeyId", claim.access_key_id)
      .with("StringToSign", to_sign)
      .with("SignatureProvided", claim.signature)
      .with("StringToSignBytes", spaced_hex(to_sign))
      .with("CanonicalRequest", canonical)
      .with("CanonicalRequestBytes", spaced_hex(canonical));
}

std::string lower_case(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return out;
}

}  // namespace

result<verified> verifier::verify(const request_view& call, const credentials& claim,
                                  std::string_view secret) {
  const signing_key key = keys_.find_or_derive(claim.access_key_id, secret, claim.scope);
  const std::string scope_text = claim.scope.text();
  const std::string query = canonical_query(
      call.raw_query, claim.where == credentials::form::query ? "X-Amz-Signature" : "");
  const std::vector<std::string> paths = path_spellings(call, claim.scope.service);
  const std::vector<std::string> hosts = host_spellings(call);

  std::string first_canonical;
  std::string first_to_sign;
  for (const std::string& path : paths) {
    for (const std::string& host : hosts) {
      std::string canonical = canonical_request(
          {call.method, path, query, claim.signed_headers, host, claim.payload_hash}, call.headers);
      std::string to_sign = string_to_sign(claim.timestamp, scope_text, canonical);
      std::string signature = key.sign(to_sign);
      if (storage::crypto::equal_constant_time(signature, claim.signature)) {
        verified out;
        out.mode = claim.mode;
        if (claim.mode == payload_mode::hashed) out.body_hash = lower_case(claim.payload_hash);
        out.scope = claim.scope;
        out.timestamp = claim.timestamp;
        out.key = key;
        out.seed_signature = std::move(signature);
        return out;
      }
      if (first_canonical.empty()) {
        first_canonical = std::move(canonical);
        first_to_sign = std::move(to_sign);
      }
    }
  }
  return mismatch(claim, first_to_sign, first_canonical);
}

result<verified> verify_anonymous(const request_view& call) {
  verified out;
  const auto header = call.find("x-amz-content-sha256");
  if (!header) return out;
  const auto mode = parse_payload_mode(trimmed(*header));
  if (!mode) return mode.error();
  if (*mode == payload_mode::streaming_signed || *mode == payload_mode::streaming_signed_trailer) {
    return error(errc::access_denied);
  }
  out.mode = *mode;
  if (*mode == payload_mode::hashed) out.body_hash = lower_case(trimmed(*header));
  return out;
}

}  // namespace torhaus::auth::sigv4
