#include "gateway/s3/object/write_condition.hpp"

#include "gateway/s3/access/request_values.hpp"

namespace torhaus::gateway::s3 {
namespace {

namespace catalog = storage::catalog;

error unable(const std::string& header, const std::string& why) {
  return error(errc::not_implemented).with("Header", header).with("additionalMessage", why);
}

error bad_value(const std::string& header) {
  return unable(header, "We don't accept the provided value of " + header + " header for this API");
}

error several(const std::string& headers) {
  return unable(headers, "Multiple conditional request headers present in the request");
}

}  // namespace

result<std::optional<std::string_view>> read_condition(const context& ctx, std::string_view name) {
  const auto counts = condition(ctx, name);
  const auto sent = ctx.header(name);
  if (sent && sent != counts) return several(std::string(name));
  return counts;
}

task<result<catalog::write_condition>> read_write_condition(const context& ctx) {
  const auto none = read_condition(ctx, "If-None-Match");
  if (!none) co_return none.error();
  const auto match = read_condition(ctx, "If-Match");
  if (!match) co_return match.error();
  if (*none && *match) co_return several("If-Match,If-None-Match");
  catalog::write_condition c;
  // AWS takes nothing but "*" here, and nothing but an ETag in If-Match. Here one ETag and "*" have
  // the meaning of RFC 9110, section 13.1, in both, as with other servers. A star in quotation
  // marks is meant as one, and would match nothing.
  if (*none) {
    if ((*none)->find(',') != std::string_view::npos || *none == "\"*\"") {
      co_return bad_value("If-None-Match");
    }
    c.if_none_match_any = *none == "*";
    if (!c.if_none_match_any) c.if_none_match = std::string(**none);
  }
  if (*match) c.if_match = std::string(**match);
  c.watched = *none || *match;
  if (c.if_match || c.if_none_match) {
    auto reads = co_await ctx.may("s3:GetObject", *ctx.bucket, ctx.where.key);
    if (!reads) co_return std::move(reads).error();
  }
  // A depositor adds; what is there is not the depositor's to replace.
  if (ctx.new_keys_only) c.if_none_match_any = true;
  co_return c;
}

task<result<void>> permit_condition(const context& ctx, const catalog::delete_request& asked) {
  const bool compares =
      (asked.if_match && *asked.if_match != "*") || asked.if_match_size || asked.if_match_modified;
  if (!compares) co_return result<void>();
  const auto action = asked.version_id ? "s3:GetObjectVersion" : "s3:GetObject";
  co_return co_await ctx.may(action, *ctx.bucket, asked.key, asked.version_id);
}

}  // namespace torhaus::gateway::s3
