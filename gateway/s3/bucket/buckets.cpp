// ListBuckets, CreateBucket, HeadBucket, DeleteBucket, GetBucketLocation.
#include "gateway/s3/access/acl_request.hpp"
#include "gateway/s3/bucket/handlers.hpp"
#include "gateway/s3/bucket/projects.hpp"
#include "gateway/s3/dates.hpp"
#include "gateway/s3/object/tag_set.hpp"
#include "gateway/s3/parameters.hpp"
#include "gateway/s3/settings/object_lock.hpp"
#include "gateway/s3/settings/ownership.hpp"
#include "gateway/s3/settings/public_access_block.hpp"
#include "gateway/s3/xml/reader.hpp"
#include "gateway/s3/xml/response.hpp"
#include "gateway/s3/xml/writer.hpp"
#include "storage/crypto/digest.hpp"

namespace torhaus::gateway::s3 {
namespace {

namespace catalog = storage::catalog;

std::string arn_of(std::string_view bucket) { return "arn:aws:s3:::" + std::string(bucket); }

// AWS: CreateBucketConfiguration.
struct bucket_configuration {
  std::string location;  // empty when none is asked for
  tag_list tags;
};

result<bucket_configuration> read_bucket_configuration(const context& ctx) {
  bucket_configuration asked;
  if (ctx.xml_body.empty()) return asked;
  auto doc = xml::document::parse(ctx.xml_body, "CreateBucketConfiguration");
  if (!doc) return std::move(doc).error();
  // Directory buckets.
  for (const char* feature : {"Location", "Bucket"}) {
    if (!doc->root().child(feature)) continue;
    return error(errc::not_implemented, std::string(feature) +
                                            " of a CreateBucketConfiguration is not implemented "
                                            "by this server.");
  }
  if (const auto tags = doc->root().child("Tags")) {
    auto list = parse_tags(*tags, tagged::new_bucket);
    if (!list) return std::move(list).error();
    asked.tags = std::move(*list);
  }
  asked.location = doc->root().text_of("LocationConstraint").value_or("");
  return asked;
}

// "us-east-1" and nothing at all are what clients say that know of no regions. In us-east-1 AWS
// takes nothing but the latter, and words what it refuses otherwise.
result<void> check_location(const context& ctx, const std::string& location) {
  const std::string& here = ctx.service.region;
  if (location.empty()) return {};
  if (here == "us-east-1") {
    return error(errc::invalid_location_constraint).with("LocationConstraint", location);
  }
  if (location == here || location == "us-east-1") return {};
  return error(errc::illegal_location_constraint,
               "The " + location +
                   " location constraint is incompatible for the region specific endpoint this "
                   "request was sent to.");
}

// A bucket with object lock has versioning from the beginning.
result<bool> wants_object_lock(const context& ctx) {
  constexpr std::string_view name = "x-amz-bucket-object-lock-enabled";
  const auto given = ctx.header(name);
  if (!given || http::equal_ignoring_case(*given, "false")) return false;
  if (http::equal_ignoring_case(*given, "true")) return true;
  return invalid_argument("Object lock is enabled by true.", name, *given);
}

// Ownership of objects: as the header says, else as new buckets have it here.
result<auth::object_ownership> read_ownership(const context& ctx) {
  const auto given = ctx.header("x-amz-object-ownership");
  if (!given) return ctx.service.new_buckets.ownership;
  const auto known = parse_ownership_name(*given);
  if (!known) {
    return missing_argument("Invalid x-amz-object-ownership header: " + std::string(*given),
                            "x-amz-object-ownership");
  }
  return *known;
}

// The settings about access that a bucket begins with. invalid_bucket_acl_with_… when its ACL and
// the others do not go together.
task<result<catalog::setting_documents>> read_first_settings(const context& ctx) {
  const auto ownership = read_ownership(ctx);
  if (!ownership) co_return ownership.error();
  const std::string owner =
      ctx.project ? ctx.project->about.owner_canonical_id : ctx.caller.who().canonical_id;
  const auth::acl::owners who{owner, owner};
  const auto list = co_await read_acl_headers(ctx, auth::acl::subject::bucket, who);
  const bool acls_off = *ownership == auth::object_ownership::bucket_owner_enforced;
  const bool canned = ctx.header("x-amz-acl").has_value();
  if (!list && acls_off && !canned) co_return errc::invalid_bucket_acl_with_object_ownership;
  if (!list) co_return list.error();
  const bool shared = *list && auth::acl::grants_to_others(**list, owner);
  if (shared && acls_off) co_return errc::invalid_bucket_acl_with_object_ownership;
  const bool blocked = ctx.service.new_buckets.block_public_access;
  if (*list && blocked && auth::acl::is_public(**list)) {
    co_return errc::invalid_bucket_acl_with_public_access_block;
  }
  catalog::setting_documents settings;
  // Without the document a bucket behaves as ObjectWriter.
  if (ctx.header("x-amz-object-ownership") || *ownership != auth::object_ownership::object_writer) {
    settings.emplace(catalog::bucket_setting::ownership, write(*ownership));
  }
  if (blocked) {
    settings.emplace(catalog::bucket_setting::public_access_block, write(everything_blocked));
  }
  if (shared) settings.emplace(catalog::bucket_setting::acl, auth::acl::encode(**list));
  co_return settings;
}

std::optional<std::string> acl_of(const catalog::setting_documents& settings) {
  const auto found = settings.find(catalog::bucket_setting::acl);
  return found == settings.end() ? std::nullopt : std::optional(found->second);
}

// AWS: CreateBucket of a bucket that the caller owns succeeds in us-east-1 and resets its ACL,
// unless it comes with tags.
task<result<catalog::bucket_record>> reset_acl(const context& ctx, std::string name,
                                               std::optional<std::string> list) {
  auto bucket = co_await ctx.service.catalog->find_bucket(std::move(name));
  if (!bucket) co_return std::move(bucket).error();
  auto stored = co_await ctx.service.catalog->set_bucket_setting(
      bucket->id, catalog::bucket_setting::acl, std::move(list));
  if (!stored) co_return std::move(stored).error();
  co_return std::move(*bucket);
}

}  // namespace

// https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListBuckets.html
task<result<http::response>> list_buckets(context& ctx) {
  catalog::bucket_list_query query;
  query.owner_account = ctx.caller.who().account;
  query.prefix = ctx.parameter("prefix").value_or("");
  const auto most = ctx.parameter("max-buckets");
  if (most) {
    const auto n = parse_number(*most);
    if (!n || *n < 1 || *n > 10'000) {
      co_return invalid_argument("Argument max-buckets must be an integer between 1 and 10000",
                                 "max-buckets", *most);
    }
    query.max_buckets = *n;
  }
  if (const auto token = ctx.parameter("continuation-token"); token && !token->empty()) {
    const auto after = storage::crypto::from_base64(*token);
    if (!after) {
      co_return invalid_argument("The continuation token provided is incorrect",
                                 "continuation-token", *token);
    }
    query.after = *after;
  }
  const auto region = ctx.parameter("bucket-region");
  // AWS: BucketRegion is in the answer to requests that have a parameter.
  const bool with_region =
      most || region || ctx.where.has("prefix") || ctx.where.has("continuation-token");
  catalog::bucket_list_page page;
  if (!region || region->empty() || *region == ctx.service.region) {
    auto found = co_await visible_buckets(ctx, query);
    if (!found) co_return std::move(found).error();
    page = std::move(*found);
  }
  xml::writer doc("ListAllMyBucketsResult");
  doc.open("Owner").text("ID", ctx.caller.who().canonical_id);
  doc.text("DisplayName", ctx.caller.who().display_name).close("Owner");
  doc.open("Buckets");
  for (const catalog::bucket_record& b : page.buckets) {
    doc.open("Bucket").text("Name", b.name).text("CreationDate", iso_date(b.created));
    if (with_region) doc.text("BucketRegion", b.region);
    doc.text("BucketArn", arn_of(b.name));
    doc.close("Bucket");
  }
  doc.close("Buckets");
  if (page.truncated && !page.buckets.empty()) {
    doc.text("ContinuationToken", storage::crypto::to_base64(page.buckets.back().name));
  }
  if (!query.prefix.empty()) doc.text("Prefix", query.prefix);
  co_return xml_response(std::move(doc).take());
}

// https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucket.html
task<result<http::response>> create_bucket(context& ctx) {
  const auto name = catalog::bucket_name::parse(ctx.where.bucket);
  if (!name) co_return error(errc::invalid_bucket_name).with("BucketName", ctx.where.bucket);
  const auto asked = read_bucket_configuration(ctx);
  if (!asked) co_return asked.error();
  if (auto ok = check_location(ctx, asked->location); !ok) co_return std::move(ok).error();
  auto settings = co_await read_first_settings(ctx);
  if (!settings) co_return std::move(settings).error();
  if (!asked->tags.empty()) {
    settings->emplace(catalog::bucket_setting::tagging, write_tag_set(asked->tags));
  }
  catalog::bucket_record wanted;
  wanted.name = name->str();
  wanted.region = ctx.service.region;
  const auto lock = wants_object_lock(ctx);
  if (!lock) co_return lock.error();
  if (*lock) {
    wanted.object_lock = true;
    wanted.versioning = catalog::versioning_state::enabled;
    settings->emplace(catalog::bucket_setting::object_lock, write_object_lock({}));
  }
  auto access_list = acl_of(*settings);
  auto made = co_await create_in_project(ctx, std::move(wanted), std::move(*settings));
  if (!made && made.error().code() == errc::bucket_already_owned_by_you &&
      ctx.service.region == "us-east-1" && asked->tags.empty()) {
    made = co_await reset_acl(ctx, name->str(), std::move(access_list));
  }
  if (!made) co_return std::move(made).error().with("BucketName", name->str());
  http::response r;
  r.set("Location", "/" + name->str());
  r.set("x-amz-bucket-arn", arn_of(name->str()));
  co_return r;
}

// https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadBucket.html
task<result<http::response>> head_bucket(context& ctx) {
  http::response r;
  r.set("x-amz-bucket-region", ctx.bucket->region);
  r.set("x-amz-bucket-arn", arn_of(ctx.bucket->name));
  r.set("x-amz-access-point-alias", "false");
  r.set("Content-Type", "application/xml");
  r.length_of_absent_body = 0;
  co_return r;
}

// https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucket.html
task<result<http::response>> delete_bucket(context& ctx) {
  auto gone = co_await ctx.service.catalog->delete_bucket(ctx.bucket->name);
  if (!gone) {
    error refused = std::move(gone).error();
    if (refused.code() == errc::bucket_not_empty &&
        ctx.bucket->versioning != catalog::versioning_state::never_enabled) {
      refused = error(errc::bucket_not_empty,
                      "The bucket you tried to delete is not empty. You must delete all versions "
                      "in the bucket.");
    }
    co_return std::move(refused).with("BucketName", ctx.bucket->name);
  }
  co_await leave_project(ctx.service, ctx.bucket->project);
  http::response r;
  r.status = 204;
  co_return r;
}

// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketLocation.html
// us-east-1 is the empty constraint.
task<result<http::response>> get_bucket_location(context& ctx) {
  std::string doc = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<LocationConstraint xmlns=\"";
  doc.append(xml::s3_namespace).append("\"");
  if (ctx.bucket->region == "us-east-1") {
    doc += "/>";
  } else {
    doc += ">";
    xml::append_escaped(doc, ctx.bucket->region);
    doc += "</LocationConstraint>";
  }
  co_return xml_response(std::move(doc));
}

}  // namespace torhaus::gateway::s3
