// GetBucketTagging, PutBucketTagging, DeleteBucketTagging.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketTagging.html
#include "gateway/s3/bucket/handlers.hpp"
#include "gateway/s3/bucket/setting_handlers.hpp"
#include "gateway/s3/object/tag_set.hpp"

namespace torhaus::gateway::s3 {

using storage::catalog::bucket_setting;

task<result<http::response>> get_bucket_tagging(context& ctx) {
  co_return answer_setting(ctx, bucket_setting::tagging, errc::no_such_tag_set);
}

task<result<http::response>> put_bucket_tagging(context& ctx) {
  const auto tags = parse_tag_set(ctx.xml_body, tagged::bucket);
  if (!tags) co_return tags.error();
  // No tags are no tag set.
  if (tags->empty()) {
    auto gone = co_await remove_setting(ctx, bucket_setting::tagging);
    if (gone) gone->status = 200;
    co_return gone;
  }
  co_return co_await store_setting(ctx, bucket_setting::tagging, write_tag_set(*tags));
}

task<result<http::response>> delete_bucket_tagging(context& ctx) {
  co_return co_await remove_setting(ctx, bucket_setting::tagging);
}

}  // namespace torhaus::gateway::s3
