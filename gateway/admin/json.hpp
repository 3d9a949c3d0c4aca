// Entities of the admin API as JSON. Boost.JSON stays in this part.
#pragma once

#include <boost/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "auth/identity/store.hpp"
#include "auth/keys/key_provider.hpp"
#include "auth/projects/store.hpp"
#include "storage/base/result.hpp"

namespace torhaus::gateway::admin {

boost::json::object to_json(const auth::identity::agency&);
boost::json::object to_json(const auth::identity::user&);
boost::json::object to_json(const auth::identity::access_key&);
boost::json::object to_json(const auth::keys::key_description&);
// With the state that the project has now, and when it will have another one.
boost::json::object to_json(const auth::projects::project&, sys_micros now);
boost::json::object to_json(const auth::projects::member&, sys_micros now);

// RFC 3339 in UTC, to the second.
std::string time_text(sys_micros);
// "2027-01-31" (its last second) or "2027-01-31T12:00:00Z"; nullopt for anything else.
std::optional<sys_micros> parse_time(std::string_view);

// A JSON object of at most 1 MiB and depth 8, whose members are taken out one by one; what is left
// over at the end is an unknown member and refused.
class json_input {
 public:
  static result<json_input> parse(std::string_view text);

  // The member, or nothing when it is absent. A member of another type is remembered as a mistake.
  std::optional<std::string> text(std::string_view name);
  std::optional<bool> flag(std::string_view name);
  std::optional<std::uint64_t> number(std::string_view name, std::uint64_t most = UINT64_MAX);
  std::optional<std::vector<std::string>> texts(std::string_view name);
  // An object whose members are texts or lists of texts; at most 50.
  using text_table = std::vector<std::pair<std::string, std::vector<std::string>>>;
  std::optional<text_table> table(std::string_view name);
  // A time; null says that there is none.
  std::optional<std::optional<sys_micros>> time(std::string_view name);
  // invalid_argument naming the first mistake or the first unknown member.
  result<void> finish() const;

 private:
  // Takes the member out; null when it is absent.
  boost::json::value* take(std::string_view name);
  void note(std::string_view name, std::string_view rule);

  boost::json::object members_;
  boost::json::value taken_;
  std::string mistake_;
};

}  // namespace torhaus::gateway::admin
