// The admin API's routes of the key store: kms-keys. Rows of the table in routes.cpp.
#pragma once

#include "gateway/admin/routes.hpp"

namespace torhaus::gateway::admin {

task<result<admin_answer>> list_kms_keys(admin_call&);
task<result<admin_answer>> create_kms_key(admin_call&);
task<result<admin_answer>> show_kms_key(admin_call&);
task<result<admin_answer>> update_kms_key(admin_call&);
task<result<admin_answer>> rotate_kms_key(admin_call&);

}  // namespace torhaus::gateway::admin
