// Settings of a bucket that this server does not offer: reading them answers as AWS answers for a
// bucket that has none, and taking them away changes nothing. Their Put operations have no handler
// and are NotImplemented by name.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations_Amazon_Simple_Storage_Service.html
#include "gateway/s3/bucket/handlers.hpp"
#include "gateway/s3/parameters.hpp"
#include "gateway/s3/xml/reader.hpp"
#include "gateway/s3/xml/response.hpp"
#include "gateway/s3/xml/writer.hpp"

namespace torhaus::gateway::s3 {
namespace {

// A page of a list of configurations: the last one, with nothing on it.
http::response no_configurations(const context& ctx, std::string_view root) {
  xml::writer doc(root);
  if (const auto token = ctx.parameter("continuation-token"); token && !token->empty()) {
    doc.text("ContinuationToken", *token);
  }
  doc.flag("IsTruncated", false);
  return xml_response(std::move(doc).take());
}

error absent(errc code, const context& ctx) {
  return error(code).with("BucketName", ctx.bucket->name);
}

}  // namespace

// https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListBucketAnalyticsConfigurations.html
task<result<http::response>> list_analytics_configurations(context& ctx) {
  co_return no_configurations(ctx, "ListBucketAnalyticsConfigurationResult");
}

// AWS: API reference, ListBucketIntelligentTieringConfigurations.
task<result<http::response>> list_tiering_configurations(context& ctx) {
  co_return no_configurations(ctx, "ListBucketIntelligentTieringConfigurationsOutput");
}

// https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListBucketInventoryConfigurations.html
task<result<http::response>> list_inventory_configurations(context& ctx) {
  co_return no_configurations(ctx, "ListInventoryConfigurationsResult");
}

// https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListBucketMetricsConfigurations.html
task<result<http::response>> list_metrics_configurations(context& ctx) {
  co_return no_configurations(ctx, "ListMetricsConfigurationsResult");
}

// Get and Delete of one analytics, tiering, inventory or metrics configuration by its id.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketAnalyticsConfiguration.html
task<result<http::response>> no_such_configuration(context&) {
  co_return errc::no_such_configuration;
}

// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketReplication.html
task<result<http::response>> get_bucket_replication(context& ctx) {
  co_return absent(errc::replication_configuration_not_found, ctx);
}

// https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucketReplication.html
task<result<http::response>> delete_bucket_replication(context&) {
  http::response r;
  r.status = 204;
  co_return r;
}

// Get and Delete.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketMetadataConfiguration.html
task<result<http::response>> no_metadata_configuration(context& ctx) {
  co_return absent(errc::metadata_configuration_not_found, ctx);
}

// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketAbac.html
task<result<http::response>> get_bucket_abac(context&) {
  xml::writer doc("AbacStatus");
  doc.text("Status", "Disabled");
  co_return xml_response(std::move(doc).take());
}

// https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketAbac.html
// Disabled is what every bucket is.
task<result<http::response>> put_bucket_abac(context& ctx) {
  const auto doc = xml::document::parse(ctx.xml_body, "AbacStatus");
  if (!doc) co_return doc.error();
  const std::string status = doc->root().text_of("Status").value_or("");
  if (status == "Disabled") co_return http::response();
  if (status != "Enabled") co_return errc::malformed_xml;
  co_return error(errc::not_implemented,
                  "Attribute-based access control is not implemented by this server.");
}

}  // namespace torhaus::gateway::s3
