// Projects.
#include <algorithm>

#include "auth/projects/buckets.hpp"
#include "gateway/admin/answers.hpp"
#include "gateway/admin/authority.hpp"
#include "gateway/admin/functions.hpp"

namespace torhaus::gateway::admin {
namespace {

using namespace auth::projects;

// What a body says of a project; absent members are left alone.
struct project_changes {
  std::optional<std::string> title;
  std::optional<std::string> purpose;
  std::optional<std::string> classification;
  std::optional<std::uint64_t> quota_bytes;
  std::optional<std::uint64_t> quota_objects;
  std::optional<std::uint64_t> retention_days;
  std::optional<std::uint64_t> read_only_days;
  std::optional<std::uint64_t> grace_days;
  std::optional<std::optional<sys_micros>> ends;
  std::optional<state> held;

  void apply(project& p) const {
    p.title = title.value_or(p.title);
    p.purpose = purpose.value_or(p.purpose);
    p.classification = classification.value_or(p.classification);
    p.quota_bytes = quota_bytes.value_or(p.quota_bytes);
    p.quota_objects = quota_objects.value_or(p.quota_objects);
    p.retention_days = static_cast<std::uint32_t>(retention_days.value_or(p.retention_days));
    p.read_only_days = static_cast<std::uint32_t>(read_only_days.value_or(p.read_only_days));
    p.grace_days = static_cast<std::uint32_t>(grace_days.value_or(p.grace_days));
    p.ends = ends.value_or(p.ends);
    p.held = held.value_or(p.held);
    p.implicit = false;
  }
  // Whether something is said that managers leave to the owner.
  bool beyond_words() const {
    return classification || quota_bytes || quota_objects || retention_days || read_only_days ||
           grace_days || ends || held;
  }
};

result<project_changes> read_changes(json_input& in) {
  project_changes c;
  c.title = in.text("title");
  c.purpose = in.text("purpose");
  c.classification = in.text("classification");
  c.quota_bytes = in.number("quota_bytes");
  c.quota_objects = in.number("quota_objects");
  c.retention_days = in.number("retention_days", max_days);
  c.read_only_days = in.number("read_only_days", max_days);
  c.grace_days = in.number("grace_days", max_days);
  c.ends = in.time("ends");
  const auto held = in.text("state");
  if (!held) return c;
  c.held = parse_state(*held);
  if (c.held && *c.held != state::deleted) return c;
  return error(errc::invalid_argument, "state must be active, read-only or closed");
}

// By id: what the caller's agency owns, if it administers it, and where the caller is a member.
task<result<std::vector<project>>> visible_projects(admin_call& call) {
  std::vector<project> all;
  const auth::principal& who = call.caller;
  if (administers(who, who.agency)) {
    auto owned = co_await call.projects().list_owned(who.agency, call.after, page_size);
    if (!owned) co_return std::move(owned).error();
    all = std::move(*owned);
  }
  const auto roles =
      co_await call.projects().memberships(who.agency, who.user_name, call.after, page_size);
  if (!roles) co_return roles.error();
  for (const membership& m : *roles) {
    const project_pointer p = co_await call.projects().view(m.project);
    const bool over = m.as.ends && *m.as.ends <= call.now();
    if (p && !over && m.as.user_id == who.user_id) all.push_back(p->about);
  }
  std::ranges::sort(all, {}, &project::id);
  const auto twice = std::ranges::unique(all, {}, &project::id);
  all.erase(twice.begin(), twice.end());
  if (all.size() > page_size) all.resize(page_size);
  co_return all;
}

// Whom the body names as the first manager, or who calls, when that is somebody of the owner.
result<std::optional<member>> first_manager(const admin_call& call, const std::string& owner,
                                            std::optional<std::string> agency,
                                            std::optional<std::string> user) {
  const auth::principal& who = call.caller;
  const bool own = who.agency == owner && !who.is_account_root();
  if (!user && !own) return std::optional<member>();
  member m;
  m.agency = user ? agency.value_or(owner) : who.agency;
  m.user = user.value_or(who.user_name);
  m.invited_by = who.arn;
  return std::optional<member>(std::move(m));
}

// Buckets that another project covers already must not come under a stranger's.
task<result<void>> check_name(admin_call& call, const project& p) {
  const project_pointer over = co_await call.projects().covering(p.id);
  if (!over || over->about.id == p.id || is_operator(call.caller)) co_return result<void>();
  if (over->about.owner == p.owner) co_return result<void>();
  co_return not_allowed(call.caller,
                        "create the project " + p.id + ": buckets of that name belong to another");
}

}  // namespace

task<result<admin_answer>> list_projects(admin_call& call) {
  auto found = is_operator(call.caller) ? call.projects().list(call.after, page_size)
                                        : visible_projects(call);
  const auto all = co_await std::move(found);
  if (!all) co_return all.error();
  boost::json::array items;
  for (const project& p : *all) items.push_back(to_json(p, call.now()));
  co_return page_of("projects", std::move(items), all->empty() ? "" : all->back().id);
}

task<result<admin_answer>> create_project(admin_call& call) {
  project p;
  p.id = call.input.text("id").value_or("");
  p.owner = call.input.text("owner").value_or(call.caller.agency);
  auto agency = call.input.text("manager_agency");
  auto user = call.input.text("manager");
  const auto changes = read_changes(call.input);
  if (!changes) co_return changes.error();
  if (auto good = call.input.finish(); !good) co_return std::move(good).error();
  if (!administers(call.caller, p.owner)) {
    co_return not_allowed(call.caller, "create a project of the agency " + p.owner);
  }
  changes->apply(p);
  if (p.ends && *p.ends <= call.now()) {
    co_return error(errc::invalid_argument, "ends lies in the past");
  }
  if (auto good = co_await check_name(call, p); !good) co_return std::move(good).error();
  auto manager = first_manager(call, p.owner, std::move(agency), std::move(user));
  if (!manager) co_return std::move(manager).error();
  co_return answer(201, co_await call.projects().create(std::move(p), std::move(*manager)),
                   call.now());
}

task<result<admin_answer>> show_project(admin_call& call) {
  co_return answer(200, co_await call.projects().find(call.names[0]), call.now());
}

task<result<admin_answer>> update_project(admin_call& call) {
  const auto changes = read_changes(call.input);
  if (!changes) co_return changes.error();
  if (auto good = call.input.finish(); !good) co_return std::move(good).error();
  const bool owns = !call.project || administers(call.caller, call.project->about.owner) ||
                    call.standing.owner_root;
  if (changes->beyond_words() && !owns) {
    co_return not_allowed(call.caller,
                          "change more of a project than its title and purpose; its quota, end and "
                          "state are for administrators of " +
                              call.project->about.owner);
  }
  auth::projects::store::edit_function edit = [&](project& p) -> result<void> {
    if (p.held == state::deleted) {
      return error(errc::invalid_argument, "The project " + p.id + " is deleted.");
    }
    changes->apply(p);
    // A new end may be far away: what was told of the old one is void.
    if (changes->ends) p.waits.clear();
    return {};
  };
  co_return answer(200, co_await call.projects().change(call.names[0], std::move(edit)),
                   call.now());
}

task<result<admin_answer>> delete_project(admin_call& call) {
  const auto left = co_await buckets_of(*call.services.catalog, call.names[0], "", 1);
  if (!left) co_return left.error();
  if (!left->empty()) {
    co_return error(errc::delete_conflict, "Cannot delete a project that still has the bucket " +
                                               left->front().name +
                                               ". Set its end, or remove its buckets first.");
  }
  co_return answer(co_await call.projects().remove(call.names[0]));
}

}  // namespace torhaus::gateway::admin
