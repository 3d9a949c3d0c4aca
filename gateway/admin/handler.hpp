// The admin listener: health, metrics and the JSON admin API under /-/admin/v1 (README.md lists the
// routes). Calls are signed with SigV4 for the service "torhaus-admin"; who may make which stands
// in the table of routes.
#pragma once

#include <functional>
#include <memory>

#include "auth/authenticator.hpp"
#include "auth/authorizer.hpp"
#include "auth/keys/key_provider.hpp"
#include "auth/projects/store.hpp"
#include "gateway/admin/metrics.hpp"
#include "gateway/http/message.hpp"
#include "gateway/s3/settings/settings_cache.hpp"
#include "storage/catalog/catalog.hpp"
#include "storage/catalog/scrub_place.hpp"

namespace torhaus::gateway::audit {
class archive;
class trail;
}  // namespace torhaus::gateway::audit

namespace torhaus::gateway::admin {

// What calls are signed for. The region is part of the API, not of the configuration: a client need
// not know where the installation says it is.
inline constexpr std::string_view signing_service = "torhaus-admin";
inline constexpr std::string_view signing_region = "us-east-1";

struct admin_services {
  auth::authenticator* authenticator = nullptr;  // accepts the service "torhaus-admin"
  auth::identity::store* identities = nullptr;
  auth::projects::store* projects = nullptr;
  auth::keys::key_provider* keys = nullptr;
  storage::catalog::catalog* catalog = nullptr;
  s3::settings_cache* settings = nullptr;
  const auth::authorizer* authorizer = nullptr;
  clock_source* clock = &system_clock_source();
  const metrics* counters = nullptr;
  metrics::sources sources;
  audit::trail* trail = nullptr;      // may be null: nothing is written down
  audit::archive* archive = nullptr;  // may be null: there is nothing to search
  std::function<storage::catalog::scrub_place()> scrub_state;  // may be empty, as the next
  std::function<void()> begin_scrub;
  // True while the installation can take requests.
  std::function<bool()> ready;
};

// `services` must outlive the handler; sources may be filled in later, before the first request.
std::unique_ptr<http::request_handler> make_admin_handler(const admin_services& services);

}  // namespace torhaus::gateway::admin
