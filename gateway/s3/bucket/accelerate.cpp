// Transfer acceleration.
#include "gateway/s3/bucket/handlers.hpp"
#include "gateway/s3/xml/writer.hpp"

namespace torhaus::gateway::s3 {

// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketAccelerateConfiguration.html
// Without a Status: acceleration was never set.
task<result<http::response>> get_bucket_accelerate(context&) {
  http::response r;
  r.set("Content-Type", "application/xml");
  r.body = xml::writer("AccelerateConfiguration").take();
  co_return r;
}

}  // namespace torhaus::gateway::s3
