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
#include "gateway/s3/parameters.hpp"
#include "gateway/s3/xml/reader.hpp"
#include "gateway/s3/xml/writer.hpp"

namespace torhaus::gateway::s3 {
namespace {

namespace catalog = storage::catalog;
namespace crypto = storage::crypto;

constexpr std::size_t max_parts = 10'000;
constexpr std::array algorithms = {crypto::algorithm::crc32, crypto::algorithm::crc32c,
                                   crypto::algorithm::crc64nvme, crypto::algorithm::sha1,
                                   crypto::algorithm::sha256};

result<catalog::completed_part> parse_part(const xml::element& e) {
  catalog::completed_part part;
  const auto number = parse_number(e.text_of("PartNumber").value_or(""));
  const auto tag = e.text_of("ETag");
  if (!number || !tag) return errc::malformed_xml;
  if (*number < 1 || *number > max_parts) {
    return invalid_argument("Part number must be an integer between 1 and 10000, inclusive",
                            "partNumber", std::to_string(*number));
  }
  part.number = static_cast<std::uint32_t>(*number);
  const auto parsed = catalog::etag::parse(*tag);
  // What is no ETag of ours names a part that is not there.
  if (!parsed) return error(errc::invalid_part).with("PartNumber", std::to_string(*number));
  part.etag = *parsed;
  for (const crypto::algorithm a : algorithms) {
    const auto text = e.text_of(checksum_element(a));
    if (!text) continue;
    part.checksum = parse_digest(a, *text);
    if (!part.checksum)
      return error(errc::invalid_part).with("PartNumber", std::to_string(*number));
  }
  return part;
}

result<std::vector<catalog::completed_part>> parse_parts(const std::string& body) {
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
  for (const crypto::algorithm a : algorithms) {
    const auto text = ctx.header(checksum_header(a));
    if (!text) continue;
    const std::size_t dash = text->rfind('-');
    const bool composite = dash != std::string_view::npos;
    const auto value = parse_digest(a, text->substr(0, dash));
    const auto parts = composite ? parse_number(text->substr(dash + 1)) : std::optional(0UL);
    if (!value || !parts || *parts > max_parts || found) {
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

// AWS: bad_digest when x-amz-checksum-type is not the type that CreateMultipartUpload was given.
result<void> check_type_header(const context& ctx, const catalog::new_upload& upload) {
  const auto given = ctx.header("x-amz-checksum-type");
  if (!given) return {};
  if (*given != "COMPOSITE" && *given != "FULL_OBJECT") {
    return error(errc::invalid_request, "Value for x-amz-checksum-type header is invalid.");
  }
  const auto type =
      upload.checksum_algorithm ? upload.checksum_kind : catalog::checksum_type::full_object;
  if (checksum_type_name(type) == *given) return {};
  return error(errc::bad_digest,
               "The checksum type you specified did not match the upload's checksum type.");
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

// The list of parts. A part that cannot be is only worth telling of when there is such an upload.
task<result<std::vector<catalog::completed_part>>> listed_parts(const context& ctx,
                                                                const upload_target& where) {
  auto parts = parse_parts(ctx.xml_body);
  if (parts || parts.error().code() != errc::invalid_part) co_return parts;
  const auto upload =
      co_await ctx.service.catalog->find_upload(ctx.bucket->id, where.key, where.upload_id);
  if (!upload) co_return upload.error();
  co_return parts;
}

}  // namespace

task<result<http::response>> complete_multipart_upload(context& ctx) {
  auto where = parse_upload_target(ctx);
  if (!where) co_return std::move(where).error();
  catalog::completion wanted;
  auto parts = co_await listed_parts(ctx, *where);
  if (!parts) co_return std::move(parts).error();
  wanted.parts = std::move(*parts);
  if (auto ok = co_await check_upload_headers(ctx, *where); !ok) co_return std::move(ok).error();
  auto condition = read_write_condition(ctx);
  if (!condition) co_return std::move(condition).error();
  wanted.condition = std::move(*condition);
  auto checksum = object_checksum_header(ctx);
  if (!checksum) co_return std::move(checksum).error();
  wanted.expected_checksum = std::move(*checksum);
  if (const auto size = ctx.header("x-amz-mp-object-size")) {
    wanted.expected_size = parse_number(*size);
    if (!wanted.expected_size) {
      co_return error(errc::invalid_request, "Value for x-amz-mp-object-size header is invalid.");
    }
  }
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
