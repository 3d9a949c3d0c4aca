// Who pays for requests.
#include "gateway/s3/bucket/handlers.hpp"
#include "gateway/s3/xml/writer.hpp"

namespace torhaus::gateway::s3 {

// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketRequestPayment.html
task<result<http::response>> get_bucket_request_payment(context&) {
  xml::writer doc("RequestPaymentConfiguration");
  doc.text("Payer", "BucketOwner");
  http::response r;
  r.set("Content-Type", "application/xml");
  r.body = std::move(doc).take();
  co_return r;
}

}  // namespace torhaus::gateway::s3
