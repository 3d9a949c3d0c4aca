// GetBucketAcl, PutBucketAcl.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketAcl.html
#include "gateway/s3/access/acl_request.hpp"
#include "gateway/s3/bucket/handlers.hpp"
#include "gateway/s3/bucket/setting_handlers.hpp"

namespace torhaus::gateway::s3 {

namespace acl = auth::acl;

task<result<http::response>> put_bucket_acl(context& ctx) {
  const std::string owner = ctx.bucket->owner_canonical_id;
  const acl::owners who{owner, owner};
  const auto list = co_await read_new_acl(ctx, acl::subject::bucket, who);
  if (!list) co_return list.error();
  if (auto ok = check_acl_allowed(ctx, ctx.settings->access, *list, owner); !ok) {
    co_return std::move(ok).error();
  }
  co_return co_await store_setting(ctx, storage::catalog::bucket_setting::acl, acl::encode(*list));
}

// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketAcl.html
task<result<http::response>> get_bucket_acl(context& ctx) {
  const auth::bucket_rules& rules = ctx.settings->access;
  const std::string& owner = ctx.bucket->owner_canonical_id;
  const bool counts = rules.acl && rules.ownership != auth::object_ownership::bucket_owner_enforced;
  const acl::access_list list = counts ? *rules.acl : acl::private_to(owner);
  http::response r;
  r.set("Content-Type", "application/xml");
  r.body = co_await acl_document(ctx, owner, list);
  co_return r;
}

}  // namespace torhaus::gateway::s3
