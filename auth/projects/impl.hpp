// What the files of the project store share: its state and look-ups inside a transaction.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "auth/identity/store.hpp"
#include "auth/projects/schema.hpp"
#include "auth/projects/store.hpp"
#include "auth/projects/view_cache.hpp"

namespace torhaus::auth::projects {

struct store::impl {
  explicit impl(const options& given) : o(given) {}

  options o;
  view_cache cache;

  // Runs a write about one project and lets no cached view outlive it.
  template <class F>
  task<std::invoke_result_t<F&, storage::kv::transaction&>> about(std::string id, F fn) {
    auto outcome = co_await o.db->write(std::move(fn));
    cache.erase(id);
    co_return outcome;
  }
  // The same about several.
  template <class F>
  task<std::invoke_result_t<F&, storage::kv::transaction&>> about_many(F fn) {
    auto outcome = co_await o.db->write(std::move(fn));
    cache.clear();
    co_return outcome;
  }
};

std::optional<project> load_project(const storage::kv::snapshot&, std::string_view id);
void store_project(storage::kv::transaction&, const project&);
error no_such_project(std::string_view id);

// Fills in who the member is and checks it; stores nothing.
result<void> identify(const storage::kv::snapshot&, member&, sys_micros now);
// Checks and stores one that is not there.
result<member> store_new_member(storage::kv::transaction&, std::string_view project, member,
                                sys_micros now);
void erase_member(storage::kv::transaction&, std::string_view project, const member&);
// All of them; bounded by max_members.
std::vector<member> load_members(const storage::kv::snapshot&, std::string_view project);

}  // namespace torhaus::auth::projects
