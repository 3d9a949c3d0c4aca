// Temporary keys: made, and resolved to a caller.
#include "auth/identity/callers.hpp"
#include "auth/identity/directory_rows.hpp"
#include "auth/identity/impl.hpp"
#include "auth/identity/rules.hpp"
#include "storage/crypto/digest.hpp"

namespace torhaus::auth::identity {
namespace {

using storage::kv::snapshot;

constexpr std::string_view token_purpose = "session-token";

error gone() { return error(errc::invalid_access_key_id); }

result<principal> who_is(const snapshot& s, const session& of, document_pool& pool) {
  const auto home = load_agency(s, of.agency);
  if (!home) return gone();
  if (!home->enabled) return error(errc::access_denied, "The agency is disabled.");
  if (of.type == session::kind::role) {
    const auto role = load_entity(s, entity_kind::role, of.agency, of.name);
    if (!role || role->id != of.id) return gone();
    return role_principal(s, *home, *role, of, pool);
  }
  const auto owner = load_user(s, of.agency, of.name);
  if (!owner || owner->id != of.id) return gone();
  if (!owner->enabled) return error(errc::access_denied, "The user is disabled.");
  return user_principal(s, *home, *owner, &of, pool);
}

// When the user's own time ends, its sessions do too.
std::optional<sys_micros> end_of_user(const snapshot& s, const session& of) {
  if (of.type == session::kind::role) return std::nullopt;
  const auto owner = load_user(s, of.agency, of.name);
  return owner ? owner->expires : std::nullopt;
}

struct opened {
  session of;
  std::string secret;
};

std::optional<opened> open_token(const storage::crypto::sealer& sealer,
                                 const std::string& access_key_id, std::string_view token) {
  const auto sealed = storage::crypto::from_base64(token);
  const auto bytes = sealed ? sealer.open(token_purpose, access_key_id, *sealed) : std::nullopt;
  auto inside = bytes ? decode_session(*bytes) : std::nullopt;
  if (!inside) return std::nullopt;
  return opened{std::move(inside->first), std::move(inside->second)};
}

}  // namespace

session_keys store::make_session(const session& s) const {
  session_keys made;
  made.access_key_id = make_id("ASIA", *impl_->o.random);
  made.secret = make_secret(*impl_->o.random);
  made.token = storage::crypto::to_base64(
      impl_->o.sealer->seal(token_purpose, made.access_key_id, encode(s, made.secret)));
  return made;
}

task<result<resolved_key>> store::resolve(std::string id, std::string token) {
  if (is_temporary(id) && !token.empty()) {
    co_return co_await resolve_session(std::move(id), std::move(token));
  }
  auto found = co_await resolve(std::move(id));
  if (found && !token.empty()) {
    co_return error(errc::invalid_token).with("Token-0", token.substr(0, 64));
  }
  co_return std::move(found);
}

task<result<resolved_key>> store::resolve_session(std::string id, std::string token) {
  std::shared_ptr<cached_key> entry = impl_->cache.find(id);
  if (!entry || !storage::crypto::equal_constant_time(entry->token, token)) {
    const std::uint64_t generation = impl_->cache.generation();
    auto inside = open_token(*impl_->o.sealer, id, token);
    if (!inside) co_return error(errc::invalid_token).with("Token-0", token.substr(0, 64));
    entry = std::make_shared<cached_key>();
    entry->expires = inside->of.expires;
    // Before the look-up: what has ended says so, even when its role is gone.
    if (*entry->expires <= impl_->o.clock->now()) co_return errc::expired_token;
    auto work = [&](const snapshot& s) -> result<principal> {
      entry->user_expires = end_of_user(s, inside->of);
      return who_is(s, inside->of, impl_->documents);
    };
    auto who = co_await impl_->o.db->read(std::move(work));
    if (!who) co_return std::move(who).error();
    who->access_key_id = id;
    entry->found =
        std::make_shared<const known_key>(known_key{std::move(*who), std::move(inside->secret)});
    entry->token = std::move(token);
    impl_->cache.insert(id, entry, generation);
  }
  const sys_micros now = impl_->o.clock->now();
  if (*entry->expires <= now) co_return errc::expired_token;
  if (entry->user_expires && *entry->user_expires <= now) {
    co_return error(errc::access_denied, "The user's time has ended.");
  }
  co_return resolved_key{entry->found};
}

}  // namespace torhaus::auth::identity
