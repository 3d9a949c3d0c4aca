#include "auth/sigv4/credentials.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <stdexcept>
#include <utility>

#include "auth/sigv4/query.hpp"
#include "auth/sigv4/timestamp.hpp"

namespace torhaus::auth::sigv4 {
namespace {

using std::chrono::sys_seconds;

constexpr std::string_view header_malformed = "The authorization header is malformed; ";
constexpr std::string_view credential_parameter = "Error parsing the X-Amz-Credential parameter; ";
constexpr std::string_view ecdsa_name = "AWS4-ECDSA-P256-SHA256";
// AWS's access keys have 20 characters; nothing is looked up for what no key can be.
constexpr std::size_t max_access_key_bytes = 128;
// More than fits S3's limits of metadata and head; bounds the work for a request that nobody signed.
constexpr std::size_t max_signed_headers = 512;
// A refusal names this many unsigned headers and no more.
constexpr std::size_t max_named_bytes = 2048;

std::string joined(std::initializer_list<std::string_view> parts) {
  std::string out;
  for (const std::string_view part : parts) out += part;
  return out;
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view blanks = " \t";
  const std::size_t begin = text.find_first_not_of(blanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

// Refuses either in the words of the header or in those of the query.
class refusal {
 public:
  explicit refusal(credentials::form where) : where_(where) {}

  error credential(std::string_view what) const {
    if (where_ == credentials::form::query) {
      return error(errc::authorization_query_parameters_error, joined({credential_parameter, what}));
    }
    return error(errc::authorization_header_malformed, joined({header_malformed, what}));
  }
  error date_mismatch(std::string_view scope_date, std::string_view request_date) const {
    if (where_ == credentials::form::query) {
      return error(errc::authorization_query_parameters_error,
                   joined({"Invalid credential date \"", scope_date,
                           "\". This date is not the same as X-Amz-Date: \"", request_date, "\"."}));
    }
    return credential("Invalid credential date. Date is not the same as X-Amz-Date.");
  }

 private:
  credentials::form where_;
};

bool all_digits(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// KEY/YYYYMMDD/REGION/SERVICE/aws4_request, in S3's order of checks.
result<void> parse_credential(std::string_view text, const acceptance& accepts, credentials& out) {
  const refusal refuse(out.where);
  std::array<std::string_view, 5> parts;
  std::size_t count = 0;
  for (std::size_t at = 0; at <= text.size(); ++count) {
    const std::size_t end = std::min(text.find('/', at), text.size());
    if (count < parts.size()) parts[count] = text.substr(at, end - at);
    at = end + 1;
  }
  const auto [key, date, region, service, end_of_scope] = parts;
  if (count != parts.size() || key.empty() || key.size() > max_access_key_bytes) {
    return refuse.credential(
        "the Credential is mal-formed; expecting \"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request\".");
  }
  if (date.size() != 8 || !all_digits(date)) {
    return refuse.credential(joined({"incorrect date format \"", date,
                                     "\". This date in the credential must be in the format \"yyyyMMdd\"."}));
  }
  if (region.empty()) {
    return refuse.credential("a non-empty region must be provided in the credential.");
  }
  const auto contains = [](const std::vector<std::string>& list, std::string_view item) {
    return std::find(list.begin(), list.end(), item) != list.end();
  };
  if (!contains(accepts.regions, region)) {
    const std::string& wanted = accepts.regions.front();
    return refuse
        .credential(joined({"the region '", region, "' is wrong; expecting '", wanted, "'"}))
        .with("Region", wanted);
  }
  if (!contains(accepts.services, service)) {
    return refuse.credential(joined({"incorrect service \"", service,
                                     "\". This endpoint belongs to \"", accepts.services.front(),
                                     "\"."}));
  }
  if (end_of_scope != terminator) {
    return refuse.credential(joined({"incorrect terminal \"", end_of_scope,
                                     "\". This endpoint uses \"aws4_request\"."}));
  }
  out.access_key_id = key;
  out.scope = {std::string(date), std::string(region), std::string(service)};
  return {};
}

bool is_listed(std::string_view list, std::string_view name) {
  for (std::size_t at = 0; at <= list.size();) {
    const std::size_t end = std::min(list.find(';', at), list.size());
    if (equal_names(list.substr(at, end - at), name)) return true;
    at = end + 1;
  }
  return false;
}

// Host, Content-MD5 and every x-amz-* header must be signed, else a stranger could add some to a request that
// he cannot sign (CVE-2026-54330). The value of x-amz-content-sha256 is the last line of every canonical
// request and so is always covered; S3 does not ask for its name either.
result<void> check_coverage(const request_view& call, const credentials& claim) {
  if (call.count("host") > 1) return error(errc::bad_request, "The Host header must not be repeated.");
  constexpr std::string_view prefix = "x-amz-";
  std::string missing;
  const auto name_it = [&missing](std::string_view name) {
    if (missing.size() > max_named_bytes || is_listed(missing, name)) return;
    if (!missing.empty()) missing += ';';
    for (const char c : name) {
      missing += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    }
  };
  if (!is_listed(claim.signed_headers, "host")) name_it("host");
  for (const header_view& header : call.headers) {
    const std::string_view name = header.name;
    const bool must = equal_names(name.substr(0, prefix.size()), prefix) ||
                      equal_names(name, "content-md5");
    if (!must || equal_names(name, "x-amz-content-sha256")) continue;
    if (!is_listed(claim.signed_headers, name)) name_it(name);
  }
  if (missing.empty()) return {};
  std::string names;
  for (const char c : missing) {
    if (c == ';') names += ", ";
    else names += c;
  }
  return error(errc::access_denied,
               "There were headers present in the request which were not signed")
      .with("HeadersNotSigned", std::move(names));
}

sys_seconds seconds_of(sys_micros now) { return std::chrono::floor<std::chrono::seconds>(now); }

result<void> check_skew(sys_seconds time, std::string_view as_sent, sys_micros now) {
  if (time >= now - max_skew && time <= now + max_skew) return {};
  return error(errc::request_time_too_skewed,
               "The difference between the request time and the current time is too large.")
      .with("RequestTime", std::string(as_sent))
      .with("ServerTime", format_extended(seconds_of(now)))
      .with("MaxAllowedSkewMilliseconds",
            std::to_string(std::chrono::milliseconds(max_skew).count()));
}

// The canonical request's last line and what it says about the body.
result<void> take_payload(const request_view& call, const std::optional<std::string>& in_query,
                          credentials& out) {
  constexpr std::string_view name = "x-amz-content-sha256";
  if (call.count(name) > 1) {
    return error(errc::invalid_argument, "x-amz-content-sha256 must not be repeated")
        .with("ArgumentName", std::string(name));
  }
  std::optional<std::string> value = in_query;
  if (const auto header = call.find(name)) value = trimmed(*header);
  if (!value) {
    if (out.where == credentials::form::query) {
      out.payload_hash = unsigned_payload;
      out.mode = payload_mode::unsigned_payload;
      return {};
    }
    return error(errc::invalid_request,
                 "Missing required header for this request: x-amz-content-sha256");
  }
  auto mode = parse_payload_mode(*value);
  if (!mode) return std::move(mode).error();
  out.payload_hash = *std::move(value);
  out.mode = *mode;
  return {};
}

// Other services than S3 sign the hash of the body whether or not a header says it.
void take_body_hash(const request_view& call, credentials& out) {
  out.payload_hash = call.body_hash.empty() ? empty_hash : call.body_hash;
  out.mode = payload_mode::hashed;
}

// Names of printable ASCII, none empty, none twice: a name that came often would make the canonical
// request many times larger than the request.
bool is_well_formed(std::string_view list) {
  std::vector<std::string_view> names;
  names.reserve(16);
  bool ascending = true;
  for (std::size_t at = 0; at <= list.size();) {
    const std::size_t end = std::min(list.find(';', at), list.size());
    const std::string_view name = list.substr(at, end - at);
    if (name.empty() || names.size() == max_signed_headers) return false;
    ascending = ascending && (names.empty() || names.back() < name);
    names.push_back(name);
    at = end + 1;
  }
  for (const char c : list) {
    if (static_cast<unsigned char>(c) <= ' ' || static_cast<unsigned char>(c) >= 0x7f) return false;
  }
  if (ascending) return true;
  std::sort(names.begin(), names.end());
  return std::adjacent_find(names.begin(), names.end()) == names.end();
}

result<void> check_signed_headers(const credentials& claim) {
  const std::string_view list = claim.signed_headers;
  if (is_well_formed(list)) return {};
  if (claim.where == credentials::form::query) {
    return error(errc::authorization_query_parameters_error, "X-Amz-SignedHeaders is malformed.");
  }
  return error(errc::authorization_header_malformed,
               joined({header_malformed, "the authorization component \"SignedHeaders=", list,
                       "\" is malformed."}));
}

// "Credential=…, SignedHeaders=…, Signature=…" in any order, with or without white space around the commas.
result<std::string> parse_components(std::string_view text, credentials& out) {
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
    return malformed({"the authorization header requires three components: Credential, "
                      "SignedHeaders, and Signature."});
  }
  out.signed_headers = *signed_headers;
  out.signature = *signature;
  return std::string(*credential);
}

struct request_date {
  sys_seconds time;
  std::string_view as_sent;
};

// x-amz-date when it is there, readable or not; else Date.
result<request_date> header_date(const request_view& call) {
  const std::string_view name = call.find("x-amz-date") ? "x-amz-date" : "date";
  const std::string_view text = trimmed(call.find(name).value_or(""));
  auto time = parse_basic(text);
  if (!time && name == "date") time = parse_http_date(text);
  if (!time || call.count(name) != 1) {
    return error(errc::access_denied,
                 "AWS authentication requires a valid Date or x-amz-date header");
  }
  return request_date{*time, text};
}

result<std::optional<credentials>> parse_header(const request_view& call, std::string_view rest,
                                                const acceptance& accepts, sys_micros now) {
  credentials out;
  out.where = credentials::form::header;
  const bool hash_in_header = call.find("x-amz-content-sha256").has_value();
  const bool only_s3 = accepts.services == std::vector<std::string>{"s3"};
  if (hash_in_header || only_s3) {
    if (auto taken = take_payload(call, std::nullopt, out); !taken) return std::move(taken).error();
  }
  auto date = header_date(call);
  if (!date) return std::move(date).error();
  if (auto near = check_skew(date->time, date->as_sent, now); !near) return std::move(near).error();

  auto credential = parse_components(rest, out);
  if (!credential) return std::move(credential).error();
  if (auto parsed = parse_credential(*credential, accepts, out); !parsed) {
    return std::move(parsed).error();
  }
  out.timestamp = format_basic(date->time);
  if (std::string_view(out.timestamp).substr(0, 8) != out.scope.date) {
    return refusal(out.where).date_mismatch(out.scope.date, out.timestamp.substr(0, 8));
  }
  if (!hash_in_header && !only_s3) {
    if (out.scope.service == "s3") {
      if (auto taken = take_payload(call, std::nullopt, out); !taken) return std::move(taken).error();
    } else {
      take_body_hash(call, out);
    }
  }
  if (auto listed = check_signed_headers(out); !listed) return std::move(listed).error();
  if (auto covered = check_coverage(call, out); !covered) return std::move(covered).error();
  out.session_token = trimmed(call.find("x-amz-security-token").value_or(""));
  return std::optional<credentials>(std::move(out));
}

error query_error(std::string_view what) {
  return error(errc::authorization_query_parameters_error, std::string(what));
}

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
        "X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be "
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

result<std::optional<credentials>> parse_query(const request_view& call,
                                               presigned_parameters& query,
                                               const acceptance& accepts, sys_micros now) {
  if (!query.repeated.empty()) {
    return query_error(joined({"The parameter ", query.repeated, " must not be repeated."}));
  }
  if (*query.algorithm == ecdsa_name) {
    return error(errc::not_implemented, "Signature Version 4A is not implemented.");
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
  if (auto parsed = parse_credential(*query.credential, accepts, out); !parsed) {
    return std::move(parsed).error();
  }
  out.timestamp = *std::move(query.date);
  if (std::string_view(out.timestamp).substr(0, 8) != out.scope.date) {
    return refusal(out.where).date_mismatch(out.scope.date, out.timestamp.substr(0, 8));
  }
  out.signed_headers = *std::move(query.signed_headers);
  out.signature = *std::move(query.signature);
  out.session_token = std::move(query.security_token).value_or("");
  if (out.session_token.empty()) {
    out.session_token = trimmed(call.find("x-amz-security-token").value_or(""));
  }
  if (out.scope.service == "s3") {
    if (auto taken = take_payload(call, query.content_sha256, out); !taken) {
      return std::move(taken).error();
    }
  } else {
    take_body_hash(call, out);
  }
  if (auto listed = check_signed_headers(out); !listed) return std::move(listed).error();
  if (auto covered = check_coverage(call, out); !covered) return std::move(covered).error();
  return std::optional<credentials>(std::move(out));
}

// S3 adds the header's value to these; it is left out here, so that no log of responses keeps a signature.
error header_argument(std::string_view what) {
  return error(errc::invalid_argument, std::string(what)).with("ArgumentName", "Authorization");
}

error one_mechanism() {
  return header_argument(
      "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query "
      "string parameter or the Authorization header should be specified");
}

error version_2() {
  return error(errc::invalid_request,
               "The authorization mechanism you have provided is not supported. Please use "
               "AWS4-HMAC-SHA256.");
}

}  // namespace

result<payload_mode> parse_payload_mode(std::string_view value) {
  if (value == unsigned_payload) return payload_mode::unsigned_payload;
  if (value == "STREAMING-UNSIGNED-PAYLOAD-TRAILER") return payload_mode::streaming_unsigned_trailer;
  if (value == "STREAMING-AWS4-HMAC-SHA256-PAYLOAD") return payload_mode::streaming_signed;
  if (value == "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER") {
    return payload_mode::streaming_signed_trailer;
  }
  if (value.starts_with("STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD")) {
    return error(errc::not_implemented, "Signature Version 4A is not implemented.");
  }
  const bool hex = std::all_of(value.begin(), value.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
  });
  if (value.size() == empty_hash.size() && hex) return payload_mode::hashed;
  return error(errc::invalid_argument,
               "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-UNSIGNED-PAYLOAD-TRAILER, "
               "STREAMING-AWS4-HMAC-SHA256-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER or a "
               "valid sha256 value.")
      .with("ArgumentName", "x-amz-content-sha256")
      .with("ArgumentValue", std::string(value));
}

result<std::optional<credentials>> parse_credentials(const request_view& call,
                                                     const acceptance& accepts, sys_micros now) {
  if (accepts.regions.empty() || accepts.services.empty()) {
    throw std::logic_error("sigv4: no region or service to accept");
  }
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
      return error(errc::not_implemented, "Signature Version 4A is not implemented.");
    }
    if (scheme != algorithm_name) return header_argument("Unsupported Authorization Type");
    return parse_header(call, text.substr(space + 1), accepts, now);
  }
  if (query.algorithm) return parse_query(call, query, accepts, now);
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
