#include "auth/sigv4/credentials.hpp"

#include <algorithm>
#include <utility>

#include "auth/sigv4/checks.hpp"
#include "auth/sigv4/query.hpp"
#include "auth/sigv4/timestamp.hpp"

namespace torhaus::auth::sigv4 {
namespace {

using std::chrono::sys_seconds;

result<void> check_skew(sys_seconds time, std::string_view as_sent, sys_micros now) {
  if (time >= now - max_skew && time <= now + max_skew) return {};
  return error(errc::request_time_too_skewed,
               "The difference between the request time and the current time is too large.")
      .with("RequestTime", std::string(as_sent))
      .with("ServerTime", format_extended(seconds_of(now)))
      .with("MaxAllowedSkewMilliseconds",
            std::to_string(std::chrono::milliseconds(max_skew).count()));
}

// "Credential=…, SignedHeaders=…, Signature=…" in any order, with or without white space around the
// commas.
result<std::string_view> parse_components(std::string_view text, credentials& out) {
  std::optional<std::string_view> credential;
  std::optional<std::string_view> signed_headers;
  std::optional<std::string_view> signature;
  const auto malformed = [](std::initializer_list<std::string_view> what) {
    return error(errc::authorization_header_malformed, joined({header_malformed, joined(what)}));
  };
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find(',', at), text.size());
    const std::string_view part = trimmed(text.substr(at, end - at));
    at = end + 1;
    if (part.empty()) continue;
    const std::size_t equals = part.find('=');
    if (equals == std::string_view::npos) {
      return malformed({"the authorization component \"", part, "\" is malformed."});
    }
    const std::string_view name = trimmed(part.substr(0, equals));
    auto* where = name == "Credential"      ? &credential
                  : name == "SignedHeaders" ? &signed_headers
                  : name == "Signature"     ? &signature
                                            : nullptr;
    if (where == nullptr || where->has_value()) {
      return malformed({"the authorization component \"", part, "\" is malformed."});
    }
    *where = trimmed(part.substr(equals + 1));
  }
  if (!credential || !signed_headers || !signature) {
    return malformed(
        {"the authorization header requires three components: Credential, "
         "SignedHeaders, and Signature."});
  }
  out.signed_headers = *signed_headers;
  out.signature = *signature;
  return *credential;
}

struct request_date {
  sys_seconds time;
  std::string_view as_sent;
  bool basic;  // 20130524T000000Z
};

// x-amz-date when it is there, readable or not; else Date.
result<request_date> header_date(const request_view& call) {
  const std::string_view name = call.find("x-amz-date") ? "x-amz-date" : "date";
  const std::string_view text = trimmed(call.find(name).value_or(""));
  auto time = parse_basic(text);
  const bool basic = time.has_value();
  if (!time && name == "date") time = parse_http_date(text);
  if (!time || call.count(name) != 1) {
    return error(errc::access_denied,
                 "AWS authentication requires a valid Date or x-amz-date header");
  }
  return request_date{*time, text, basic};
}

result<std::optional<credentials>> parse_header(const request_view& call, std::string_view rest,
                                                const acceptance& accepts, sys_micros now) {
  credentials out;
  out.where = credentials::form::header;
  const bool hash_in_header = call.find("x-amz-content-sha256").has_value();
  const bool only_s3 = accepts.services.size() == 1 && accepts.services.front() == "s3";
  if (hash_in_header || only_s3) {
    if (auto taken = take_content_sha256(call, std::nullopt, out); !taken)
      return std::move(taken).error();
  }
  auto date = header_date(call);
  if (!date) return std::move(date).error();
  if (auto near = check_skew(date->time, date->as_sent, now); !near) return std::move(near).error();

  auto credential = parse_components(rest, out);
  if (!credential) return std::move(credential).error();
  if (auto parsed = take_credential(*credential, accepts, out); !parsed) {
    return std::move(parsed).error();
  }
  out.timestamp = date->basic ? std::string(date->as_sent) : format_basic(date->time);
  if (auto same = check_scope_date(out, std::string_view(out.timestamp).substr(0, 8)); !same) {
    return std::move(same).error();
  }
  if (!hash_in_header && !only_s3) {
    if (out.scope.service == "s3") {
      if (auto taken = take_content_sha256(call, std::nullopt, out); !taken)
        return std::move(taken).error();
    } else {
      take_body_hash(call, out);
    }
  }
  if (auto listed = check_signed_headers(call, out); !listed) return std::move(listed).error();
  out.session_token = trimmed(call.find("x-amz-security-token").value_or(""));
  return std::optional<credentials>(std::move(out));
}

// S3 adds the header's value to these; it is left out here, so that no log of responses keeps a
// signature.
error header_argument(std::string_view what) {
  return error(errc::invalid_argument, std::string(what)).with("ArgumentName", "Authorization");
}

error one_mechanism() {
  return header_argument(
      "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query "
      "string parameter or the Authorization header should be specified");
}

// Hex digits of a SHA-256, without a branch for each of them.
bool is_hash(std::string_view text) {
  if (text.size() != empty_hash.size()) return false;
  bool hex = true;
  for (const char c : text) {
    const auto digit = static_cast<unsigned char>(c - '0');
    const auto letter = static_cast<unsigned char>((c | 0x20) - 'a');
    hex &= (digit < 10) | (letter < 6);
  }
  return hex;
}

}  // namespace

error version_2() {
  return error(errc::invalid_request,
               "The authorization mechanism you have provided is not supported. Please use "
               "AWS4-HMAC-SHA256.");
}

result<payload_mode> parse_payload_mode(std::string_view value) {
  if (is_hash(value)) return payload_mode::hashed;
  if (value == unsigned_payload) return payload_mode::unsigned_payload;
  if (value == "STREAMING-UNSIGNED-PAYLOAD-TRAILER")
    return payload_mode::streaming_unsigned_trailer;
  if (value == "STREAMING-AWS4-HMAC-SHA256-PAYLOAD") return payload_mode::streaming_signed;
  if (value == "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER") {
    return payload_mode::streaming_signed_trailer;
  }
  if (value.starts_with("STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD")) {
    return version_4a();
  }
  return error(
             errc::invalid_argument,
             "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-UNSIGNED-PAYLOAD-TRAILER, "
             "STREAMING-AWS4-HMAC-SHA256-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER or a "
             "valid sha256 value.")
      .with("ArgumentName", "x-amz-content-sha256")
      .with("ArgumentValue", std::string(value));
}

result<std::optional<credentials>> parse_credentials(const request_view& call,
                                                     const acceptance& accepts, sys_micros now) {
  require_any(accepts);
  presigned_parameters query = parse_presigned(call.raw_query);
  const bool version_2_query = query.has_v2_signature || query.has_v2_key;
  const auto header = call.find("authorization");
  if (header && (query.algorithm || query.has_v2_signature)) return one_mechanism();
  if (query.algorithm && query.has_v2_signature) return one_mechanism();
  if (header) {
    if (call.count("authorization") > 1) {
      return header_argument("The Authorization header must not be repeated.");
    }
    const std::string_view text = trimmed(*header);
    const std::size_t space = text.find(' ');
    if (space == std::string_view::npos) {
      return header_argument(
          "Authorization header is invalid -- one and only one ' ' (space) required");
    }
    const std::string_view scheme = text.substr(0, space);
    if (equal_names(scheme, "AWS")) return version_2();
    if (equal_names(scheme, ecdsa_name)) {
      return version_4a();
    }
    if (scheme != algorithm_name) return header_argument("Unsupported Authorization Type");
    return parse_header(call, text.substr(space + 1), accepts, now);
  }
  if (query.algorithm) return parse_presigned_credentials(call, query, accepts, now);
  if (version_2_query) return version_2();
  // Half a presigned query is no anonymous request: whoever sent it meant to be known.
  if (query.signature || query.credential) {
    return query_error(
        "Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, "
        "X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.");
  }
  return std::optional<credentials>();
}

}  // namespace torhaus::auth::sigv4
