// ListObjectVersions.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectVersions.html
#include <map>

#include "gateway/s3/bucket/handlers.hpp"
#include "gateway/s3/dates.hpp"
#include "gateway/s3/parameters.hpp"
#include "gateway/s3/xml/writer.hpp"

namespace torhaus::gateway::s3 {
namespace {

namespace catalog = storage::catalog;

// Display names by canonical id. In one bucket there are few.
using owner_names = std::map<std::string, std::string, std::less<>>;

struct versions_request {
  catalog::version_list_query query;
  bool url = false;
};

result<versions_request> parse_request(const context& ctx) {
  versions_request r;
  const auto url = url_encoding(ctx);
  if (!url) return url.error();
  r.url = *url;
  const auto most = page_size(ctx, "max-keys");
  if (!most) return most.error();
  r.query.max_keys = *most;
  r.query.prefix = ctx.parameter("prefix").value_or("");
  r.query.delimiter = ctx.parameter("delimiter").value_or("");
  r.query.key_marker = ctx.parameter("key-marker").value_or("");
  if (const auto marker = ctx.parameter("version-id-marker")) {
    if (marker->empty()) {
      return invalid_argument("A version-id marker cannot be empty.", "version-id-marker", "");
    }
    r.query.version_id_marker = std::string(*marker);
  }
  return r;
}

task<owner_names> names_of_owners(const context& ctx, const catalog::version_list_page& page) {
  owner_names names;
  for (const catalog::object_version& v : page.versions) {
    if (names.contains(v.owner_canonical_id)) continue;
    const auto owner =
        co_await ctx.service.identities->find_agency_by_canonical_id(v.owner_canonical_id);
    names.emplace(v.owner_canonical_id, owner ? owner->name : std::string());
  }
  co_return names;
}

void append_version(xml::writer& doc, const catalog::object_version& v, bool url,
                    const owner_names& names) {
  const char* const element = v.delete_marker ? "DeleteMarker" : "Version";
  doc.open(element).text("Key", encoded_if(url, v.key)).text("VersionId", v.version_id);
  doc.flag("IsLatest", v.latest).raw("LastModified", iso_date(v.modified));
  if (!v.delete_marker) {
    doc.quoted("ETag", v.etag.text());
    if (v.checksum) {
      doc.raw("ChecksumAlgorithm", checksum_name(v.checksum->value.kind));
      doc.raw("ChecksumType", checksum_type_name(v.checksum->type));
    }
    doc.number("Size", v.size);
  }
  doc.open("Owner").text("ID", v.owner_canonical_id);
  doc.text("DisplayName", names.at(v.owner_canonical_id)).close("Owner");
  if (!v.delete_marker) {
    const std::string& storage_class = v.attributes.storage_class;
    doc.text("StorageClass", storage_class.empty() ? "STANDARD" : storage_class);
  }
  doc.close(element);
}

}  // namespace

task<result<http::response>> list_object_versions(context& ctx) {
  auto asked = parse_request(ctx);
  if (!asked) co_return std::move(asked).error();
  const auto& q = asked->query;
  const bool url = asked->url;
  const auto page = co_await ctx.service.catalog->list_versions(ctx.bucket->id, q);
  if (!page) co_return page.error();
  const owner_names names = co_await names_of_owners(ctx, *page);
  xml::writer doc("ListVersionsResult");
  doc.reserve(512 + page->versions.size() * 520);
  doc.text("Name", ctx.bucket->name).text("Prefix", encoded_if(url, q.prefix));
  doc.text("KeyMarker", encoded_if(url, q.key_marker));
  doc.text("VersionIdMarker", q.version_id_marker.value_or(""));
  if (page->truncated) {
    doc.text("NextKeyMarker", encoded_if(url, page->next_key_marker));
    // There is none behind a common prefix.
    if (!page->next_version_id_marker.empty()) {
      doc.text("NextVersionIdMarker", page->next_version_id_marker);
    }
  }
  doc.number("MaxKeys", q.max_keys);
  if (!q.delimiter.empty()) doc.text("Delimiter", encoded_if(url, q.delimiter));
  if (url) doc.text("EncodingType", "url");
  doc.flag("IsTruncated", page->truncated);
  for (const catalog::object_version& v : page->versions) append_version(doc, v, url, names);
  for (const std::string& prefix : page->common_prefixes) {
    doc.open("CommonPrefixes").text("Prefix", encoded_if(url, prefix)).close("CommonPrefixes");
  }
  http::response r;
  r.set("Content-Type", "application/xml");
  r.body = std::move(doc).take();
  co_return r;
}

}  // namespace torhaus::gateway::s3
