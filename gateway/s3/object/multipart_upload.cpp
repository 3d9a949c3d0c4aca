// CreateMultipartUpload, UploadPart, UploadPartCopy, AbortMultipartUpload.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html
#include "gateway/s3/body/announcement.hpp"
#include "gateway/s3/body/payload.hpp"
#include "gateway/s3/dates.hpp"
#include "gateway/s3/encryption/object_keys.hpp"
#include "gateway/s3/object/attributes.hpp"
#include "gateway/s3/object/conditions.hpp"
#include "gateway/s3/object/copy_bytes.hpp"
#include "gateway/s3/object/copy_source.hpp"
#include "gateway/s3/object/handlers.hpp"
#include "gateway/s3/object/lifecycle_headers.hpp"
#include "gateway/s3/object/multipart.hpp"
#include "gateway/s3/parameters.hpp"
#include "gateway/s3/xml/writer.hpp"

namespace torhaus::gateway::s3 {
namespace {

namespace catalog = storage::catalog;
namespace crypto = storage::crypto;

// Whether algorithm and type go together the catalog says.
result<void> read_checksum_choice(const context& ctx, catalog::new_upload& u) {
  const auto type = checksum_type_header(ctx);
  if (!type) return type.error();
  const auto named = checksum_choice(ctx);
  if (!named) return named.error();
  u.checksum_algorithm = *named;
  if (!*named) {
    if (!*type) return {};
    return error(errc::invalid_request,
                 "The x-amz-checksum-type header can only be used with the "
                 "x-amz-checksum-algorithm header.");
  }
  const auto usual = **named == crypto::algorithm::crc64nvme ? catalog::checksum_type::full_object
                                                             : catalog::checksum_type::composite;
  u.checksum_kind = type->value_or(usual);
  return {};
}

// What a part has to come with: the upload's algorithm or none, and of a composite upload not none.
// AWS spells the algorithms so here (floci-io/floci#3093).
result<void> check_part_checksum(const context& ctx, const catalog::new_upload& upload) {
  if (!upload.checksum_algorithm) return {};
  const auto announced = ctx.body->announced_algorithm();
  const bool composite = upload.checksum_kind == catalog::checksum_type::composite;
  if (announced ? *announced == *upload.checksum_algorithm : !composite) return {};
  return error(errc::invalid_request,
               "Checksum Type mismatch occurred, expected checksum Type: " +
                   std::string(crypto::name_of(*upload.checksum_algorithm)) +
                   ", actual checksum Type: " +
                   std::string(announced ? crypto::name_of(*announced) : "null"));
}

void append_part_checksum(http::response& r, const crypto::digest_value& value) {
  r.set(checksum_header(value.kind), crypto::to_base64(value.bytes()));
}

catalog::new_part make_part(std::uint32_t number, const received& taken) {
  catalog::new_part part;
  part.number = number;
  part.size = taken.size;
  std::ranges::copy(taken.md5.bytes(), part.md5.begin());
  part.checksum = taken.kept;
  return part;
}

std::string part_etag(const catalog::part_record& part) {
  return quoted(catalog::etag{part.part.md5, 0});
}

// x-amz-copy-source-range is stricter than Range: "bytes=first-last", within the source.
result<byte_range> source_range(const context& ctx, std::uint64_t size) {
  const auto given = ctx.header("x-amz-copy-source-range");
  if (!given) return byte_range{0, size};
  const auto parsed = parse_range(*given, size);
  const std::size_t dash = given->rfind('-');
  const auto last =
      dash == std::string_view::npos ? std::nullopt : parse_number(given->substr(dash + 1));
  const bool from_start = !given->starts_with("bytes=-");
  if ((parsed && !*parsed) || !last || !from_start) {
    return invalid_argument(
        "The x-amz-copy-source-range value must be of the form "
        "bytes=first-last where first and last are the zero-based offsets of "
        "the first and last bytes to copy",
        "x-amz-copy-source-range", *given);
  }
  if (!parsed) {
    return error(errc::invalid_request,
                 "The specified copy range is invalid for the source object size");
  }
  if (*last >= size) {
    return invalid_argument(
        "Range specified is not valid for source object of size: " + std::to_string(size),
        "x-amz-copy-source-range", *given);
  }
  return **parsed;
}

// ?partNumber, 1 to 10,000; invalid_argument.
result<std::uint32_t> parse_part_number(const context& ctx) {
  const auto text = ctx.parameter("partNumber").value_or("");
  const auto number = parse_number(text);
  if (number && *number >= 1 && *number <= 10'000) return static_cast<std::uint32_t>(*number);
  return invalid_argument("Part number must be an integer between 1 and 10000, inclusive",
                          "partNumber", text);
}

// The algorithm in which a part of this upload is kept.
crypto::algorithm part_algorithm(const catalog::upload_record& upload) {
  return upload.settings.checksum_algorithm.value_or(crypto::algorithm::crc64nvme);
}

// The part that UploadPart or UploadPartCopy is to make.
struct part_target {
  upload_target where;
  std::uint32_t number = 0;
  catalog::upload_record upload;
  object_encryption encryption;
};

task<result<part_target>> find_part_target(const context& ctx) {
  auto where = parse_upload_target(ctx);
  if (!where) co_return std::move(where).error();
  const auto number = parse_part_number(ctx);
  if (!number) co_return number.error();
  if (auto ok = refuse_unsupported_headers(ctx); !ok) co_return std::move(ok).error();
  auto upload =
      co_await ctx.service.catalog->find_upload(ctx.bucket->id, where->key, where->upload_id);
  if (!upload) co_return std::move(upload).error();
  auto encryption = co_await encryption_of_part(ctx, upload->settings);
  if (!encryption) co_return std::move(encryption).error();
  co_return part_target{std::move(*where), *number, std::move(*upload), std::move(*encryption)};
}

// Before its bytes come.
task<result<void>> check_room(const context& ctx, const part_target& part,
                              std::optional<std::uint64_t> length) {
  if (!length) co_return result<void>();
  co_return co_await ctx.service.catalog->check_part_room(ctx.bucket->id, part.where.upload_id,
                                                          part.number, *length);
}

task<result<catalog::part_record>> store_part(const context& ctx, const part_target& part,
                                              storage::blob::writer& bytes, const received& taken) {
  auto sealed = co_await bytes.seal();
  if (!sealed) co_return std::move(sealed).error();
  co_return co_await ctx.service.catalog->put_part(
      ctx.bucket->id, part.where.key, part.where.upload_id, make_part(part.number, taken),
      std::move(*sealed));
}

}  // namespace

std::string initiator_id(const auth::principal& who) {
  return who.is_account_root() ? who.canonical_id : who.arn;
}

result<upload_target> parse_upload_target(const context& ctx) {
  auto key = catalog::object_key::parse(ctx.where.key);
  if (!key) return std::move(key).error();
  const auto id = ctx.parameter("uploadId");
  if (!id || id->empty()) return errc::no_such_upload;
  return upload_target{std::move(*key), std::string(*id)};
}

// https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateMultipartUpload.html
task<result<http::response>> create_multipart_upload(context& ctx) {
  auto key = catalog::object_key::parse(ctx.where.key);
  if (!key) co_return std::move(key).error();
  catalog::new_upload wanted;
  auto settings = read_object_settings(ctx);
  if (!settings) co_return std::move(settings).error();
  wanted.attributes = std::move(settings->attributes);
  wanted.lock = settings->lock;
  wanted.acl = std::move(settings->acl);
  auto encryption = co_await encryption_of_write(ctx);
  if (!encryption) co_return std::move(encryption).error();
  wanted.encryption = std::move(encryption->record);
  if (auto ok = read_checksum_choice(ctx, wanted); !ok) co_return std::move(ok).error();
  wanted.owner_canonical_id = ctx.new_object.owner_canonical_id;
  const auth::principal& who = ctx.caller.who();
  wanted.initiator_id = initiator_id(who);
  wanted.initiator_name = who.is_account_root() ? who.display_name : who.user_name;
  const auto made =
      co_await ctx.service.catalog->create_upload(ctx.bucket->id, std::move(*key), wanted);
  if (!made) co_return made.error();
  xml::writer doc("InitiateMultipartUploadResult");
  doc.text("Bucket", ctx.bucket->name).text("Key", made->key).text("UploadId", made->id);
  http::response r;
  r.set("Content-Type", "application/xml");
  append_abort(r, ctx, made->key, made->initiated);
  if (wanted.checksum_algorithm) {
    r.set("x-amz-checksum-algorithm", std::string(checksum_name(*wanted.checksum_algorithm)));
    r.set("x-amz-checksum-type", std::string(checksum_type_name(wanted.checksum_kind)));
  }
  append_encryption_headers(r, ctx, wanted.encryption, answer_to::write);
  r.body = std::move(doc).take();
  co_return r;
}

// https://docs.aws.amazon.com/AmazonS3/latest/API/API_UploadPart.html
task<result<http::response>> upload_part(context& ctx) {
  const auto part = co_await find_part_target(ctx);
  if (!part) co_return part.error();
  const auto kind = part_algorithm(part->upload);
  if (auto ok = check_part_checksum(ctx, part->upload.settings); !ok) {
    co_return std::move(ok).error();
  }
  const auto room = co_await check_room(ctx, *part, ctx.body->length());
  if (!room) co_return room.error();
  const auto writer = open_writer(ctx, ctx.body->length(), part->encryption);
  const auto taken = co_await ctx.body->read_into(*writer, kind);
  if (!taken) co_return taken.error();
  const auto stored = co_await store_part(ctx, *part, *writer, *taken);
  if (!stored) co_return stored.error();
  http::response r;
  r.set("ETag", part_etag(*stored));
  // AWS: present when the request or the upload asked for it.
  if (taken->announced) {
    append_part_checksum(r, *taken->announced);
  } else if (part->upload.settings.checksum_algorithm) {
    append_part_checksum(r, taken->kept);
  }
  append_encryption_headers(r, ctx, part->encryption.record, answer_to::read);
  co_return r;
}

// https://docs.aws.amazon.com/AmazonS3/latest/API/API_UploadPartCopy.html
task<result<http::response>> upload_part_copy(context& ctx) {
  const auto part = co_await find_part_target(ctx);
  if (!part) co_return part.error();
  auto source = co_await open_copy_source(ctx);
  if (!source) co_return std::move(source).error();
  const auto range = source_range(ctx, source->object.version.size);
  if (!range) co_return range.error();
  if (range->length > max_single_put_bytes) {
    co_return error(errc::invalid_request,
                    "The specified copy source is larger than the maximum allowable size for a "
                    "copy source: " +
                        std::to_string(max_single_put_bytes));
  }
  const auto room = co_await check_room(ctx, *part, range->length);
  if (!room) co_return room.error();
  const auto writer = open_writer(ctx, range->length, part->encryption);
  const auto taken =
      co_await copy_bytes(*source->object.content, range->offset, range->length,
                          part_algorithm(part->upload), writer.get(), *ctx.service.pool);
  if (!taken) co_return taken.error();
  const auto stored = co_await store_part(ctx, *part, *writer, *taken);
  if (!stored) co_return stored.error();
  xml::writer doc("CopyPartResult");
  doc.text("LastModified", iso_date(stored->modified)).text("ETag", part_etag(*stored));
  if (part->upload.settings.checksum_algorithm) {
    doc.text(checksum_element(taken->kept.kind), crypto::to_base64(taken->kept.bytes()));
  }
  http::response r;
  r.set("Content-Type", "application/xml");
  append_source_version(r, *source);
  append_encryption_headers(r, ctx, part->encryption.record, answer_to::read);
  r.body = std::move(doc).take();
  co_return r;
}

// https://docs.aws.amazon.com/AmazonS3/latest/API/API_AbortMultipartUpload.html
task<result<http::response>> abort_multipart_upload(context& ctx) {
  auto where = parse_upload_target(ctx);
  if (!where) co_return std::move(where).error();
  constexpr std::string_view condition = "x-amz-if-match-initiated-time";
  std::optional<std::chrono::sys_seconds> initiated;
  if (const auto time = ctx.header(condition)) {
    initiated = parse_date(*time);
    if (!initiated)
      co_return invalid_argument("The time to match must be a date", condition, *time);
  }
  const auto gone = co_await ctx.service.catalog->abort_upload(
      ctx.bucket->id, std::move(where->key), std::move(where->upload_id), initiated);
  if (!gone) {
    if (gone.error().code() != errc::precondition_failed) co_return gone.error();
    co_return error(errc::precondition_failed).with("Condition", std::string(condition));
  }
  http::response r;
  r.status = 204;
  co_return r;
}

}  // namespace torhaus::gateway::s3
