#include "gateway/admin/quota.hpp"

namespace torhaus::gateway::admin {

boost::json::object quota_json(const storage::catalog::usage& used, std::uint64_t quota_bytes,
                               std::uint64_t quota_objects) {
  return {{"objects", used.objects},
          {"bytes", used.bytes},
          {"upload_bytes", used.upload_bytes},
          {"quota_objects", quota_objects},
          {"quota_bytes", quota_bytes}};
}

task<result<admin_answer>> show_project_quota(admin_call& call) {
  const auto project = co_await call.projects().find(call.names[0]);
  if (!project) co_return project.error();
  const auto used = co_await call.services.catalog->usage_of_project(project->id);
  co_return admin_answer{200, quota_json(used, project->quota_bytes, project->quota_objects)};
}

task<result<admin_answer>> show_agency_quota(admin_call& call) {
  const auto agency = co_await call.identities().find_agency(call.names[0]);
  if (!agency) co_return agency.error();
  const auto used = co_await call.services.catalog->usage_of_agency(agency->account);
  co_return admin_answer{200, quota_json(used, agency->quota_bytes, agency->quota_objects)};
}

}  // namespace torhaus::gateway::admin
