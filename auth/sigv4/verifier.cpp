#include "auth/sigv4/verifier.hpp"

#include <array>
#include <utility>
#include <vector>

#include "auth/sigv4/checks.hpp"
#include "storage/crypto/digest.hpp"
#include "storage/crypto/sealing.hpp"

namespace torhaus::auth::sigv4 {
namespace {

// Other spellings of Host that name the same server: clients and proxies disagree about default
// ports (boto/boto3#2179).
std::vector<std::string> other_hosts(std::string_view host) {
  const std::size_t colon = host.rfind(':');
  const bool has_port = colon != std::string_view::npos &&
                        host.find(']', colon) == std::string_view::npos &&
                        (host.starts_with('[') || host.find(':') == colon);
  if (!has_port) return {std::string(host) + ":443", std::string(host) + ":80"};
  if (host.substr(colon) == ":443" || host.substr(colon) == ":80") {
    return {std::string(host.substr(0, colon))};
  }
  return {};
}

// S3 takes the path decoded and encoded once. Clients that leave a byte as it is where AWS would
// encode it
// ('+', '(' …) sign what they send, and S3 takes that too; both name the same decoded key.
constexpr std::array<path_style, 2> styles_for(bool s3) {
  if (s3) return {path_style::s3, path_style::verbatim};
  return {path_style::normalized_twice, path_style::encoded_twice};
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

error policy_mismatch(std::string_view access_key_id, std::string_view signature,
                      std::string_view base64_policy) {
  return error(errc::signature_does_not_match)
      .with("AWSAccessKeyId", std::string(access_key_id))
      .with("StringToSign", std::string(base64_policy))
      .with("SignatureProvided", std::string(signature))
      .with("StringToSignBytes", spaced_hex(base64_policy));
}

// One way to read the request, and whether the signature fits it.
class attempt {
 public:
  attempt(const request_view& call, const credentials& claim, const signing_key& key)
      : call_(call),
        claim_(claim),
        key_(key),
        scope_text_(claim.scope.text()),
        query_(canonical_query(call.raw_query, claim.where == credentials::form::query
                                                   ? "X-Amz-Signature"
                                                   : std::string_view())) {}

  bool fits(std::string_view path, std::string_view host) {
    const bool presigned = claim_.where == credentials::form::query;
    canonical = canonical_request(
        {call_.method, path, query_, claim_.signed_headers, host, claim_.payload_hash,
         presigned ? std::string_view(call_.raw_query) : std::string_view()},
        call_.headers);
    to_sign = string_to_sign(claim_.timestamp, scope_text_, canonical);
    signature = key_.sign(to_sign);
    return storage::crypto::equal_constant_time(signature, claim_.signature);
  }

  std::string canonical;
  std::string to_sign;
  std::string signature;

 private:
  const request_view& call_;
  const credentials& claim_;
  const signing_key& key_;
  std::string scope_text_;
  std::string query_;
};

verified accepted(const credentials& claim, const signing_key& key, std::string signature) {
  return {.mode = claim.mode,
          .body_hash = claim.mode == payload_mode::hashed ? lower_case(claim.payload_hash) : "",
          .scope = claim.scope,
          .timestamp = claim.timestamp,
          .key = key,
          .seed_signature = std::move(signature)};
}

}  // namespace

result<verified> verifier::verify(const request_view& call, const credentials& claim,
                                  std::string_view secret) {
  const signing_key key = keys_.find_or_derive(claim.access_key_id, secret, claim.scope);
  const auto styles = styles_for(claim.scope.service == "s3");
  const std::string path = canonical_path(call.raw_path, styles[0]);
  const std::string_view host =
      trimmed(!call.host.empty() ? call.host : call.find("host").value_or(""));

  attempt usual(call, claim, key);
  if (usual.fits(path, host)) return accepted(claim, key, std::move(usual.signature));

  attempt other(call, claim, key);
  const std::vector<std::string> hosts = other_hosts(host);
  const std::string other_path = canonical_path(call.raw_path, styles[1]);
  for (const std::string& spelling : hosts) {
    if (other.fits(path, spelling)) return accepted(claim, key, std::move(other.signature));
  }
  if (other_path != path) {
    if (other.fits(other_path, host)) return accepted(claim, key, std::move(other.signature));
    for (const std::string& spelling : hosts) {
      if (other.fits(other_path, spelling)) return accepted(claim, key, std::move(other.signature));
    }
  }
  return mismatch(claim, usual.to_sign, usual.canonical);
}

result<verified> verifier::verify_policy(const credentials& claim, std::string_view base64_policy,
                                         std::string_view secret) {
  const signing_key key = keys_.find_or_derive(claim.access_key_id, secret, claim.scope);
  std::string signature = sign_policy(key, base64_policy);
  if (storage::crypto::equal_constant_time(signature, claim.signature)) {
    return accepted(claim, key, std::move(signature));
  }
  return policy_mismatch(claim.access_key_id, claim.signature, base64_policy);
}

result<verified> verify_policy_version_2(const version_2_fields& form,
                                         std::string_view base64_policy, std::string_view secret) {
  const std::string signature =
      storage::crypto::to_base64(storage::crypto::hmac_sha1(secret, base64_policy));
  if (storage::crypto::equal_constant_time(signature, form.signature)) return verified{};
  return policy_mismatch(form.access_key_id, form.signature, base64_policy);
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
