#include "gateway/audit/trail.hpp"

namespace torhaus::gateway::audit {

void trail::add(const record& r) {
  // One buffer a thread: no allocation a request.
  thread_local std::string members;
  members.clear();
  append_members(members, r, o_.clock->now());
  o_.journal->add(members);
}

}  // namespace torhaus::gateway::audit
