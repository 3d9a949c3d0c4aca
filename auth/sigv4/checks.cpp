#include "auth/sigv4/checks.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <utility>
#include <vector>

namespace torhaus::auth::sigv4 {
namespace {

constexpr std::string_view credential_parameter = "Error parsing the X-Amz-Credential parameter; ";
// AWS's access keys have 20 characters; nothing is looked up for what no key can be.
constexpr std::size_t max_access_key_bytes = 128;
// More than fits S3's limits of metadata and head; bounds the work for a request that nobody
// signed.
constexpr std::size_t max_signed_headers = 512;
// A refusal names this many bytes of unsigned headers, or of a field, and no more.
constexpr std::size_t max_named_bytes = 2048;

// In the words of the header, of the query or of the form.
error credential_error(credentials::form where, std::string_view sent, std::string_view what) {
  if (where == credentials::form::post) return field_error("X-Amz-Credential", sent, what);
  if (where == credentials::form::query) {
    return error(errc::authorization_query_parameters_error, joined({credential_parameter, what}));
  }
  return error(errc::authorization_header_malformed, joined({header_malformed, what}));
}

bool all_digits(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// The name that begins there in "host;x-amz-date".
std::string_view name_at(std::string_view list, std::size_t at) {
  return list.substr(at, std::min(list.find(';', at), list.size()) - at);
}

bool is_listed(std::string_view list, std::string_view name) {
  for (std::size_t at = 0; at <= list.size();) {
    const std::string_view listed = name_at(list, at);
    if (equal_names(listed, name)) return true;
    at += listed.size() + 1;
  }
  return false;
}

// Host, Content-MD5 and every x-amz-* header must be signed, else a stranger could add some to a
// request that he cannot sign (CVE-2026-54330). The value of x-amz-content-sha256 is the last line
// of every canonical request and so is always covered; S3 does not ask for its name either.
result<void> check_coverage(const request_view& call, const credentials& claim) {
  if (call.count("host") > 1)
    return error(errc::bad_request, "The Host header must not be repeated.");
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
    const bool must =
        equal_names(name.substr(0, prefix.size()), prefix) || equal_names(name, "content-md5");
    if (!must || equal_names(name, "x-amz-content-sha256")) continue;
    if (!is_listed(claim.signed_headers, name)) name_it(name);
  }
  if (missing.empty()) return {};
  std::string names;
  for (const char c : missing) {
    if (c == ';')
      names += ", ";
    else
      names += c;
  }
  return error(errc::access_denied,
               "There were headers present in the request which were not signed")
      .with("HeadersNotSigned", std::move(names));
}

// Names of printable ASCII, none empty, none twice: a name that came often would make the canonical
// request many times larger than the request.
bool is_well_formed(std::string_view list) {
  bool printable = true;
  for (const char c : list) {
    printable &= (static_cast<unsigned char>(c) > ' ') & (static_cast<unsigned char>(c) < 0x7f);
  }
  if (!printable) return false;
  std::string_view before;
  bool ascending = true;
  std::size_t count = 0;
  for (std::size_t at = 0; at <= list.size(); ++count) {
    const std::string_view name = name_at(list, at);
    if (name.empty() || count == max_signed_headers) return false;
    ascending = ascending && before < name;
    before = name;
    at += name.size() + 1;
  }
  if (ascending) return true;
  std::vector<std::string_view> names;
  names.reserve(count);
  for (std::size_t at = 0; at <= list.size(); at += names.back().size() + 1) {
    names.push_back(name_at(list, at));
  }
  std::sort(names.begin(), names.end());
  return std::adjacent_find(names.begin(), names.end()) == names.end();
}

}  // namespace

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

std::string lower_case(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return out;
}

error query_error(std::string_view what) {
  return error(errc::authorization_query_parameters_error, std::string(what));
}

error field_error(std::string_view name, std::string_view sent, std::string_view what) {
  return error(errc::invalid_argument, std::string(what))
      .with("ArgumentName", std::string(name))
      .with("ArgumentValue", std::string(sent.substr(0, max_named_bytes)));
}

error version_4a() {
  return error(errc::not_implemented, "Signature Version 4A is not implemented.");
}

void require_any(const acceptance& accepts) {
  if (accepts.regions.empty() || accepts.services.empty()) {
    throw std::logic_error("sigv4: no region or service to accept");
  }
}

// KEY/YYYYMMDD/REGION/SERVICE/aws4_request, in S3's order of checks.
result<void> take_credential(std::string_view text, const acceptance& accepts, credentials& out) {
  const auto refuse = [&](std::string_view what) {
    return credential_error(out.where, text, what);
  };
  std::array<std::string_view, 5> parts;
  std::size_t count = 0;
  for (std::size_t at = 0; at <= text.size(); ++count) {
    const std::size_t end = std::min(text.find('/', at), text.size());
    if (count < parts.size()) parts[count] = text.substr(at, end - at);
    at = end + 1;
  }
  const auto [key, date, region, service, end_of_scope] = parts;
  if (count != parts.size() || key.empty() || key.size() > max_access_key_bytes) {
    return refuse(
        "the Credential is mal-formed; expecting "
        "\"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request\".");
  }
  if (date.size() != 8 || !all_digits(date)) {
    return refuse(joined({"incorrect date format \"", date,
                          "\". This date in the credential must be in the format \"yyyyMMdd\"."}));
  }
  if (region.empty() && !accepts.any_region) {
    return refuse("a non-empty region must be provided in the credential.");
  }
  const auto contains = [](const std::vector<std::string>& list, std::string_view item) {
    return std::find(list.begin(), list.end(), item) != list.end();
  };
  if (!accepts.any_region && !contains(accepts.regions, region)) {
    const std::string& wanted = accepts.regions.front();
    return refuse(joined({"the region '", region, "' is wrong; expecting '", wanted, "'"}))
        .with("Region", wanted);
  }
  if (!contains(accepts.services, service)) {
    return refuse(joined({"incorrect service \"", service, "\". This endpoint belongs to \"",
                          accepts.services.front(), "\"."}));
  }
  if (end_of_scope != terminator) {
    return refuse(joined(
        {"incorrect terminal \"", end_of_scope, "\". This endpoint uses \"aws4_request\"."}));
  }
  out.access_key_id = key;
  out.scope = {std::string(date), std::string(region), std::string(service)};
  return {};
}

result<void> check_scope_date(const credentials& claim, std::string_view request_date) {
  if (claim.scope.date == request_date) return {};
  const std::string what =
      joined({"Invalid credential date \"", claim.scope.date,
              "\". This date is not the same as X-Amz-Date: \"", request_date, "\"."});
  if (claim.where == credentials::form::query) return query_error(what);
  if (claim.where == credentials::form::post) {
    return field_error("X-Amz-Credential", claim.scope.date, what);
  }
  return error(
      errc::authorization_header_malformed,
      joined({header_malformed, "Invalid credential date. Date is not the same as X-Amz-Date."}));
}

result<void> check_signed_headers(const request_view& call, const credentials& claim) {
  const std::string_view list = claim.signed_headers;
  if (is_well_formed(list)) return check_coverage(call, claim);
  if (claim.where == credentials::form::query) {
    return error(errc::authorization_query_parameters_error, "X-Amz-SignedHeaders is malformed.");
  }
  return error(errc::authorization_header_malformed,
               joined({header_malformed, "the authorization component \"SignedHeaders=", list,
                       "\" is malformed."}));
}

result<void> take_content_sha256(const request_view& call,
                                 const std::optional<std::string>& in_query, credentials& out) {
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

void take_body_hash(const request_view& call, credentials& out) {
  out.payload_hash = call.body_hash.empty() ? empty_hash : call.body_hash;
  out.mode = payload_mode::hashed;
}

std::chrono::sys_seconds seconds_of(sys_micros now) {
  return std::chrono::floor<std::chrono::seconds>(now);
}

}  // namespace torhaus::auth::sigv4
