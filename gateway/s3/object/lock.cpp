// GetObjectRetention, PutObjectRetention, GetObjectLegalHold, PutObjectLegalHold.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObjectRetention.html,
// …/API_PutObjectLegalHold.html
#include "gateway/s3/object/attributes.hpp"
#include "gateway/s3/object/handlers.hpp"
#include "gateway/s3/object/lock_headers.hpp"
#include "gateway/s3/parameters.hpp"
#include "gateway/s3/xml/reader.hpp"
#include "gateway/s3/xml/writer.hpp"

namespace torhaus::gateway::s3 {
namespace {

namespace catalog = storage::catalog;
using catalog::retention_mode;

error bucket_without_lock() {
  return error(errc::invalid_request, "Bucket is missing Object Lock Configuration");
}

// The version whose lock is asked for.
task<result<catalog::object_version>> locked_version(const context& ctx) {
  if (!ctx.bucket->object_lock) co_return bucket_without_lock();
  auto key = catalog::object_key::parse(ctx.where.key);
  if (!key) co_return std::move(key).error();
  co_return co_await ctx.service.catalog->find_object(ctx.bucket->id, std::move(*key),
                                                      asked_version(ctx));
}

http::response document(const context& ctx, const catalog::object_version& v, std::string text) {
  http::response r;
  r.set("Content-Type", "application/xml");
  append_version_id(r, *ctx.bucket, v);
  r.body = std::move(text);
  return r;
}

// An empty Retention takes the retention away.
result<catalog::retention_change> parse_retention(const context& ctx) {
  if (ctx.xml_body.empty()) return errc::missing_request_body;
  auto doc = xml::document::parse(ctx.xml_body, "Retention");
  if (!doc) return std::move(doc).error();
  const auto mode = doc->root().text_of("Mode");
  const auto until = doc->root().text_of("RetainUntilDate");
  catalog::retention_change wanted;
  wanted.bypass_governance = bypasses_governance(ctx, ctx.where.key);
  if (!mode && !until && doc->root().children().empty()) return wanted;
  const auto known = parse_retention_mode(mode.value_or(""));
  if (!known || !until) return errc::malformed_xml;
  wanted.mode = *known;
  const auto time = parse_retain_until(ctx, *until, "RetainUntilDate");
  if (!time) return time.error();
  wanted.until = *time;
  return wanted;
}

// Unlike with the retention, no document is a malformed one.
result<bool> parse_hold(const std::string& body) {
  auto doc = xml::document::parse(body, "LegalHold");
  if (!doc) return std::move(doc).error();
  const auto status = doc->root().text_of("Status");
  if (status != "ON" && status != "OFF") return errc::malformed_xml;
  return *status == "ON";
}

}  // namespace

task<result<http::response>> get_object_retention(context& ctx) {
  const auto found = co_await locked_version(ctx);
  if (!found) co_return found.error();
  if (found->delete_marker) co_return delete_marker_response(ctx, *found);
  if (found->lock.mode == retention_mode::none) co_return errc::no_such_object_lock;
  xml::writer doc("Retention");
  doc.text("Mode", retention_mode_name(found->lock.mode));
  doc.text("RetainUntilDate", retain_until_text(found->lock.until));
  co_return document(ctx, *found, std::move(doc).take());
}

task<result<http::response>> put_object_retention(context& ctx) {
  if (!has_integrity_header(ctx)) co_return errc::missing_content_md5;
  auto key = catalog::object_key::parse(ctx.where.key);
  if (!key) co_return std::move(key).error();
  const auto wanted = parse_retention(ctx);
  if (!wanted) co_return wanted.error();
  if (!ctx.bucket->object_lock) co_return bucket_without_lock();
  const auto changed = co_await ctx.service.catalog->set_object_retention(
      ctx.bucket->id, std::move(*key), asked_version(ctx), *wanted);
  if (!changed) co_return as_marker_refusal(ctx, changed.error());
  http::response r;
  append_version_id(r, *ctx.bucket, *changed);
  co_return r;
}

task<result<http::response>> get_object_legal_hold(context& ctx) {
  const auto found = co_await locked_version(ctx);
  if (!found) co_return found.error();
  if (found->delete_marker) co_return delete_marker_response(ctx, *found);
  if (!found->lock.legal_hold_given) co_return errc::no_such_object_lock;
  xml::writer doc("LegalHold");
  doc.text("Status", found->lock.legal_hold ? "ON" : "OFF");
  co_return document(ctx, *found, std::move(doc).take());
}

task<result<http::response>> put_object_legal_hold(context& ctx) {
  if (!has_integrity_header(ctx)) co_return errc::missing_content_md5;
  auto key = catalog::object_key::parse(ctx.where.key);
  if (!key) co_return std::move(key).error();
  const auto on = parse_hold(ctx.xml_body);
  if (!on) co_return on.error();
  if (!ctx.bucket->object_lock) co_return bucket_without_lock();
  const auto changed = co_await ctx.service.catalog->set_object_legal_hold(
      ctx.bucket->id, std::move(*key), asked_version(ctx), *on);
  if (!changed) co_return as_marker_refusal(ctx, changed.error());
  http::response r;
  append_version_id(r, *ctx.bucket, *changed);
  co_return r;
}

}  // namespace torhaus::gateway::s3
