// Transfer acceleration: there is none, but saying that it is off is taken and remembered.
#include "gateway/s3/bucket/handlers.hpp"
#include "gateway/s3/bucket/setting_handlers.hpp"
#include "gateway/s3/xml/reader.hpp"
#include "gateway/s3/xml/writer.hpp"

namespace torhaus::gateway::s3 {

using storage::catalog::bucket_setting;

// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketAccelerateConfiguration.html
// Without a Status: acceleration was never set.
task<result<http::response>> get_bucket_accelerate(context& ctx) {
  xml::writer doc("AccelerateConfiguration");
  if (ctx.settings->documents.contains(bucket_setting::accelerate)) doc.text("Status", "Suspended");
  http::response r;
  r.set("Content-Type", "application/xml");
  r.body = std::move(doc).take();
  co_return r;
}

// https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketAccelerateConfiguration.html
task<result<http::response>> put_bucket_accelerate(context& ctx) {
  if (ctx.bucket->name.find('.') != std::string::npos) {
    co_return error(errc::invalid_request,
                    "S3 Transfer Acceleration is not supported for buckets with periods (.) in "
                    "their names");
  }
  const auto doc = xml::document::parse(ctx.xml_body, "AccelerateConfiguration");
  if (!doc) co_return doc.error();
  const auto status = doc->root().text_of("Status");
  if (status != "Enabled" && status != "Suspended") co_return errc::malformed_xml;
  if (status == "Enabled") {
    co_return error(errc::not_implemented,
                    "S3 Transfer Acceleration is not implemented by this server.");
  }
  co_return co_await store_setting(ctx, bucket_setting::accelerate, ctx.xml_body);
}

}  // namespace torhaus::gateway::s3
