#include "gateway/audit/trail.hpp"

namespace torhaus::gateway::audit {

void trail::add(const record& r) {
  // One buffer a thread: no allocation a request.
  thread_local std::string members;
  members.clear();
  append_members(members, r, o_.clock->now());
  o_.journal->add(members);
}

task<result<void>> trail::settle() const {
  if (o_.waits_on == nullptr) co_return result<void>();
  auto wait = [journal = o_.journal] { return journal->flush(patience); };
  if (co_await offload(*o_.waits_on, std::move(wait))) co_return result<void>();
  co_return error(errc::service_unavailable,
                  "It was done, but its record in the audit journal is not on the disk yet.");
}

}  // namespace torhaus::gateway::audit
