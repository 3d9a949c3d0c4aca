#include "gateway/s3/object/lifecycle_headers.hpp"

#include "gateway/s3/dates.hpp"
#include "gateway/s3/parameters.hpp"

namespace torhaus::gateway::s3 {
namespace {

// What `of` makes of the bucket's own rules and of its project's retention, whichever is earlier.
template <class Outlook>
std::optional<lifecycle_outlook> earlier(const context& ctx, Outlook of) {
  std::optional<lifecycle_outlook> first;
  if (ctx.settings->lifecycle) first = of(ctx.settings->lifecycle->rules);
  if (ctx.project == nullptr || ctx.project->about.retention_days == 0) return first;
  auto other = of(retention_rules(ctx.project->about.retention_days));
  return !first || (other && other->at < first->at) ? std::move(other) : std::move(first);
}

}  // namespace

void append_expiration(http::response& r, const context& ctx, std::string_view key,
                       std::uint64_t size, const std::vector<storage::catalog::name_value>& tags,
                       sys_micros modified) {
  const auto expiry = earlier(ctx, [&](const std::vector<lifecycle_rule>& rules) {
    return expiry_of(rules, key, size, tags, modified);
  });
  if (!expiry) return;
  r.set("x-amz-expiration", "expiry-date=\"" + http_date(expiry->at) + "\", rule-id=\"" +
                                url_encode(expiry->rule_id) + "\"");
}

void append_abort(http::response& r, const context& ctx, std::string_view key,
                  sys_micros initiated) {
  const auto end = earlier(ctx, [&](const std::vector<lifecycle_rule>& rules) {
    return abort_of(rules, key, initiated);
  });
  if (!end) return;
  r.set("x-amz-abort-date", http_date(end->at));
  r.set("x-amz-abort-rule-id", url_encode(end->rule_id));
}

}  // namespace torhaus::gateway::s3
