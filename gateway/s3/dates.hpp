// Dates as S3 writes and reads them. No locale.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "storage/base/clock.hpp"

namespace torhaus::gateway::s3 {

// "Mon, 23 Nov 2026 08:15:00 GMT" (RFC 9110, IMF-fixdate).
std::string http_date(sys_micros);
// "2026-11-23T08:15:00.000Z": whole seconds, so that listings and HEAD agree.
std::string iso_date(sys_micros);
// The three forms of RFC 9110 section 5.6.7, and ISO 8601. nullopt for anything else.
std::optional<std::chrono::sys_seconds> parse_date(std::string_view);
// The same with the fraction of ISO 8601, in microseconds; what is finer is rounded up.
std::optional<sys_micros> parse_instant(std::string_view);

}  // namespace torhaus::gateway::s3
