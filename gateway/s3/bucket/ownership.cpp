// PutBucketOwnershipControls, GetBucketOwnershipControls, DeleteBucketOwnershipControls.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketOwnershipControls.html
#include "gateway/s3/settings/ownership.hpp"

#include "gateway/s3/bucket/handlers.hpp"
#include "gateway/s3/bucket/setting_handlers.hpp"

namespace torhaus::gateway::s3 {

using storage::catalog::bucket_setting;

task<result<http::response>> put_bucket_ownership_controls(context& ctx) {
  const auto ownership = parse_ownership(ctx.xml_body);
  if (!ownership) co_return ownership.error();
  // AWS: an ACL that grants others anything must go first, or they would lose it silently.
  const auto& acl = ctx.settings->access.acl;
  if (*ownership == auth::object_ownership::bucket_owner_enforced && acl &&
      auth::acl::grants_to_others(*acl, ctx.bucket->owner_canonical_id)) {
    co_return errc::invalid_bucket_acl_with_object_ownership;
  }
  co_return co_await store_setting(ctx, bucket_setting::ownership, write(*ownership));
}

// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketOwnershipControls.html
task<result<http::response>> get_bucket_ownership_controls(context& ctx) {
  co_return answer_setting(ctx, bucket_setting::ownership, errc::ownership_controls_not_found);
}

// https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucketOwnershipControls.html
task<result<http::response>> delete_bucket_ownership_controls(context& ctx) {
  co_return co_await remove_setting(ctx, bucket_setting::ownership);
}

}  // namespace torhaus::gateway::s3
