#include "gateway/s3/bucket/setting_handlers.hpp"

namespace torhaus::gateway::s3 {

using storage::catalog::bucket_setting;

result<http::response> answer_setting(const context& ctx, bucket_setting setting, errc absent,
                                      const char* content_type) {
  const auto& documents = ctx.settings->documents;
  const auto found = documents.find(setting);
  if (found == documents.end()) return error(absent).with("BucketName", ctx.bucket->name);
  http::response r;
  r.set("Content-Type", content_type);
  r.body = found->second;
  return r;
}

task<result<http::response>> store_setting(context& ctx, bucket_setting setting,
                                           std::string document, unsigned status) {
  auto stored = co_await ctx.service.catalog->set_bucket_setting(ctx.bucket->id, setting,
                                                                 std::move(document));
  if (!stored) co_return std::move(stored).error();
  http::response r;
  r.status = status;
  co_return r;
}

task<result<http::response>> remove_setting(context& ctx, bucket_setting setting) {
  auto gone =
      co_await ctx.service.catalog->set_bucket_setting(ctx.bucket->id, setting, std::nullopt);
  if (!gone) co_return std::move(gone).error();
  http::response r;
  r.status = 204;
  co_return r;
}

}  // namespace torhaus::gateway::s3
