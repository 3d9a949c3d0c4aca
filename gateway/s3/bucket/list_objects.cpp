// ListObjects (version 1) and ListObjectsV2.
#include <map>

#include "gateway/s3/access/acl_request.hpp"
#include "gateway/s3/bucket/handlers.hpp"
#include "gateway/s3/dates.hpp"
#include "gateway/s3/parameters.hpp"
#include "gateway/s3/xml/response.hpp"
#include "gateway/s3/xml/writer.hpp"
#include "storage/crypto/digest.hpp"

namespace torhaus::gateway::s3 {
namespace {

namespace catalog = storage::catalog;

// What both versions share of the request.
struct listing {
  catalog::list_query query;
  bool url = false;
};

result<listing> parse_listing(const context& ctx) {
  listing l;
  const auto url = url_encoding(ctx);
  if (!url) return url.error();
  l.url = *url;
  const auto most = page_size(ctx, "max-keys");
  if (!most) return most.error();
  l.query.max_keys = *most;
  l.query.prefix = ctx.parameter("prefix").value_or("");
  l.query.delimiter = ctx.parameter("delimiter").value_or("");
  return l;
}

// An opaque continuation token: what the page ended with, behind a version character.
std::string make_token(const std::string& last) { return storage::crypto::to_base64("1" + last); }

std::optional<std::string> read_token(std::string_view token) {
  auto plain = storage::crypto::from_base64(token);
  if (!plain || plain->empty() || plain->front() != '1') return std::nullopt;
  return plain->substr(1);
}

// Names of the owners on the page, by canonical id. In one bucket they are nearly always the same.
using owner_names = std::map<std::string, std::string, std::less<>>;

void append_entry(xml::writer& doc, const catalog::list_entry& e, bool url,
                  const owner_names* owners) {
  doc.open("Contents");
  if (url) {
    doc.text("Key", encoded_if(url, e.key));
  } else {
    doc.text("Key", e.key);
  }
  doc.raw("LastModified", iso_date(e.modified)).quoted("ETag", e.etag.text());
  if (e.checksum_algorithm) {
    doc.raw("ChecksumAlgorithm", checksum_name(*e.checksum_algorithm));
    doc.raw("ChecksumType", checksum_type_name(e.checksum_kind));
  }
  doc.number("Size", e.size);
  if (owners != nullptr) {
    doc.open("Owner")
        .text("ID", e.owner_canonical_id)
        .text("DisplayName", owners->at(e.owner_canonical_id));
    doc.close("Owner");
  }
  doc.text("StorageClass", e.storage_class.empty() ? "STANDARD" : e.storage_class);
  doc.close("Contents");
}

void append_prefixes(xml::writer& doc, const catalog::list_page& page, bool url) {
  for (const std::string& prefix : page.common_prefixes) {
    doc.open("CommonPrefixes").text("Prefix", encoded_if(url, prefix)).close("CommonPrefixes");
  }
}

task<owner_names> names_of_owners(const context& ctx, const catalog::list_page& page) {
  owner_names names;
  for (const catalog::list_entry& e : page.entries) {
    if (names.contains(e.owner_canonical_id)) continue;
    names.emplace(e.owner_canonical_id, co_await display_name_of(ctx, e.owner_canonical_id));
  }
  co_return names;
}

}  // namespace

// https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjects.html
task<result<http::response>> list_objects(context& ctx) {
  auto l = parse_listing(ctx);
  if (!l) co_return std::move(l).error();
  l->query.after = ctx.parameter("marker").value_or("");
  const auto page = co_await ctx.service.catalog->list_objects(ctx.bucket->id, l->query);
  if (!page) co_return page.error();
  // AWS tells nobody in particular whose the objects are.
  const bool with_owner = !ctx.caller.anonymous();
  owner_names owners;
  if (with_owner) owners = co_await names_of_owners(ctx, *page);
  xml::writer doc("ListBucketResult");
  doc.reserve(512 + page->entries.size() * 450);
  doc.text("Name", ctx.bucket->name).text("Prefix", encoded_if(l->url, l->query.prefix));
  doc.text("Marker", encoded_if(l->url, l->query.after));
  // AWS sends NextMarker with a delimiter only; without one the client takes the last key.
  const bool last_key_known = !page->entries.empty() && page->entries.back().key == page->last;
  if (page->truncated && (!l->query.delimiter.empty() || !last_key_known)) {
    doc.text("NextMarker", encoded_if(l->url, page->last));
  }
  doc.number("MaxKeys", l->query.max_keys);
  if (!l->query.delimiter.empty()) {
    doc.text("Delimiter", encoded_if(l->url, l->query.delimiter));
  }
  if (l->url) doc.text("EncodingType", "url");
  doc.flag("IsTruncated", page->truncated);
  for (const auto& e : page->entries) append_entry(doc, e, l->url, with_owner ? &owners : nullptr);
  append_prefixes(doc, *page, l->url);
  co_return xml_response(std::move(doc).take());
}

// https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html
task<result<http::response>> list_objects_v2(context& ctx) {
  auto l = parse_listing(ctx);
  if (!l) co_return std::move(l).error();
  const auto token = ctx.parameter("continuation-token");
  const auto start_after = ctx.parameter("start-after");
  if (token) {
    auto after = token->empty() ? std::nullopt : read_token(*token);
    if (!after) {
      co_return missing_argument("The continuation token provided is incorrect",
                                 "continuation-token");
    }
    l->query.after = std::move(*after);
  } else if (start_after) {
    l->query.start_after = *start_after;
  }
  const auto page = co_await ctx.service.catalog->list_objects(ctx.bucket->id, l->query);
  if (!page) co_return page.error();
  const bool fetch_owner = ctx.parameter("fetch-owner") == "true";
  owner_names owners;
  if (fetch_owner) owners = co_await names_of_owners(ctx, *page);
  xml::writer doc("ListBucketResult");
  doc.reserve(512 + page->entries.size() * 350);
  doc.text("Name", ctx.bucket->name).text("Prefix", encoded_if(l->url, l->query.prefix));
  if (token) doc.text("ContinuationToken", *token);
  if (page->truncated) doc.text("NextContinuationToken", make_token(page->last));
  doc.number("KeyCount", page->entries.size() + page->common_prefixes.size());
  doc.number("MaxKeys", l->query.max_keys);
  if (!l->query.delimiter.empty()) {
    doc.text("Delimiter", encoded_if(l->url, l->query.delimiter));
  }
  if (l->url) doc.text("EncodingType", "url");
  doc.flag("IsTruncated", page->truncated);
  // AWS tells it only where it was heeded.
  if (start_after && !token) doc.text("StartAfter", encoded_if(l->url, *start_after));
  for (const auto& e : page->entries) append_entry(doc, e, l->url, fetch_owner ? &owners : nullptr);
  append_prefixes(doc, *page, l->url);
  co_return xml_response(std::move(doc).take());
}

}  // namespace torhaus::gateway::s3
