// Credentials in the query: presigned URLs.
// AWS: "Authenticating requests: using query parameters (AWS Signature Version 4)".
#include <charconv>
#include <utility>

#include "auth/sigv4/checks.hpp"
#include "auth/sigv4/query.hpp"
#include "auth/sigv4/timestamp.hpp"

namespace torhaus::auth::sigv4 {
namespace {

using std::chrono::sys_seconds;

// A decimal number that may carry a sign. AWS: 1 second to 7 days.
result<std::chrono::seconds> parse_expires(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  std::int64_t value = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (fault != std::errc() || end != text.data() + text.size()) {
    return query_error("X-Amz-Expires should be a number");
  }
  if (value < 0) return query_error("X-Amz-Expires must be non-negative");
  if (value > max_expiry.count()) {
    return query_error(
        "X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires "
        "must be "
        "less than 604800 seconds");
  }
  return std::chrono::seconds(value);
}

result<void> check_validity(sys_seconds time, std::chrono::seconds expires,
                            const std::string& expires_text, sys_micros now) {
  const std::string end = format_extended(time + expires);
  const std::string server_time = format_extended(seconds_of(now));
  if (time > now + max_skew) {
    return error(errc::access_denied, "Request is not yet valid")
        .with("X-Amz-Date",
              std::to_string(std::chrono::milliseconds(time.time_since_epoch()).count()))
        .with("Expires", end)
        .with("ServerTime", server_time);
  }
  // A life of no seconds is over whatever the clocks say.
  if (now > time + expires || expires == std::chrono::seconds(0)) {
    return error(errc::access_denied, "Request has expired")
        .with("X-Amz-Expires", expires_text)
        .with("Expires", end)
        .with("ServerTime", server_time);
  }
  return {};
}

}  // namespace

result<std::optional<credentials>> parse_presigned_credentials(const request_view& call,
                                                               presigned_parameters& query,
                                                               const acceptance& accepts,
                                                               sys_micros now) {
  if (!query.repeated.empty()) {
    return query_error(joined({"The parameter ", query.repeated, " must not be repeated."}));
  }
  if (*query.algorithm == ecdsa_name) {
    return version_4a();
  }
  if (*query.algorithm != algorithm_name) {
    return query_error("X-Amz-Algorithm only supports \"AWS4-HMAC-SHA256\"");
  }
  if (!query.credential || !query.signature || !query.date || !query.signed_headers ||
      !query.expires) {
    return query_error(
        "Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, "
        "X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.");
  }
  const auto time = parse_basic(*query.date);
  if (!time) {
    return query_error("X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\"");
  }
  const auto expires = parse_expires(*query.expires);
  if (!expires) return expires.error();
  if (auto valid = check_validity(*time, *expires, *query.expires, now); !valid) {
    return std::move(valid).error();
  }
  credentials out;
  out.where = credentials::form::query;
  if (auto parsed = take_credential(*query.credential, accepts, out); !parsed) {
    return std::move(parsed).error();
  }
  out.timestamp = *std::move(query.date);
  if (auto same = check_scope_date(out, std::string_view(out.timestamp).substr(0, 8)); !same) {
    return std::move(same).error();
  }
  out.signed_headers = *std::move(query.signed_headers);
  out.signature = *std::move(query.signature);
  out.session_token = std::move(query.security_token).value_or("");
  if (out.session_token.empty()) {
    out.session_token = trimmed(call.find("x-amz-security-token").value_or(""));
  }
  if (out.scope.service == "s3") {
    if (auto taken = take_content_sha256(call, query.content_sha256, out); !taken) {
      return std::move(taken).error();
    }
  } else {
    take_body_hash(call, out);
  }
  if (auto listed = check_signed_headers(call, out); !listed) return std::move(listed).error();
  return std::optional<credentials>(std::move(out));
}

}  // namespace torhaus::auth::sigv4
