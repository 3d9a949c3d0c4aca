// Who pays for requests. Nothing is paid here, but a bucket whose requesters pay is closed to those
// who do not say that they would.
#include "gateway/s3/settings/request_payment.hpp"

#include "gateway/s3/bucket/handlers.hpp"
#include "gateway/s3/bucket/setting_handlers.hpp"
#include "gateway/s3/xml/writer.hpp"

namespace torhaus::gateway::s3 {

using storage::catalog::bucket_setting;

// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketRequestPayment.html
task<result<http::response>> get_bucket_request_payment(context& ctx) {
  xml::writer doc("RequestPaymentConfiguration");
  doc.text("Payer", ctx.settings->payment.requester_pays ? "Requester" : "BucketOwner");
  http::response r;
  r.set("Content-Type", "application/xml");
  r.body = std::move(doc).take();
  co_return r;
}

// https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketRequestPayment.html
task<result<http::response>> put_bucket_request_payment(context& ctx) {
  if (auto good = parse_request_payment(ctx.xml_body); !good) co_return std::move(good).error();
  co_return co_await store_setting(ctx, bucket_setting::request_payment, ctx.xml_body);
}

}  // namespace torhaus::gateway::s3
