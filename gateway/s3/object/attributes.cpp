#include "gateway/s3/object/attributes.hpp"

#include <algorithm>
#include <array>
#include <set>

#include "gateway/s3/access/permission.hpp"
#include "gateway/s3/access/request_values.hpp"
#include "gateway/s3/body/announcement.hpp"
#include "gateway/s3/dates.hpp"
#include "gateway/s3/object/lifecycle_headers.hpp"
#include "gateway/s3/object/lock_headers.hpp"
#include "gateway/s3/object/metadata_text.hpp"
#include "gateway/s3/object/tag_set.hpp"
#include "gateway/s3/parameters.hpp"

namespace torhaus::gateway::s3 {
namespace {

namespace catalog = storage::catalog;

constexpr std::string_view metadata_prefix = "x-amz-meta-";
constexpr std::size_t max_metadata_bytes = 2048;

constexpr std::array storage_classes = std::to_array<std::string_view>(
    {"STANDARD", "REDUCED_REDUNDANCY", "STANDARD_IA", "ONEZONE_IA", "INTELLIGENT_TIERING",
     "GLACIER", "DEEP_ARCHIVE", "GLACIER_IR"});

bool starts_with_ignoring_case(std::string_view text, std::string_view prefix) {
  return text.size() >= prefix.size() &&
         http::equal_ignoring_case(text.substr(0, prefix.size()), prefix);
}

// The headers and, of a presigned URL, the x-amz-* parameters: several SDKs move headers into the
// query when they presign, where the signature covers them, and S3 takes them from there
// (aws/aws-sdk-js-v3#4694). A header goes before a parameter of its name.
std::vector<http::header> instructions(const context& ctx) {
  std::vector<http::header> all = ctx.call.headers;
  if (!ctx.caller.presigned()) return all;
  for (const auto& [name, value] : ctx.where.query) {
    if (starts_with_ignoring_case(name, "x-amz-") && !ctx.header(name))
      all.push_back({name, value});
  }
  return all;
}

// Repeated headers are one value with commas (RFC 9110 section 5.2), as S3 stores them. The fields
// of a form are texts already, and nothing in them is an encoded word.
result<std::vector<catalog::name_value>> read_metadata(const std::vector<http::header>& said,
                                                       bool of_form) {
  std::vector<catalog::name_value> found;
  std::size_t bytes = 0;
  for (const http::header& h : said) {
    if (!starts_with_ignoring_case(h.name, metadata_prefix)) continue;
    std::string name = http::lower_case(h.name.substr(metadata_prefix.size()));
    std::string value = of_form ? std::string(h.value) : metadata_text(h.value);
    bytes += value.size();
    const auto same = std::ranges::find(found, name, &catalog::name_value::first);
    if (same != found.end()) {
      same->second.append(",").append(value);
      continue;
    }
    bytes += name.size();
    found.emplace_back(std::move(name), std::move(value));
  }
  if (bytes > max_metadata_bytes) {
    return error(errc::metadata_too_large)
        .with("Size", std::to_string(bytes))
        .with("MaxSizeAllowed", std::to_string(max_metadata_bytes));
  }
  return found;
}

// AWS: a key of the same bucket, with a slash before it, or an address; at most 2 KB.
bool is_redirect_location(std::string_view text) {
  constexpr std::size_t max_bytes = 2048;
  if (text.empty()) return true;
  const bool known =
      text.starts_with('/') || text.starts_with("http://") || text.starts_with("https://");
  return known && text.size() <= max_bytes;
}

// A copy that keeps its source's metadata does not look at the request's.
bool takes_metadata(const context& ctx) {
  return ctx.what.name != "CopyObject" || ctx.header("x-amz-metadata-directive") == "REPLACE";
}

// System headers, metadata, storage class and tags.
result<catalog::object_attributes> read_attributes(const context& ctx) {
  const std::vector<http::header> said = instructions(ctx);
  const auto text = [&](std::string_view name) {
    for (const http::header& h : said) {
      if (http::equal_ignoring_case(h.name, name)) return std::string(h.value);
    }
    return std::string();
  };
  catalog::object_attributes a;
  a.content_type = text("Content-Type");
  a.cache_control = text("Cache-Control");
  a.content_disposition = text("Content-Disposition");
  a.content_language = text("Content-Language");
  a.expires = text("Expires");
  a.content_encoding = text("Content-Encoding");
  // It says how a stream was sent. Of other bodies S3 keeps what was said.
  if (text("x-amz-content-sha256").starts_with("STREAMING-")) {
    strip_aws_chunked(text("Content-Encoding"), a.content_encoding);
  }
  a.website_redirect = text("x-amz-website-redirect-location");
  if (!is_redirect_location(a.website_redirect)) return errc::invalid_redirect_location;
  const std::string storage_class = text("x-amz-storage-class");
  if (!storage_class.empty()) {
    if (std::ranges::find(storage_classes, storage_class) == storage_classes.end()) {
      return error(errc::invalid_storage_class).with("StorageClassRequested", storage_class);
    }
    if (storage_class != "STANDARD") a.storage_class = storage_class;
  }
  if (takes_metadata(ctx)) {
    auto metadata = read_metadata(said, ctx.form != nullptr);
    if (!metadata) return std::move(metadata).error();
    a.metadata = std::move(*metadata);
  }
  auto tags = parse_tagging(text("x-amz-tagging"));
  if (!tags) return std::move(tags).error();
  if (takes_tags(ctx)) a.tags = std::move(*tags);
  return a;
}

}  // namespace

result<void> refuse_unsupported_headers(const context& ctx) {
  for (const http::header& h : instructions(ctx)) {
    if (http::equal_ignoring_case(h.name, "x-amz-write-offset-bytes")) {
      return error(errc::not_implemented,
                   http::lower_case(h.name) + " is not implemented by this server.")
          .with("Header", http::lower_case(h.name));
    }
    // The row was found without it: what was meant as a copy would store the empty body.
    if (http::equal_ignoring_case(h.name, "x-amz-copy-source") && !ctx.header(h.name)) {
      return error(errc::not_implemented,
                   "x-amz-copy-source in the query of a presigned URL is not implemented by this "
                   "server. Send it as a signed header.")
          .with("Header", "x-amz-copy-source");
    }
  }
  return {};
}

result<object_settings> read_object_settings(const context& ctx) {
  if (auto ok = refuse_unsupported_headers(ctx); !ok) return std::move(ok).error();
  object_settings settings;
  auto attributes = read_attributes(ctx);
  if (!attributes) return std::move(attributes).error();
  settings.attributes = std::move(*attributes);
  // AWS: PutObject, CopyObject and CreateMultipartUpload need it to set tags along.
  if (!settings.attributes.tags.empty()) {
    if (auto ok = ask_about_new_tags(ctx); !ok) return std::move(ok).error();
  }
  const auto lock = read_lock(ctx, instructions(ctx));
  if (!lock) return lock.error();
  settings.lock = *lock;
  settings.acl = ctx.new_object.acl;
  return settings;
}

void append_checksum_headers(http::response& r, const catalog::object_checksum& c) {
  r.set(checksum_header(c.value.kind), checksum_text(c));
  r.set("x-amz-checksum-type", std::string(checksum_type_name(c.type)));
}

void append_version_id(http::response& r, const catalog::bucket_record& bucket,
                       const catalog::object_version& v, std::string_view name) {
  if (bucket.versioning == catalog::versioning_state::never_enabled) return;
  r.set(std::string(name), v.version_id);
}

void append_object_headers(http::response& r, const context& ctx,
                           const catalog::object_version& v) {
  const catalog::object_attributes& a = v.attributes;
  r.set("Last-Modified", http_date(v.modified));
  r.set("ETag", quoted(v.etag));
  r.set("Accept-Ranges", "bytes");
  append_version_id(r, *ctx.bucket, v);
  for (const auto& [name, value] : a.metadata) {
    r.set(std::string(metadata_prefix) + name, metadata_header(value));
  }
  if (!a.storage_class.empty()) r.set("x-amz-storage-class", a.storage_class);
  if (!a.tags.empty()) r.set("x-amz-tagging-count", std::to_string(a.tags.size()));
  append_lock_headers(r, ctx, v);
  // S3 leaves it out of answers about a version by its id, be it the current one.
  if (v.latest && !ctx.where.has("versionId"))
    append_expiration(r, ctx, v.key, v.size, a.tags, v.modified);
  if (!a.website_redirect.empty()) {
    r.set("x-amz-website-redirect-location", a.website_redirect);
  }
}

std::optional<std::string> asked_version(const context& ctx) {
  const auto given = ctx.parameter("versionId");
  if (!given) return std::nullopt;
  return std::string(*given);
}

error marker_refused(const context& ctx) {
  return error(errc::method_not_allowed)
      .with("Method", ctx.call.method)
      .with("ResourceType", "DeleteMarker");
}

bool is_about_marker(const error& why) {
  const error::field marker("ResourceType", "DeleteMarker");
  return std::ranges::find(why.fields(), marker) != why.fields().end();
}

error as_marker_refusal(const context& ctx, const error& why) {
  return why.code() == errc::method_not_allowed ? marker_refused(ctx) : why;
}

http::response delete_marker_response(const context& ctx, const catalog::object_version& marker) {
  const bool named = ctx.where.has("versionId");
  const error why =
      named ? marker_refused(ctx) : error(errc::no_such_key).with("Key", ctx.where.key);
  http::response r = ctx.refused(why);
  r.set("x-amz-delete-marker", "true");
  r.set("x-amz-version-id", marker.version_id);
  if (named) {
    r.set("Last-Modified", http_date(marker.modified));
    r.set("Allow", "DELETE");
  }
  return r;
}

}  // namespace torhaus::gateway::s3
