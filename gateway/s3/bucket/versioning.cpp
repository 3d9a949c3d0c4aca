// GetBucketVersioning and PutBucketVersioning.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketVersioning.html
#include "gateway/s3/bucket/handlers.hpp"
#include "gateway/s3/xml/reader.hpp"
#include "gateway/s3/xml/writer.hpp"

namespace torhaus::gateway::s3 {
namespace {

namespace catalog = storage::catalog;
using catalog::versioning_state;

result<versioning_state> parse_versioning(const std::string& body) {
  if (body.empty()) return errc::missing_request_body;
  auto doc = xml::document::parse(body, "VersioningConfiguration");
  if (!doc) return std::move(doc).error();
  const auto mfa = doc->root().text_of("MfaDelete");
  if (mfa && *mfa != "Enabled" && *mfa != "Disabled") return errc::malformed_xml;
  const auto status = doc->root().text_of("Status");
  if (!status) return errc::illegal_versioning_configuration;
  if (mfa && *mfa == "Enabled") {
    return error(errc::not_implemented, "MfaDelete is not implemented by this server.");
  }
  if (*status == "Enabled") return versioning_state::enabled;
  if (*status == "Suspended") return versioning_state::suspended;
  return errc::malformed_xml;
}

}  // namespace

task<result<http::response>> get_bucket_versioning(context& ctx) {
  xml::writer doc("VersioningConfiguration");
  if (ctx.bucket->versioning == versioning_state::enabled) doc.text("Status", "Enabled");
  if (ctx.bucket->versioning == versioning_state::suspended) doc.text("Status", "Suspended");
  http::response r;
  r.set("Content-Type", "application/xml");
  r.body = std::move(doc).take();
  co_return r;
}

task<result<http::response>> put_bucket_versioning(context& ctx) {
  const auto wanted = parse_versioning(ctx.xml_body);
  if (!wanted) co_return wanted.error();
  const auto done = co_await ctx.service.catalog->set_versioning(ctx.bucket->id, *wanted);
  if (!done) co_return done.error();
  co_return http::response();
}

}  // namespace torhaus::gateway::s3
