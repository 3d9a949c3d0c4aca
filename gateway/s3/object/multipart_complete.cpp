// CompleteMultipartUpload.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_CompleteMultipartUpload.html The catalog
// joins the parts without touching bytes, so no white space has to be sent while it works.
#include "gateway/s3/body/announcement.hpp"
#include "gateway/s3/encryption/object_keys.hpp"
#include "gateway/s3/events.hpp"
#include "gateway/s3/object/attributes.hpp"
#include "gateway/s3/object/handlers.hpp"
#include "gateway/s3/object/lifecycle_headers.hpp"
#include "gateway/s3/object/lock_headers.hpp"
#include "gateway/s3/object/multipart.hpp"
#include "gateway/s3/object/write_condition.hpp"
#include "gateway/s3/parameters.hpp"
#include "gateway/s3/xml/reader.hpp"
#include "gateway/s3/xml/writer.hpp"
#include "storage/catalog/part_error.hpp"

namespace torhaus::gateway::s3 {
namespace {

namespace catalog = storage::catalog;
namespace crypto = storage::crypto;

constexpr std::size_t max_parts = 10'000;

// One or none.
result<std::optional<crypto::digest_value>> parse_part_checksum(const xml::element& e) {
  std::optional<crypto::digest_value> found;
  std::string only;
  std::string all;
  std::size_t count = 0;
  for (const crypto::algorithm a : checksum_algorithms()) {
    const auto text = e.text_of(checksum_element(a));
    if (!text) continue;
    found = parse_digest(a, *text);
    only = *text;
    all.append(checksum_name(a)).append(":").append(*text).append(";");
    ++count;
  }
  if (count == 0 || (count == 1 && found)) return found;
  return invalid_argument("Invalid Base64 or multiple checksums present in request", "Checksum",
                          count == 1 ? only : all);
}

result<std::uint32_t> parse_part_number(const xml::element& e) {
  const std::string text(e.text_of("PartNumber").value_or(""));
  const auto number = parse_number(text);
  const bool negative = text.starts_with('-') && parse_number(std::string_view(text).substr(1));
  if (negative || number == 0) {
    return invalid_argument("PartNumber must be >= 1", "PartNumber", text);
  }
  if (!number) return errc::malformed_xml;
  if (*number > max_parts) {
    return invalid_argument("Part number must be an integer between 1 and 10000, inclusive",
                            "partNumber", text);
  }
  return static_cast<std::uint32_t>(*number);
}

result<catalog::completed_part> parse_part(const xml::element& e) {
  catalog::completed_part part;
  const auto number = parse_part_number(e);
  if (!number) return number.error();
  const auto tag = e.text_of("ETag");
  if (!tag) return errc::malformed_xml;
  part.number = *number;
  const auto parsed = catalog::etag::parse(*tag);
  // What is no ETag of ours names a part that is not there.
  if (!parsed) return catalog::part_not_found().with("PartNumber", std::to_string(*number));
  part.etag = *parsed;
  auto checksum = parse_part_checksum(e);
  if (!checksum) return std::move(checksum).error();
  part.checksum = *checksum;
  return part;
}

result<std::vector<catalog::completed_part>> parse_parts(const std::string& body) {
  if (body.empty()) return error(errc::invalid_request, "You must specify at least one part");
  auto doc = xml::document::parse(body, "CompleteMultipartUpload");
  if (!doc) return std::move(doc).error();
  std::vector<catalog::completed_part> parts;
  for (const xml::element& e : doc->root().children("Part")) {
    if (parts.size() == max_parts) return errc::malformed_xml;
    auto part = parse_part(e);
    if (!part) return std::move(part).error();
    parts.push_back(std::move(*part));
  }
  if (parts.empty()) return errc::malformed_xml;
  return parts;
}

// The whole object's checksum as the client computed it. Complete's own body has no checksum header
// of its own, so x-amz-checksum-* speaks of the object here. A composite one may carry "-N".
// Clients also send it without, and it is of the upload's type then.
result<std::optional<catalog::expected_checksum>> object_checksum_header(const context& ctx) {
  std::optional<catalog::expected_checksum> found;
  for (const crypto::algorithm a : checksum_algorithms()) {
    const auto text = ctx.header(checksum_header(a));
    if (!text) continue;
    if (found) return several_checksums();
    const std::size_t dash = text->rfind('-');
    const bool composite = dash != std::string_view::npos;
    const auto value = parse_digest(a, text->substr(0, dash));
    const auto parts = composite ? parse_number(text->substr(dash + 1)) : std::optional(0UL);
    if (!value || !parts || *parts > max_parts) {
      return error(errc::invalid_request,
                   "Value for " + checksum_header(a) + " header is invalid.");
    }
    found.emplace();
    found->value = *value;
    if (composite) found->type = catalog::checksum_type::composite;
    found->parts = static_cast<std::uint32_t>(*parts);
  }
  return found;
}

// AWS documents bad_digest for another type than the upload's, and answers so. An upload without an
// algorithm has no type, although its object will have one.
result<void> check_type_header(const context& ctx, const catalog::new_upload& upload) {
  const auto given = checksum_type_header(ctx);
  if (!given) return given.error();
  if (!*given || (upload.checksum_algorithm && **given == upload.checksum_kind)) return {};
  const auto mode = upload.checksum_algorithm ? checksum_type_name(upload.checksum_kind)
                                              : std::string_view("null");
  return error(errc::invalid_request,
               "The upload was created using the " + std::string(mode) +
                   " checksum mode. The complete request must use the same checksum mode.");
}

result<std::optional<std::uint64_t>> object_size_header(const context& ctx) {
  const auto text = ctx.header("x-amz-mp-object-size");
  if (!text) return std::optional<std::uint64_t>();
  if (const auto size = parse_number(*text)) return size;
  const bool negative = text->starts_with('-') && parse_number(text->substr(1));
  return error(errc::invalid_request, negative
                                          ? "Value for x-amz-mp-object-size header is less than "
                                            "zero: '" +
                                                std::string(*text) + "'"
                                          : "Value for x-amz-mp-object-size header is invalid.");
}

// Headers that have to agree with those of CreateMultipartUpload. An upload that is gone may have
// been completed by the same request before; the catalog knows.
task<result<void>> check_upload_headers(const context& ctx, const upload_target& where) {
  const auto upload =
      co_await ctx.service.catalog->find_upload(ctx.bucket->id, where.key, where.upload_id);
  if (!upload) co_return result<void>();
  if (auto ok = check_type_header(ctx, upload->settings); !ok) co_return ok;
  co_return check_completion_encryption(ctx, upload->settings);
}

// The list of parts. What is wrong with it is only worth telling of when there is such an upload.
task<result<std::vector<catalog::completed_part>>> listed_parts(const context& ctx,
                                                                const upload_target& where) {
  auto parts = parse_parts(ctx.xml_body);
  if (parts) co_return parts;
  const auto upload =
      co_await ctx.service.catalog->find_upload(ctx.bucket->id, where.key, where.upload_id);
  if (!upload) co_return upload.error();
  co_return parts;
}

}  // namespace

result<std::optional<catalog::checksum_type>> checksum_type_header(const context& ctx) {
  const auto given = ctx.header("x-amz-checksum-type");
  if (!given) return std::optional<catalog::checksum_type>();
  for (const auto type : {catalog::checksum_type::full_object, catalog::checksum_type::composite}) {
    if (http::equal_ignoring_case(*given, checksum_type_name(type))) return std::optional(type);
  }
  return error(errc::invalid_request, "Value for x-amz-checksum-type header is invalid.");
}

task<result<http::response>> complete_multipart_upload(context& ctx) {
  auto where = parse_upload_target(ctx);
  if (!where) co_return std::move(where).error();
  catalog::completion wanted;
  auto parts = co_await listed_parts(ctx, *where);
  if (!parts) co_return std::move(parts).error();
  wanted.parts = std::move(*parts);
  auto condition = co_await read_write_condition(ctx);
  if (!condition) co_return std::move(condition).error();
  wanted.condition = std::move(*condition);
  auto checksum = object_checksum_header(ctx);
  if (!checksum) co_return std::move(checksum).error();
  wanted.expected_checksum = std::move(*checksum);
  if (auto ok = co_await check_upload_headers(ctx, *where); !ok) co_return std::move(ok).error();
  const auto size = object_size_header(ctx);
  if (!size) co_return size.error();
  wanted.expected_size = *size;
  wanted.default_lock = default_lock(ctx);
  const std::string key = where->key.str();
  wanted.notes = event_notes(ctx, key, {object_completed});
  const auto done = co_await ctx.service.catalog->complete_upload(
      ctx.bucket->id, std::move(where->key), std::move(where->upload_id), std::move(wanted));
  if (!done) co_return done.error();

  const catalog::object_version& v = done->version;
  xml::writer doc("CompleteMultipartUploadResult");
  doc.text("Location", object_url(ctx, ctx.bucket->name, key));
  doc.text("Bucket", ctx.bucket->name).text("Key", key).text("ETag", quoted(v.etag));
  if (v.checksum) {
    doc.text(checksum_element(v.checksum->value.kind), checksum_text(*v.checksum));
    doc.text("ChecksumType", checksum_type_name(v.checksum->type));
  }
  http::response r;
  r.set("Content-Type", "application/xml");
  // As with PutObject, a bucket whose versioning is suspended tells none.
  if (ctx.bucket->versioning == catalog::versioning_state::enabled) {
    r.set("x-amz-version-id", v.version_id);
  }
  append_encryption_headers(r, ctx, v.encryption, answer_to::completion);
  append_expiration(r, ctx, v.key, v.size, v.attributes.tags, v.modified);
  r.body = std::move(doc).take();
  co_return r;
}

}  // namespace torhaus::gateway::s3
