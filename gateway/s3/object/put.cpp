// PutObject. https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html
#include "gateway/s3/body/payload.hpp"
#include "gateway/s3/encryption/object_keys.hpp"
#include "gateway/s3/events.hpp"
#include "gateway/s3/object/attributes.hpp"
#include "gateway/s3/object/handlers.hpp"
#include "gateway/s3/object/lifecycle_headers.hpp"
#include "gateway/s3/object/write_condition.hpp"
#include "gateway/s3/parameters.hpp"

namespace torhaus::gateway::s3 {

namespace catalog = storage::catalog;
namespace crypto = storage::crypto;

namespace {

// Takes the body in and stores it; fills in what only the body tells of the object.
task<result<catalog::write_outcome>> store_body(context& ctx, catalog::object_key key,
                                                catalog::new_object& object,
                                                const object_encryption& encryption) {
  const auto writer = open_writer(ctx, ctx.body->length(), encryption);
  const auto kept = ctx.body->announced_algorithm().value_or(crypto::algorithm::crc64nvme);
  const auto taken = co_await ctx.body->read_into(*writer, kept);
  if (!taken) co_return taken.error();
  auto sealed = co_await writer->seal();
  if (!sealed) co_return std::move(sealed).error();

  object.size = taken->size;
  std::ranges::copy(taken->md5.bytes(), object.etag.md5.begin());
  object.checksum = catalog::object_checksum{taken->kept, catalog::checksum_type::full_object, 0};
  object.notes = event_notes(ctx, key.str(), {ctx.form != nullptr ? object_posted : object_put});
  co_return co_await ctx.service.catalog->put_object(ctx.bucket->id, std::move(key), object,
                                                     std::move(*sealed));
}

}  // namespace

task<result<http::response>> put_object(context& ctx) {
  const auto key = catalog::object_key::parse(ctx.where.key);
  if (!key) co_return key.error();
  catalog::new_object object;
  auto settings = read_object_settings(ctx);
  if (!settings) co_return std::move(settings).error();
  object.attributes = std::move(settings->attributes);
  object.lock = settings->lock;
  object.acl = std::move(settings->acl);
  object.owner_canonical_id = ctx.new_object.owner_canonical_id;
  auto condition = co_await read_write_condition(ctx);
  if (!condition) co_return std::move(condition).error();
  object.condition = std::move(*condition);

  auto encryption = co_await encryption_of_write(ctx);
  if (!encryption) co_return std::move(encryption).error();
  object.encryption = encryption->record;

  // Asked before the body is sent, so that nobody sends gigabytes for a refusal. The commit asks
  // for one that is here already; where it fails for another reason first, the quota is named all
  // the same: which error it is must not depend on how the bytes were cut on their way.
  const auto length = ctx.body->length();
  const bool asked_by_commit = ctx.body->has_arrived();
  auto room = result<void>();
  if (length && !asked_by_commit) {
    room = co_await ctx.service.catalog->check_object_room(ctx.bucket->id, *key, *length);
    if (!room) co_return room.error();
  }
  const auto stored = co_await store_body(ctx, *key, object, *encryption);
  if (!stored && length && asked_by_commit) {
    room = co_await ctx.service.catalog->check_object_room(ctx.bucket->id, *key, *length);
  }
  if (!stored) co_return room ? stored.error() : room.error();

  http::response r;
  r.set("ETag", quoted(stored->etag));
  append_checksum_headers(r, *object.checksum);
  append_encryption_headers(r, ctx, object.encryption, answer_to::write);
  append_expiration(r, ctx, ctx.where.key, object.size, object.attributes.tags, stored->modified);
  if (stored->versioned) r.set("x-amz-version-id", stored->version_id);
  co_return r;
}

}  // namespace torhaus::gateway::s3
