// PutBucketCors, GetBucketCors, DeleteBucketCors, and the preflight of browsers.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketCors.html
#include "gateway/s3/cors.hpp"

#include "gateway/s3/bucket/handlers.hpp"
#include "gateway/s3/bucket/setting_handlers.hpp"
#include "gateway/s3/settings/cors.hpp"

namespace torhaus::gateway::s3 {

using storage::catalog::bucket_setting;

task<result<http::response>> get_bucket_cors(context& ctx) {
  co_return answer_setting(ctx, bucket_setting::cors, errc::no_such_cors_configuration);
}

task<result<http::response>> put_bucket_cors(context& ctx) {
  const auto rules = parse_cors(ctx.xml_body);
  if (!rules) co_return rules.error();
  co_return co_await store_setting(ctx, bucket_setting::cors, write_cors(*rules));
}

task<result<http::response>> delete_bucket_cors(context& ctx) {
  co_return co_await remove_setting(ctx, bucket_setting::cors);
}

task<result<http::response>> preflight(context& ctx) { co_return answer_preflight(ctx); }

}  // namespace torhaus::gateway::s3
