// Checks that header, presigned query and browser upload share. For .cpp files of this part only.
#pragma once

#include <chrono>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "auth/sigv4/credentials.hpp"

namespace torhaus::auth::sigv4 {

inline constexpr std::string_view header_malformed = "The authorization header is malformed; ";
inline constexpr std::string_view ecdsa_name = "AWS4-ECDSA-P256-SHA256";

std::string joined(std::initializer_list<std::string_view> parts);
// Without blanks and tabs at both ends.
std::string_view trimmed(std::string_view);
std::string lower_case(std::string_view);

error query_error(std::string_view what);
// invalid_argument: a field of a browser upload, with what was sent in it.
error field_error(std::string_view name, std::string_view sent, std::string_view what);
error version_4a();

// Throws std::logic_error when nothing at all would be accepted.
void require_any(const acceptance&);

// KEY/YYYYMMDD/REGION/SERVICE/aws4_request → access_key_id and scope. `request_date` is the day of
// the request. The refusal is worded for out.where.
result<void> take_credential(std::string_view text, const acceptance&, credentials& out);
result<void> check_scope_date(const credentials&, std::string_view request_date);

// SignedHeaders is a list of names and holds all that must be signed.
result<void> check_signed_headers(const request_view&, const credentials&);

// The canonical request's last line and what it says about the body: S3's x-amz-content-sha256 …
result<void> take_content_sha256(const request_view&, const std::optional<std::string>& in_query,
                                 credentials& out);
// … and for other services, which sign the hash of the body whether or not a header says it.
void take_body_hash(const request_view&, credentials& out);

std::chrono::sys_seconds seconds_of(sys_micros);

// The presigned form; the header form is credentials.cpp's.
struct presigned_parameters;
result<std::optional<credentials>> parse_presigned_credentials(const request_view&,
                                                               presigned_parameters&,
                                                               const acceptance&, sys_micros now);

}  // namespace torhaus::auth::sigv4
