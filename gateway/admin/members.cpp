// Members of projects.
#include "gateway/admin/answers.hpp"
#include "gateway/admin/authority.hpp"
#include "gateway/admin/functions.hpp"

namespace torhaus::gateway::admin {
namespace {

using namespace auth::projects;

result<role> read_role(const std::string& name) {
  const auto known = parse_role(name);
  if (known) return *known;
  return error(errc::invalid_argument, "There is no role " + name +
                                           "; roles are reader, contributor, editor, depositor "
                                           "and manager");
}

// Administration gives access to others. Whoever has none does not take it.
result<void> check_not_self(const admin_call& call, const std::string& agency,
                            const std::string& user) {
  if (call.standing.manages()) return {};
  if (agency != call.caller.agency || user != call.caller.user_name) return {};
  return not_allowed(call.caller, "take a role in a project: a manager has to give it");
}

}  // namespace

task<result<admin_answer>> list_members(admin_call& call) {
  const auto found = co_await call.projects().list_members(call.names[0], call.after, page_size);
  if (!found) co_return found.error();
  boost::json::array items;
  for (const member& m : *found) items.push_back(to_json(m, call.now()));
  const std::string last = found->empty() ? "" : found->back().agency + "/" + found->back().user;
  co_return page_of("members", std::move(items), last);
}

task<result<admin_answer>> add_member(admin_call& call) {
  member m;
  m.agency = call.input.text("agency").value_or("");
  m.user = call.input.text("user").value_or("");
  const std::string as = call.input.text("role").value_or("");
  m.ends = call.input.time("ends").value_or(std::nullopt);
  if (auto good = call.input.finish(); !good) co_return std::move(good).error();
  const auto known = read_role(as);
  if (!known) co_return known.error();
  m.as = *known;
  m.invited_by = call.caller.arn;
  if (auto good = check_not_self(call, m.agency, m.user); !good) co_return std::move(good).error();
  co_return answer(201, co_await call.projects().add_member(call.names[0], std::move(m)),
                   call.now());
}

task<result<admin_answer>> show_member(admin_call& call) {
  const auto found = co_await call.projects().list_members(call.names[0], "", max_members);
  if (!found) co_return found.error();
  for (const member& m : *found) {
    if (m.agency != call.names[1] || m.user != call.names[2]) continue;
    co_return admin_answer{200, to_json(m, call.now())};
  }
  co_return error(errc::no_such_entity, "The user " + call.names[2] + " of the agency " +
                                            call.names[1] + " is no member of the project " +
                                            call.names[0] + ".");
}

task<result<admin_answer>> update_member(admin_call& call) {
  const auto as = call.input.text("role");
  const auto ends = call.input.time("ends");
  if (auto good = call.input.finish(); !good) co_return std::move(good).error();
  const auto known = as ? read_role(*as) : result<role>(role::reader);
  if (!known) co_return known.error();
  if (auto good = check_not_self(call, call.names[1], call.names[2]); !good) {
    co_return std::move(good).error();
  }
  auth::projects::store::member_function edit = [&](member& m) -> result<void> {
    if (as) m.as = *known;
    m.ends = ends.value_or(m.ends);
    return {};
  };
  co_return answer(200,
                   co_await call.projects().change_member(call.names[0], call.names[1],
                                                          call.names[2], std::move(edit)),
                   call.now());
}

task<result<admin_answer>> end_member(admin_call& call) {
  co_return answer(
      co_await call.projects().end_member(call.names[0], call.names[1], call.names[2]));
}

}  // namespace torhaus::gateway::admin
