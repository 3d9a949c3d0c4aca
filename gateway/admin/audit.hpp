// The admin API's routes of the audit journal. Rows of the table in routes.cpp.
#pragma once

#include "gateway/admin/routes.hpp"

namespace torhaus::gateway::admin {

task<result<admin_answer>> search_audit(admin_call&);
task<result<admin_answer>> verify_audit(admin_call&);

}  // namespace torhaus::gateway::admin
