#include "auth/identity/directory.hpp"

#include <algorithm>

#include "auth/identity/directory_rows.hpp"
#include "auth/identity/rules.hpp"
#include "auth/policy/values.hpp"
#include "auth/projects/holdings.hpp"

namespace torhaus::auth::identity {
namespace {

using policy::lower_case;
using storage::kv::snapshot;
using storage::kv::transaction;

std::string_view word_for(entity_kind kind) {
  switch (kind) {
    case entity_kind::user:
      return "user";
    case entity_kind::group:
      return "group";
    case entity_kind::role:
      return "role";
    case entity_kind::policy:
      return "policy";
    case entity_kind::oidc_provider:
      return "OpenIDConnect provider";
  }
  return "";
}

std::string_view id_prefix(entity_kind kind) {
  switch (kind) {
    case entity_kind::group:
      return "AGPA";
    case entity_kind::role:
      return "AROA";
    case entity_kind::policy:
      return "ANPA";
    default:
      return "AIDA";
  }
}

std::optional<entity> load(const snapshot& s, entity_kind kind, std::string_view agency,
                           std::string_view name) {
  if (kind == entity_kind::user) return load_user_entity(s, agency, name);
  return load_entity(s, kind, agency, name);
}

class snapshot_view final : public directory::view {
 public:
  snapshot_view(const snapshot& s, std::string_view agency) : s_(s), agency_(agency) {}
  std::optional<entity> find(entity_kind kind, std::string_view name) const override {
    return load(s_, kind, agency_, name);
  }
  std::optional<std::string> policy_text(std::string_view arn) const override {
    const auto home = load_agency(s_, agency_);
    if (!home) return std::nullopt;
    return load_policy_text(s_, arn, agency_, home->account);
  }

 private:
  const snapshot& s_;
  std::string_view agency_;
};

bool taken(const snapshot& s, const entity& e) {
  if (e.kind != entity_kind::user) return load(s, e.kind, e.agency, e.name).has_value();
  return find_user_ignoring_case(s, e.agency, e.name).has_value();
}

result<void> put_new_user(transaction& t, const entity& e) {
  user u;
  u.agency = e.agency;
  u.name = u.display_name = e.name;
  u.id = e.id;
  u.created = e.created;
  u.may_open_projects = false;  // its policies say so
  if (auto good = check(u); !good) return good;
  t.put(user_key(u.agency, u.name), encode(u));
  t.put(unique_id_key(u.id), user_key(u.agency, u.name));
  return {};
}

// Moves what hangs on a user's name.
result<void> rename_user(transaction& t, const entity& old, const entity& now) {
  auto u = load_user(t, old.agency, old.name);
  if (!u) return no_such("user", old.name);
  if (!old.governed) {
    return error(errc::unmodifiable_entity,
                 "The user was made by administration, and its name cannot be changed.");
  }
  // Older stores hold pairs that differ in case only.
  if (load_user(t, now.agency, now.name)) return exists_already("User with name", now.name);
  if (projects::has_memberships(t, old.agency, old.name)) {
    return error(errc::unmodifiable_entity,
                 "The user is a member of projects, which call it by its name.");
  }
  u->name = now.name;
  t.erase(user_key(old.agency, old.name));
  t.put(user_key(now.agency, now.name), encode(*u));
  t.put(unique_id_key(now.id), user_key(now.agency, now.name));
  std::vector<std::string> ids;
  const std::string begin = user_access_key_key(old.agency, old.name, "");
  {
    const auto rows = t.scan(begin, after_prefix(begin));
    for (bool more = rows->seek(begin); more; more = rows->next()) {
      ids.emplace_back(rows->key().substr(begin.size()));
    }
  }
  for (const std::string& id : ids) {
    t.erase(user_access_key_key(old.agency, old.name, id));
    t.put(user_access_key_key(now.agency, now.name, id), {});
    auto key = load_key(t, id);
    if (!key) continue;
    key->key.user = now.name;
    t.put(access_key_key(id), encode(*key));
  }
  for (const std::string& group : old.groups) {
    t.erase(member_of_group_key(old.agency, group, old.name));
    t.put(member_of_group_key(now.agency, group, now.name), {});
  }
  return {};
}

result<void> rename_group(transaction& t, const entity& old, const entity& now) {
  const std::string from = lower_case(old.name);
  const std::string to = lower_case(now.name);
  for (const std::string& name : load_members(t, old.agency, from)) {
    t.erase(member_of_group_key(old.agency, from, name));
    t.put(member_of_group_key(now.agency, to, name), {});
    auto member = load_user_entity(t, old.agency, name);
    if (!member) continue;
    std::ranges::replace(member->groups, from, to);
    put_entity(t, *member);
  }
  return {};
}

result<void> store_changed(transaction& t, const entity& old, const entity& now) {
  if (old.name != now.name) {
    const bool other = lower_case(old.name) != lower_case(now.name);
    if (other && taken(t, now)) return exists_already("Entity with name", now.name);
    t.erase(entity_key(static_cast<char>(old.kind), old.agency, lower_case(old.name)));
    const auto moved = old.kind == entity_kind::user    ? rename_user(t, old, now)
                       : old.kind == entity_kind::group ? rename_group(t, old, now)
                                                        : result<void>();
    if (!moved) return moved;
  }
  if (now.kind == entity_kind::user) return put_user_entity(t, now);
  put_entity(t, now);
  return {};
}

error conflict(std::string_view what) {
  return error(errc::delete_conflict,
               "Cannot delete entity, must " + std::string(what) + " first.");
}

bool has_keys(const snapshot& s, const entity& e) {
  const std::string begin = user_access_key_key(e.agency, e.name, "");
  const auto rows = s.scan(begin, after_prefix(begin));
  return rows->seek(begin);
}

bool is_used(const snapshot& s, const entity& policy) {
  const auto home = load_agency(s, policy.agency);
  const std::string arn = arn_of(home ? home->account : "", policy);
  for (const auto kind : {entity_kind::user, entity_kind::group, entity_kind::role}) {
    for (const entity& e : load_entities(s, kind, policy.agency, directory::max_listed)) {
      if (e.boundary == arn || std::ranges::find(e.attached, arn) != e.attached.end()) return true;
    }
  }
  return false;
}

result<void> check_unused(const snapshot& s, const entity& e) {
  if (!e.attached.empty()) return conflict("detach all policies");
  if (!e.policies.empty()) return conflict("delete policies");
  if (e.kind == entity_kind::user) {
    if (!e.groups.empty()) return conflict("remove users from group");
    if (has_keys(s, e)) return conflict("delete access keys");
  }
  if (e.kind == entity_kind::group && !load_members(s, e.agency, e.name).empty()) {
    return conflict("remove users from group");
  }
  if (e.kind == entity_kind::policy) {
    if (e.versions.size() > 1) return conflict("delete all versions but the default one");
    if (is_used(s, e)) return conflict("detach the policy from all entities");
  }
  return {};
}

}  // namespace

task<result<entity>> directory::find(entity_kind kind, std::string agency, std::string name) {
  auto work = [&, kind](const snapshot& s) -> result<entity> {
    auto found = load(s, kind, agency, name);
    if (!found) return no_such(word_for(kind), name);
    return std::move(*found);
  };
  co_return co_await store_.impl_->o.db->read(std::move(work));
}

task<result<std::vector<entity>>> directory::list(entity_kind kind, std::string agency) {
  auto work = [&, kind](const snapshot& s) -> result<std::vector<entity>> {
    std::vector<entity> found;
    if (kind != entity_kind::user) {
      found = load_entities(s, kind, agency, max_listed);
    } else {
      const std::string begin = user_key(agency, "");
      const auto rows = s.scan(begin, after_prefix(begin));
      for (bool more = rows->seek(begin); more && found.size() < max_listed; more = rows->next()) {
        auto one = load_user_entity(s, agency, rows->key().substr(begin.size()));
        if (one) found.push_back(std::move(*one));
      }
      std::ranges::sort(found, {}, [](const entity& e) { return lower_case(e.name); });
    }
    return found;
  };
  co_return co_await store_.impl_->o.db->read(std::move(work));
}

task<result<entity>> directory::create(entity e, std::size_t quota, change_fn check) {
  e.id = make_id(id_prefix(e.kind), *store_.impl_->o.random);
  e.created = store_.impl_->o.clock->now();
  auto work = [&, quota](transaction& t) -> result<entity> {
    entity made = e;
    if (!load_agency(t, e.agency)) return no_such("agency", e.agency);
    if (auto good = check(made, snapshot_view(t, e.agency)); !good) return std::move(good).error();
    if (taken(t, made)) {
      std::string text(word_for(made.kind));
      text.front() = static_cast<char>(text.front() & ~0x20);
      return exists_already(text + " with name", made.name);
    }
    if (load_entities(t, made.kind, made.agency, quota).size() >= quota) {
      return error(errc::limit_exceeded, "Cannot exceed quota for entities of the kind " +
                                             std::string(word_for(made.kind)) + ": " +
                                             std::to_string(quota));
    }
    if (made.kind == entity_kind::user) {
      if (auto stored = put_new_user(t, made); !stored) return std::move(stored).error();
    }
    put_entity(t, made);
    return made;
  };
  co_return co_await store_.impl_->change(std::move(work));
}

task<result<entity>> directory::change(entity_kind kind, std::string agency, std::string name,
                                       change_fn fn) {
  auto work = [&, kind](transaction& t) -> result<entity> {
    const auto old = load(t, kind, agency, name);
    if (!old) return no_such(word_for(kind), name);
    entity now = *old;
    if (auto done = fn(now, snapshot_view(t, agency)); !done) return std::move(done).error();
    if (auto stored = store_changed(t, *old, now); !stored) return std::move(stored).error();
    return now;
  };
  co_return co_await store_.impl_->change(std::move(work));
}

task<result<void>> directory::remove(entity_kind kind, std::string agency, std::string name,
                                     check_fn check) {
  auto work = [&, kind](transaction& t) -> result<void> {
    const auto old = load(t, kind, agency, name);
    if (!old) return no_such(word_for(kind), name);
    if (auto good = check(*old); !good) return good;
    if (auto unused = check_unused(t, *old); !unused) return unused;
    if (kind == entity_kind::user && !old->governed) {
      return error(errc::unmodifiable_entity,
                   "The user was made by administration, which alone can delete it.");
    }
    t.erase(entity_key(static_cast<char>(kind), agency, lower_case(old->name)));
    if (kind == entity_kind::user) {
      projects::erase_memberships(t, agency, old->name);
      t.erase(user_key(agency, old->name));
      t.erase(unique_id_key(old->id));
    }
    return {};
  };
  co_return co_await store_.impl_->change(std::move(work));
}

task<result<void>> directory::add_member(std::string agency, std::string group, std::string user,
                                         std::size_t most_groups, check_fn check) {
  auto work = [&, most_groups](transaction& t) -> result<void> {
    const auto home = load(t, entity_kind::group, agency, group);
    if (!home) return no_such("group", group);
    if (auto good = check(*home); !good) return good;
    auto member = load(t, entity_kind::user, agency, user);
    if (!member) return no_such("user", user);
    const std::string name = lower_case(home->name);
    if (std::ranges::find(member->groups, name) != member->groups.end()) return {};
    if (member->groups.size() >= most_groups) {
      return error(errc::limit_exceeded, "Cannot exceed quota for GroupsPerUser: 10");
    }
    member->groups.push_back(name);
    if (auto stored = put_user_entity(t, *member); !stored) return stored;
    t.put(member_of_group_key(agency, name, member->name), {});
    return {};
  };
  co_return co_await store_.impl_->change(std::move(work));
}

task<result<void>> directory::remove_member(std::string agency, std::string group, std::string user,
                                            check_fn check) {
  auto work = [&](transaction& t) -> result<void> {
    const auto home = load(t, entity_kind::group, agency, group);
    if (!home) return no_such("group", group);
    if (auto good = check(*home); !good) return good;
    auto member = load(t, entity_kind::user, agency, user);
    if (!member) return no_such("user", user);
    const std::string name = lower_case(home->name);
    if (std::erase(member->groups, name) == 0) return no_such("user in the group", user);
    put_entity(t, *member);
    t.erase(member_of_group_key(agency, name, member->name));
    return {};
  };
  co_return co_await store_.impl_->change(std::move(work));
}

task<result<std::vector<entity>>> directory::members(std::string agency, std::string group) {
  auto work = [&](const snapshot& s) -> result<std::vector<entity>> {
    std::vector<entity> found;
    for (const std::string& name : load_members(s, agency, group)) {
      if (auto one = load_user_entity(s, agency, name)) found.push_back(std::move(*one));
    }
    std::ranges::sort(found, {}, [](const entity& e) { return lower_case(e.name); });
    return found;
  };
  co_return co_await store_.impl_->o.db->read(std::move(work));
}

namespace {

// The agency whose account is the fifth part of an arn.
std::optional<agency> home_of(const snapshot& s, std::string_view arn) {
  constexpr std::string_view before = "arn:aws:iam::";  // as long as arn:aws:sts::
  if (arn.size() < before.size() + 12) return std::nullopt;
  const auto id = s.get(account_key(arn.substr(before.size(), 12)));
  if (!id) return std::nullopt;
  return load_agency(s, *id);
}

bool is_there(const snapshot& s, std::string_view arn) {
  const auto home = home_of(s, arn);
  if (!home) return false;
  const std::string_view rest = arn.substr(26);
  if (rest == "root") return true;
  const auto same = [&](const std::optional<entity>& e) {
    return e && arn_of(home->account, *e) == arn;
  };
  if (rest.starts_with("user/")) return same(load_user_entity(s, home->id, name_in_arn(arn)));
  if (rest.starts_with("role/")) {
    return same(load_entity(s, entity_kind::role, home->id, name_in_arn(arn)));
  }
  constexpr std::string_view provider = "oidc-provider/";
  if (rest.starts_with(provider)) {
    return load_entity(s, entity_kind::oidc_provider, home->id, rest.substr(provider.size()))
        .has_value();
  }
  constexpr std::string_view session = "assumed-role/";
  if (rest.starts_with(session)) {
    const std::string_view role = rest.substr(session.size());
    return load_entity(s, entity_kind::role, home->id, role.substr(0, role.find('/'))).has_value();
  }
  return rest.starts_with("federated-user/");
}

}  // namespace

task<result<std::string>> directory::policy_text(std::string arn) {
  auto work = [&](const snapshot& s) -> result<std::string> {
    const auto home = home_of(s, arn);
    auto found = load_policy_text(s, arn, home ? home->id : "", home ? home->account : "");
    if (!found) return error(errc::no_such_entity, "Policy " + arn + " does not exist.");
    return std::move(*found);
  };
  co_return co_await store_.impl_->o.db->read(std::move(work));
}

task<result<std::shared_ptr<const identity_rules>>> directory::rules_of(entity_kind kind,
                                                                        std::string agency_id,
                                                                        std::string name) {
  using outcome = result<std::shared_ptr<const identity_rules>>;
  auto work = [&](const snapshot& s) -> outcome {
    const auto home = load_agency(s, agency_id);
    const auto e = load(s, kind, agency_id, name);
    if (!home || !e) return no_such(word_for(kind), name);
    return attached_rules(s, *home, *e, nullptr, store_.impl_->documents);
  };
  co_return co_await store_.impl_->o.db->read(std::move(work));
}

task<bool> directory::user_id_exists(std::string id) {
  auto work = [&](const snapshot& s) { return s.get(unique_id_key(id)).has_value(); };
  co_return co_await store_.impl_->o.db->read(std::move(work));
}

task<bool> directory::principal_exists(std::string arn) {
  auto work = [&](const snapshot& s) { return is_there(s, arn); };
  co_return co_await store_.impl_->o.db->read(std::move(work));
}

}  // namespace torhaus::auth::identity
