// Who may administer what: the operator everything, administrators their own agency, managers their
// project. None of them reads an object by it.
#pragma once

#include <string>
#include <string_view>

#include "auth/principal.hpp"
#include "gateway/admin/routes.hpp"

namespace torhaus::gateway::admin {

// The root user of the installation, and administrators of its agency.
bool is_operator(const auth::principal&);
// The operator, and the agency's root user and administrators.
bool administers(const auth::principal&, std::string_view agency);
// Those who may touch the agency's root user and its keys.
bool may_touch_root(const auth::principal&, std::string_view agency);
// Whether the caller gives out roles in the project where it stands.
bool gives_roles(const auth::principal&, const auth::projects::standing&);

// By what right the caller may call this route, for the audit record: "operator", "administrator of
// agency amt", "manager of project netz", "every user". access_denied without one. Looks the
// project of the path up.
task<result<std::string>> check_reach(admin_call&, const admin_route&);

// access_denied with a text that names the caller.
error not_allowed(const auth::principal&, std::string_view what);

}  // namespace torhaus::gateway::admin
