// The admin API's routes that show what projects and agencies use. Rows of the table in routes.cpp;
// limits are changed with their project or agency.
#pragma once

#include "gateway/admin/routes.hpp"

namespace torhaus::gateway::admin {

task<result<admin_answer>> show_project_quota(admin_call&);
task<result<admin_answer>> show_agency_quota(admin_call&);

boost::json::object quota_json(const storage::catalog::usage&, std::uint64_t quota_bytes,
                               std::uint64_t quota_objects);

}  // namespace torhaus::gateway::admin
