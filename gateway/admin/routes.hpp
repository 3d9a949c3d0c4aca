// The routes of the admin API. One row a route: method, path pattern, function.
#pragma once

#include <boost/json.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "auth/authenticator.hpp"
#include "auth/keys/key_provider.hpp"
#include "gateway/admin/json.hpp"
#include "storage/base/task.hpp"

namespace torhaus::gateway::admin {

struct admin_call {
  auth::identity::store& identities;
  auth::keys::key_provider& keys;
  const auth::principal& caller;
  std::vector<std::string> names;  // what the '*' of the pattern stood for, decoded
  json_input input;                // the body; an empty object when there was none
  std::string after;               // ?after=… of lists
};

struct admin_answer {
  unsigned status = 200;
  boost::json::value body;
};

using admin_function = task<result<admin_answer>> (*)(admin_call&);

struct admin_route {
  std::string_view method;
  std::string_view pattern;  // below /-/admin/v1/, '*' for one segment: "agencies/*/users"
  admin_function run;
};

std::span<const admin_route> admin_routes();

}  // namespace torhaus::gateway::admin
