// Agencies.
#include "gateway/admin/answers.hpp"
#include "gateway/admin/authority.hpp"
#include "gateway/admin/functions.hpp"

namespace torhaus::gateway::admin {

using auth::identity::agency;

task<result<admin_answer>> list_agencies(admin_call& call) {
  if (!is_operator(call.caller)) {
    // An administrator has one agency, and whoever else may call has none.
    if (!administers(call.caller, call.caller.agency)) {
      co_return not_allowed(call.caller, "list agencies");
    }
    auto own = co_await call.identities().find_agency(call.caller.agency);
    if (!own) co_return std::move(own).error();
    std::vector<agency> one;
    if (own->id > call.after) one.push_back(std::move(*own));
    co_return page("agencies", one, "");
  }
  const auto found = co_await call.identities().list_agencies(call.after, page_size);
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
  a.contact = call.input.text("contact").value_or("");
  a.domains = call.input.texts("domains").value_or(std::vector<std::string>());
  a.quota_bytes = call.input.number("quota_bytes").value_or(0);
  a.quota_objects = call.input.number("quota_objects").value_or(0);
  if (auto good = call.input.finish(); !good) co_return std::move(good).error();
  co_return answer(201, co_await call.identities().create_agency(std::move(a)));
}

task<result<admin_answer>> show_agency(admin_call& call) {
  co_return answer(200, co_await call.identities().find_agency(call.names[0]));
}

task<result<admin_answer>> update_agency(admin_call& call) {
  auto old = co_await call.identities().find_agency(call.names[0]);
  if (!old) co_return std::move(old).error();
  agency a = *old;
  a.name = call.input.text("name").value_or(a.name);
  a.email = call.input.text("email").value_or(a.email);
  a.contact = call.input.text("contact").value_or(a.contact);
  a.domains = call.input.texts("domains").value_or(a.domains);
  a.quota_bytes = call.input.number("quota_bytes").value_or(a.quota_bytes);
  a.quota_objects = call.input.number("quota_objects").value_or(a.quota_objects);
  a.enabled = call.input.flag("enabled").value_or(a.enabled);
  if (auto good = call.input.finish(); !good) co_return std::move(good).error();
  if (!is_operator(call.caller) &&
      (a.quota_bytes != old->quota_bytes || a.quota_objects != old->quota_objects ||
       a.enabled != old->enabled)) {
    co_return not_allowed(call.caller, "change the quota or the state of an agency");
  }
  if (a.id == "root" && !a.enabled) {
    co_return error(errc::invalid_argument, "The agency of the root user cannot be disabled.");
  }
  co_return answer(200, co_await call.identities().update_agency(std::move(a)));
}

task<result<admin_answer>> delete_agency(admin_call& call) {
  const auto owned = co_await call.projects().list_owned(call.names[0], "", 1);
  if (!owned) co_return owned.error();
  if (!owned->empty()) {
    co_return error(errc::delete_conflict, "Cannot delete an agency that still owns the project " +
                                               owned->front().id + ".");
  }
  co_return answer(co_await call.identities().delete_agency(call.names[0]));
}

}  // namespace torhaus::gateway::admin
