// GetObjectLockConfiguration and PutObjectLockConfiguration.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObjectLockConfiguration.html
#include "gateway/s3/settings/object_lock.hpp"
#include "gateway/s3/bucket/handlers.hpp"
#include "gateway/s3/bucket/setting_handlers.hpp"
#include "gateway/s3/parameters.hpp"

namespace torhaus::gateway::s3 {

using storage::catalog::bucket_setting;

task<result<http::response>> get_object_lock_configuration(context& ctx) {
  co_return answer_setting(ctx, bucket_setting::object_lock,
                           errc::object_lock_configuration_not_found);
}

task<result<http::response>> put_object_lock_configuration(context& ctx) {
  if (!has_integrity_header(ctx)) co_return errc::missing_content_md5;
  const auto wanted = parse_object_lock(ctx.xml_body);
  if (!wanted) co_return wanted.error();
  // On a bucket with versioning this is also how lock is enabled later.
  const auto stored =
      co_await ctx.service.catalog->set_object_lock(ctx.bucket->id, write_object_lock(*wanted));
  if (!stored) co_return stored.error();
  co_return http::response();
}

}  // namespace torhaus::gateway::s3
