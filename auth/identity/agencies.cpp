// Agencies: the tenants.
#include "auth/identity/impl.hpp"
#include "auth/identity/rules.hpp"
#include "auth/projects/holdings.hpp"
#include "storage/catalog/held_buckets.hpp"

namespace torhaus::auth::identity {
namespace {

using storage::kv::snapshot;
using storage::kv::transaction;

// All checks come before the first change, so that a refusal stores nothing.
result<void> check_indexes(const snapshot& s, const agency& a) {
  const auto taken = [&](const std::string& key) {
    const auto holder = s.get(key);
    return holder && *holder != a.id;
  };
  if (taken(account_key(a.account))) return exists_already("The account id", a.account);
  if (taken(canonical_key(a.canonical_id))) {
    return exists_already("The canonical id", a.canonical_id);
  }
  if (!a.email.empty() && taken(email_key(a.email))) return exists_already("The e-mail", a.email);
  return {};
}

result<void> store_agency(transaction& t, const agency& a) {
  if (auto free = check_indexes(t, a); !free) return free;
  t.put(account_key(a.account), a.id);
  t.put(canonical_key(a.canonical_id), a.id);
  if (!a.email.empty()) t.put(email_key(a.email), a.id);
  t.put(agency_key(a.id), encode(a));
  return {};
}

bool has_users(const snapshot& s, std::string_view agency) {
  const std::string begin = user_key(agency, "");
  const auto users = s.scan(begin, after_prefix(begin));
  return users->seek(begin);
}

// What an agency still owns would be nobody's: projects, and buckets of older stores without one.
result<void> check_holdings(const snapshot& s, const agency& a) {
  const auto owns = [](std::string_view what, const std::string& name) {
    return error(errc::delete_conflict, "Cannot delete an agency that still owns the " +
                                            std::string(what) + " " + name + ".");
  };
  if (const auto project = projects::project_of_agency(s, a.id)) return owns("project", *project);
  if (const auto bucket = storage::catalog::bucket_of_account(s, a.account)) {
    return owns("bucket", *bucket);
  }
  return {};
}

// Groups, roles, policies and providers go with their agency; users have gone before.
void erase_entities(transaction& t, const std::string& agency) {
  for (const char kind : {'g', 'r', 'p', 'o'}) {
    std::vector<std::string> keys;
    const std::string begin = entity_key(kind, agency, "");
    {
      const auto rows = t.scan(begin, after_prefix(begin));
      for (bool more = rows->seek(begin); more; more = rows->next()) keys.emplace_back(rows->key());
    }
    for (const std::string& key : keys) t.erase(key);
  }
}

result<agency> by_index(const snapshot& s, const std::string& key, std::string_view shown) {
  const auto id = s.get(key);
  if (!id) return no_such("agency", shown);
  auto found = load_agency(s, *id);
  if (!found) return no_such("agency", shown);
  return std::move(*found);
}

}  // namespace

task<result<agency>> store::create_agency(agency a) {
  if (a.account.empty()) a.account = make_account(*impl_->o.random);
  if (a.canonical_id.empty()) a.canonical_id = make_canonical_id(*impl_->o.random);
  if (a.name.empty()) a.name = a.id;
  a.created = impl_->o.clock->now();
  if (auto good = check(a); !good) co_return std::move(good).error();
  auto work = [a](transaction& t) -> result<agency> {
    if (load_agency(t, a.id)) return exists_already("The agency", a.id);
    if (auto stored = store_agency(t, a); !stored) return std::move(stored).error();
    return a;
  };
  co_return co_await impl_->change(std::move(work));
}

task<result<agency>> store::find_agency(std::string id) {
  auto work = [&id](const snapshot& s) -> result<agency> {
    auto found = load_agency(s, id);
    if (!found) return no_such("agency", id);
    return std::move(*found);
  };
  co_return co_await impl_->o.db->read(std::move(work));
}

task<result<std::vector<agency>>> store::list_agencies(std::string after, std::size_t max) {
  auto work = [&after, max](const snapshot& s) -> result<std::vector<agency>> {
    std::vector<agency> found;
    const std::string begin = after.empty() ? agency_key("") : agency_key(after) + '\0';
    const auto rows = s.scan(begin, after_prefix(agency_key("")));
    for (bool more = rows->seek(begin); more && found.size() < max; more = rows->next()) {
      found.push_back(decode_agency(rows->value()));
    }
    return found;
  };
  co_return co_await impl_->o.db->read(std::move(work));
}

task<result<agency>> store::change_agency(std::string id, agency_edit edit) {
  auto work = [&](transaction& t) -> result<agency> {
    const auto old = load_agency(t, id);
    if (!old) return no_such("agency", id);
    agency changed = *old;
    if (auto good = edit(changed); !good) return std::move(good).error();
    changed.id = old->id;
    changed.created = old->created;
    if (auto good = check(changed); !good) return std::move(good).error();
    if (old->account != changed.account || old->canonical_id != changed.canonical_id) {
      return error(errc::invalid_argument,
                   "The account id and canonical id of an agency are fixed.");
    }
    if (auto stored = store_agency(t, changed); !stored) return std::move(stored).error();
    if (email_key(old->email) != email_key(changed.email) && !old->email.empty()) {
      t.erase(email_key(old->email));
    }
    return changed;
  };
  co_return co_await impl_->change(std::move(work));
}

task<result<void>> store::delete_agency(std::string id) {
  auto work = [&id](transaction& t) -> result<void> {
    const auto old = load_agency(t, id);
    if (!old) return no_such("agency", id);
    if (has_users(t, id)) {
      return error(errc::delete_conflict, "Cannot delete an agency that still has users.");
    }
    if (auto good = check_holdings(t, *old); !good) return good;
    erase_entities(t, id);
    t.erase(agency_key(id));
    t.erase(account_key(old->account));
    t.erase(canonical_key(old->canonical_id));
    if (!old->email.empty()) t.erase(email_key(old->email));
    return {};
  };
  co_return co_await impl_->change(std::move(work));
}

task<result<agency>> store::find_agency_by_account(std::string account) {
  auto work = [&account](const snapshot& s) { return by_index(s, account_key(account), account); };
  co_return co_await impl_->o.db->read(std::move(work));
}

task<result<agency>> store::find_agency_by_canonical_id(std::string canonical_id) {
  auto work = [&canonical_id](const snapshot& s) {
    return by_index(s, canonical_key(canonical_id), canonical_id);
  };
  co_return co_await impl_->o.db->read(std::move(work));
}

task<result<agency>> store::find_agency_by_email(std::string email) {
  auto work = [&email](const snapshot& s) { return by_index(s, email_key(email), email); };
  co_return co_await impl_->o.db->read(std::move(work));
}

}  // namespace torhaus::auth::identity
