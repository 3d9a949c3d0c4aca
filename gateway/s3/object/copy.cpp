// CopyObject. https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html
#include "gateway/s3/access/permission.hpp"
#include "gateway/s3/access/request_values.hpp"
#include "gateway/s3/body/announcement.hpp"
#include "gateway/s3/dates.hpp"
#include "gateway/s3/encryption/object_keys.hpp"
#include "gateway/s3/encryption/record.hpp"
#include "gateway/s3/events.hpp"
#include "gateway/s3/object/attributes.hpp"
#include "gateway/s3/object/copy_bytes.hpp"
#include "gateway/s3/object/copy_source.hpp"
#include "gateway/s3/object/handlers.hpp"
#include "gateway/s3/object/lifecycle_headers.hpp"
#include "gateway/s3/object/write_condition.hpp"
#include "gateway/s3/parameters.hpp"
#include "gateway/s3/xml/writer.hpp"

namespace torhaus::gateway::s3 {
namespace {

namespace catalog = storage::catalog;

// COPY unless the header says REPLACE.
result<bool> replaces(const context& ctx, std::string_view directive) {
  const auto given = ctx.header(directive);
  if (!given || *given == "COPY") return false;
  if (*given == "REPLACE") return true;
  const bool tags = directive == "x-amz-tagging-directive";
  return invalid_argument(tags ? "Unknown tagging directive." : "Unknown metadata directive.",
                          directive, *given);
}

// The new object's settings. Its attributes are the request's or the source's, as the two
// directives say.
result<object_settings> copied_settings(const context& ctx, const catalog::object_version& source) {
  const auto metadata = replaces(ctx, "x-amz-metadata-directive");
  if (!metadata) return metadata.error();
  const auto tags = replaces(ctx, "x-amz-tagging-directive");
  if (!tags) return tags.error();
  auto given = read_object_settings(ctx);
  if (!given) return std::move(given).error();
  catalog::object_attributes a = *metadata ? given->attributes : source.attributes;
  a.storage_class = given->attributes.storage_class;  // AWS: never taken from the source
  a.website_redirect = given->attributes.website_redirect;
  a.tags = *tags ? given->attributes.tags : source.attributes.tags;
  given->attributes = std::move(a);
  return given;
}

// AWS: tags that come along with a copy are read there and written here, which needs the right to
// both. A source without tags needs neither.
task<result<void>> ask_about_carried_tags(const context& ctx, const copy_source& source) {
  const auto& tags = source.object.version.attributes.tags;
  if (takes_tags(ctx) || tags.empty()) co_return result<void>();
  const auto action = source.version_id ? "s3:GetObjectVersionTagging" : "s3:GetObjectTagging";
  auto read = co_await ctx.may(action, source.bucket, source.key, source.version_id,
                               &source.object.version);
  if (!read) co_return read;
  co_return ask_about_new_tags(ctx, &tags);
}

// A default of the bucket counts as encryption that is asked for. A customer's key is always given
// up or replaced: one that stays has to be named, which asks for encryption.
bool changes_something(const context& ctx, const catalog::object_version& from) {
  return ctx.header("x-amz-metadata-directive") == "REPLACE" ||
         ctx.header("x-amz-tagging-directive") == "REPLACE" || ctx.header("x-amz-storage-class") ||
         ctx.header("x-amz-website-redirect-location") || ctx.header("x-amz-checksum-algorithm") ||
         asks_for_encryption(ctx) || ctx.settings->encryption ||
         (!from.encryption.empty() &&
          decode_encryption(from.encryption).kind == encryption_kind::customer);
}

// What the request says by itself is looked at before the source is.
result<void> check_request(const context& ctx) {
  if (auto ok = replaces(ctx, "x-amz-metadata-directive"); !ok) return std::move(ok).error();
  if (auto ok = replaces(ctx, "x-amz-tagging-directive"); !ok) return std::move(ok).error();
  if (auto ok = checksum_choice(ctx); !ok) return std::move(ok).error();
  return {};
}

// AWS: a copy has a checksum of the whole. CRCs are had from those of the parts; other digests of
// the parts stay what they are, since the copy shares the parts. Nothing without a checksum.
task<result<std::optional<catalog::object_checksum>>> checksum_of_copy(
    const context& ctx, const catalog::object_version& source) {
  auto stored = source.checksum;
  if (!stored || stored->type == catalog::checksum_type::full_object ||
      !storage::crypto::is_crc(stored->value.kind)) {
    co_return stored;
  }
  const auto listed =
      co_await ctx.service.catalog->list_version_parts(source, 0, source.part_count);
  if (!listed) co_return listed.error();
  std::optional<storage::crypto::digest_value> whole;
  for (const catalog::version_part& p : listed->parts) {
    if (!p.checksum) co_return stored;
    whole = whole ? storage::crypto::combine_crc(*whole, *p.checksum, p.size) : *p.checksum;
  }
  if (whole) stored = catalog::object_checksum{*whole, catalog::checksum_type::full_object, 0};
  co_return stored;
}

// A copy that shares the bytes of its source. The checksum of another algorithm than the stored one
// needs the bytes to be read.
task<result<catalog::write_outcome>> share_bytes(const context& ctx, copy_source& source,
                                                 catalog::object_key key,
                                                 catalog::new_object& object) {
  const auto kind = checksum_choice(ctx);
  if (!kind) co_return kind.error();
  const auto known = co_await checksum_of_copy(ctx, source.object.version);
  if (!known) co_return known.error();
  object.checksum = *known;
  const bool right = object.checksum && object.checksum->value.kind == *kind &&
                     object.checksum->type == catalog::checksum_type::full_object;
  if (*kind && !right) {
    const auto digests = co_await copy_bytes(*source.object.content, 0, source.object.version.size,
                                             **kind, nullptr, *ctx.service.pool);
    if (!digests) co_return digests.error();
    object.checksum =
        catalog::object_checksum{digests->kept, catalog::checksum_type::full_object, 0};
  }
  co_return co_await ctx.service.catalog->copy_object(source.bucket.id, source.object.version,
                                                      ctx.bucket->id, std::move(key), object);
}

// A copy whose bytes are other ones than those of its source: encrypted, and the source is not.
task<result<catalog::write_outcome>> rewrite_bytes(const context& ctx, copy_source& source,
                                                   catalog::object_key key,
                                                   const object_encryption& encryption,
                                                   catalog::new_object& object) {
  const auto kind = checksum_choice(ctx);
  if (!kind) co_return kind.error();
  const catalog::object_version& from = source.object.version;
  if (from.size > max_single_put_bytes) {
    co_return error(errc::invalid_request,
                    "The specified copy source is larger than the maximum allowable size for a "
                    "copy source: " +
                        std::to_string(max_single_put_bytes));
  }
  auto checksum = storage::crypto::algorithm::crc64nvme;
  if (from.checksum) checksum = from.checksum->value.kind;
  if (*kind) checksum = **kind;
  const auto room = co_await ctx.service.catalog->check_object_room(ctx.bucket->id, key, from.size);
  if (!room) co_return room.error();
  const auto writer = open_writer(ctx, from.size, encryption);
  const auto taken = co_await copy_bytes(*source.object.content, 0, from.size, checksum,
                                         writer.get(), *ctx.service.pool);
  if (!taken) co_return taken.error();
  auto sealed = co_await writer->seal();
  if (!sealed) co_return std::move(sealed).error();
  object.size = taken->size;
  std::ranges::copy(taken->md5.bytes(), object.etag.md5.begin());
  object.checksum = catalog::object_checksum{taken->kept, catalog::checksum_type::full_object, 0};
  co_return co_await ctx.service.catalog->put_object(ctx.bucket->id, std::move(key), object,
                                                     std::move(*sealed));
}

// How the copy is encrypted. An object that nobody asked to encrypt stays as it is when only its
// metadata changes, however large it is.
task<result<object_encryption>> encryption_of_copy(const context& ctx, const copy_source& source,
                                                   bool onto_itself) {
  const bool asked = asks_for_encryption(ctx) || ctx.settings->encryption;
  if (!source.data_key && onto_itself && !asked) co_return object_encryption();
  co_return co_await encryption_of_write(ctx, source.data_key);
}

http::response copied(const copy_source& source, const catalog::write_outcome& stored,
                      const std::optional<catalog::object_checksum>& checksum) {
  xml::writer doc("CopyObjectResult");
  doc.text("LastModified", iso_date(stored.modified)).text("ETag", quoted(stored.etag));
  if (checksum) {
    doc.text("ChecksumType", checksum_type_name(checksum->type));
    doc.text(checksum_element(checksum->value.kind), checksum_text(*checksum));
  }
  http::response r;
  r.set("Content-Type", "application/xml");
  append_source_version(r, source);
  r.body = std::move(doc).take();
  return r;
}

}  // namespace

task<result<http::response>> copy_object(context& ctx) {
  auto key = catalog::object_key::parse(ctx.where.key);
  if (!key) co_return std::move(key).error();
  if (auto ok = check_request(ctx); !ok) co_return std::move(ok).error();
  auto source = co_await open_copy_source(ctx);
  if (!source) co_return std::move(source).error();
  const bool same =
      source->bucket.id == ctx.bucket->id && source->key == key->str() && !source->version_id;
  if (same && !changes_something(ctx, source->object.version)) {
    co_return error(errc::invalid_request,
                    "This copy request is illegal because it is trying to copy an object to itself "
                    "without changing the object's metadata, storage class, website redirect "
                    "location or encryption attributes.");
  }
  auto allowed = co_await ask_about_carried_tags(ctx, *source);
  if (!allowed) co_return std::move(allowed).error();
  catalog::new_object object;
  auto settings = copied_settings(ctx, source->object.version);
  if (!settings) co_return std::move(settings).error();
  object.attributes = std::move(settings->attributes);
  object.lock = settings->lock;
  object.acl = std::move(settings->acl);
  auto condition = co_await read_write_condition(ctx);
  if (!condition) co_return std::move(condition).error();
  object.condition = std::move(*condition);
  object.owner_canonical_id = ctx.new_object.owner_canonical_id;
  const auto encryption = co_await encryption_of_copy(ctx, *source, same);
  if (!encryption) co_return encryption.error();
  object.encryption = encryption->record;
  object.notes = event_notes(ctx, key->str(), {object_copied});
  const bool rewrites = encryption->data_key && !source->data_key;
  result<catalog::write_outcome> stored = errc::internal_error;
  if (rewrites) {
    stored = co_await rewrite_bytes(ctx, *source, std::move(*key), *encryption, object);
  } else {
    stored = co_await share_bytes(ctx, *source, std::move(*key), object);
  }
  if (!stored) co_return stored.error();
  http::response r = copied(*source, *stored, object.checksum);
  // Unlike PutObject, also where versioning is suspended.
  if (ctx.bucket->versioning != catalog::versioning_state::never_enabled) {
    r.set("x-amz-version-id", stored->version_id);
  }
  append_expiration(r, ctx, ctx.where.key, source->object.version.size, object.attributes.tags,
                    stored->modified);
  append_encryption_headers(r, ctx, object.encryption, answer_to::write);
  co_return r;
}

}  // namespace torhaus::gateway::s3
