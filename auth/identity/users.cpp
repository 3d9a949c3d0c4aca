// Users: the people and applications of an agency.
#include <map>
#include <unordered_set>

#include "auth/identity/directory_rows.hpp"
#include "auth/identity/impl.hpp"
#include "auth/identity/rules.hpp"
#include "auth/policy/values.hpp"
#include "auth/projects/holdings.hpp"

namespace torhaus::auth::identity {
namespace {

using storage::kv::snapshot;
using storage::kv::transaction;

// The ids of a user's keys; bounded by what create_key allows.
std::vector<std::string> key_ids(const snapshot& s, const std::string& agency,
                                 const std::string& name) {
  std::vector<std::string> ids;
  const std::string begin = user_access_key_key(agency, name, "");
  const auto rows = s.scan(begin, after_prefix(begin));
  for (bool more = rows->seek(begin); more; more = rows->next()) {
    ids.emplace_back(rows->key().substr(begin.size()));
  }
  return ids;
}

void complete(user& u, const store::options& o) {
  if (u.display_name.empty()) u.display_name = u.name;
  u.id = make_user_id(*o.random);
  u.created = o.clock->now();
}

// The names of users of agencies, in lower case: read once, however many are made. IAM: names of
// users differ in more than case.
class taken_names {
 public:
  explicit taken_names(const snapshot& s) : s_(s) {}
  // False: there is such a name.
  bool take(const user& u) {
    const auto [at, fresh] = known_.try_emplace(u.agency);
    if (fresh) read(u.agency, at->second);
    return at->second.insert(policy::lower_case(u.name)).second;
  }

 private:
  void read(const std::string& agency, std::unordered_set<std::string>& into) const {
    const std::string begin = user_key(agency, "");
    const auto rows = s_.scan(begin, after_prefix(begin));
    for (bool more = rows->seek(begin); more; more = rows->next()) {
      into.insert(policy::lower_case(rows->key().substr(begin.size())));
    }
  }

  const snapshot& s_;
  std::map<std::string, std::unordered_set<std::string>> known_;
};

result<void> store_new(transaction& t, const user& u, taken_names& names) {
  if (auto good = check(u); !good) return good;
  if (!load_agency(t, u.agency)) return no_such("agency", u.agency);
  if (!names.take(u)) return exists_already("The user", u.name);
  t.put(user_key(u.agency, u.name), encode(u));
  return {};
}

bool administers(const user& u, sys_micros now) {
  return u.enabled && (u.root || u.administrator) && (!u.expires || *u.expires > now);
}

// Whether somebody else of the agency administers it; `without` is the name of who is left out.
bool others_administer(const snapshot& s, const std::string& agency, std::string_view without,
                       sys_micros now) {
  const std::string begin = user_key(agency, "");
  const auto rows = s.scan(begin, after_prefix(begin));
  for (bool more = rows->seek(begin); more; more = rows->next()) {
    const user u = decode_user(rows->value());
    if (u.name != without && administers(u, now)) return true;
  }
  return false;
}

// `changed`: null when the user is to be deleted.
result<void> check_lockout(const snapshot& s, const user& old, const user* changed,
                           last_administrator rule, sys_micros now) {
  if (rule == last_administrator::may_go) return {};
  if (!administers(old, now) || (changed != nullptr && administers(*changed, now))) return {};
  if (others_administer(s, old.agency, old.name, now)) return {};
  return error(errc::delete_conflict, "The user " + old.name +
                                          " is the last administrator of the agency " + old.agency +
                                          "; make another one first.");
}

}  // namespace

task<result<user>> store::create_user(user u) {
  complete(u, impl_->o);
  auto work = [u](transaction& t) -> result<user> {
    taken_names names(t);
    if (auto stored = store_new(t, u, names); !stored) return std::move(stored).error();
    return u;
  };
  co_return co_await impl_->change(std::move(work));
}

task<result<std::vector<std::optional<error>>>> store::create_users(std::vector<user> users,
                                                                    import_mode mode) {
  for (user& u : users) complete(u, impl_->o);
  std::vector<std::optional<error>> wrong;
  bool refused = false;
  auto work = [&](transaction& t) -> result<void> {
    wrong.clear();
    bool bad = false;
    taken_names names(t);
    for (const user& u : users) {
      auto stored = store_new(t, u, names);
      bad = bad || !stored;
      wrong.push_back(stored ? std::nullopt : std::optional(std::move(stored).error()));
    }
    refused = bad;
    if (bad || mode == import_mode::check) return errc::invalid_argument;  // so none is stored
    return {};
  };
  auto done = co_await impl_->change(std::move(work));
  if (!done && done.error().code() != errc::invalid_argument) co_return std::move(done).error();
  if (!refused) wrong.clear();
  co_return std::move(wrong);
}

task<result<user>> store::find_user(std::string agency, std::string name) {
  auto work = [&](const snapshot& s) -> result<user> {
    auto found = load_user(s, agency, name);
    if (!found) return no_such("user", name);
    return std::move(*found);
  };
  co_return co_await impl_->o.db->read(std::move(work));
}

task<result<std::vector<user>>> store::list_users(std::string agency, std::string after,
                                                  std::size_t max) {
  auto work = [&, max](const snapshot& s) -> result<std::vector<user>> {
    if (!load_agency(s, agency)) return no_such("agency", agency);
    std::vector<user> found;
    const std::string all = user_key(agency, "");
    const std::string begin = after.empty() ? all : user_key(agency, after) + '\0';
    const auto rows = s.scan(begin, after_prefix(all));
    for (bool more = rows->seek(begin); more && found.size() < max; more = rows->next()) {
      found.push_back(decode_user(rows->value()));
    }
    return found;
  };
  co_return co_await impl_->o.db->read(std::move(work));
}

task<result<user>> store::change_user(std::string agency, std::string name, user_edit edit,
                                      last_administrator rule) {
  const sys_micros now = impl_->o.clock->now();
  auto work = [&, rule, now](transaction& t) -> result<user> {
    const auto old = load_user(t, agency, name);
    if (!old) return no_such("user", name);
    user changed = *old;
    if (auto good = edit(changed); !good) return std::move(good).error();
    if (old->root && !changed.enabled) {
      return error(errc::invalid_argument, "The root user of an agency cannot be disabled.");
    }
    changed.agency = old->agency;
    changed.name = old->name;
    changed.id = old->id;
    changed.created = old->created;
    changed.root = old->root;
    if (auto good = check(changed); !good) return std::move(good).error();
    if (auto kept = check_lockout(t, *old, &changed, rule, now); !kept) {
      return std::move(kept).error();
    }
    t.put(user_key(agency, name), encode(changed));
    return changed;
  };
  co_return co_await impl_->change(std::move(work));
}

task<result<void>> store::delete_user(std::string agency, std::string name,
                                      last_administrator rule) {
  const sys_micros now = impl_->o.clock->now();
  auto work = [&, rule, now](transaction& t) -> result<void> {
    const auto old = load_user(t, agency, name);
    if (!old) return no_such("user", name);
    if (old->root && agency == "root") {
      return error(errc::delete_conflict, "The root user of the installation cannot be deleted.");
    }
    if (auto kept = check_lockout(t, *old, nullptr, rule, now); !kept) return kept;
    for (const std::string& id : key_ids(t, agency, name)) {
      t.erase(access_key_key(id));
      t.erase(user_access_key_key(agency, name, id));
    }
    erase_user_entity(t, agency, name);
    projects::erase_memberships(t, agency, name);
    t.erase(user_key(agency, name));
    return {};
  };
  co_return co_await impl_->change(std::move(work));
}

task<result<access_key>> store::find_key(std::string id) {
  auto work = [&](const snapshot& s) -> result<access_key> {
    auto found = load_key(s, id);
    if (!found) return no_such("access key", id);
    return std::move(found->key);
  };
  co_return co_await impl_->o.db->read(std::move(work));
}

task<result<std::vector<access_key>>> store::list_keys(std::string agency, std::string name) {
  auto work = [&](const snapshot& s) -> result<std::vector<access_key>> {
    if (!load_user(s, agency, name)) return no_such("user", name);
    std::vector<access_key> found;
    for (const std::string& id : key_ids(s, agency, name)) {
      if (auto key = load_key(s, id)) found.push_back(std::move(key->key));
    }
    return found;
  };
  co_return co_await impl_->o.db->read(std::move(work));
}

}  // namespace torhaus::auth::identity
