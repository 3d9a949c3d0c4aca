// The routes of the admin API. One row a route: method, path pattern, function, who may call it,
// and what its document says about it (openapi.hpp).
#pragma once

#include <boost/json.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "auth/projects/roles.hpp"
#include "gateway/admin/handler.hpp"
#include "gateway/admin/json.hpp"
#include "storage/base/task.hpp"

namespace torhaus::gateway::admin {

struct admin_call {
  const admin_services& services;
  const auth::principal& caller;
  std::vector<std::string> names;  // what the '*' of the pattern stood for, decoded
  json_input input;                // the body; an empty object when there was none
  std::string after;               // ?after=… of lists
  // Routes below projects/*: the project, and the caller's standing in it. Null for the operator
  // when there is no such project.
  auth::projects::project_pointer project = nullptr;
  auth::projects::standing standing = {};
  std::string_view query = {};  // as it came, for what has parameters of its own

  auth::identity::store& identities() const { return *services.identities; }
  auth::projects::store& projects() const { return *services.projects; }
  sys_micros now() const { return services.clock->now(); }
};

struct admin_answer {
  unsigned status = 200;
  boost::json::value body;
};

using admin_function = task<result<admin_answer>> (*)(admin_call&);

// Who may call a route, at least. Whoever stands higher may too: the operator everywhere.
enum class reach : std::uint8_t {
  everybody,  // with a good signature; the function looks closer
  operator_only,
  agency,   // administrators of the agency that the path names
  member,   // members of the project that the path names, administrators of its owner
  manager,  // managers of that project, administrators of its owner
  owner,    // administrators of the owner of that project
};

// A member of a body.
struct body_member {
  enum class kind : std::uint8_t { text, flag, number, texts, table, time, document };
  std::string_view name;
  kind type = kind::text;
  bool required = false;
  std::string_view about = {};
};

struct admin_route {
  std::string_view method;
  std::string_view pattern;  // below /-/admin/v1/, '*' for one segment: "agencies/*/users"
  admin_function run;
  reach may;
  std::string_view about;                  // one sentence
  std::string_view answers;                // the name of a schema, "[]" behind it for pages
  std::span<const body_member> body = {};  // of POST and PATCH
};

std::span<const admin_route> admin_routes();

}  // namespace torhaus::gateway::admin
