// GetObjectTagging, PutObjectTagging, DeleteObjectTagging.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-tagging.html
#include "gateway/s3/access/permission.hpp"
#include "gateway/s3/events.hpp"
#include "gateway/s3/object/attributes.hpp"
#include "gateway/s3/object/handlers.hpp"
#include "gateway/s3/object/tag_set.hpp"

namespace torhaus::gateway::s3 {
namespace {

namespace catalog = storage::catalog;

// An object that is written so often between a look and the change is somebody else's turn.
constexpr unsigned most_looks = 4;

// The version that has come in place of the judged one, when the caller may do it with that too.
task<result<catalog::version_sequence>> judge_again(const context& ctx,
                                                    const catalog::object_key& key) {
  const auto found =
      co_await ctx.service.catalog->find_object(ctx.bucket->id, key, asked_version(ctx));
  if (!found) co_return found.error();
  if (auto ok = co_await permit_version(ctx, *found); !ok) co_return std::move(ok).error();
  co_return found->sequence;
}

// Changes no other version than the one that the caller was let at.
task<result<http::response>> set_tags(context& ctx, std::vector<catalog::name_value> tags,
                                      possible_event event, unsigned status) {
  const auto key = catalog::object_key::parse(ctx.where.key);
  if (!key) co_return key.error();
  const auto notes = event_notes(ctx, key->str(), {event});
  std::optional<catalog::version_sequence> judged = ctx.judged_version;
  result<catalog::object_version> version = errc::operation_aborted;
  for (unsigned looks = 0; looks < most_looks; ++looks) {
    version = co_await ctx.service.catalog->set_object_tags(
        ctx.bucket->id, *key, asked_version(ctx), tags, notes, judged);
    if (version || version.error().code() != errc::operation_aborted) break;
    const auto other = co_await judge_again(ctx, *key);
    if (!other) co_return other.error();
    judged = *other;
  }
  if (!version) co_return as_marker_refusal(ctx, version.error());
  http::response r;
  r.status = status;
  append_version_id(r, *ctx.bucket, *version);
  co_return r;
}

}  // namespace

task<result<http::response>> get_object_tagging(context& ctx) {
  auto key = catalog::object_key::parse(ctx.where.key);
  if (!key) co_return std::move(key).error();
  const auto version = co_await ctx.service.catalog->find_object(ctx.bucket->id, std::move(*key),
                                                                 asked_version(ctx));
  if (!version && version.error().code() == errc::no_such_key) {
    // AWS puts the bucket before it here, and nowhere else.
    co_return error(errc::no_such_key).with("Key", ctx.bucket->name + "/" + ctx.where.key);
  }
  if (!version) co_return version.error();
  if (auto ok = co_await permit_version(ctx, *version); !ok) co_return std::move(ok).error();
  // With or without a version id, unlike the object itself.
  if (version->delete_marker) co_return marker_refused(ctx);
  http::response r;
  r.set("Content-Type", "application/xml");
  append_version_id(r, *ctx.bucket, *version);
  r.body = write_tag_set(version->attributes.tags);
  co_return r;
}

task<result<http::response>> put_object_tagging(context& ctx) {
  auto tags = parse_tag_set(ctx.xml_body, tagged::object);
  if (!tags) co_return std::move(tags).error();
  co_return co_await set_tags(ctx, std::move(*tags), tags_put, 200);
}

task<result<http::response>> delete_object_tagging(context& ctx) {
  std::vector<catalog::name_value> none;
  co_return co_await set_tags(ctx, std::move(none), tags_removed, 204);
}

}  // namespace torhaus::gateway::s3
