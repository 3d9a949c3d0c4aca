// GetObject and HeadObject.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html, …/API_HeadObject.html
#include <array>

#include "gateway/s3/access/permission.hpp"
#include "gateway/s3/body/object_body.hpp"
#include "gateway/s3/encryption/object_keys.hpp"
#include "gateway/s3/object/attributes.hpp"
#include "gateway/s3/object/conditions.hpp"
#include "gateway/s3/object/handlers.hpp"
#include "gateway/s3/parameters.hpp"

namespace torhaus::gateway::s3 {
namespace {

namespace catalog = storage::catalog;

// The part of the object that is asked for.
struct selection {
  byte_range range;
  bool partial = false;                                   // 206
  std::optional<storage::crypto::digest_value> checksum;  // of the part, with ?partNumber
  bool one_part = false;
};

struct override_row {
  std::string_view parameter;
  std::string_view header;
  std::string catalog::object_attributes::* stored;
};
constexpr std::array overrides = {
    override_row{"response-content-type", "Content-Type",
                 &catalog::object_attributes::content_type},
    override_row{"response-content-language", "Content-Language",
                 &catalog::object_attributes::content_language},
    override_row{"response-expires", "Expires", &catalog::object_attributes::expires},
    override_row{"response-cache-control", "Cache-Control",
                 &catalog::object_attributes::cache_control},
    override_row{"response-content-disposition", "Content-Disposition",
                 &catalog::object_attributes::content_disposition},
    override_row{"response-content-encoding", "Content-Encoding",
                 &catalog::object_attributes::content_encoding},
};

result<void> check_overrides(const context& ctx) {
  for (const override_row& row : overrides) {
    const auto given = ctx.parameter(row.parameter);
    if (!given) continue;
    if (ctx.caller.anonymous()) {
      return error(errc::invalid_request,
                   "Request specific response headers cannot be used for anonymous GET requests.");
    }
    if (given->find_first_of(std::string_view("\r\n\0", 3)) != std::string_view::npos) {
      return invalid_argument("Header value cannot be represented", row.parameter, "");
    }
  }
  return {};
}

void append_system_headers(http::response& r, const context& ctx,
                           const catalog::object_version& v) {
  for (const override_row& row : overrides) {
    const auto given = ctx.parameter(row.parameter);
    std::string value(given ? *given : std::string_view(v.attributes.*row.stored));
    if (value.empty() && row.header == "Content-Type") value = "binary/octet-stream";
    if (!value.empty()) r.set(std::string(row.header), std::move(value));
  }
}

// The part asked for; nothing when none is. Looked at before the object is, as in S3.
result<std::optional<std::uint32_t>> part_number(const context& ctx) {
  const auto part = ctx.parameter("partNumber");
  if (!part) return std::optional<std::uint32_t>();
  const auto number = parse_number(*part);
  if (!number || *number < 1 || *number > 10'000) {
    return invalid_argument("Part number must be an integer between 1 and 10000, inclusive",
                            "partNumber", *part);
  }
  if (ctx.header("Range")) {
    return error(errc::invalid_request,
                 "Cannot specify both Range header and partNumber query parameter");
  }
  return std::optional(static_cast<std::uint32_t>(*number));
}

task<result<selection>> select_part(const context& ctx, const catalog::object_version& v,
                                    std::uint32_t part) {
  const auto found = co_await ctx.service.catalog->find_part(v, part);
  if (!found) co_return found.error();
  selection s;
  s.range = {found->offset, found->size};
  s.checksum = found->checksum;
  // AWS sends a part's checksum where the object's is made of those. Another is the whole's, and
  // speaks of a part that is the whole.
  const bool whole = found->size == v.size;
  if (v.checksum && v.checksum->type == catalog::checksum_type::full_object) {
    s.checksum = whole ? std::optional(v.checksum->value) : std::nullopt;
  }
  s.partial = found->size > 0;  // no Content-Range can name a part of no bytes
  s.one_part = true;
  co_return s;
}

result<selection> select_range(const context& ctx, const catalog::object_version& v) {
  selection s;
  s.range = {0, v.size};
  const auto range = ctx.header("Range");
  if (!range || !range_applies(ctx, v)) return s;
  const auto parsed = parse_range(*range, v.size);
  if (!parsed) return parsed.error();
  if (*parsed) {
    s.range = **parsed;
    s.partial = true;
  }
  return s;
}

// What a 200 would say that caches need (RFC 9110 section 15.4.5).
http::response not_modified(const context& ctx, const catalog::object_version& v) {
  http::response r;
  r.status = 304;
  append_object_headers(r, ctx, v);
  const catalog::object_attributes& a = v.attributes;
  if (!a.cache_control.empty()) r.set("Cache-Control", a.cache_control);
  if (!a.expires.empty()) r.set("Expires", a.expires);
  return r;
}

// A refused range says how long the object is (RFC 9110 section 15.5.17).
http::response refused_range(const context& ctx, const error& why, std::uint64_t size) {
  http::response r = ctx.refused(why);
  if (why.code() == errc::invalid_range) r.set("Content-Range", "bytes */" + std::to_string(size));
  return r;
}

// Of an answer without metadata.
constexpr std::size_t usual_headers = 12;

http::response describe(const context& ctx, const catalog::object_version& v, const selection& s) {
  http::response r;
  r.status = s.partial ? 206 : 200;
  r.headers.reserve(usual_headers);
  append_object_headers(r, ctx, v);
  append_system_headers(r, ctx, v);
  append_encryption_headers(r, ctx, v.encryption, answer_to::read);
  if (s.partial) {
    r.set("Content-Range", "bytes " + std::to_string(s.range.offset) + "-" +
                               std::to_string(s.range.offset + s.range.length - 1) + "/" +
                               std::to_string(v.size));
  }
  if (s.one_part && v.part_count > 0) {
    r.set("x-amz-mp-parts-count", std::to_string(v.part_count));
  }
  // A checksum of the whole beside some of the bytes would only mislead; a range may be all of
  // them.
  const auto mode = ctx.header("x-amz-checksum-mode");
  if (mode && http::equal_ignoring_case(*mode, "ENABLED")) {
    if (s.range.length == v.size && !s.one_part && v.checksum)
      append_checksum_headers(r, *v.checksum);
    // A part's own checksum, with the type of the object's, as AWS sends them.
    if (s.one_part && s.checksum) {
      r.set(checksum_header(s.checksum->kind), storage::crypto::to_base64(s.checksum->bytes()));
      const auto type = v.checksum ? v.checksum->type : catalog::checksum_type::full_object;
      r.set("x-amz-checksum-type", std::string(checksum_type_name(type)));
    }
  }
  return r;
}

// Both operations up to the response without its body.
struct prepared {
  http::response answer;
  selection chosen;
  bool final = false;  // the answer is complete: nothing to send besides
};

// True when the answer is complete before anything of the object is selected.
result<bool> answer_at_once(const context& ctx, const catalog::object_version& v, prepared& p) {
  p.final = true;
  if (v.delete_marker) {
    p.answer = delete_marker_response(ctx, v);
    return true;
  }
  const condition_outcome condition = check_conditions(ctx, "", v);
  if (condition.is == verdict::not_modified) {
    p.answer = not_modified(ctx, v);
    return true;
  }
  if (condition.is == verdict::failed) {
    return error(errc::precondition_failed).with("Condition", std::string(condition.condition));
  }
  return false;
}

void answer_with(const context& ctx, const catalog::object_version& v, result<selection> chosen,
                 prepared& p) {
  if (!chosen) {
    p.answer = refused_range(ctx, chosen.error(), v.size);
    return;
  }
  p.chosen = std::move(*chosen);
  p.answer = describe(ctx, v, p.chosen);
  p.final = false;
}

// A task only for those who ask for a part, since that is looked up.
task<void> answer_with_part(const context& ctx, const catalog::object_version& v,
                            std::uint32_t part, prepared& p) {
  answer_with(ctx, v, co_await select_part(ctx, v, part), p);
}

// Few bytes that are in memory, as they are sent at once; else nothing.
std::optional<result<std::string>> bytes_at_hand(catalog::object_reader& content,
                                                 const byte_range& range) {
  constexpr std::uint64_t most = std::uint64_t{16} << 10;
  if (!content.resident() || range.length > most) return std::nullopt;
  std::string bytes(static_cast<std::size_t>(range.length), '\0');
  const auto all = std::as_writable_bytes(std::span(bytes));
  for (std::size_t have = 0; have < all.size();) {
    const auto n = content.read(range.offset + have, all.subspan(have));
    if (!n) return n.error();
    if (*n == 0) return error(errc::internal_error).because("an object ends before its size");
    have += *n;
  }
  return bytes;
}

// Whether the permission was given for this version, or for the key.
bool permitted(const context& ctx, const catalog::object_version& v) {
  return !ctx.judged_version || *ctx.judged_version == v.sequence;
}

task<result<void>> unlock(const context& ctx, catalog::opened_object& opened) {
  const auto key = co_await data_key_of(ctx, *ctx.bucket, opened.version, key_of::object);
  if (!key) co_return key.error();
  if (*key) opened.content->unlock(**key);
  co_return result<void>();
}

}  // namespace

task<result<http::response>> get_object(context& ctx) {
  if (auto ok = check_overrides(ctx); !ok) co_return std::move(ok).error();
  if (auto ok = refuse_write_encryption(ctx); !ok) co_return std::move(ok).error();
  const auto part = part_number(ctx);
  if (!part) co_return part.error();
  auto key = catalog::object_key::parse(ctx.where.key);
  if (!key) co_return std::move(key).error();
  auto opened = co_await ctx.service.catalog->open_object(ctx.bucket->id, std::move(*key),
                                                          asked_version(ctx));
  if (!opened) co_return std::move(opened).error();
  const catalog::object_version& v = opened->version;
  if (!permitted(ctx, v)) {
    if (auto ok = co_await permit_version(ctx, v); !ok) co_return std::move(ok).error();
  }
  if (!v.delete_marker && !v.encryption.empty()) {
    if (auto ok = co_await unlock(ctx, *opened); !ok) co_return std::move(ok).error();
  } else if (!v.delete_marker) {
    if (auto ok = check_customer_key(ctx, *ctx.bucket, v); !ok) co_return std::move(ok).error();
  }
  prepared p;
  const auto complete = answer_at_once(ctx, v, p);
  if (!complete) co_return complete.error();
  if (!*complete && *part) {
    co_await answer_with_part(ctx, v, **part, p);
  } else if (!*complete) {
    answer_with(ctx, v, select_range(ctx, v), p);
  }
  if (p.final) co_return std::move(p.answer);
  // What the page cache holds is checked and sent on this thread; a trip to the pool costs more.
  opened->content->open_at_once();
  if (auto bytes = bytes_at_hand(*opened->content, p.chosen.range)) {
    if (!*bytes) co_return std::move(*bytes).error();
    p.answer.body = std::move(**bytes);
  } else {
    p.answer.body = make_object_body(std::move(opened->content), p.chosen.range.offset,
                                     p.chosen.range.length, *ctx.service.pool, ctx.service.memory);
  }
  co_return std::move(p.answer);
}

task<result<http::response>> head_object(context& ctx) {
  if (auto ok = check_overrides(ctx); !ok) co_return std::move(ok).error();
  if (auto ok = refuse_write_encryption(ctx); !ok) co_return std::move(ok).error();
  const auto part = part_number(ctx);
  if (!part) co_return part.error();
  auto key = catalog::object_key::parse(ctx.where.key);
  if (!key) co_return std::move(key).error();
  const auto found = co_await ctx.service.catalog->find_object(ctx.bucket->id, std::move(*key),
                                                               asked_version(ctx));
  if (!found) co_return found.error();
  if (!permitted(ctx, *found)) {
    if (auto ok = co_await permit_version(ctx, *found); !ok) co_return std::move(ok).error();
  }
  if (!found->delete_marker) {
    if (auto ok = check_customer_key(ctx, *ctx.bucket, *found); !ok)
      co_return std::move(ok).error();
  }
  prepared p;
  const auto complete = answer_at_once(ctx, *found, p);
  if (!complete) co_return complete.error();
  if (!*complete && *part) {
    co_await answer_with_part(ctx, *found, **part, p);
  } else if (!*complete) {
    answer_with(ctx, *found, select_range(ctx, *found), p);
  }
  if (!p.final) p.answer.length_of_absent_body = p.chosen.range.length;
  co_return std::move(p.answer);
}

}  // namespace torhaus::gateway::s3
