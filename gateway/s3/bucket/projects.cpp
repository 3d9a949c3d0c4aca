#include "gateway/s3/bucket/projects.hpp"

#include <algorithm>

#include "auth/identity_rules.hpp"
#include "auth/projects/buckets.hpp"
#include "storage/base/log.hpp"

namespace torhaus::gateway::s3 {
namespace {

namespace catalog = storage::catalog;
using auth::projects::project_pointer;

constexpr std::size_t membership_page = 1000;
constexpr std::size_t most_of_project = 10'001;  // one more than a list of buckets can have

bool sees_agency(const auth::principal& who) {
  return who.is_account_root() || (who.rules && who.rules->governed);
}

error taken(const context& ctx, const catalog::bucket_record& bucket) {
  const bool own = bucket.owner_account == ctx.caller.who().account;
  return error(own ? errc::bucket_already_owned_by_you : errc::bucket_already_exists)
      .with("BucketName", bucket.name);
}

// Adds the buckets of one project that the query asks for.
task<result<void>> add_buckets(const context& ctx, const catalog::bucket_list_query& query,
                               const std::string& project,
                               std::vector<catalog::bucket_record>& into) {
  auto found = co_await auth::projects::buckets_of(*ctx.service.catalog, project, query.after,
                                                   most_of_project);
  if (!found) co_return std::move(found).error();
  for (catalog::bucket_record& b : *found) {
    if (b.name.starts_with(query.prefix)) into.push_back(std::move(b));
  }
  co_return result<void>();
}

// A project that was there before the new bucket, and went before it came. One that its buckets
// opened comes back when it was the caller's; one that administration has deleted does not, and its
// bucket neither.
task<result<void>> keep_project(const context& ctx, const catalog::bucket_record& made,
                                const auth::projects::project& gone) {
  if (gone.implicit && gone.owner == ctx.caller.who().agency) {
    const auto again = co_await ctx.service.projects->open(gone.id, ctx.caller.who());
    if (!again) co_return again.error();
    if (again->owner == gone.owner) co_return result<void>();
  }
  const auto taken_back = co_await ctx.service.catalog->delete_bucket(made.name);
  if (!taken_back) co_return taken_back.error();
  co_return errc::operation_aborted;
}

task<result<void>> add_memberships(const context& ctx, const catalog::bucket_list_query& query,
                                   std::vector<catalog::bucket_record>& into) {
  const auth::principal& who = ctx.caller.who();
  const sys_micros now = ctx.service.clock->now();
  const bool of_another = who.rules && !who.rules->member_id.empty();
  const std::string& id = of_another ? who.rules->member_id : who.user_id;
  std::string after;
  for (bool more = true; more;) {
    const auto page = co_await ctx.service.projects->memberships(who.agency, who.user_name, after,
                                                                 membership_page);
    if (!page) co_return page.error();
    more = page->size() == membership_page;
    for (const auth::projects::membership& m : *page) {
      after = m.project;
      if (m.as.user_id != id || (m.as.ends && *m.as.ends <= now)) continue;
      if (auto added = co_await add_buckets(ctx, query, m.project, into); !added) {
        co_return std::move(added).error();
      }
    }
  }
  co_return result<void>();
}

}  // namespace

task<result<project_pointer>> project_of(const services& s, const catalog::bucket_record& bucket) {
  if (auto known = co_await s.projects->view(bucket.project)) co_return known;
  const auto made = co_await s.projects->adopt(bucket.project, bucket.owner_account);
  if (!made && made.error().code() == errc::no_such_entity) co_return project_pointer();
  if (!made) co_return made.error();
  log::info("project_adopted", {{"project", bucket.project}, {"bucket", bucket.name}});
  co_return co_await s.projects->view(bucket.project);
}

task<result<catalog::bucket_record>> create_in_project(const context& ctx,
                                                       catalog::bucket_record wanted,
                                                       catalog::setting_documents settings) {
  auth::projects::store& projects = *ctx.service.projects;
  const bool opens = ctx.project == nullptr;
  auto project = ctx.project;
  if (opens) {
    const auto opened = co_await projects.open(wanted.name, ctx.caller.who());
    if (!opened) co_return opened.error();
    project = co_await projects.view(wanted.name);
    // Somebody else was quicker, and it is theirs.
    if (!project || project->about.owner != ctx.caller.who().agency) {
      co_return errc::operation_aborted;
    }
  }
  wanted.project = project->about.id;
  wanted.owner_account = project->about.owner_account;
  wanted.owner_canonical_id = project->about.owner_canonical_id;
  auto made = co_await ctx.service.catalog->create_bucket(std::move(wanted), std::move(settings));
  if (!made && opens) co_await leave_project(ctx.service, project->about.id);
  if (made && !co_await projects.view(project->about.id)) {
    auto again = co_await keep_project(ctx, *made, project->about);
    if (!again) co_return std::move(again).error();
  }
  co_return made;
}

task<void> leave_project(const services& s, std::string project) {
  const auto view = co_await s.projects->view(project);
  if (!view || !view->about.implicit) co_return;
  const auto left = co_await auth::projects::buckets_of(*s.catalog, project, "", 1);
  if (!left || !left->empty()) co_return;
  const auto gone = co_await s.projects->remove(project);
  // It has a bucket again.
  if (!gone && gone.error().code() == errc::delete_conflict) co_return;
  // What stays behind is taken by the worker that ends projects.
  if (!gone) log::warning("project_not_removed", {{"project", project}});
}

task<result<void>> why_no_bucket(const context& ctx, error refusal) {
  const auth::principal& who = ctx.caller.who();
  if (!ctx.project || ctx.caller.anonymous() || !who.may_open_projects) co_return refusal;
  if (who.rules && who.rules->governed) co_return refusal;
  const auto bucket = co_await ctx.service.catalog->find_bucket(ctx.where.bucket);
  if (!bucket) co_return refusal;
  co_return taken(ctx, *bucket);
}

task<result<catalog::bucket_list_page>> visible_buckets(const context& ctx,
                                                        const catalog::bucket_list_query& query) {
  catalog::bucket_list_page page;
  if (sees_agency(ctx.caller.who())) {
    auto own = co_await ctx.service.catalog->list_buckets(query);
    if (!own) co_return std::move(own).error();
    page = std::move(*own);
  }
  std::vector<catalog::bucket_record>& all = page.buckets;
  const bool cut = page.truncated;
  // Behind a cut list nothing is complete.
  const std::string last = cut && !all.empty() ? all.back().name : std::string();
  if (auto added = co_await add_memberships(ctx, query, all); !added) {
    co_return std::move(added).error();
  }
  std::ranges::sort(all, {}, &catalog::bucket_record::name);
  const auto twice = std::ranges::unique(all, {}, &catalog::bucket_record::name);
  all.erase(twice.begin(), twice.end());
  if (!last.empty()) std::erase_if(all, [&](const auto& b) { return b.name > last; });
  page.truncated = cut || all.size() > query.max_buckets;
  if (all.size() > query.max_buckets) all.resize(query.max_buckets);
  co_return page;
}

}  // namespace torhaus::gateway::s3
