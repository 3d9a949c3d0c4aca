// GetObjectAcl, PutObjectAcl.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObjectAcl.html
#include "gateway/s3/access/acl_request.hpp"
#include "gateway/s3/access/permission.hpp"
#include "gateway/s3/events.hpp"
#include "gateway/s3/object/attributes.hpp"
#include "gateway/s3/object/handlers.hpp"

namespace torhaus::gateway::s3 {
namespace {

namespace acl = auth::acl;
namespace catalog = storage::catalog;

// With ACLs off, everything belongs to the owner of the bucket.
const std::string& owner_of(const context& ctx, const catalog::object_version& v) {
  const bool enforced =
      ctx.settings->access.ownership == auth::object_ownership::bucket_owner_enforced;
  return enforced ? ctx.bucket->owner_canonical_id : v.owner_canonical_id;
}

task<result<catalog::object_version>> find(const context& ctx) {
  auto key = catalog::object_key::parse(ctx.where.key);
  if (!key) co_return std::move(key).error();
  auto found = co_await ctx.service.catalog->find_object(ctx.bucket->id, std::move(*key),
                                                         asked_version(ctx));
  if (!found) co_return std::move(found).error();
  if (auto ok = co_await permit_version(ctx, *found); !ok) co_return std::move(ok).error();
  co_return found;
}

}  // namespace

// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObjectAcl.html
task<result<http::response>> get_object_acl(context& ctx) {
  const auto found = co_await find(ctx);
  if (!found) co_return found.error();
  if (found->delete_marker) co_return delete_marker_response(ctx, *found);
  const std::string& owner = owner_of(ctx, *found);
  const bool enforced =
      ctx.settings->access.ownership == auth::object_ownership::bucket_owner_enforced;
  const auto list = acl::decode_or_private(enforced ? std::string_view() : found->acl, owner);
  if (!list) co_return list.error();
  http::response r;
  r.set("Content-Type", "application/xml");
  append_version_id(r, *ctx.bucket, *found);
  r.body = co_await acl_document(ctx, owner, *list);
  co_return r;
}

task<result<http::response>> put_object_acl(context& ctx) {
  const auto found = co_await find(ctx);
  if (!found) co_return found.error();
  if (found->delete_marker) {
    if (ctx.where.has("versionId")) co_return delete_marker_response(ctx, *found);
    co_return marker_refused(ctx);
  }
  const std::string owner = owner_of(ctx, *found);
  const acl::owners who{.object = owner, .bucket = ctx.bucket->owner_canonical_id};
  const auto list = co_await read_new_acl(ctx, acl::subject::object, who);
  if (!list) co_return list.error();
  const auto allowed =
      check_acl_allowed(ctx, ctx.settings->access, *list, ctx.bucket->owner_canonical_id);
  if (!allowed) co_return allowed.error();
  auto key = catalog::object_key::parse(ctx.where.key);
  if (!key) co_return std::move(key).error();
  const std::string stored = *list == acl::private_to(owner) ? std::string() : acl::encode(*list);
  // AWS: no event "when a request results in no change to an object's ACL".
  std::vector<catalog::outbox_note> notes;
  if (stored != found->acl) notes = event_notes(ctx, key->str(), {acl_put});
  // The version that was looked at, not one that came meanwhile.
  auto changed = co_await ctx.service.catalog->set_object_acl(ctx.bucket->id, std::move(*key),
                                                              found->version_id, stored,
                                                              std::move(notes), found->sequence);
  if (!changed) co_return std::move(changed).error();
  http::response r;
  append_version_id(r, *ctx.bucket, *changed);
  co_return r;
}

}  // namespace torhaus::gateway::s3
