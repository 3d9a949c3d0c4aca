// GetBucketLifecycleConfiguration, PutBucketLifecycleConfiguration, DeleteBucketLifecycle.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketLifecycleConfiguration.html
#include <array>

#include "gateway/s3/bucket/handlers.hpp"
#include "gateway/s3/parameters.hpp"
#include "gateway/s3/settings/lifecycle.hpp"
#include "storage/crypto/digest.hpp"

namespace torhaus::gateway::s3 {
namespace {

constexpr const char* minimum_header = "x-amz-transition-default-minimum-object-size";
constexpr const char* usual_minimum = "all_storage_classes_128K";
constexpr std::size_t random_id_bytes = 24;

// AWS gives names to the rules that come without.
void name_rules(const context& ctx, lifecycle_configuration& c) {
  for (lifecycle_rule& rule : c.rules) {
    if (!rule.id.empty()) continue;
    std::array<std::byte, random_id_bytes> raw{};
    ctx.service.random->fill(raw);
    rule.id = storage::crypto::to_hex(
        std::string_view(reinterpret_cast<const char*>(raw.data()), raw.size()));
  }
}

result<lifecycle_configuration> read_configuration(const context& ctx) {
  auto wanted = parse_lifecycle(ctx.xml_body);
  if (!wanted) return wanted;
  // The element stands in stored documents only.
  wanted->minimum_size = ctx.header(minimum_header).value_or("");
  std::string& minimum = wanted->minimum_size;
  if (minimum.empty()) minimum = usual_minimum;
  if (minimum != "varies_by_storage_class" && minimum != usual_minimum) {
    return error(errc::invalid_request,
                 "Invalid TransitionDefaultMinimumObjectSize found: " + minimum);
  }
  name_rules(ctx, *wanted);
  return wanted;
}

}  // namespace

task<result<http::response>> get_bucket_lifecycle_configuration(context& ctx) {
  const auto& configured = ctx.settings->lifecycle;
  if (!configured) {
    co_return error(errc::no_such_lifecycle_configuration).with("BucketName", ctx.bucket->name);
  }
  http::response r;
  r.set("Content-Type", "application/xml");
  if (!configured->minimum_size.empty()) r.set(minimum_header, configured->minimum_size);
  r.body = write_lifecycle(*configured, document_for::client);
  co_return r;
}

task<result<http::response>> put_bucket_lifecycle_configuration(context& ctx) {
  if (!has_integrity_header(ctx)) co_return errc::missing_content_md5;
  const auto wanted = read_configuration(ctx);
  if (!wanted) co_return wanted.error();
  const auto stored = co_await ctx.service.catalog->set_lifecycle(
      ctx.bucket->id, write_lifecycle(*wanted, document_for::storage), wanted->counts_newer());
  if (!stored) co_return stored.error();
  http::response r;
  r.set(minimum_header, wanted->minimum_size);
  co_return r;
}

task<result<http::response>> delete_bucket_lifecycle(context& ctx) {
  const auto gone =
      co_await ctx.service.catalog->set_lifecycle(ctx.bucket->id, std::nullopt, false);
  if (!gone) co_return gone.error();
  http::response r;
  r.status = 204;
  co_return r;
}

}  // namespace torhaus::gateway::s3
