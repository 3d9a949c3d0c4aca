#include "gateway/s3/object/lock_headers.hpp"

#include <algorithm>
#include <chrono>

#include "gateway/s3/access/request_values.hpp"
#include "gateway/s3/dates.hpp"
#include "gateway/s3/parameters.hpp"
#include "gateway/s3/xml/reader.hpp"

namespace torhaus::gateway::s3 {
namespace {

namespace catalog = storage::catalog;
using catalog::retention_mode;

constexpr std::string_view mode_header = "x-amz-object-lock-mode";
constexpr std::string_view until_header = "x-amz-object-lock-retain-until-date";
constexpr std::string_view bypass_header = "x-amz-bypass-governance-retention";
constexpr std::string_view hold_header = "x-amz-object-lock-legal-hold";

std::optional<std::string_view> value_of(const std::vector<http::header>& said,
                                         std::string_view name) {
  const auto at = std::ranges::find_if(
      said, [&](const http::header& h) { return http::equal_ignoring_case(h.name, name); });
  return at == said.end() ? std::nullopt : std::optional(at->value);
}

result<void> read_retention(const context& ctx, const std::vector<http::header>& said,
                            catalog::version_lock& lock) {
  const auto mode = value_of(said, mode_header);
  const auto until = value_of(said, until_header);
  if (!mode && !until) return {};
  if (!mode || !until) {
    return missing_argument(
        "x-amz-object-lock-retain-until-date and x-amz-object-lock-mode must both be supplied",
        mode ? until_header : mode_header);
  }
  const auto known = parse_retention_mode(*mode);
  if (!known) return invalid_argument("Unknown wormMode directive.", mode_header, *mode);
  const auto time = parse_retain_until(ctx, *until, until_header);
  if (!time) return time.error();
  lock.mode = *known;
  lock.until = *time;
  return ctx.may_here("s3:PutObjectRetention", ctx.where.key);
}

result<void> read_hold(const context& ctx, const std::vector<http::header>& said,
                       catalog::version_lock& lock) {
  const auto hold = value_of(said, hold_header);
  if (!hold) return {};
  if (*hold != "ON" && *hold != "OFF") {
    return invalid_argument("Legal Hold must be either of 'ON' or 'OFF'", hold_header, *hold);
  }
  lock.legal_hold = *hold == "ON";
  lock.legal_hold_given = true;
  return ctx.may_here("s3:PutObjectLegalHold", ctx.where.key);
}

}  // namespace

said_lock lock_said(const context& ctx) {
  said_lock said;
  const auto read_time = [&](std::optional<std::string_view> text) {
    if (text) said.until = parse_instant(*text);
  };
  const bool retention = ctx.what.name == "PutObjectRetention";
  if (retention || ctx.what.name == "PutObjectLegalHold") {
    const auto doc = xml::document::parse(ctx.xml_body, retention ? "Retention" : "LegalHold");
    if (!doc) return said;
    if (!retention) {
      said.legal_hold = doc->root().text_of("Status");
      return said;
    }
    said.mode = doc->root().text_of("Mode");
    const auto until = doc->root().text_of("RetainUntilDate");
    read_time(until);
    return said;
  }
  const auto text = [&](std::string_view header) {
    const auto sent = instruction(ctx, header);
    return sent ? std::optional<std::string>(*sent) : std::nullopt;
  };
  said.mode = text(mode_header);
  said.legal_hold = text(hold_header);
  read_time(instruction(ctx, until_header));
  return said;
}

catalog::version_lock default_lock(const context& ctx) {
  const auto& configured = ctx.settings->object_lock;
  if (!ctx.bucket->object_lock || !configured || !configured->rule) return {};
  return configured->rule->lock_from(ctx.service.clock->now());
}

result<catalog::version_lock> read_lock(const context& ctx, const std::vector<http::header>& said) {
  catalog::version_lock lock;
  if (auto ok = read_retention(ctx, said, lock); !ok) return std::move(ok).error();
  if (auto ok = read_hold(ctx, said, lock); !ok) return std::move(ok).error();
  const bool asked = lock != catalog::version_lock();
  if (asked && !ctx.bucket->object_lock) {
    return error(errc::invalid_request, "Bucket is missing ObjectLockConfiguration");
  }
  // The retention of a multipart object begins when it is complete.
  if (lock.mode == retention_mode::none && ctx.what.name != "CreateMultipartUpload") {
    const catalog::version_lock usual = default_lock(ctx);
    lock.mode = usual.mode;
    lock.until = usual.until;
  }
  if (lock.mode != retention_mode::none && ctx.what.name == "PutObject" &&
      !has_integrity_header(ctx)) {
    return error(errc::invalid_request,
                 "Content-MD5 OR x-amz-checksum- HTTP header is required for Put Object requests "
                 "with Object Lock parameters");
  }
  return lock;
}

void append_lock_headers(http::response& r, const context& ctx, const catalog::object_version& v) {
  const catalog::version_lock& lock = v.lock;
  if (lock.mode != retention_mode::none && ctx.may_here("s3:GetObjectRetention", ctx.where.key)) {
    r.set(std::string(mode_header), std::string(retention_mode_name(lock.mode)));
    r.set(std::string(until_header), retain_until_text(lock.until));
  }
  if (lock.legal_hold_given && ctx.may_here("s3:GetObjectLegalHold", ctx.where.key)) {
    r.set(std::string(hold_header), lock.legal_hold ? "ON" : "OFF");
  }
}

result<void> check_bypass(const context& ctx) {
  if (ctx.bucket->object_lock || !ctx.header(bypass_header)) return {};
  return missing_argument(
      std::string(bypass_header) + " is only applicable to Object Lock enabled buckets.",
      bypass_header);
}

bool bypasses_governance(const context& ctx, std::string_view key) {
  const auto asked = ctx.header(bypass_header);
  return asked && http::equal_ignoring_case(*asked, "true") &&
         ctx.may_here("s3:BypassGovernanceRetention", key);
}

result<sys_micros> parse_retain_until(const context& ctx, std::string_view text,
                                      std::string_view place) {
  const auto time = parse_instant(text);
  if (!time) {
    return invalid_argument("The retain until date must be provided in ISO 8601 format", place,
                            text);
  }
  if (*time <= ctx.service.clock->now()) {
    return invalid_argument("The retain until date must be in the future!", place, text);
  }
  return *time;
}

std::string retain_until_text(sys_micros t) {
  const auto fraction = t - std::chrono::floor<std::chrono::seconds>(t);
  std::string text = iso_date(t);
  if (fraction.count() == 0) return text;
  std::string digits = std::to_string(fraction.count());
  digits.insert(0, 6 - digits.size(), '0');
  return text.substr(0, text.find('.') + 1) + digits + "Z";
}

}  // namespace torhaus::gateway::s3
