// The admin listener: health, metrics and the JSON admin API under /-/admin/v1 (README.md lists the
// routes). Calls are signed with SigV4 for the service "torhaus-admin"; only the installation's
// root may make them.
#pragma once

#include <functional>
#include <memory>

#include "auth/authenticator.hpp"
#include "gateway/admin/metrics.hpp"
#include "gateway/http/message.hpp"

namespace torhaus::gateway::admin {

struct admin_services {
  auth::authenticator* authenticator = nullptr;  // accepts the service "torhaus-admin"
  auth::identity::store* identities = nullptr;
  const metrics* counters = nullptr;
  metrics::sources sources;
  // True while the installation can take requests.
  std::function<bool()> ready;
};

// `services` must outlive the handler; sources may be filled in later, before the first request.
std::unique_ptr<http::request_handler> make_admin_handler(const admin_services& services);

}  // namespace torhaus::gateway::admin
