// ListParts and ListMultipartUploads.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListParts.html,
// …/API_ListMultipartUploads.html
#include "gateway/s3/access/acl_request.hpp"
#include "gateway/s3/dates.hpp"
#include "gateway/s3/object/handlers.hpp"
#include "gateway/s3/object/lifecycle_headers.hpp"
#include "gateway/s3/object/multipart.hpp"
#include "gateway/s3/parameters.hpp"
#include "gateway/s3/xml/response.hpp"
#include "gateway/s3/xml/writer.hpp"

namespace torhaus::gateway::s3 {
namespace {

namespace catalog = storage::catalog;

void append_people(xml::writer& doc, const catalog::upload_record& upload,
                   const std::string& owner) {
  doc.open("Initiator").text("ID", upload.settings.initiator_id);
  doc.text("DisplayName", upload.settings.initiator_name).close("Initiator");
  doc.open("Owner").text("ID", upload.settings.owner_canonical_id);
  doc.text("DisplayName", owner).close("Owner");
}

std::string_view storage_class(const catalog::upload_record& upload) {
  const std::string& given = upload.settings.attributes.storage_class;
  return given.empty() ? std::string_view("STANDARD") : std::string_view(given);
}

void append_checksum_choice(xml::writer& doc, const catalog::upload_record& upload) {
  if (!upload.settings.checksum_algorithm) return;
  doc.text("ChecksumAlgorithm", checksum_name(*upload.settings.checksum_algorithm));
  doc.text("ChecksumType", checksum_type_name(upload.settings.checksum_kind));
}

}  // namespace

task<result<http::response>> list_parts(context& ctx) {
  auto where = parse_upload_target(ctx);
  if (!where) co_return std::move(where).error();
  const auto most = page_size(ctx, "max-parts");
  if (!most) co_return most.error();
  const auto url = url_encoding(ctx);
  if (!url) co_return url.error();
  const auto marker_text = ctx.parameter("part-number-marker").value_or("0");
  const auto marker = parse_number(marker_text.empty() ? "0" : marker_text);
  if (!marker || *marker > INT32_MAX) {
    co_return invalid_argument("Provided part-number-marker not an integer or within integer range",
                               "part-number-marker", marker_text);
  }
  catalog::catalog& store = *ctx.service.catalog;
  const auto upload = co_await store.find_upload(ctx.bucket->id, where->key, where->upload_id);
  if (!upload) co_return upload.error();
  const auto page = co_await store.list_parts(ctx.bucket->id, where->key, where->upload_id,
                                              static_cast<std::uint32_t>(*marker), *most);
  if (!page) co_return page.error();
  xml::writer doc("ListPartsResult");
  doc.text("Bucket", ctx.bucket->name).text("Key", encoded_if(*url, where->key.str()));
  doc.text("UploadId", upload->id).number("PartNumberMarker", *marker);
  const std::uint32_t last = page->parts.empty() ? 0 : page->parts.back().part.number;
  doc.number("NextPartNumberMarker", last).number("MaxParts", *most);
  doc.flag("IsTruncated", page->truncated);
  if (*url) doc.text("EncodingType", "url");
  for (const catalog::part_record& p : page->parts) {
    doc.open("Part").number("PartNumber", p.part.number);
    doc.text("LastModified", iso_date(p.modified));
    doc.text("ETag", quoted(catalog::etag{p.part.md5, 0})).number("Size", p.part.size);
    if (upload->settings.checksum_algorithm && p.part.checksum) {
      doc.text(checksum_element(p.part.checksum->kind),
               storage::crypto::to_base64(p.part.checksum->bytes()));
    }
    doc.close("Part");
  }
  const std::string owner = co_await display_name_of(ctx, upload->settings.owner_canonical_id);
  append_people(doc, *upload, owner);
  doc.text("StorageClass", storage_class(*upload));
  append_checksum_choice(doc, *upload);
  http::response r = xml_response(std::move(doc).take());
  append_abort(r, ctx, upload->key, upload->initiated);
  co_return r;
}

task<result<http::response>> list_multipart_uploads(context& ctx) {
  const auto most = page_size(ctx, "max-uploads");
  if (!most) co_return most.error();
  const auto url = url_encoding(ctx);
  if (!url) co_return url.error();
  catalog::upload_list_query query;
  query.prefix = ctx.parameter("prefix").value_or("");
  query.delimiter = ctx.parameter("delimiter").value_or("");
  query.key_marker = ctx.parameter("key-marker").value_or("");
  // AWS ignores upload-id-marker when there is no key-marker.
  if (!query.key_marker.empty()) {
    query.upload_id_marker = ctx.parameter("upload-id-marker").value_or("");
  }
  query.max_uploads = *most;
  const auto page = co_await ctx.service.catalog->list_uploads(ctx.bucket->id, query);
  if (!page) co_return page.error();
  xml::writer doc("ListMultipartUploadsResult");
  doc.text("Bucket", ctx.bucket->name).text("KeyMarker", encoded_if(*url, query.key_marker));
  doc.text("UploadIdMarker", query.upload_id_marker);
  doc.text("NextKeyMarker", encoded_if(*url, page->next_key_marker));
  doc.text("NextUploadIdMarker", page->next_upload_id_marker);
  if (!query.prefix.empty()) doc.text("Prefix", encoded_if(*url, query.prefix));
  if (!query.delimiter.empty()) doc.text("Delimiter", encoded_if(*url, query.delimiter));
  if (*url) doc.text("EncodingType", "url");
  doc.number("MaxUploads", *most).flag("IsTruncated", page->truncated);
  for (const catalog::upload_record& u : page->uploads) {
    doc.open("Upload").text("Key", encoded_if(*url, u.key)).text("UploadId", u.id);
    const std::string owner = co_await display_name_of(ctx, u.settings.owner_canonical_id);
    append_people(doc, u, owner);
    doc.text("StorageClass", storage_class(u)).text("Initiated", iso_date(u.initiated));
    append_checksum_choice(doc, u);
    doc.close("Upload");
  }
  for (const std::string& prefix : page->common_prefixes) {
    doc.open("CommonPrefixes").text("Prefix", encoded_if(*url, prefix)).close("CommonPrefixes");
  }
  co_return xml_response(std::move(doc).take());
}

}  // namespace torhaus::gateway::s3
