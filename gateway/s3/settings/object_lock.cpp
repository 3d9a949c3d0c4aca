#include "gateway/s3/settings/object_lock.hpp"

#include <chrono>

#include "gateway/s3/parameters.hpp"
#include "gateway/s3/xml/reader.hpp"
#include "gateway/s3/xml/writer.hpp"

namespace torhaus::gateway::s3 {
namespace {

using storage::catalog::retention_mode;

// AWS: "Default retention period", at most a hundred years.
constexpr std::uint64_t max_retention_days = 36'500;
constexpr std::uint64_t max_retention_years = 100;

result<std::uint32_t> parse_period(const std::string& text, std::uint64_t most) {
  const bool negative = text.starts_with('-');
  const auto n = parse_number(negative ? std::string_view(text).substr(1) : text);
  if (!n) return errc::malformed_xml;
  // AWS's texts, and no value beside the name (versity/versitygw#1738).
  const auto refused = [&](std::string text_of_error) {
    return error(errc::invalid_argument, std::move(text_of_error))
        .with("ArgumentName", most == max_retention_days ? "Days" : "Years");
  };
  if (negative || *n == 0) {
    return refused("Default retention period must be a positive integer value.");
  }
  if (*n > most) return refused("Default retention period too large.");
  return static_cast<std::uint32_t>(*n);
}

result<default_retention> parse_lock_rule(const xml::element& rule) {
  const auto given = rule.child("DefaultRetention");
  if (!given) return errc::malformed_xml;
  const auto mode = parse_retention_mode(given->text_of("Mode").value_or(""));
  const auto days = given->text_of("Days");
  const auto years = given->text_of("Years");
  if (!mode || days.has_value() == years.has_value()) return errc::malformed_xml;
  const auto period =
      days ? parse_period(*days, max_retention_days) : parse_period(*years, max_retention_years);
  if (!period) return period.error();
  default_retention r;
  r.mode = *mode;
  (days ? r.days : r.years) = *period;
  return r;
}

}  // namespace

storage::catalog::version_lock default_retention::lock_from(sys_micros written) const {
  using namespace std::chrono;
  storage::catalog::version_lock lock;
  lock.mode = mode;
  if (years == 0) {
    lock.until = written + std::chrono::days(days);
    return lock;
  }
  const auto day = floor<std::chrono::days>(written);
  year_month_day date = year_month_day(day) + std::chrono::years(years);
  // 29 February of a year that has none: the day behind it, for nothing is kept too short.
  if (!date.ok()) date = year_month_day(date.year(), March, std::chrono::day(1));
  lock.until = sys_days(date) + (written - day);
  return lock;
}

result<object_lock_configuration> parse_object_lock(const std::string& document) {
  if (document.empty()) return errc::missing_request_body;
  auto doc = xml::document::parse(document, "ObjectLockConfiguration");
  if (!doc) return std::move(doc).error();
  if (doc->root().text_of("ObjectLockEnabled") != "Enabled") return errc::malformed_xml;
  object_lock_configuration c;
  if (const auto rule = doc->root().child("Rule")) {
    auto parsed = parse_lock_rule(*rule);
    if (!parsed) return std::move(parsed).error();
    c.rule = *parsed;
  }
  return c;
}

std::string write_object_lock(const object_lock_configuration& c) {
  xml::writer doc("ObjectLockConfiguration");
  doc.text("ObjectLockEnabled", "Enabled");
  if (c.rule) {
    doc.open("Rule").open("DefaultRetention").text("Mode", retention_mode_name(c.rule->mode));
    if (c.rule->days != 0) doc.number("Days", c.rule->days);
    if (c.rule->years != 0) doc.number("Years", c.rule->years);
    doc.close("DefaultRetention").close("Rule");
  }
  return std::move(doc).take();
}

std::optional<retention_mode> parse_retention_mode(std::string_view text) {
  if (text == "GOVERNANCE") return retention_mode::governance;
  if (text == "COMPLIANCE") return retention_mode::compliance;
  return std::nullopt;
}

std::string_view retention_mode_name(retention_mode mode) {
  return mode == retention_mode::compliance ? "COMPLIANCE" : "GOVERNANCE";
}

}  // namespace torhaus::gateway::s3
