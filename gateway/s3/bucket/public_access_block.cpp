// PutPublicAccessBlock, GetPublicAccessBlock, DeletePublicAccessBlock.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutPublicAccessBlock.html
#include "gateway/s3/settings/public_access_block.hpp"

#include "gateway/s3/bucket/handlers.hpp"
#include "gateway/s3/bucket/setting_handlers.hpp"

namespace torhaus::gateway::s3 {

using storage::catalog::bucket_setting;

task<result<http::response>> put_public_access_block(context& ctx) {
  const auto block = parse_public_access_block(ctx.xml_body);
  if (!block) co_return block.error();
  co_return co_await store_setting(ctx, bucket_setting::public_access_block, write(*block));
}

// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetPublicAccessBlock.html
task<result<http::response>> get_public_access_block(context& ctx) {
  co_return answer_setting(ctx, bucket_setting::public_access_block,
                           errc::no_such_public_access_block);
}

// https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeletePublicAccessBlock.html
task<result<http::response>> delete_public_access_block(context& ctx) {
  co_return co_await remove_setting(ctx, bucket_setting::public_access_block);
}

}  // namespace torhaus::gateway::s3
