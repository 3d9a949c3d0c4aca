#include "gateway/s3/context.hpp"

#include "gateway/s3/access/permission.hpp"
#include "gateway/s3/bucket/projects.hpp"
#include "gateway/s3/error_response.hpp"

namespace torhaus::gateway::s3 {

namespace catalog = storage::catalog;

namespace {

// What permission_question wants to know of a bucket.
struct bucket_facts {
  std::shared_ptr<const bucket_settings> settings;
  auth::projects::project_pointer project;
};

task<result<bucket_facts>> facts_of(const context& ctx, const catalog::bucket_record& bucket) {
  if (ctx.bucket && ctx.bucket->id == bucket.id) co_return bucket_facts{ctx.settings, ctx.project};
  auto found = co_await ctx.service.settings->of(bucket);
  if (!found) co_return std::move(found).error();
  auto project = co_await project_of(ctx.service, bucket);
  if (!project) co_return std::move(project).error();
  co_return bucket_facts{std::move(*found), std::move(*project)};
}

}  // namespace

task<result<void>> context::may(std::string_view action, const catalog::bucket_record& other,
                                std::string_view key, std::optional<std::string_view> version_id,
                                const catalog::object_version* object) const {
  const auto known = co_await facts_of(*this, other);
  if (!known) co_return known.error();
  const permission_question asked{action,     other, *known->settings, known->project.get(), key,
                                  version_id, object};
  co_return co_await ask_permission(*this, asked);
}

task<result<void>> context::may_know_what_is_missing(const catalog::bucket_record& other,
                                                     std::string_view key) const {
  const auto known = co_await facts_of(*this, other);
  if (!known) co_return known.error();
  const permission_question asked{.action = {},
                                  .bucket = other,
                                  .settings = *known->settings,
                                  .project = known->project.get(),
                                  .key = key};
  if (may_list(*this, asked)) co_return result<void>();
  co_return errc::access_denied;
}

result<void> context::may_here(std::string_view action, std::string_view key) const {
  return ask_without_object(*this, {action, *bucket, *settings, project.get(), key});
}

http::response context::refused(const error& why) const {
  error_code = code_of(why.code());
  return error_response(why, call.method, call.id, &where);
}

}  // namespace torhaus::gateway::s3
