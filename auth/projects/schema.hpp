// The tables of projects in kv, all under 'J', and the layout of their records
// (storage/base/codec.hpp).
//
//   'J' 'p' project id                              → project
//   'J' 'o' agency id 0x00 project id               → nothing (the projects an agency owns)
//   'J' 'm' project id 0x00 agency id 0x00 user     → member
//   'J' 'u' agency id 0x00 user 0x00 project id     → nothing (the projects of a user)
#pragma once

#include <string>
#include <string_view>

#include "auth/projects/project.hpp"

namespace torhaus::auth::projects {

std::string project_key(std::string_view id);
std::string owned_key(std::string_view agency, std::string_view id);
std::string member_key(std::string_view project, std::string_view agency, std::string_view user);
// All members of a project begin with this.
std::string members_of(std::string_view project);
std::string membership_key(std::string_view agency, std::string_view user,
                           std::string_view project);

std::string encode(const project&);
std::string encode(const member&);
// Throw damaged_record.
project decode_project(std::string_view);
member decode_member(std::string_view);

}  // namespace torhaus::auth::projects
