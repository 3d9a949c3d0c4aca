// GetBucketEncryption, PutBucketEncryption, DeleteBucketEncryption.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketEncryption.html
#include "gateway/s3/settings/encryption.hpp"

#include "gateway/s3/bucket/handlers.hpp"
#include "gateway/s3/bucket/setting_handlers.hpp"

namespace torhaus::gateway::s3 {

using storage::catalog::bucket_setting;

// Without a setting the answer is what is really done: SSE-S3 where the installation encrypts
// everything (as AWS does since 2023), else that there is none.
task<result<http::response>> get_bucket_encryption(context& ctx) {
  const auto& own = ctx.settings->encryption;
  if (!own && !ctx.service.encrypt_by_default) {
    co_return error(errc::server_side_encryption_configuration_not_found)
        .with("BucketName", ctx.bucket->name);
  }
  http::response r;
  r.set("Content-Type", "application/xml");
  r.body = write_bucket_encryption(own.value_or(bucket_encryption{}));
  co_return r;
}

// As with AWS, a key is looked for when it is used and not before.
task<result<http::response>> put_bucket_encryption(context& ctx) {
  const auto parsed = parse_bucket_encryption(ctx.xml_body);
  if (!parsed) co_return parsed.error();
  co_return co_await store_setting(ctx, bucket_setting::encryption,
                                   write_bucket_encryption(*parsed));
}

task<result<http::response>> delete_bucket_encryption(context& ctx) {
  co_return co_await remove_setting(ctx, bucket_setting::encryption);
}

}  // namespace torhaus::gateway::s3
