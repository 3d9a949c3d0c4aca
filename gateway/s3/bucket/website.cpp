// PutBucketWebsite, GetBucketWebsite, DeleteBucketWebsite. Serving the website is site.cpp's.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketWebsite.html
#include "gateway/s3/settings/website.hpp"

#include "gateway/s3/bucket/handlers.hpp"
#include "gateway/s3/bucket/setting_handlers.hpp"

namespace torhaus::gateway::s3 {

using storage::catalog::bucket_setting;

task<result<http::response>> get_bucket_website(context& ctx) {
  co_return answer_setting(ctx, bucket_setting::website, errc::no_such_website_configuration);
}

task<result<http::response>> put_bucket_website(context& ctx) {
  const auto site = parse_website(ctx.xml_body);
  if (!site) co_return site.error();
  co_return co_await store_setting(ctx, bucket_setting::website, write_website(*site));
}

task<result<http::response>> delete_bucket_website(context& ctx) {
  co_return co_await remove_setting(ctx, bucket_setting::website);
}

}  // namespace torhaus::gateway::s3
