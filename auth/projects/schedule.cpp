#include "auth/projects/schedule.hpp"

#include <algorithm>

namespace torhaus::auth::projects {

schedule schedule_of(const project& p) {
  if (!p.ends) return {};
  schedule s;
  s.read_only = *p.ends;
  s.closed = *s.read_only + std::chrono::days(p.read_only_days);
  s.deleted = *s.closed + std::chrono::days(p.grace_days);
  return s;
}

state state_at(const project& p, sys_micros now) {
  const schedule s = schedule_of(p);
  state by_date = state::active;
  if (s.read_only && *s.read_only <= now) by_date = state::read_only;
  if (s.closed && *s.closed <= now) by_date = state::closed;
  return std::max(by_date, p.held);
}

bool deletion_due(const project& p, sys_micros now) {
  const schedule s = schedule_of(p);
  return p.held != state::deleted && s.deleted && *s.deleted <= now;
}

}  // namespace torhaus::auth::projects
