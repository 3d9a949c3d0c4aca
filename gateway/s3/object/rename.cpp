// RenameObject. https://docs.aws.amazon.com/AmazonS3/latest/API/API_RenameObject.html
#include "gateway/s3/dates.hpp"
#include "gateway/s3/object/handlers.hpp"
#include "gateway/s3/parameters.hpp"

namespace torhaus::gateway::s3 {
namespace {

namespace catalog = storage::catalog;

constexpr std::size_t max_token = 64;

// "/key" or "key", percent-encoded; AWS: the object of the same bucket. A whole "bucket/key" is
// understood when the value begins with "/BUCKET/".
result<catalog::object_key> read_source(const context& ctx) {
  const auto given = ctx.header("x-amz-rename-source");
  if (!given || given->empty()) {
    return invalid_argument("Missing required header for this request: x-amz-rename-source",
                            "x-amz-rename-source", "");
  }
  auto decoded = percent_decode(*given, plus_sign::literal);
  if (!decoded) {
    return invalid_argument("The value of x-amz-rename-source must be URL encoded",
                            "x-amz-rename-source", *given);
  }
  std::string_view key = *decoded;
  if (key.starts_with('/')) key.remove_prefix(1);
  return catalog::object_key::parse(key);
}

result<std::optional<std::chrono::sys_seconds>> read_time(const context& ctx,
                                                          const std::string& name) {
  const auto given = ctx.header(name);
  if (!given) return std::optional<std::chrono::sys_seconds>();
  const auto when = parse_date(*given);
  if (!when) return invalid_argument("A date of a condition cannot be read", name, *given);
  return when;
}

result<catalog::rename_condition> read_condition(const context& ctx, const std::string& prefix) {
  catalog::rename_condition c;
  if (const auto tag = ctx.header(prefix + "If-Match")) c.if_match = std::string(*tag);
  if (const auto tag = ctx.header(prefix + "If-None-Match")) c.if_none_match = std::string(*tag);
  const auto since = read_time(ctx, prefix + "If-Modified-Since");
  if (!since) return since.error();
  c.if_modified_since = *since;
  const auto until = read_time(ctx, prefix + "If-Unmodified-Since");
  if (!until) return until.error();
  c.if_unmodified_since = *until;
  return c;
}

}  // namespace

task<result<http::response>> rename_object(context& ctx) {
  auto to = catalog::object_key::parse(ctx.where.key);
  if (!to) co_return std::move(to).error();
  auto from = read_source(ctx);
  if (!from) co_return std::move(from).error();
  const auto token = ctx.header("x-amz-client-token");
  if (token && (token->empty() || token->size() > max_token)) {
    co_return invalid_argument("A client token has 1 to 64 characters", "x-amz-client-token",
                               *token);
  }
  // What a rename takes away and what it reads; s3:PutObject of the target was asked before.
  for (const char* action : {"s3:GetObject", "s3:DeleteObject"}) {
    auto ok = co_await ctx.may(action, *ctx.bucket, from->str());
    if (!ok) co_return std::move(ok).error();
  }
  if (from->str() == to->str()) {
    co_return error(errc::invalid_request, "An object cannot be renamed to itself.");
  }
  catalog::rename_conditions conditions;
  auto source = read_condition(ctx, "x-amz-rename-source-");
  if (!source) co_return std::move(source).error();
  conditions.source = std::move(*source);
  auto target = read_condition(ctx, "");
  if (!target) co_return std::move(target).error();
  conditions.target = std::move(*target);
  const auto done = co_await ctx.service.catalog->rename_object(ctx.bucket->id, std::move(*from),
                                                                std::move(*to), conditions);
  if (!done) co_return done.error();
  co_return http::response();
}

}  // namespace torhaus::gateway::s3
