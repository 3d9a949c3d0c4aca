// When a project becomes what: its end date and the days behind it.
#pragma once

#include "auth/projects/project.hpp"

namespace torhaus::auth::projects {

struct schedule {
  std::optional<sys_micros> read_only;
  std::optional<sys_micros> closed;
  std::optional<sys_micros> deleted;
};

// Nothing for a project without an end.
schedule schedule_of(const project&);

// What the project is at that time: at least what it is held at. Only the worker that empties a
// project makes it `deleted`; until then it is closed.
state state_at(const project&, sys_micros now);

// Whether its buckets are to be emptied and removed.
bool deletion_due(const project&, sys_micros now);

}  // namespace torhaus::auth::projects
