#include "gateway/admin/routes.hpp"

#include <array>

#include "gateway/admin/kms_keys.hpp"

namespace torhaus::gateway::admin {
namespace {

namespace json = boost::json;
using namespace auth::identity;

// Lists come in pages; "next" is the `after` of the next one, or null.
constexpr std::size_t page_size = 1000;

template <class Entity>
admin_answer page(std::string_view name, const std::vector<Entity>& found, std::string next) {
  json::array items;
  for (const Entity& e : found) items.push_back(to_json(e));
  json::object body;
  body[name] = std::move(items);
  body["next"] = found.size() < page_size ? json::value(nullptr) : json::value(std::move(next));
  return {200, std::move(body)};
}

template <class Entity>
result<admin_answer> answer(unsigned status, const result<Entity>& outcome) {
  if (!outcome) return outcome.error();
  return admin_answer{status, to_json(*outcome)};
}

result<admin_answer> answer(const result<void>& outcome) {
  if (!outcome) return outcome.error();
  return admin_answer{204, nullptr};
}

task<result<admin_answer>> list_agencies(admin_call& call) {
  const auto found = co_await call.identities.list_agencies(call.after, page_size);
  if (!found) co_return found.error();
  co_return page("agencies", *found, found->empty() ? "" : found->back().id);
}

task<result<admin_answer>> create_agency(admin_call& call) {
  agency a;
  a.id = call.input.text("id").value_or("");
  a.name = call.input.text("name").value_or("");
  a.email = call.input.text("email").value_or("");
  a.account = call.input.text("account").value_or("");
  a.canonical_id = call.input.text("canonical_id").value_or("");
  if (auto good = call.input.finish(); !good) co_return std::move(good).error();
  co_return answer(201, co_await call.identities.create_agency(std::move(a)));
}

task<result<admin_answer>> show_agency(admin_call& call) {
  co_return answer(200, co_await call.identities.find_agency(call.names[0]));
}

task<result<admin_answer>> update_agency(admin_call& call) {
  auto old = co_await call.identities.find_agency(call.names[0]);
  if (!old) co_return std::move(old).error();
  agency a = *old;
  a.name = call.input.text("name").value_or(a.name);
  a.email = call.input.text("email").value_or(a.email);
  a.enabled = call.input.flag("enabled").value_or(a.enabled);
  if (auto good = call.input.finish(); !good) co_return std::move(good).error();
  if (a.id == "root" && !a.enabled) {
    co_return error(errc::invalid_argument, "The agency of the root user cannot be disabled.");
  }
  co_return answer(200, co_await call.identities.update_agency(std::move(a)));
}

task<result<admin_answer>> delete_agency(admin_call& call) {
  co_return answer(co_await call.identities.delete_agency(call.names[0]));
}

task<result<admin_answer>> list_users(admin_call& call) {
  const auto found = co_await call.identities.list_users(call.names[0], call.after, page_size);
  if (!found) co_return found.error();
  co_return page("users", *found, found->empty() ? "" : found->back().name);
}

task<result<admin_answer>> create_user(admin_call& call) {
  user u;
  u.agency = call.names[0];
  u.name = call.input.text("name").value_or("");
  u.display_name = call.input.text("display_name").value_or("");
  u.email = call.input.text("email").value_or("");
  u.root = call.input.flag("root").value_or(false);
  u.may_open_projects = call.input.flag("may_open_projects").value_or(true);
  if (auto good = call.input.finish(); !good) co_return std::move(good).error();
  co_return answer(201, co_await call.identities.create_user(std::move(u)));
}

task<result<admin_answer>> show_user(admin_call& call) {
  co_return answer(200, co_await call.identities.find_user(call.names[0], call.names[1]));
}

task<result<admin_answer>> update_user(admin_call& call) {
  auto old = co_await call.identities.find_user(call.names[0], call.names[1]);
  if (!old) co_return std::move(old).error();
  user u = *old;
  u.display_name = call.input.text("display_name").value_or(u.display_name);
  u.email = call.input.text("email").value_or(u.email);
  u.enabled = call.input.flag("enabled").value_or(u.enabled);
  u.may_open_projects = call.input.flag("may_open_projects").value_or(u.may_open_projects);
  if (auto good = call.input.finish(); !good) co_return std::move(good).error();
  co_return answer(200, co_await call.identities.update_user(std::move(u)));
}

task<result<admin_answer>> delete_user(admin_call& call) {
  co_return answer(co_await call.identities.delete_user(call.names[0], call.names[1]));
}

task<result<admin_answer>> list_keys(admin_call& call) {
  const auto found = co_await call.identities.list_keys(call.names[0], call.names[1]);
  if (!found) co_return found.error();
  co_return page("keys", *found, "");
}

// Reads "expires"; nullopt when it was given and is no time.
result<std::optional<sys_micros>> expiry_of(admin_call& call) {
  const auto text = call.input.text("expires");
  if (!text) return std::optional<sys_micros>();
  const auto when = parse_time(*text);
  if (!when) {
    return error(errc::invalid_argument,
                 "expires must be a date (2027-01-31) or a time (2027-01-31T12:00:00Z)");
  }
  return when;
}

task<result<admin_answer>> create_key(admin_call& call) {
  access_key k;
  k.agency = call.names[0];
  k.user = call.names[1];
  k.id = call.input.text("access_key_id").value_or("");
  std::string secret = call.input.text("secret_key").value_or("");
  auto expires = expiry_of(call);
  if (!expires) co_return std::move(expires).error();
  k.expires = *expires;
  if (auto good = call.input.finish(); !good) co_return std::move(good).error();
  const auto made = co_await call.identities.create_key(std::move(k), std::move(secret));
  if (!made) co_return made.error();
  json::object body = to_json(made->key);
  body["secret_key"] = made->secret;
  co_return admin_answer{201, std::move(body)};
}

// The key named last in the path, which must belong to the user named before it.
task<result<access_key>> key_of(admin_call& call) {
  const auto keys = co_await call.identities.list_keys(call.names[0], call.names[1]);
  if (!keys) co_return keys.error();
  for (const access_key& k : *keys) {
    if (k.id == call.names[2]) co_return k;
  }
  co_return error(errc::no_such_entity,
                  "The access key with name " + call.names[2] + " cannot be found.");
}

task<result<admin_answer>> update_key(admin_call& call) {
  auto old = co_await key_of(call);
  if (!old) co_return std::move(old).error();
  access_key k = *old;
  k.enabled = call.input.flag("enabled").value_or(k.enabled);
  auto expires = expiry_of(call);
  if (!expires) co_return std::move(expires).error();
  if (*expires) k.expires = *expires;
  if (auto good = call.input.finish(); !good) co_return std::move(good).error();
  if (k.id == call.caller.access_key_id && !k.enabled) {
    co_return error(errc::invalid_argument, "A key cannot disable itself.");
  }
  co_return answer(200, co_await call.identities.update_key(std::move(k)));
}

task<result<admin_answer>> delete_key(admin_call& call) {
  auto old = co_await key_of(call);
  if (!old) co_return std::move(old).error();
  if (old->id == call.caller.access_key_id) {
    co_return error(errc::invalid_argument, "A key cannot delete itself.");
  }
  co_return answer(co_await call.identities.delete_key(old->id));
}

constexpr std::array routes = {
    admin_route{"GET", "agencies", list_agencies},
    admin_route{"POST", "agencies", create_agency},
    admin_route{"GET", "agencies/*", show_agency},
    admin_route{"PATCH", "agencies/*", update_agency},
    admin_route{"DELETE", "agencies/*", delete_agency},
    admin_route{"GET", "agencies/*/users", list_users},
    admin_route{"POST", "agencies/*/users", create_user},
    admin_route{"GET", "agencies/*/users/*", show_user},
    admin_route{"PATCH", "agencies/*/users/*", update_user},
    admin_route{"DELETE", "agencies/*/users/*", delete_user},
    admin_route{"GET", "agencies/*/users/*/keys", list_keys},
    admin_route{"POST", "agencies/*/users/*/keys", create_key},
    admin_route{"PATCH", "agencies/*/users/*/keys/*", update_key},
    admin_route{"DELETE", "agencies/*/users/*/keys/*", delete_key},
    admin_route{"GET", "kms-keys", list_kms_keys},
    admin_route{"POST", "kms-keys", create_kms_key},
    admin_route{"GET", "kms-keys/*", show_kms_key},
    admin_route{"PATCH", "kms-keys/*", update_kms_key},
    admin_route{"POST", "kms-keys/*/rotate", rotate_kms_key},
};

}  // namespace

std::span<const admin_route> admin_routes() { return routes; }

}  // namespace torhaus::gateway::admin
