// Agencies.
#include "gateway/admin/answers.hpp"
#include "gateway/admin/authority.hpp"
#include "gateway/admin/functions.hpp"

namespace torhaus::gateway::admin {

using auth::identity::agency;

namespace {

// What a body says of an agency; absent members are left alone.
struct agency_changes {
  std::optional<std::string> name;
  std::optional<std::string> email;
  std::optional<std::string> contact;
  std::optional<std::vector<std::string>> domains;
  std::optional<std::uint64_t> quota_bytes;
  std::optional<std::uint64_t> quota_objects;
  std::optional<bool> enabled;

  void apply(agency& a) const {
    a.name = name.value_or(a.name);
    a.email = email.value_or(a.email);
    a.contact = contact.value_or(a.contact);
    a.domains = domains.value_or(a.domains);
    a.quota_bytes = quota_bytes.value_or(a.quota_bytes);
    a.quota_objects = quota_objects.value_or(a.quota_objects);
    a.enabled = enabled.value_or(a.enabled);
  }
};

// What creation and change have in common.
agency_changes read_agency_changes(json_input& in) {
  agency_changes c;
  c.name = in.text("name");
  c.email = in.text("email");
  c.contact = in.text("contact");
  c.domains = in.texts("domains");
  c.quota_bytes = in.number("quota_bytes");
  c.quota_objects = in.number("quota_objects");
  return c;
}

}  // namespace

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
  a.account = call.input.text("account").value_or("");
  a.canonical_id = call.input.text("canonical_id").value_or("");
  read_agency_changes(call.input).apply(a);
  if (auto good = call.input.finish(); !good) co_return std::move(good).error();
  co_return answer(201, co_await call.identities().create_agency(std::move(a)));
}

task<result<admin_answer>> show_agency(admin_call& call) {
  co_return answer(200, co_await call.identities().find_agency(call.names[0]));
}

task<result<admin_answer>> update_agency(admin_call& call) {
  agency_changes changes = read_agency_changes(call.input);
  changes.enabled = call.input.flag("enabled");
  if (auto good = call.input.finish(); !good) co_return std::move(good).error();
  auth::identity::store::agency_edit edit = [&](agency& a) -> result<void> {
    const agency old = a;
    changes.apply(a);
    if (!is_operator(call.caller) &&
        (a.quota_bytes != old.quota_bytes || a.quota_objects != old.quota_objects ||
         a.enabled != old.enabled || a.email != old.email)) {
      // The e-mail is what others' grants find the agency by: not for it to choose.
      return not_allowed(call.caller, "change the quota, the state or the e-mail of an agency");
    }
    if (a.id == "root" && !a.enabled) {
      return error(errc::invalid_argument, "The agency of the root user cannot be disabled.");
    }
    return {};
  };
  co_return answer(200, co_await call.identities().change_agency(call.names[0], std::move(edit)));
}

task<result<admin_answer>> delete_agency(admin_call& call) {
  co_return answer(co_await call.identities().delete_agency(call.names[0]));
}

}  // namespace torhaus::gateway::admin
