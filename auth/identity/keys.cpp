// Access keys: made, found, resolved to a caller; and the installation's root user.
#include <limits>

#include "auth/identity/callers.hpp"
#include "auth/identity/impl.hpp"
#include "auth/identity/rules.hpp"
#include "storage/base/log.hpp"

namespace torhaus::auth::identity {
namespace {

using storage::kv::snapshot;
using storage::kv::transaction;

constexpr std::string_view seal_purpose = "access-key";
constexpr std::string_view check_purpose = "master-check";
constexpr std::string_view check_text = "torhaus";
constexpr std::chrono::hours last_used_precision{1};

struct loaded_key {
  stored_key key;
  user owner;
  principal who;
};

result<loaded_key> load_enabled(const snapshot& s, const std::string& id, document_pool& pool) {
  auto key = load_key(s, id);
  if (!key) return error(errc::invalid_access_key_id).with("AWSAccessKeyId", id);
  auto home = load_agency(s, key->key.agency);
  auto owner = load_user(s, key->key.agency, key->key.user);
  if (!home || !owner) return error(errc::invalid_access_key_id).with("AWSAccessKeyId", id);
  // AWS makes no difference between keys that are off and those that are not there.
  if (!key->key.enabled) return error(errc::invalid_access_key_id).with("AWSAccessKeyId", id);
  if (!owner->enabled) return error(errc::access_denied, "The user is disabled.");
  if (!home->enabled) return error(errc::access_denied, "The agency is disabled.");
  principal who = user_principal(s, *home, *owner, nullptr, pool);
  who.access_key_id = id;
  return loaded_key{std::move(*key), std::move(*owner), std::move(who)};
}

void put_key(transaction& t, const stored_key& k) {
  t.put(access_key_key(k.key.id), encode(k));
  t.put(user_access_key_key(k.key.agency, k.key.user, k.key.id), {});
}

result<void> check_room(const snapshot& s, const access_key& key,
                        std::size_t quota = store::max_keys_per_user) {
  const std::string begin = user_access_key_key(key.agency, key.user, "");
  const auto rows = s.scan(begin, after_prefix(begin));
  std::size_t count = 0;
  for (bool more = rows->seek(begin); more; more = rows->next()) ++count;
  if (count >= store::max_keys_per_user) {
    return error(errc::invalid_argument, "A user has at most 100 access keys.");
  }
  if (count < quota) return {};
  return error(errc::limit_exceeded,
               "Cannot exceed quota for AccessKeysPerUser: " + std::to_string(quota));
}

}  // namespace

task<result<store::created_key>> store::create_key(access_key key, std::string secret,
                                                   std::size_t quota) {
  if (key.id.empty()) key.id = make_access_key_id(*impl_->o.random);
  if (secret.empty()) secret = make_secret(*impl_->o.random);
  if (auto good = check_key_pair(key.id, secret); !good) co_return std::move(good).error();
  key.created = impl_->o.clock->now();
  const stored_key record{key, impl_->o.sealer->seal(seal_purpose, key.id, secret)};
  auto work = [&record, quota](transaction& t) -> result<void> {
    const access_key& k = record.key;
    if (!load_user(t, k.agency, k.user)) return no_such("user", k.user);
    if (load_key(t, k.id)) return exists_already("The access key", k.id);
    if (auto room = check_room(t, k, quota); !room) return room;
    put_key(t, record);
    return {};
  };
  auto done = co_await impl_->change(std::move(work));
  if (!done) co_return std::move(done).error();
  co_return created_key{std::move(key), std::move(secret)};
}

task<result<access_key>> store::change_key(std::string id, key_edit edit) {
  auto work = [&](transaction& t) -> result<access_key> {
    auto old = load_key(t, id);
    if (!old) return no_such("access key", id);
    access_key changed = old->key;
    if (auto good = edit(changed); !good) return std::move(good).error();
    old->key.enabled = changed.enabled;
    old->key.expires = changed.expires;
    t.put(access_key_key(id), encode(*old));
    return old->key;
  };
  co_return co_await impl_->change(std::move(work));
}

task<result<store::created_key>> store::rotate_key(std::string id, sys_micros old_ends,
                                                   std::optional<sys_micros> new_expires) {
  access_key made;
  made.id = make_access_key_id(*impl_->o.random);
  made.created = impl_->o.clock->now();
  made.expires = new_expires;
  std::string secret = make_secret(*impl_->o.random);
  const std::string sealed = impl_->o.sealer->seal(seal_purpose, made.id, secret);
  auto work = [&](transaction& t) -> result<access_key> {
    auto old = load_key(t, id);
    if (!old) return no_such("access key", id);
    if (!old->key.expires || *old->key.expires > old_ends) old->key.expires = old_ends;
    access_key key = made;
    key.agency = old->key.agency;
    key.user = old->key.user;
    if (load_key(t, key.id)) return exists_already("The access key", key.id);
    if (auto room = check_room(t, key); !room) return std::move(room).error();
    t.put(access_key_key(id), encode(*old));
    put_key(t, {key, sealed});
    return key;
  };
  auto done = co_await impl_->change(std::move(work));
  if (!done) co_return std::move(done).error();
  co_return created_key{std::move(*done), std::move(secret)};
}

task<result<void>> store::delete_key(std::string id) {
  auto work = [&id](transaction& t) -> result<void> {
    const auto old = load_key(t, id);
    if (!old) return no_such("access key", id);
    t.erase(access_key_key(id));
    t.erase(user_access_key_key(old->key.agency, old->key.user, id));
    return {};
  };
  co_return co_await impl_->change(std::move(work));
}

namespace {

bool is_use_to_note(const cached_key& entry, sys_micros now) {
  const std::int64_t seen = entry.last_used_us.load(std::memory_order_relaxed);
  constexpr auto step = std::chrono::duration_cast<std::chrono::microseconds>(last_used_precision);
  return now.time_since_epoch().count() - seen >= step.count();
}

result<resolved_key> in_time(const cached_key& entry, sys_micros now) {
  if (entry.expires && *entry.expires <= now) {
    return error(errc::access_denied, "The access key has expired.");
  }
  if (entry.user_expires && *entry.user_expires <= now) {
    return error(errc::access_denied, "The user's time has ended.");
  }
  return resolved_key{entry.found, is_use_to_note(entry, now)};
}

}  // namespace

std::optional<result<resolved_key>> store::resolve_known(const std::string& id) {
  const std::shared_ptr<cached_key> entry = impl_->cache.find(id);
  if (!entry || !entry->token.empty()) return std::nullopt;
  return in_time(*entry, impl_->o.clock->now());
}

task<void> store::note_use(std::string id) {
  const std::shared_ptr<cached_key> entry = impl_->cache.find(id);
  const sys_micros now = impl_->o.clock->now();
  if (!entry || !is_use_to_note(*entry, now)) co_return;
  std::int64_t seen = entry->last_used_us.load(std::memory_order_relaxed);
  if (!entry->last_used_us.compare_exchange_strong(seen, now.time_since_epoch().count())) co_return;
  auto work = [&id, now](transaction& t) -> result<void> {
    auto key = load_key(t, id);
    if (!key) return {};
    key->key.last_used = now;
    t.put(access_key_key(id), encode(*key));
    return {};
  };
  // A full disk must not keep anybody from reading: the note is lost and the log says so.
  const auto noted = co_await impl_->o.db->write(std::move(work));
  if (!noted) log::warning("access_key_use_not_noted", {{"access_key_id", id}});
}

task<result<resolved_key>> store::resolve(std::string id) {
  std::shared_ptr<cached_key> entry = impl_->cache.find(id);
  // What is kept of a session counts with its token only.
  if (!entry || !entry->token.empty()) {
    const std::uint64_t generation = impl_->cache.generation();
    auto work = [&](const snapshot& s) { return load_enabled(s, id, impl_->documents); };
    auto loaded = co_await impl_->o.db->read(std::move(work));
    if (!loaded) co_return std::move(loaded).error();
    auto secret = impl_->o.sealer->open(seal_purpose, id, loaded->key.sealed_secret);
    if (!secret) {
      co_return error(errc::internal_error)
          .because("the sealed secret of access key " + id + " does not open");
    }
    entry = std::make_shared<cached_key>();
    entry->found =
        std::make_shared<const known_key>(known_key{std::move(loaded->who), std::move(*secret)});
    entry->expires = loaded->key.key.expires;
    entry->user_expires = loaded->owner.expires;
    if (loaded->key.key.last_used) {
      entry->last_used_us = loaded->key.key.last_used->time_since_epoch().count();
    }
    impl_->cache.insert(id, entry, generation);
  }
  co_return in_time(*entry, impl_->o.clock->now());
}

task<result<principal>> store::find_principal(std::string agency_id, std::string name) {
  auto work = [&](const snapshot& s) -> result<principal> {
    const auto home = load_agency(s, agency_id);
    if (!home) return no_such("agency", agency_id);
    const auto owner = load_user(s, agency_id, name);
    if (!owner) return no_such("user", name);
    return user_principal(s, *home, *owner, nullptr, impl_->documents);
  };
  co_return co_await impl_->o.db->read(std::move(work));
}

store::store(const options& o) : impl_(std::make_unique<impl>(o)) {
  // The check value notices a wrong master key at the start instead of at the first request.
  bool wrong = false;
  const std::string fresh = o.sealer->seal(check_purpose, "", check_text);
  const auto made = o.db->write_blocking([&](transaction& t) {
    const auto sealed = t.get(master_check_key);
    if (sealed) {
      wrong = o.sealer->open(check_purpose, "", *sealed) != check_text;
      return false;
    }
    t.put(master_check_key, fresh);
    return true;
  });
  if (wrong) {
    throw std::runtime_error(
        "the master key is not the one this data directory was made with; set the right "
        "master key file");
  }
  if (!made) throw std::runtime_error("the identity store cannot be written");
}

store::~store() = default;

result<store::root_outcome> store::ensure_root(std::optional<std::string> access_key_id,
                                               std::optional<std::string> secret) {
  if (access_key_id.has_value() != secret.has_value()) {
    return error(errc::invalid_argument,
                 "TORHAUS_ROOT_ACCESS_KEY and TORHAUS_ROOT_SECRET_KEY belong together");
  }
  random_source& random = *impl_->o.random;
  const auto now = impl_->o.clock->now();
  const bool given = access_key_id.has_value();
  const std::string made_id = given ? *access_key_id : make_access_key_id(random);
  const std::string made_secret = given ? *secret : make_secret(random);
  if (auto good = check_key_pair(made_id, made_secret); !good) return std::move(good).error();
  const std::string sealed = impl_->o.sealer->seal(seal_purpose, made_id, made_secret);
  agency home;
  home.id = home.name = "root";
  home.account = "000000000000";
  home.canonical_id = make_canonical_id(random);
  home.created = now;
  user root;
  root.agency = root.name = root.display_name = "root";
  root.id = make_user_id(random);
  root.created = now;
  root.root = true;
  root_outcome outcome;
  std::optional<error> refused;
  auto stored = impl_->o.db->write_blocking([&](transaction& t) {
    if (!load_agency(t, home.id)) {
      t.put(agency_key(home.id), encode(home));
      t.put(account_key(home.account), home.id);
      t.put(canonical_key(home.canonical_id), home.id);
      t.put(user_key(root.agency, root.name), encode(root));
    } else if (!given) {
      const std::string begin = user_access_key_key("root", "root", "");
      const auto rows = t.scan(begin, after_prefix(begin));
      if (rows->seek(begin)) {
        outcome = {std::string(rows->key().substr(begin.size())), std::nullopt};
        return true;
      }
    }
    if (const auto holder = load_key(t, made_id);
        holder && (holder->key.agency != "root" || holder->key.user != "root")) {
      refused = error(errc::invalid_argument, "the root access key id belongs to another user");
      return false;
    }
    access_key key;
    key.id = made_id;
    key.agency = "root";
    key.user = "root";
    key.created = now;
    put_key(t, {key, sealed});
    outcome = {made_id, given ? std::nullopt : std::optional(made_secret)};
    return true;
  });
  impl_->cache.clear();
  if (refused) return std::move(*refused);
  if (!stored) return std::move(stored).error();
  return outcome;
}

}  // namespace torhaus::auth::identity
