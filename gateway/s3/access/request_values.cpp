#include "gateway/s3/access/request_values.hpp"

#include <algorithm>
#include <array>

#include "auth/caller_values.hpp"
#include "gateway/s3/dates.hpp"
#include "gateway/s3/object/copy_source.hpp"
#include "gateway/s3/object/lock_headers.hpp"
#include "gateway/s3/xml/reader.hpp"

namespace torhaus::gateway::s3 {
namespace {

using auth::policy::same_ignoring_case;
using auth::policy::starts_ignoring_case;
using text = std::optional<std::string>;

text owned(std::optional<std::string_view> view) {
  if (!view) return std::nullopt;
  return std::string(*view);
}

text non_empty(const std::string& value) {
  if (value.empty()) return std::nullopt;
  return value;
}

// Keys that are headers by another name.
constexpr std::array<std::string_view, 15> header_keys = {
    "x-amz-acl",
    "x-amz-grant-full-control",
    "x-amz-grant-read",
    "x-amz-grant-read-acp",
    "x-amz-grant-write",
    "x-amz-grant-write-acp",
    "x-amz-copy-source",
    "x-amz-metadata-directive",
    "x-amz-server-side-encryption",
    "x-amz-server-side-encryption-aws-kms-key-id",
    "x-amz-server-side-encryption-customer-algorithm",
    "x-amz-storage-class",
    "x-amz-website-redirect-location",
    "x-amz-object-ownership",
    "x-amz-content-sha256"};

// Milliseconds from 20130524T000000Z to the moment; nullopt for no such time.
std::optional<std::int64_t> age_ms(const std::string& stamp, sys_micros now) {
  if (stamp.size() != 16) return std::nullopt;
  const std::string iso = stamp.substr(0, 4) + "-" + stamp.substr(4, 2) + "-" + stamp.substr(6, 5) +
                          ":" + stamp.substr(11, 2) + ":" + stamp.substr(13, 3);
  const auto signed_at = auth::policy::parse_date(iso);
  if (!signed_at) return std::nullopt;
  return std::chrono::floor<std::chrono::milliseconds>(now - *signed_at).count();
}

// AWS: policies name a source as BUCKET/KEY, however the header writes it. What cannot be read as a
// source is refused by the operation.
text source_of(std::string_view header) {
  const auto source = parse_copy_source(header);
  if (!source) return std::string(header);
  return source->bucket + "/" + source->key;
}

// AWS: CreateBucket says in its body where the bucket is to be.
text location_said(const context& ctx) {
  if (ctx.what.name != "CreateBucket") return std::nullopt;
  const auto doc = xml::document::parse(ctx.xml_body, "CreateBucketConfiguration");
  return doc ? doc->root().text_of("LocationConstraint") : std::nullopt;
}

// AWS: CreateBucket and TagResource say tags in their bodies. What cannot be read the operation
// refuses.
tag_list bucket_tags_said(const context& ctx) {
  result<tag_list> said = tag_list();
  if (ctx.what.name == "TagResource") said = parse_tag_set(ctx.xml_body, tagged::resource);
  if (ctx.what.name == "CreateBucket") {
    const auto doc = xml::document::parse(ctx.xml_body, "CreateBucketConfiguration");
    const auto tags = doc ? doc->root().child("Tags") : std::nullopt;
    if (tags) said = parse_tags(*tags, tagged::new_bucket);
  }
  return said ? std::move(*said) : tag_list();
}

// AWS: what stands behind aws:RequestTag/ has no case, unlike the keys of S3's own families.
bool of_bucket_tags(const context& ctx, std::string_view key, std::vector<std::string>& values) {
  constexpr std::string_view requested = "aws:RequestTag/";
  if (!starts_ignoring_case(key, requested)) return false;
  for (const auto& [name, value] : bucket_tags_said(ctx)) {
    if (same_ignoring_case(name, key.substr(requested.size()))) values.push_back(value);
  }
  return !values.empty();
}

std::optional<std::string_view> presigned_parameter(const context& ctx, std::string_view name) {
  if (!ctx.caller.presigned()) return std::nullopt;
  for (const auto& [parameter, value] : ctx.where.query) {
    if (http::equal_ignoring_case(parameter, name)) return std::string_view(value);
  }
  return std::nullopt;
}

// AWS: keys of s3:ListBucket and s3:ListBucketVersions. Elsewhere a parameter of that name says
// nothing, and must not fulfil a condition.
bool lists_objects(std::string_view operation) {
  return operation == "ListObjects" || operation == "ListObjectsV2" ||
         operation == "ListObjectVersions";
}

// Whether the operation makes an object, of those that s3:PutObject guards; AWS: "Enforce
// conditional writes on Amazon S3 buckets".
text creates_object(std::string_view operation) {
  constexpr auto making = std::to_array<std::string_view>(
      {"PutObject", "PostObject", "CopyObject", "CompleteMultipartUpload", "RenameObject"});
  constexpr auto preparing =
      std::to_array<std::string_view>({"CreateMultipartUpload", "UploadPart", "UploadPartCopy"});
  if (std::ranges::find(making, operation) != making.end()) return "true";
  if (std::ranges::find(preparing, operation) != preparing.end()) return "false";
  return std::nullopt;
}

}  // namespace

std::optional<std::string_view> instruction(const context& ctx, std::string_view name) {
  const auto sent = ctx.header(name);
  return sent ? sent : presigned_parameter(ctx, name);
}

std::optional<std::string_view> condition(const context& ctx, std::string_view name) {
  const auto asked = presigned_parameter(ctx, name);
  return asked ? asked : ctx.header(name);
}

bool takes_tags(const context& ctx) {
  return ctx.what.name != "CopyObject" || ctx.header("x-amz-tagging-directive") == "REPLACE";
}

tag_list requested_tags(const context& ctx) {
  if (!takes_tags(ctx)) return {};
  const auto header = instruction(ctx, "x-amz-tagging");
  const bool in_body = !header && ctx.what.name == "PutObjectTagging";
  if (!header && !in_body) return {};
  auto parsed = in_body ? parse_tag_set(ctx.xml_body, tagged::object) : parse_tagging(*header);
  return parsed ? std::move(*parsed) : tag_list();
}

text request_values::of_connection(std::string_view key) const {
  const http::origin& from = ctx_.call.from;
  // The address as the connection or a trusted proxy has it; never as a client claims it.
  if (same_ignoring_case(key, "aws:SourceIp")) return from.client.to_string();
  if (same_ignoring_case(key, "aws:SecureTransport")) return from.secure ? "true" : "false";
  if (same_ignoring_case(key, "aws:UserAgent")) return owned(ctx_.header("User-Agent"));
  if (same_ignoring_case(key, "aws:Referer")) return owned(ctx_.header("Referer"));
  if (same_ignoring_case(key, "aws:RequestedRegion")) return ctx_.service.region;
  const sys_micros now = ctx_.service.clock->now();
  if (same_ignoring_case(key, "aws:CurrentTime")) return iso_date(now);
  if (same_ignoring_case(key, "aws:EpochTime")) {
    const auto since = std::chrono::floor<std::chrono::seconds>(now).time_since_epoch();
    return std::to_string(since.count());
  }
  if (same_ignoring_case(key, "s3:TlsVersion")) {
    constexpr std::string_view prefix = "TLSv";
    if (!from.tls_version.starts_with(prefix)) return std::nullopt;
    return from.tls_version.substr(prefix.size());
  }
  return std::nullopt;
}

text request_values::of_signature(std::string_view key) const {
  if (ctx_.caller.anonymous()) return std::nullopt;
  if (same_ignoring_case(key, "s3:authType")) {
    if (ctx_.what.name == "PostObject") return "POST";
    return ctx_.caller.presigned() ? "REST-QUERY-STRING" : "REST-HEADER";
  }
  if (same_ignoring_case(key, "s3:signatureversion")) {
    // A form of Signature Version 2 has no time of its own.
    return ctx_.caller.signature().timestamp.empty() ? "AWS" : "AWS4-HMAC-SHA256";
  }
  if (same_ignoring_case(key, "s3:signatureAge")) {
    const auto age = age_ms(ctx_.caller.signature().timestamp, ctx_.service.clock->now());
    if (age) return std::to_string(*age);
  }
  return std::nullopt;
}

// AWS: the account that owns the resource. A bucket that is to be is its project's, else its
// maker's, and the list of all buckets is the caller's own.
text request_values::of_account(std::string_view key) const {
  if (!same_ignoring_case(key, "aws:ResourceAccount") &&
      !same_ignoring_case(key, "s3:ResourceAccount")) {
    return std::nullopt;
  }
  if (about_.bucket != nullptr) return about_.bucket->owner_account;
  if (about_.project != nullptr) return about_.project->about.owner_account;
  return non_empty(ctx_.caller.who().account);
}

text request_values::of_header(std::string_view name) const {
  if (std::ranges::find(header_keys, name) == header_keys.end()) return std::nullopt;
  const auto value = instruction(ctx_, name);
  if (value && name == "x-amz-copy-source") return source_of(*value);
  // AWS: "Presigned URLs always have an UNSIGNED_PAYLOAD", unless they say a digest.
  if (!value && name == "x-amz-content-sha256" && ctx_.caller.presigned()) {
    return "UNSIGNED-PAYLOAD";
  }
  return owned(value);
}

text request_values::of_s3(std::string_view key) const {
  if (!starts_ignoring_case(key, "s3:")) return std::nullopt;
  const std::string name = auth::policy::lower_case(key.substr(3));
  if (name == "prefix" && about_.prefix) return owned(about_.prefix);
  if (name == "prefix" || name == "delimiter" || name == "max-keys") {
    return lists_objects(ctx_.what.name) ? owned(ctx_.parameter(name)) : std::nullopt;
  }
  if (name == "versionid") {
    return about_.version_id ? owned(about_.version_id) : owned(ctx_.parameter("versionId"));
  }
  // A list has conditions in its entries and heeds no header.
  if (name == "if-match" && ctx_.what.name == "DeleteObjects") return owned(about_.if_match);
  if (name == "if-match" || name == "if-none-match") return owned(condition(ctx_, name));
  if (name == "objectcreationoperation") return creates_object(ctx_.what.name);
  if (name == "locationconstraint") return location_said(ctx_);
  if (name.starts_with("object-lock-")) return of_lock(name.substr(sizeof("object-lock-") - 1));
  return of_header(name);
}

text request_values::of_lock(std::string_view name) const {
  said_lock said = lock_said(ctx_);
  if (name == "mode") return std::move(said.mode);
  if (name == "legal-hold") return std::move(said.legal_hold);
  if (!said.until) return std::nullopt;
  // Whichever way the client wrote it: conditions read ISO 8601.
  if (name == "retain-until-date") return retain_until_text(*said.until);
  if (name != "remaining-retention-days") return std::nullopt;
  // A day that has begun counts.
  const auto left = *said.until - ctx_.service.clock->now();
  return std::to_string(std::chrono::ceil<std::chrono::days>(left).count());
}

tag_list request_values::written_tags() const {
  return about_.carried_tags != nullptr ? *about_.carried_tags : requested_tags(ctx_);
}

bool request_values::of_tags(std::string_view key, std::vector<std::string>& values) const {
  constexpr std::string_view existing = "s3:ExistingObjectTag/";
  constexpr std::string_view requested = "s3:RequestObjectTag/";
  if (starts_ignoring_case(key, existing)) {
    if (about_.object == nullptr) return false;
    for (const auto& [name, value] : about_.object->attributes.tags) {
      if (name == key.substr(existing.size())) return values.push_back(value), true;
    }
    return false;
  }
  if (starts_ignoring_case(key, requested)) {
    for (const auto& [name, value] : written_tags()) {
      if (name == key.substr(requested.size())) return values.push_back(value), true;
    }
    return false;
  }
  const bool of_object = same_ignoring_case(key, "s3:RequestObjectTagKeys");
  if (!of_object && !same_ignoring_case(key, "aws:TagKeys"))
    return of_bucket_tags(ctx_, key, values);
  for (const auto& [name, value] : of_object ? written_tags() : bucket_tags_said(ctx_)) {
    values.push_back(name);
  }
  return !values.empty();
}

// Keys of this server: the role, agency and classification that a policy may ask for.
text request_values::of_project(std::string_view key) const {
  const auth::principal& who = ctx_.caller.who();
  if (same_ignoring_case(key, "torhaus:Agency")) return non_empty(who.agency);
  if (about_.project == nullptr) return std::nullopt;
  const auth::projects::project& project = about_.project->about;
  if (same_ignoring_case(key, "torhaus:Project")) return project.id;
  if (same_ignoring_case(key, "torhaus:Classification")) return non_empty(project.classification);
  if (!same_ignoring_case(key, "torhaus:Role")) return std::nullopt;
  const auto there = auth::projects::standing_of(*about_.project, who, ctx_.service.clock->now());
  if (there.as == nullptr) return std::nullopt;
  return std::string(auth::projects::name_of(there.as->as));
}

bool request_values::find(std::string_view key, std::vector<std::string>& values) const {
  if (auth::find_caller_value(ctx_.caller.who(), key, values)) return true;
  for (const auto part :
       {&request_values::of_connection, &request_values::of_signature, &request_values::of_account,
        &request_values::of_s3, &request_values::of_project}) {
    if (auto value = (this->*part)(key)) return values.push_back(std::move(*value)), true;
  }
  return of_tags(key, values);
}

}  // namespace torhaus::gateway::s3
