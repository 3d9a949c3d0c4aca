#include "gateway/admin/authority.hpp"

namespace torhaus::gateway::admin {
namespace {

using auth::principal;

bool is_user(const principal& who) {
  return who.type == principal::kind::user || who.type == principal::kind::root;
}

}  // namespace

bool is_operator(const principal& who) {
  return who.type == principal::kind::root ||
         (is_user(who) && who.agency == "root" && who.administrator);
}

bool administers(const principal& who, std::string_view agency) {
  if (is_operator(who)) return true;
  return is_user(who) && who.agency == agency && (who.administrator || who.is_account_root());
}

bool may_touch_root(const principal& who, std::string_view agency) {
  if (who.type == principal::kind::root) return true;
  // Others of the operators are to administrators of the agency root what those are elsewhere.
  if (agency == "root") return false;
  return is_operator(who) || (who.is_account_root() && who.agency == agency);
}

bool gives_roles(const principal& who, const auth::projects::standing& s) {
  return s.manages() || administers(who, s.project->about.owner);
}

error not_allowed(const principal& who, std::string_view what) {
  std::string text = "User: " + who.arn + " is not authorized to ";
  return error(errc::access_denied, text.append(what));
}

task<result<std::string>> check_reach(admin_call& call, const admin_route& row) {
  const principal& who = call.caller;
  const std::string what = "call " + std::string(row.method) + " " + std::string(row.pattern);
  // Policies limit the others, and none of them speaks of administration.
  if (!is_user(who)) co_return not_allowed(who, what);
  const bool of_project = row.pattern.starts_with("projects/*");
  if (of_project) {
    call.project = co_await call.projects().view(call.names[0]);
    if (call.project) {
      call.standing = auth::projects::standing_of(*call.project, who, call.now());
    }
  }
  if (is_operator(who)) co_return std::string("operator");
  if (row.may == reach::everybody) co_return std::string("every user");
  if (row.may == reach::agency && administers(who, call.names[0])) {
    co_return "administrator of agency " + call.names[0];
  }
  // Who may not see a project is not told whether there is one.
  if (!of_project || !call.project) co_return not_allowed(who, what);
  const std::string& owner = call.project->about.owner;
  if (administers(who, owner)) co_return "administrator of agency " + owner;
  const bool may = row.may == reach::member    ? call.standing.as != nullptr
                   : row.may == reach::manager ? call.standing.manages()
                                               : false;
  if (!may) co_return not_allowed(who, what);
  const std::string role(call.standing.as != nullptr ? name_of(call.standing.as->as) : "root user");
  co_return role + " of project " + call.project->about.id;
}

}  // namespace torhaus::gateway::admin
