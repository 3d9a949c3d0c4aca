// What the files of the identity store share: its state and look-ups inside a transaction.
#pragma once

#include <optional>
#include <string_view>

#include "auth/identity/attached_rules.hpp"
#include "auth/identity/key_cache.hpp"
#include "auth/identity/schema.hpp"
#include "auth/identity/store.hpp"

namespace torhaus::auth::identity {

struct store::impl {
  explicit impl(const options& given) : o(given) {}

  options o;
  key_cache cache;
  document_pool documents;

  // Runs a write and lets no cached key outlive it.
  template <class F>
  task<std::invoke_result_t<F&, storage::kv::transaction&>> change(F fn) {
    auto outcome = co_await o.db->write(std::move(fn));
    cache.clear();
    co_return outcome;
  }
};

inline std::optional<agency> load_agency(const storage::kv::snapshot& s, std::string_view id) {
  const auto bytes = s.get(agency_key(id));
  if (!bytes) return std::nullopt;
  return decode_agency(*bytes);
}

inline std::optional<user> load_user(const storage::kv::snapshot& s, std::string_view agency,
                                     std::string_view name) {
  const auto bytes = s.get(user_key(agency, name));
  if (!bytes) return std::nullopt;
  return decode_user(*bytes);
}

inline std::optional<stored_key> load_key(const storage::kv::snapshot& s, std::string_view id) {
  const auto bytes = s.get(access_key_key(id));
  if (!bytes) return std::nullopt;
  return decode_key(*bytes);
}

inline error no_such(std::string_view what, std::string_view name) {
  std::string text = "The ";
  text.append(what).append(" with name ").append(name).append(" cannot be found.");
  return error(errc::no_such_entity, std::move(text));
}

inline error exists_already(std::string_view what, std::string_view name) {
  std::string text(what);
  text.append(" ").append(name).append(" already exists.");
  return error(errc::entity_already_exists, std::move(text));
}

}  // namespace torhaus::auth::identity
