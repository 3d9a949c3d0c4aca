// What a role may do, in the words of the manual: a reader reads, a contributor also writes, an
// editor also deletes, a depositor puts what is new, a manager does everything.
#pragma once

#include "tests/model/rules/request.hpp"

namespace torhaus::model {

enum class right : std::uint8_t {
  see,      // the bucket: listings, versioning, lock configuration
  read,     // objects, their tags and locks
  deposit,  // new objects, also in parts
  write,    // also over what is there; tags
  remove,
  manage,  // everything else
};

inline bool may(caller who, right wanted) {
  switch (who) {
    case caller::owner:
    case caller::manager:
      return true;
    case caller::reader:
      return wanted <= right::read;
    case caller::contributor:
      return wanted <= right::write;
    case caller::editor:
      return wanted <= right::remove;
    case caller::depositor:
      return wanted == right::deposit;
    case caller::stranger:
    case caller::anonymous:
      return false;
  }
  return false;
}

}  // namespace torhaus::model
