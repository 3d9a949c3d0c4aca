#include "gateway/s3/acl.hpp"

#include "gateway/s3/bucket/handlers.hpp"
#include "gateway/s3/object/handlers.hpp"
#include "gateway/s3/xml/writer.hpp"

namespace torhaus::gateway::s3 {
namespace {

http::response acl_response(const std::string& canonical_id, const std::string& display_name) {
  http::response r;
  r.set("Content-Type", "application/xml");
  r.body = owner_acl_document(canonical_id, display_name);
  return r;
}

task<std::string> display_name_of(const context& ctx, std::string canonical_id) {
  const auto owner = co_await ctx.service.identities->find_agency_by_canonical_id(canonical_id);
  co_return owner ? owner->name : std::string();
}

}  // namespace

std::string owner_acl_document(std::string_view canonical_id, std::string_view display_name) {
  xml::writer doc("AccessControlPolicy");
  doc.open("Owner").text("ID", canonical_id).text("DisplayName", display_name).close("Owner");
  doc.open("AccessControlList").open("Grant");
  doc.open(
      "Grantee xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" "
      "xsi:type=\"CanonicalUser\"");
  doc.text("ID", canonical_id).text("DisplayName", display_name).close("Grantee");
  doc.text("Permission", "FULL_CONTROL").close("Grant").close("AccessControlList");
  return std::move(doc).take();
}

// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketAcl.html
task<result<http::response>> get_bucket_acl(context& ctx) {
  const std::string name = co_await display_name_of(ctx, ctx.bucket->owner_canonical_id);
  co_return acl_response(ctx.bucket->owner_canonical_id, name);
}

// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObjectAcl.html
task<result<http::response>> get_object_acl(context& ctx) {
  auto key = storage::catalog::object_key::parse(ctx.where.key);
  if (!key) co_return std::move(key).error();
  std::optional<std::string> version;
  if (const auto given = ctx.parameter("versionId")) version = std::string(*given);
  const auto found = co_await ctx.service.catalog->find_object(ctx.bucket->id, std::move(*key),
                                                               std::move(version));
  if (!found) co_return found.error();
  if (found->delete_marker) co_return errc::no_such_key;
  const std::string name = co_await display_name_of(ctx, ctx.bucket->owner_canonical_id);
  co_return acl_response(ctx.bucket->owner_canonical_id, name);
}

}  // namespace torhaus::gateway::s3
