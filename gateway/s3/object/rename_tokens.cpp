#include "gateway/s3/object/rename_tokens.hpp"

namespace torhaus::gateway::s3 {

result<rename_tokens::state> rename_tokens::begin(const std::string& token,
                                                  const std::string& request) {
  const std::lock_guard lock(mutex_);
  forget_old();
  const auto known = by_token_.find(token);
  if (known == by_token_.end()) {
    by_age_.push_back({token, request, clock_.now()});
    by_token_.emplace(token, std::prev(by_age_.end()));
    return state::fresh;
  }
  if (known->second->request != request) return errc::idempotency_parameter_mismatch;
  if (!known->second->done) return errc::operation_aborted;
  return state::done;
}

void rename_tokens::end(const std::string& token, bool succeeded) {
  const std::lock_guard lock(mutex_);
  const auto known = by_token_.find(token);
  if (known == by_token_.end()) return;  // many others came meanwhile
  known->second->done = succeeded;
  if (succeeded) return;
  by_age_.erase(known->second);
  by_token_.erase(known);
}

void rename_tokens::forget_old() {
  const sys_micros limit = clock_.now() - lifetime;
  while (!by_age_.empty() && (by_age_.front().since < limit || by_age_.size() >= most)) {
    by_token_.erase(by_age_.front().token);
    by_age_.pop_front();
  }
}

}  // namespace torhaus::gateway::s3
