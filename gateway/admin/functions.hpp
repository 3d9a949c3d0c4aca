// The functions of all routes, by entity. routes.cpp says which is called how.
#pragma once

#include "gateway/admin/routes.hpp"

namespace torhaus::gateway::admin {

using function_result = task<result<admin_answer>>;

// agencies.cpp
function_result list_agencies(admin_call&);
function_result create_agency(admin_call&);
function_result show_agency(admin_call&);
function_result update_agency(admin_call&);
function_result delete_agency(admin_call&);
// users.cpp
function_result list_users(admin_call&);
function_result create_user(admin_call&);
function_result show_user(admin_call&);
function_result update_user(admin_call&);
function_result delete_user(admin_call&);
function_result list_memberships(admin_call&);
// keys.cpp
function_result list_keys(admin_call&);
function_result create_key(admin_call&);
function_result update_key(admin_call&);
function_result delete_key(admin_call&);
function_result rotate_key(admin_call&);
// projects.cpp
function_result list_projects(admin_call&);
function_result create_project(admin_call&);
function_result show_project(admin_call&);
function_result update_project(admin_call&);
function_result delete_project(admin_call&);
// members.cpp
function_result list_members(admin_call&);
function_result add_member(admin_call&);
function_result show_member(admin_call&);
function_result update_member(admin_call&);
function_result end_member(admin_call&);
// imports.cpp
function_result import_users(admin_call&);
function_result import_members(admin_call&);
// explain.cpp
function_result explain(admin_call&);
// openapi.cpp
function_result show_openapi(admin_call&);
// scrub.cpp
function_result show_scrub(admin_call&);
function_result begin_scrub(admin_call&);

}  // namespace torhaus::gateway::admin
