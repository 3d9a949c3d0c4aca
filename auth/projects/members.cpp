// Members of projects, and the projects of users.
#include "auth/identity/schema.hpp"
#include "auth/projects/holdings.hpp"
#include "auth/projects/impl.hpp"

namespace torhaus::auth::projects {
namespace {

using storage::kv::snapshot;
using storage::kv::transaction;

error no_such_user(const member& m) {
  return error(errc::no_such_entity,
               "The user " + m.user + " of the agency " + m.agency + " cannot be found.");
}

error no_such_member(std::string_view project, const std::string& agency, const std::string& user) {
  return error(errc::no_such_entity, "The user " + user + " of the agency " + agency +
                                         " is no member of the project " + std::string(project) +
                                         ".");
}

std::optional<member> load_member(const snapshot& s, std::string_view project,
                                  std::string_view agency, std::string_view user) {
  const auto bytes = s.get(member_key(project, agency, user));
  if (!bytes) return std::nullopt;
  return decode_member(*bytes);
}

result<void> check_end(const member& m, sys_micros now) {
  if (!m.ends || *m.ends > now) return {};
  return error(errc::invalid_argument, "ends lies in the past: the membership of " + m.user +
                                           " would be over before it begins");
}

result<void> check_room(const snapshot& s, std::string_view project) {
  const std::string begin = members_of(project);
  const auto rows = s.scan(begin, identity::after_prefix(begin));
  std::size_t count = 0;
  for (bool more = rows->seek(begin); more; more = rows->next()) ++count;
  if (count < max_members) return {};
  return error(errc::invalid_argument, "A project has at most 10000 members.");
}

// Whom administration has touched is no by-product of a bucket any more.
void touch(transaction& t, project p) {
  if (!p.implicit) return;
  p.implicit = false;
  store_project(t, p);
}

}  // namespace

result<void> identify(const snapshot& s, member& m, sys_micros now) {
  const auto agency = s.get(identity::agency_key(m.agency));
  if (!agency) {
    return error(errc::no_such_entity, "The agency with name " + m.agency + " cannot be found.");
  }
  const std::string account = identity::decode_agency(*agency).account;
  const auto bytes = s.get(identity::user_key(m.agency, m.user));
  if (!bytes) return no_such_user(m);
  const identity::user u = identity::decode_user(*bytes);
  if (!u.enabled) return error(errc::invalid_argument, "The user " + m.user + " is disabled.");
  if (u.expires && *u.expires <= now) {
    return error(errc::invalid_argument, "The time of the user " + m.user + " has ended.");
  }
  m.user_id = u.root ? account : u.id;
  return {};
}

result<member> store_new_member(transaction& t, std::string_view project, member m,
                                sys_micros now) {
  if (auto good = check_end(m, now); !good) return std::move(good).error();
  if (auto known = identify(t, m, now); !known) return std::move(known).error();
  const auto old = load_member(t, project, m.agency, m.user);
  if (old && old->user_id == m.user_id) {
    return error(errc::entity_already_exists, "The user " + m.user + " of the agency " + m.agency +
                                                  " is a member of the project already, as " +
                                                  std::string(name_of(old->as)) + ".");
  }
  if (auto room = check_room(t, project); !room) return std::move(room).error();
  m.since = now;
  t.put(member_key(project, m.agency, m.user), encode(m));
  t.put(membership_key(m.agency, m.user, project), {});
  return m;
}

void erase_member(transaction& t, std::string_view project, const member& m) {
  t.erase(member_key(project, m.agency, m.user));
  t.erase(membership_key(m.agency, m.user, project));
}

std::vector<member> load_members(const snapshot& s, std::string_view project) {
  std::vector<member> found;
  const std::string begin = members_of(project);
  const auto rows = s.scan(begin, identity::after_prefix(begin));
  for (bool more = rows->seek(begin); more; more = rows->next()) {
    found.push_back(decode_member(rows->value()));
  }
  return found;
}

task<result<member>> store::add_member(std::string project_id, member m) {
  const sys_micros now = impl_->o.clock->now();
  auto work = [&, now](transaction& t) -> result<member> {
    const auto p = load_project(t, project_id);
    if (!p) return no_such_project(project_id);
    auto added = store_new_member(t, project_id, m, now);
    if (added) touch(t, *p);
    return added;
  };
  co_return co_await impl_->about(project_id, std::move(work));
}

task<result<std::vector<std::optional<error>>>> store::add_members(std::vector<membership> all,
                                                                   identity::import_mode mode) {
  const sys_micros now = impl_->o.clock->now();
  std::vector<std::optional<error>> wrong;
  bool refused = false;
  auto work = [&, now](transaction& t) -> result<void> {
    wrong.clear();
    bool bad = false;
    for (const membership& one : all) {
      const auto p = load_project(t, one.project);
      auto added = p ? store_new_member(t, one.project, one.as, now)
                     : result<member>(no_such_project(one.project));
      if (added) touch(t, *p);
      bad = bad || !added;
      wrong.push_back(added ? std::nullopt : std::optional(std::move(added).error()));
    }
    refused = bad;
    // So that none is stored.
    if (bad || mode == identity::import_mode::check) return errc::invalid_argument;
    return {};
  };
  auto done = co_await impl_->about_many(std::move(work));
  if (!done && done.error().code() != errc::invalid_argument) co_return std::move(done).error();
  if (!refused) wrong.clear();
  co_return std::move(wrong);
}

task<result<member>> store::change_member(std::string project_id, std::string agency,
                                          std::string user, member_function edit) {
  const sys_micros now = impl_->o.clock->now();
  auto work = [&, now](transaction& t) -> result<member> {
    const auto p = load_project(t, project_id);
    if (!p) return no_such_project(project_id);
    const auto old = load_member(t, project_id, agency, user);
    if (!old) return no_such_member(project_id, agency, user);
    member changed = *old;
    if (auto good = edit(changed); !good) return std::move(good).error();
    if (changed.ends != old->ends) {
      if (auto good = check_end(changed, now); !good) return std::move(good).error();
    }
    changed.agency = old->agency;
    changed.user = old->user;
    changed.user_id = old->user_id;
    changed.since = old->since;
    t.put(member_key(project_id, agency, user), encode(changed));
    touch(t, *p);
    return changed;
  };
  co_return co_await impl_->about(project_id, std::move(work));
}

task<result<void>> store::end_member(std::string project_id, std::string agency, std::string user) {
  auto work = [&](transaction& t) -> result<void> {
    const auto p = load_project(t, project_id);
    if (!p) return no_such_project(project_id);
    const auto old = load_member(t, project_id, agency, user);
    if (!old) return no_such_member(project_id, agency, user);
    erase_member(t, project_id, *old);
    touch(t, *p);
    return {};
  };
  co_return co_await impl_->about(project_id, std::move(work));
}

task<result<std::vector<member>>> store::list_members(std::string project_id, std::string after,
                                                      std::size_t max) {
  auto work = [&, max](const snapshot& s) -> result<std::vector<member>> {
    if (!load_project(s, project_id)) return no_such_project(project_id);
    std::vector<member> found;
    const std::string all = members_of(project_id);
    const std::size_t slash = after.find('/');
    std::string begin = all;
    if (slash != std::string::npos) {
      begin = member_key(project_id, after.substr(0, slash), after.substr(slash + 1)) + '\0';
    }
    const auto rows = s.scan(begin, identity::after_prefix(all));
    for (bool more = rows->seek(begin); more && found.size() < max; more = rows->next()) {
      found.push_back(decode_member(rows->value()));
    }
    return found;
  };
  co_return co_await impl_->o.db->read(std::move(work));
}

task<result<std::vector<membership>>> store::memberships(std::string agency, std::string user,
                                                         std::string after, std::size_t max) {
  auto work = [&, max](const snapshot& s) -> result<std::vector<membership>> {
    std::vector<membership> found;
    const std::string all = membership_key(agency, user, "");
    const std::string begin = after.empty() ? all : all + after + '\0';
    const auto rows = s.scan(begin, identity::after_prefix(all));
    for (bool more = rows->seek(begin); more && found.size() < max; more = rows->next()) {
      const std::string project_id(rows->key().substr(all.size()));
      auto m = load_member(s, project_id, agency, user);
      if (m) found.push_back({project_id, std::move(*m)});
    }
    return found;
  };
  co_return co_await impl_->o.db->read(std::move(work));
}

std::optional<std::string> project_of_agency(const snapshot& s, std::string_view agency) {
  const std::string all = owned_key(agency, "");
  const auto rows = s.scan(all, identity::after_prefix(all));
  if (!rows->seek(all)) return std::nullopt;
  return std::string(rows->key().substr(all.size()));
}

bool has_memberships(const snapshot& s, std::string_view agency, std::string_view user) {
  const std::string all = membership_key(agency, user, "");
  return s.scan(all, identity::after_prefix(all))->seek(all);
}

void erase_memberships(transaction& t, std::string_view agency, std::string_view user) {
  std::vector<std::string> ids;
  const std::string all = membership_key(agency, user, "");
  {
    const auto rows = t.scan(all, identity::after_prefix(all));
    for (bool more = rows->seek(all); more; more = rows->next()) {
      ids.emplace_back(rows->key().substr(all.size()));
    }
  }
  for (const std::string& id : ids) {
    t.erase(member_key(id, agency, user));
    t.erase(membership_key(agency, user, id));
  }
}

task<result<void>> store::forget_user(std::string agency, std::string user) {
  auto work = [&](transaction& t) -> result<void> {
    erase_memberships(t, agency, user);
    return {};
  };
  co_return co_await impl_->about_many(std::move(work));
}

}  // namespace torhaus::auth::projects
