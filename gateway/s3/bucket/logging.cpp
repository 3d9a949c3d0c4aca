// Server access logging: the setting of a bucket. Lines are written by access_log.cpp and delivered
// by workers/access_logs.cpp.
#include "gateway/s3/settings/logging.hpp"

#include "gateway/s3/bucket/handlers.hpp"
#include "gateway/s3/bucket/setting_handlers.hpp"
#include "gateway/s3/xml/writer.hpp"

namespace torhaus::gateway::s3 {

namespace catalog = storage::catalog;
using storage::catalog::bucket_setting;

namespace {

// AWS: "Enabling Amazon S3 server access logging": no default retention and no Requester Pays at
// the destination. AWS takes such a configuration and delivers nothing; who asks for logs shall
// know.
task<result<void>> check_target_settings(const context& ctx, const catalog::bucket_record& target) {
  const auto settings = co_await ctx.service.settings->of(target);
  if (!settings) co_return settings.error();
  const auto refuse = [&](const char* why) {
    return error(errc::invalid_target_bucket_for_logging, why).with("TargetBucket", target.name);
  };
  const auto& lock = (*settings)->object_lock;
  if (target.object_lock && lock && lock->rule) {
    co_return refuse("The target bucket for logging must not have a default retention period.");
  }
  if ((*settings)->payment.requester_pays) {
    co_return refuse("The target bucket for logging must not have Requester Pays enabled.");
  }
  co_return result<void>();
}

// AWS: "Enabling Amazon S3 server access logging": source and target bucket are of one account and
// of one region.
task<result<void>> check_target(const context& ctx, const logging& wanted) {
  const auto target = co_await ctx.service.catalog->find_bucket(wanted.target_bucket);
  if (!target) {
    co_return error(errc::invalid_target_bucket_for_logging,
                    "The target bucket for logging does not exist")
        .with("TargetBucket", wanted.target_bucket);
  }
  if (target->owner_account != ctx.bucket->owner_account) {
    co_return error(errc::invalid_target_bucket_for_logging,
                    "The owner for the bucket to be logged and the target bucket must be the same.")
        .with("TargetBucket", wanted.target_bucket);
  }
  if (target->region != ctx.bucket->region) {
    co_return error(errc::cross_location_logging_prohibited)
        .with("SourceBucketLocation", ctx.bucket->region)
        .with("TargetBucketLocation", target->region);
  }
  co_return co_await check_target_settings(ctx, *target);
}

}  // namespace

// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketLogging.html
task<result<http::response>> get_bucket_logging(context& ctx) {
  const auto& documents = ctx.settings->documents;
  const auto stored = documents.find(bucket_setting::logging);
  http::response r;
  r.set("Content-Type", "application/xml");
  r.body = stored == documents.end() ? xml::writer("BucketLoggingStatus").take() : stored->second;
  co_return r;
}

// https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketLogging.html
task<result<http::response>> put_bucket_logging(context& ctx) {
  const auto wanted = parse_logging(ctx.xml_body);
  if (!wanted) co_return wanted.error();
  if (!wanted->enabled()) {
    auto gone = co_await remove_setting(ctx, bucket_setting::logging);
    if (!gone) co_return std::move(gone).error();
    co_return http::response();
  }
  if (auto good = co_await check_target(ctx, *wanted); !good) co_return std::move(good).error();
  co_return co_await store_setting(ctx, bucket_setting::logging, ctx.xml_body);
}

}  // namespace torhaus::gateway::s3
