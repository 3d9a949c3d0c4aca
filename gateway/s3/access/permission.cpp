#include "gateway/s3/access/permission.hpp"

#include "gateway/s3/access/request_values.hpp"
#include "gateway/s3/object/multipart.hpp"
#include "gateway/s3/routing.hpp"

namespace torhaus::gateway::s3 {
namespace {

namespace catalog = storage::catalog;

// Judged in place of a version where there was none: what comes into being meanwhile is another
// one. Sequences begin with 1.
constexpr catalog::version_sequence no_version = 0;

// The settings as the authorizer takes them: none for a bucket that never had any.
const auth::bucket_rules* rules_of(const catalog::bucket_record& bucket,
                                   const bucket_settings& settings) {
  return bucket.settings_revision == 0 ? nullptr : &settings.access;
}

// Where the caller stands in a project, at this moment.
std::optional<auth::projects::standing> standing_in(const context& ctx,
                                                    const auth::projects::project_view* project) {
  if (project == nullptr) return std::nullopt;
  return auth::projects::standing_of(*project, ctx.caller.who(), ctx.service.clock->now());
}

struct answer {
  auth::access how = auth::access::denied;
  error refusal{errc::access_denied};
};

answer decide(const context& ctx, const permission_question& q, const auth::object_facts* object,
              request_values::subject about) {
  about.if_match = q.if_match;
  about.bucket = &q.bucket;
  about.project = q.project;
  const request_values values(ctx, about);
  const auto there = standing_in(ctx, q.project);
  const auth::access_request asked{.caller = ctx.caller.who(),
                                   .action = q.action,
                                   .bucket = &q.bucket,
                                   .bucket_name = q.bucket.name,
                                   .key = q.key,
                                   .rules = rules_of(q.bucket, q.settings),
                                   .object = object,
                                   .values = &values,
                                   .project = there ? &*there : nullptr};
  answer a;
  const auth::decision decided = ctx.service.authorizer->decide(asked);
  a.how = decided.is;
  if (a.how != auth::access::needs_object) ctx.decided_by = decided.why;
  if (q.action == "s3:PutObject" && decided.why.from == auth::reason::source::role) {
    ctx.new_keys_only = ctx.new_keys_only || auth::projects::new_keys_only(*there);
  }
  if (a.how != auth::access::allowed) a.refusal = denied(asked, decided);
  return a;
}

// AWS: "If the object that you request doesn't exist, the error depends on whether you also have
// the s3:ListBucket permission." Of a change nothing is told before it is allowed.
bool tells_of_missing(std::string_view action) {
  return action.starts_with("s3:Get") && auth::decided_by_object_owner(action);
}

task<result<std::optional<catalog::object_version>>> look_up(const context& ctx,
                                                             const permission_question& q) {
  auto key = catalog::object_key::parse(q.key);
  if (!key) co_return std::move(key).error();
  std::optional<std::string> version;
  if (q.version_id) version = std::string(*q.version_id);
  auto found =
      co_await ctx.service.catalog->find_object(q.bucket.id, std::move(*key), std::move(version));
  if (found && !found->delete_marker) {
    co_return std::optional<catalog::object_version>(std::move(*found));
  }
  const bool missing = found || found.error().code() == errc::no_such_key ||
                       found.error().code() == errc::no_such_version;
  if (!missing) co_return std::move(found).error();
  co_return std::optional<catalog::object_version>();
}

auth::object_facts facts_of(const catalog::object_version* object) {
  if (object == nullptr) return {.exists = false};
  return {true, object->owner_canonical_id, object->acl};
}

// The question once more, with the object looked up.
task<result<void>> ask_with_object(const context& ctx, const permission_question& q) {
  const auto found = co_await look_up(ctx, q);
  if (!found) co_return found.error();
  const catalog::object_version* object = *found ? &**found : nullptr;
  if (q.judged != nullptr) *q.judged = object != nullptr ? object->sequence : no_version;
  const auth::object_facts facts = facts_of(object);
  const answer a = decide(ctx, q, &facts, {.object = object, .version_id = q.version_id});
  if (a.how == auth::access::allowed) co_return result<void>();
  const bool missing = a.how == auth::access::denied && object == nullptr;
  if (missing && tells_of_missing(q.action) && may_list(ctx, q)) co_return result<void>();
  co_return a.refusal;
}

// AWS: "Multipart upload API and permissions". Who began an upload may list its parts and abort it,
// unless a statement denies that.
task<result<void>> ask_about_upload(const context& ctx, const permission_question& q) {
  const answer a = decide(ctx, q, nullptr, {});
  if (a.how == auth::access::allowed) co_return result<void>();
  auto where = parse_upload_target(ctx);
  const auth::principal& who = ctx.caller.who();
  const bool nobody = who.type == auth::principal::kind::anonymous;
  if (a.how != auth::access::denied || nobody || !where) co_return a.refusal;
  const auto upload =
      co_await ctx.service.catalog->find_upload(q.bucket.id, where->key, where->upload_id);
  if (!upload || upload->settings.initiator_id != initiator_id(who)) {
    co_return a.refusal;
  }
  co_return result<void>();
}

// Nothing: the object has to be looked up.
std::optional<result<void>> ask_with_what_is_known(const context& ctx,
                                                   const permission_question& q) {
  const auth::object_facts facts = facts_of(q.object);
  const answer a = decide(ctx, q, q.object != nullptr ? &facts : nullptr,
                          {.object = q.object, .version_id = q.version_id});
  if (a.how == auth::access::allowed) return result<void>();
  const bool look =
      a.how == auth::access::needs_object ||
      (a.how == auth::access::denied && tells_of_missing(q.action) && may_list(ctx, q));
  if (q.object == nullptr && look) return std::nullopt;
  return a.refusal;
}

}  // namespace

bool may_list(const context& ctx, const permission_question& q) {
  const permission_question list{
      .action = "s3:ListBucket", .bucket = q.bucket, .settings = q.settings, .project = q.project};
  return decide(ctx, list, nullptr, {.prefix = q.key}).how == auth::access::allowed;
}

task<result<void>> ask_permission(const context& ctx, const permission_question& q) {
  auto known = ask_with_what_is_known(ctx, q);
  if (known) co_return std::move(*known);
  co_return co_await ask_with_object(ctx, q);
}

result<void> ask_without_object(const context& ctx, const permission_question& q) {
  const answer a = decide(ctx, q, nullptr, {.version_id = q.version_id});
  if (a.how == auth::access::allowed) return {};
  return a.refusal;
}

result<void> ask_about_new_tags(const context& ctx, const tag_list* carried) {
  const permission_question q{.action = "s3:PutObjectTagging",
                              .bucket = *ctx.bucket,
                              .settings = *ctx.settings,
                              .project = ctx.project.get(),
                              .key = ctx.where.key};
  const auth::object_facts facts{true, ctx.new_object.owner_canonical_id, ctx.new_object.acl};
  const answer a = decide(ctx, q, &facts, {.carried_tags = carried});
  if (a.how == auth::access::allowed) return {};
  return a.refusal;
}

result<void> ask_about_new_acl(const context& ctx) {
  const permission_question q{.action = "s3:PutObjectAcl",
                              .bucket = *ctx.bucket,
                              .settings = *ctx.settings,
                              .project = ctx.project.get(),
                              .key = ctx.where.key};
  // Whoever will own the object decides. The ACL that is asked about gives nothing yet.
  const auth::object_facts facts{.exists = !ctx.caller.anonymous(),
                                 .owner_canonical_id = ctx.new_object.owner_canonical_id};
  const auth::reason of_write = ctx.decided_by;
  const answer a = decide(ctx, q, &facts, {});
  // AWS: where the bucket's ACL lets nobody in particular write, the object is theirs.
  const bool theirs = ctx.caller.anonymous() && of_write.from == auth::reason::source::acl;
  if (a.how == auth::access::allowed || (theirs && a.how == auth::access::denied)) {
    ctx.decided_by = of_write;
    return {};
  }
  return a.refusal;
}

task<result<void>> permit_operation(context& ctx) {
  // Each of its keys is asked for by itself.
  if (ctx.what.name == "DeleteObjects") co_return result<void>();
  const std::string_view action = action_of(ctx.what, ctx.where);
  if (!ctx.bucket) {
    const request_values values(ctx, {.project = ctx.project.get()});
    const auto there = standing_in(ctx, ctx.project.get());
    const auth::access_request asked{.caller = ctx.caller.who(),
                                     .action = action,
                                     .bucket_name = ctx.where.bucket,
                                     .key = {},
                                     .values = &values,
                                     .project = there ? &*there : nullptr};
    const auth::decision decided = ctx.service.authorizer->decide(asked);
    ctx.decided_by = decided.why;
    if (decided.is == auth::access::allowed) co_return result<void>();
    co_return denied(asked, decided);
  }
  const permission_question q{.action = action,
                              .bucket = *ctx.bucket,
                              .settings = *ctx.settings,
                              .project = ctx.project.get(),
                              .key = ctx.where.key,
                              .version_id = ctx.parameter("versionId"),
                              .judged = &ctx.judged_version};
  if (action == "s3:AbortMultipartUpload" || action == "s3:ListMultipartUploadParts") {
    co_return co_await ask_about_upload(ctx, q);
  }
  auto known = ask_with_what_is_known(ctx, q);
  if (known) co_return std::move(*known);
  co_return co_await ask_with_object(ctx, q);
}

task<result<void>> permit_version(const context& ctx, const catalog::object_version& found) {
  if (!ctx.judged_version || *ctx.judged_version == found.sequence) co_return result<void>();
  const std::string_view action = action_of(ctx.what, ctx.where);
  co_return co_await ctx.may(action, *ctx.bucket, ctx.where.key, ctx.parameter("versionId"),
                             &found);
}

bool may_know_what_is_missing(const context& ctx) {
  if (!ctx.bucket || !auth::decided_by_object_owner(action_of(ctx.what, ctx.where))) return true;
  const permission_question q{.action = {},
                              .bucket = *ctx.bucket,
                              .settings = *ctx.settings,
                              .project = ctx.project.get(),
                              .key = ctx.where.key};
  return may_list(ctx, q);
}

}  // namespace torhaus::gateway::s3
