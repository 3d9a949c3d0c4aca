// Access keys of users.
#include "gateway/admin/answers.hpp"
#include "gateway/admin/authority.hpp"
#include "gateway/admin/functions.hpp"

namespace torhaus::gateway::admin {
namespace {

using namespace auth::identity;

constexpr std::uint64_t max_overlap_hours = 24 * 365;

// access_denied for keys of the agency's root user, unless the caller may touch it.
task<result<void>> check_owner(const admin_call& call) {
  const auto owner = co_await call.identities().find_user(call.names[0], call.names[1]);
  if (!owner) co_return owner.error();
  if (!owner->root || may_touch_root(call.caller, owner->agency)) co_return result<void>();
  co_return not_allowed(call.caller, "change keys of the root user of the agency " + owner->agency);
}

// The key named last in the path, which must belong to the user named before it.
task<result<access_key>> key_of(const admin_call& call) {
  const auto keys = co_await call.identities().list_keys(call.names[0], call.names[1]);
  if (!keys) co_return keys.error();
  for (const access_key& k : *keys) {
    if (k.id == call.names[2]) co_return k;
  }
  co_return error(errc::no_such_entity,
                  "The access key with name " + call.names[2] + " cannot be found.");
}

admin_answer with_secret(const store::created_key& made) {
  boost::json::object body = to_json(made.key);
  body["secret_key"] = made.secret;
  return {201, std::move(body)};
}

}  // namespace

task<result<admin_answer>> list_keys(admin_call& call) {
  const auto found = co_await call.identities().list_keys(call.names[0], call.names[1]);
  if (!found) co_return found.error();
  co_return page("keys", *found, "");
}

task<result<admin_answer>> create_key(admin_call& call) {
  access_key k;
  k.agency = call.names[0];
  k.user = call.names[1];
  k.id = call.input.text("access_key_id").value_or("");
  std::string secret = call.input.text("secret_key").value_or("");
  k.expires = call.input.time("expires").value_or(std::nullopt);
  if (auto good = call.input.finish(); !good) co_return std::move(good).error();
  if (auto good = co_await check_owner(call); !good) co_return std::move(good).error();
  const auto made = co_await call.identities().create_key(std::move(k), std::move(secret));
  if (!made) co_return made.error();
  co_return with_secret(*made);
}

task<result<admin_answer>> update_key(admin_call& call) {
  if (auto good = co_await check_owner(call); !good) co_return std::move(good).error();
  const auto old = co_await key_of(call);
  if (!old) co_return old.error();
  const auto enabled = call.input.flag("enabled");
  const auto expires = call.input.time("expires");
  if (auto good = call.input.finish(); !good) co_return std::move(good).error();
  auth::identity::store::key_edit edit = [&](access_key& k) -> result<void> {
    k.enabled = enabled.value_or(k.enabled);
    k.expires = expires.value_or(k.expires);
    if (k.id != call.caller.access_key_id) return {};
    if (!k.enabled) return error(errc::invalid_argument, "A key cannot disable itself.");
    if (k.expires && *k.expires <= call.now()) {
      return error(errc::invalid_argument, "A key cannot end itself.");
    }
    return {};
  };
  co_return answer(200, co_await call.identities().change_key(old->id, std::move(edit)));
}

task<result<admin_answer>> delete_key(admin_call& call) {
  if (auto good = co_await check_owner(call); !good) co_return std::move(good).error();
  auto old = co_await key_of(call);
  if (!old) co_return std::move(old).error();
  if (old->id == call.caller.access_key_id) {
    co_return error(errc::invalid_argument, "A key cannot delete itself.");
  }
  co_return answer(co_await call.identities().delete_key(old->id));
}

task<result<admin_answer>> rotate_key(admin_call& call) {
  const std::uint64_t hours = call.input.number("overlap_hours", max_overlap_hours).value_or(24);
  const auto expires = call.input.time("expires").value_or(std::nullopt);
  if (auto good = call.input.finish(); !good) co_return std::move(good).error();
  if (auto good = co_await check_owner(call); !good) co_return std::move(good).error();
  auto old = co_await key_of(call);
  if (!old) co_return std::move(old).error();
  const sys_micros old_ends = call.now() + std::chrono::hours(hours);
  const auto made = co_await call.identities().rotate_key(old->id, old_ends, expires);
  if (!made) co_return made.error();
  admin_answer body = with_secret(*made);
  body.body.as_object()["replaces"] = old->id;
  const sys_micros until = old->expires ? std::min(*old->expires, old_ends) : old_ends;
  body.body.as_object()["replaced_expires"] = time_text(until);
  co_return body;
}

}  // namespace torhaus::gateway::admin
