// Projects: made, found, changed and ended; and the views that requests are answered from.
#include "auth/identity/schema.hpp"
#include "auth/identity_rules.hpp"
#include "auth/projects/impl.hpp"
#include "storage/catalog/held_buckets.hpp"

namespace torhaus::auth::projects {
namespace {

using storage::kv::snapshot;
using storage::kv::transaction;

std::optional<identity::agency> load_agency(const snapshot& s, std::string_view id) {
  const auto bytes = s.get(identity::agency_key(id));
  if (!bytes) return std::nullopt;
  return identity::decode_agency(*bytes);
}

error no_such_agency(std::string_view id) {
  return error(errc::no_such_entity,
               "The agency with name " + std::string(id) + " cannot be found.");
}

result<project> store_new(transaction& t, project p) {
  if (load_project(t, p.id)) {
    return error(errc::entity_already_exists, "The project " + p.id + " already exists.");
  }
  const auto owner = load_agency(t, p.owner);
  if (!owner) return no_such_agency(p.owner);
  p.owner_account = owner->account;
  p.owner_canonical_id = owner->canonical_id;
  store_project(t, p);
  return p;
}

std::vector<project> read_list(const snapshot& s, const std::string& all, const std::string& after,
                               std::size_t max) {
  std::vector<project> found;
  const std::string begin = after.empty() ? all : all + after + '\0';
  const auto rows = s.scan(begin, identity::after_prefix(all));
  for (bool more = rows->seek(begin); more && found.size() < max; more = rows->next()) {
    if (auto p = load_project(s, rows->key().substr(all.size()))) found.push_back(std::move(*p));
  }
  return found;
}

// The root of the owner needs no role. Users of IAM, and sessions, may what policies say and not
// what they have made.
bool becomes_manager(const principal& maker) {
  const bool user = maker.type == principal::kind::user || maker.type == principal::kind::root;
  return user && !maker.is_account_root() && !(maker.rules && maker.rules->governed);
}

void erase_members(transaction& t, std::string_view id) {
  for (const member& m : load_members(t, id)) erase_member(t, id, m);
}

void erase_project(transaction& t, const project& p) {
  erase_members(t, p.id);
  t.erase(project_key(p.id));
  t.erase(owned_key(p.owner, p.id));
}

}  // namespace

std::optional<project> load_project(const snapshot& s, std::string_view id) {
  const auto bytes = s.get(project_key(id));
  if (!bytes) return std::nullopt;
  return decode_project(*bytes);
}

void store_project(transaction& t, const project& p) {
  t.put(project_key(p.id), encode(p));
  t.put(owned_key(p.owner, p.id), {});
}

error no_such_project(std::string_view id) {
  return error(errc::no_such_entity,
               "The project with name " + std::string(id) + " cannot be found.");
}

store::store(const options& o) : impl_(std::make_unique<impl>(o)) {}
store::~store() = default;

task<result<project>> store::create(project p, std::optional<member> manager) {
  if (p.title.empty()) p.title = p.id;
  p.created = impl_->o.clock->now();
  if (auto good = check(p); !good) co_return std::move(good).error();
  auto work = [p, manager](transaction& t) -> result<project> {
    auto made = store_new(t, p);
    if (!made || !manager) return made;
    member first = *manager;
    first.as = role::manager;
    auto added = store_new_member(t, p.id, std::move(first), p.created);
    if (!added) return std::move(added).error();
    return made;
  };
  co_return co_await impl_->about(p.id, std::move(work));
}

task<result<project>> store::open(std::string id, principal maker) {
  project p;
  p.id = p.title = id;
  p.owner = maker.agency;
  p.created = impl_->o.clock->now();
  p.implicit = true;
  if (auto good = check(p); !good) co_return std::move(good).error();
  auto work = [p, maker](transaction& t) -> result<project> {
    if (auto there = load_project(t, p.id)) return std::move(*there);
    auto made = store_new(t, p);
    if (!made || !becomes_manager(maker)) return made;
    member first;
    first.agency = maker.agency;
    first.user = maker.user_name;
    first.as = role::manager;
    first.invited_by = maker.arn;
    auto added = store_new_member(t, p.id, std::move(first), p.created);
    if (!added) return std::move(added).error();
    return made;
  };
  co_return co_await impl_->about(id, std::move(work));
}

task<result<project>> store::adopt(std::string id, std::string owner_account) {
  project p;
  p.id = p.title = id;
  p.created = impl_->o.clock->now();
  p.implicit = true;
  auto work = [p, owner_account](transaction& t) -> result<project> {
    if (auto there = load_project(t, p.id)) return std::move(*there);
    const auto owner = t.get(identity::account_key(owner_account));
    if (!owner) return no_such_agency(owner_account);
    project made = p;
    made.owner = std::string(*owner);
    return store_new(t, std::move(made));
  };
  co_return co_await impl_->about(id, std::move(work));
}

task<result<project>> store::find(std::string id) {
  auto work = [&id](const snapshot& s) -> result<project> {
    auto found = load_project(s, id);
    if (!found) return no_such_project(id);
    return std::move(*found);
  };
  co_return co_await impl_->o.db->read(std::move(work));
}

task<result<std::vector<project>>> store::list(std::string after, std::size_t max) {
  auto work = [&after, max](const snapshot& s) -> result<std::vector<project>> {
    return read_list(s, project_key(""), after, max);
  };
  co_return co_await impl_->o.db->read(std::move(work));
}

task<result<std::vector<project>>> store::list_owned(std::string agency, std::string after,
                                                     std::size_t max) {
  auto work = [&, max](const snapshot& s) -> result<std::vector<project>> {
    return read_list(s, owned_key(agency, ""), after, max);
  };
  co_return co_await impl_->o.db->read(std::move(work));
}

task<result<project>> store::change(std::string id, edit_function edit) {
  auto work = [&](transaction& t) -> result<project> {
    const auto old = load_project(t, id);
    if (!old) return no_such_project(id);
    project changed = *old;
    if (auto good = edit(changed); !good) return std::move(good).error();
    changed.id = old->id;
    changed.owner = old->owner;
    changed.owner_account = old->owner_account;
    changed.owner_canonical_id = old->owner_canonical_id;
    changed.created = old->created;
    if (auto good = check(changed); !good) return std::move(good).error();
    store_project(t, changed);
    return changed;
  };
  co_return co_await impl_->about(id, std::move(work));
}

task<result<void>> store::remove(std::string id) {
  auto work = [&id](transaction& t) -> result<void> {
    const auto old = load_project(t, id);
    if (!old) return no_such_project(id);
    if (const auto bucket = storage::catalog::bucket_of_project(t, id)) {
      return error(errc::delete_conflict, "Cannot delete a project that still has the bucket " +
                                              *bucket +
                                              ". Set its end, or remove its buckets first.");
    }
    erase_project(t, *old);
    return {};
  };
  co_return co_await impl_->about(id, std::move(work));
}

task<result<project>> store::bury(std::string id) {
  auto work = [&id](transaction& t) -> result<project> {
    auto p = load_project(t, id);
    if (!p) return no_such_project(id);
    erase_members(t, id);
    p->held = p->reached = state::deleted;
    p->waits.clear();
    store_project(t, *p);
    return std::move(*p);
  };
  co_return co_await impl_->about(id, std::move(work));
}

project_pointer store::known_view(const std::string& id) const { return impl_->cache.find(id); }

task<project_pointer> store::view(std::string id) {
  if (auto known = impl_->cache.find(id)) co_return known;
  const std::uint64_t generation = impl_->cache.generation();
  auto work = [&id](const snapshot& s) -> std::shared_ptr<project_view> {
    auto p = load_project(s, id);
    if (!p) return nullptr;
    auto made = std::make_shared<project_view>();
    made->about = std::move(*p);
    for (member& m : load_members(s, id)) {
      std::string key = m.user_id;
      made->members.insert_or_assign(std::move(key), std::move(m));
    }
    return made;
  };
  project_pointer made = co_await impl_->o.db->read(std::move(work));
  if (made) impl_->cache.insert(id, made, generation);
  co_return made;
}

task<project_pointer> store::covering(std::string bucket_name) {
  for (std::string id = std::move(bucket_name);;) {
    if (auto found = co_await view(id)) co_return found;
    const std::size_t dash = id.rfind('-');
    if (dash == std::string::npos) co_return nullptr;
    id.resize(dash);
  }
}

}  // namespace torhaus::auth::projects
