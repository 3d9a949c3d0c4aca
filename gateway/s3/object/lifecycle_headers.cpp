#include "gateway/s3/object/lifecycle_headers.hpp"

#include "gateway/s3/dates.hpp"
#include "gateway/s3/parameters.hpp"

namespace torhaus::gateway::s3 {

void append_expiration(http::response& r, const context& ctx, std::string_view key,
                       std::uint64_t size, const std::vector<storage::catalog::name_value>& tags,
                       sys_micros modified) {
  const auto& rules = ctx.settings->lifecycle;
  if (!rules) return;
  const auto expiry = expiry_of(*rules, key, size, tags, modified);
  if (!expiry) return;
  r.set("x-amz-expiration", "expiry-date=\"" + http_date(expiry->at) + "\", rule-id=\"" +
                                url_encode(expiry->rule_id) + "\"");
}

void append_abort(http::response& r, const context& ctx, std::string_view key,
                  sys_micros initiated) {
  const auto& rules = ctx.settings->lifecycle;
  if (!rules) return;
  const auto end = abort_of(*rules, key, initiated);
  if (!end) return;
  r.set("x-amz-abort-date", http_date(end->at));
  r.set("x-amz-abort-rule-id", url_encode(end->rule_id));
}

}  // namespace torhaus::gateway::s3
