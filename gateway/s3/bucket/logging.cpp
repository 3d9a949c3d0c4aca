// Server access logging: the setting of a bucket.
#include "gateway/s3/bucket/handlers.hpp"
#include "gateway/s3/xml/writer.hpp"

namespace torhaus::gateway::s3 {

// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketLogging.html
task<result<http::response>> get_bucket_logging(context&) {
  http::response r;
  r.set("Content-Type", "application/xml");
  r.body = xml::writer("BucketLoggingStatus").take();
  co_return r;
}

}  // namespace torhaus::gateway::s3
