// Whether an answer is the one that the rules want, and both as text.
#pragma once

#include "tests/model/rules/request.hpp"

namespace torhaus::model {

bool same(const answer& wanted, const answer& seen);
std::string shown(const std::string&);
std::string shown(const answer&);

}  // namespace torhaus::model
