// DeleteObject and DeleteObjects.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObject.html, …/API_DeleteObjects.html
#include <string>

#include "gateway/s3/access/permission.hpp"
#include "gateway/s3/access/request_values.hpp"
#include "gateway/s3/dates.hpp"
#include "gateway/s3/events.hpp"
#include "gateway/s3/object/attributes.hpp"
#include "gateway/s3/object/handlers.hpp"
#include "gateway/s3/object/lock_headers.hpp"
#include "gateway/s3/object/write_condition.hpp"
#include "gateway/s3/parameters.hpp"
#include "gateway/s3/xml/reader.hpp"
#include "gateway/s3/xml/writer.hpp"

namespace torhaus::gateway::s3 {
namespace {

namespace catalog = storage::catalog;

constexpr std::size_t max_keys = 1000;

struct delete_list {
  std::vector<catalog::delete_request> objects;
  bool quiet = false;
};

// The conditions on size and time, from headers or from elements.
result<void> set_conditions(catalog::delete_request& asked, std::optional<std::string_view> size,
                            std::string_view size_name, std::optional<std::string_view> modified,
                            std::string_view modified_name) {
  if (size) {
    asked.if_match_size = parse_number(*size);
    if (!asked.if_match_size) {
      return invalid_argument("The size to match must be a number of bytes", size_name, *size);
    }
  }
  if (modified) {
    asked.if_match_modified = parse_date(*modified);
    if (!asked.if_match_modified) {
      return invalid_argument("The time to match must be a date", modified_name, *modified);
    }
  }
  return {};
}

result<catalog::delete_request> parse_object(const xml::element& object) {
  auto key = object.text_of("Key");
  if (!key || key->empty()) return errc::malformed_xml;
  catalog::delete_request asked;
  asked.key = std::move(*key);
  asked.version_id = object.text_of("VersionId");
  if (asked.version_id && asked.version_id->empty()) asked.version_id.reset();
  asked.if_match = object.text_of("ETag");
  const auto size = object.text_of("Size");
  const auto modified = object.text_of("LastModifiedTime");
  if (auto ok = set_conditions(asked, size, "Size", modified, "LastModifiedTime"); !ok) {
    return errc::malformed_xml;
  }
  return asked;
}

result<delete_list> parse_list(const std::string& body) {
  auto doc = xml::document::parse(body, "Delete");
  if (!doc) return std::move(doc).error();
  delete_list list;
  const std::string quiet = doc->root().text_of("Quiet").value_or("false");
  list.quiet = quiet == "true" || quiet == "1";
  for (const xml::element& object : doc->root().children("Object")) {
    if (list.objects.size() == max_keys) return errc::malformed_xml;
    auto asked = parse_object(object);
    if (!asked) return std::move(asked).error();
    list.objects.push_back(std::move(*asked));
  }
  if (list.objects.empty()) return errc::malformed_xml;
  return list;
}

void append_outcome(xml::writer& doc, const catalog::delete_request& asked,
                    const result<catalog::delete_outcome>& outcome, bool quiet) {
  if (!outcome) {
    doc.open("Error").text("Key", asked.key);
    if (asked.version_id) doc.text("VersionId", *asked.version_id);
    // What cannot be a version id names no version, among others; by itself it is refused.
    const bool bad_id = asked.version_id && outcome.error().code() == errc::invalid_argument;
    const error why = bad_id ? error(errc::no_such_version) : outcome.error();
    doc.text("Code", code_of(why.code())).text("Message", why.message());
    doc.close("Error");
    return;
  }
  if (quiet) return;
  doc.open("Deleted").text("Key", asked.key);
  if (asked.version_id) doc.text("VersionId", *asked.version_id);
  if (outcome->delete_marker) {
    doc.flag("DeleteMarker", true).text("DeleteMarkerVersionId", outcome->version_id);
  }
  doc.close("Deleted");
}

// One entry of a list.
task<result<void>> permit_entry(const context& ctx, const catalog::delete_request& w) {
  const permission_question asked{
      .action = w.version_id ? "s3:DeleteObjectVersion" : "s3:DeleteObject",
      .bucket = *ctx.bucket,
      .settings = *ctx.settings,
      .project = ctx.project.get(),
      .key = w.key,
      .version_id = w.version_id,
      .if_match = w.if_match};
  auto allowed = co_await ask_permission(ctx, asked);
  if (!allowed) co_return allowed;
  co_return co_await permit_condition(ctx, w);
}

}  // namespace

task<result<http::response>> delete_object(context& ctx) {
  auto key = catalog::object_key::parse(ctx.where.key);
  if (!key) co_return std::move(key).error();
  catalog::delete_request asked;
  asked.key = key->str();
  asked.version_id = asked_version(ctx);
  asked.notes = event_notes(ctx, asked.key, {object_removed, object_marked});
  const auto match = read_condition(ctx, "If-Match");
  if (!match) co_return match.error();
  if (*match) asked.if_match = std::string(**match);
  constexpr std::string_view size = "x-amz-if-match-size";
  constexpr std::string_view modified = "x-amz-if-match-last-modified-time";
  if (auto ok =
          set_conditions(asked, instruction(ctx, size), size, instruction(ctx, modified), modified);
      !ok) {
    co_return std::move(ok).error();
  }
  if (auto ok = check_bypass(ctx); !ok) co_return std::move(ok).error();
  if (auto ok = co_await permit_condition(ctx, asked); !ok) co_return std::move(ok).error();
  asked.bypass_governance = bypasses_governance(ctx, asked.key);
  const auto gone = co_await ctx.service.catalog->delete_object(ctx.bucket->id, std::move(asked));
  if (!gone) co_return gone.error();
  http::response r;
  r.status = 204;
  if (gone->delete_marker) r.set("x-amz-delete-marker", "true");
  if (gone->versioned) r.set("x-amz-version-id", gone->version_id);
  co_return r;
}

task<result<http::response>> delete_objects(context& ctx) {
  if (!has_integrity_header(ctx)) co_return errc::missing_content_md5;
  // No check_bypass(): tools that empty buckets ask for it wherever they are (tests/README.md).
  auto list = parse_list(ctx.xml_body);
  if (!list) co_return std::move(list).error();

  // Keys that cannot be, or must not be touched, are answered by themselves; the others go in one
  // transaction.
  std::vector<std::optional<result<catalog::delete_outcome>>> outcomes(list->objects.size());
  std::vector<catalog::delete_request> allowed;
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < list->objects.size(); ++i) {
    const catalog::delete_request& w = list->objects[i];
    const auto key = catalog::object_key::parse(w.key);
    if (!key) {
      outcomes[i].emplace(key.error());
      continue;
    }
    if (auto ok = co_await permit_entry(ctx, w); !ok) {
      outcomes[i].emplace(std::move(ok).error());
      continue;
    }
    allowed.push_back(w);
    allowed.back().bypass_governance = bypasses_governance(ctx, w.key);
    allowed.back().notes = event_notes(ctx, w.key, {object_removed, object_marked});
    places.push_back(i);
  }
  auto done = co_await ctx.service.catalog->delete_objects(ctx.bucket->id, std::move(allowed));
  if (!done) co_return std::move(done).error();
  for (std::size_t i = 0; i < places.size(); ++i)
    outcomes[places[i]].emplace(std::move((*done)[i]));

  xml::writer doc("DeleteResult");
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    append_outcome(doc, list->objects[i], *outcomes[i], list->quiet);
  }
  http::response r;
  r.set("Content-Type", "application/xml");
  r.body = std::move(doc).take();
  co_return r;
}

}  // namespace torhaus::gateway::s3
