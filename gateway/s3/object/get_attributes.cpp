// GetObjectAttributes. https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObjectAttributes.html
#include <algorithm>
#include <array>

#include "gateway/http/characters.hpp"
#include "gateway/s3/access/permission.hpp"
#include "gateway/s3/dates.hpp"
#include "gateway/s3/encryption/object_keys.hpp"
#include "gateway/s3/object/attributes.hpp"
#include "gateway/s3/object/conditions.hpp"
#include "gateway/s3/object/handlers.hpp"
#include "gateway/s3/parameters.hpp"
#include "gateway/s3/xml/writer.hpp"

namespace torhaus::gateway::s3 {
namespace {

namespace catalog = storage::catalog;

constexpr std::size_t most_parts = 1000;
constexpr std::uint64_t max_part_number = 10'000;

struct wishes {
  bool etag = false;
  bool checksum = false;
  bool parts = false;
  bool storage_class = false;
  bool size = false;
};

// The header, however often it is there, is one list.
result<wishes> read_wishes(const context& ctx) {
  wishes w;
  const std::array<std::pair<std::string_view, bool*>, 5> known = {
      {{"ETag", &w.etag},
       {"Checksum", &w.checksum},
       {"ObjectParts", &w.parts},
       {"StorageClass", &w.storage_class},
       {"ObjectSize", &w.size}}};
  bool any = false;
  for (const http::header& h : ctx.call.headers) {
    if (!http::equal_ignoring_case(h.name, "x-amz-object-attributes")) continue;
    std::string_view rest = h.value;
    while (!rest.empty()) {
      const std::size_t comma = rest.find(',');
      const std::string_view name = http::trim(rest.substr(0, comma));
      rest = comma == std::string_view::npos ? std::string_view() : rest.substr(comma + 1);
      const auto found = std::ranges::find(known, name, &std::pair<std::string_view, bool*>::first);
      if (found == known.end()) {
        return invalid_argument("Invalid attribute name specified.", "x-amz-object-attributes",
                                name);
      }
      *found->second = true;
      any = true;
    }
  }
  if (any) return w;
  return error(errc::invalid_request,
               "The x-amz-object-attributes header specifying the attributes to be retrieved is "
               "either missing or empty");
}

struct page {
  std::uint32_t after = 0;
  std::size_t max = most_parts;
};

result<page> read_page(const context& ctx) {
  page p;
  if (const auto given = ctx.header("x-amz-max-parts")) {
    const auto number = parse_number(*given);
    if (!number || *number > INT32_MAX) {
      return invalid_argument("Provided max-parts not an integer or within integer range",
                              "x-amz-max-parts", *given);
    }
    p.max = static_cast<std::size_t>(std::min<std::uint64_t>(*number, most_parts));
  }
  if (const auto given = ctx.header("x-amz-part-number-marker")) {
    const auto number = parse_number(*given);
    if (!number || *number > INT32_MAX) {
      return invalid_argument("Provided part-number-marker not an integer or within integer range",
                              "x-amz-part-number-marker", *given);
    }
    p.after = static_cast<std::uint32_t>(std::min(*number, max_part_number));
  }
  return p;
}

// S3 leaves out the "-N" of a composite checksum here, and nowhere else (floci-io/floci#3083 shows
// its answers).
void append_checksum(xml::writer& doc, const catalog::object_checksum& c) {
  doc.open("Checksum");
  doc.text(checksum_element(c.value.kind), storage::crypto::to_base64(c.value.bytes()));
  doc.text("ChecksumType", checksum_type_name(c.type));
  doc.close("Checksum");
}

void append_parts(xml::writer& doc, const catalog::version_parts& parts, const page& asked,
                  bool listed) {
  doc.open("ObjectParts");
  // AWS lists parts where they have checksums to be put together by the client, and only counts
  // them elsewhere.
  if (!listed) {
    doc.number("PartsCount", parts.total).close("ObjectParts");
    return;
  }
  doc.flag("IsTruncated", parts.truncated).number("MaxParts", asked.max);
  doc.number("NextPartNumberMarker", parts.parts.empty() ? 0 : parts.parts.back().number);
  for (const catalog::version_part& p : parts.parts) {
    doc.open("Part").number("PartNumber", p.number).number("Size", p.size);
    if (p.checksum) {
      doc.text(checksum_element(p.checksum->kind), storage::crypto::to_base64(p.checksum->bytes()));
    }
    doc.close("Part");
  }
  doc.number("PartNumberMarker", asked.after).number("PartsCount", parts.total);
  doc.close("ObjectParts");
}

}  // namespace

task<result<http::response>> get_object_attributes(context& ctx) {
  auto key = catalog::object_key::parse(ctx.where.key);
  if (!key) co_return std::move(key).error();
  const bool named = ctx.where.has("versionId");
  // AWS asks for both permissions.
  auto allowed = co_await ctx.may(named ? "s3:GetObjectVersion" : "s3:GetObject", *ctx.bucket,
                                  ctx.where.key, ctx.parameter("versionId"));
  if (!allowed) co_return std::move(allowed).error();
  const auto wanted = read_wishes(ctx);
  if (!wanted) co_return wanted.error();
  const auto asked = read_page(ctx);
  if (!asked) co_return asked.error();
  const auto found = co_await ctx.service.catalog->find_object(ctx.bucket->id, std::move(*key),
                                                               asked_version(ctx));
  if (!found) co_return found.error();
  if (auto ok = co_await permit_version(ctx, *found); !ok) co_return std::move(ok).error();
  // What was allowed above may have been another version, or none.
  auto readable = co_await ctx.may(named ? "s3:GetObjectVersion" : "s3:GetObject", *ctx.bucket,
                                   ctx.where.key, ctx.parameter("versionId"), &*found);
  if (!readable) co_return std::move(readable).error();
  if (found->delete_marker) co_return delete_marker_response(ctx, *found);
  if (auto ok = check_customer_key(ctx, *ctx.bucket, *found); !ok) co_return std::move(ok).error();
  const condition_outcome condition = check_conditions(ctx, "", *found);
  if (condition.is == verdict::failed) {
    co_return error(errc::precondition_failed).with("Condition", std::string(condition.condition));
  }
  http::response r;
  if (condition.is == verdict::not_modified) {
    r.status = 304;
    r.set("ETag", quoted(found->etag));
    r.length_of_absent_body = 0;
    co_return r;
  }

  xml::writer doc("GetObjectAttributesResponse");
  if (wanted->etag) doc.text("ETag", found->etag.text());
  if (wanted->checksum && found->checksum) append_checksum(doc, *found->checksum);
  if (wanted->parts && found->part_count > 0) {
    const auto parts =
        co_await ctx.service.catalog->list_version_parts(*found, asked->after, asked->max);
    if (!parts) co_return parts.error();
    const bool listed =
        found->checksum && found->checksum->type == catalog::checksum_type::composite;
    append_parts(doc, *parts, *asked, listed);
  }
  if (wanted->storage_class) {
    const std::string& stored = found->attributes.storage_class;
    doc.text("StorageClass", stored.empty() ? "STANDARD" : stored);
  }
  if (wanted->size) doc.number("ObjectSize", found->size);
  r.set("Content-Type", "application/xml");
  r.set("Last-Modified", http_date(found->modified));
  append_version_id(r, *ctx.bucket, *found);
  r.body = std::move(doc).take();
  co_return r;
}

}  // namespace torhaus::gateway::s3
