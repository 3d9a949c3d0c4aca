// What tests do to agencies, users and keys (auth/identity/store.hpp, the change_… calls).
#pragma once

#include "auth/identity/store.hpp"

namespace torhaus::test {

// Agencies, users and keys have a state.
inline constexpr auto disable = [](auto& record) {
  record.enabled = false;
  return result<void>();
};
inline constexpr auto enable = [](auto& record) {
  record.enabled = true;
  return result<void>();
};
inline constexpr auto opens_no_projects = [](auth::identity::user& u) {
  u.may_open_projects = false;
  return result<void>();
};
// The whole record, as the test has made it.
template <class Record>
auto becomes(Record wanted) {
  return [wanted](Record& record) {
    record = wanted;
    return result<void>();
  };
}

}  // namespace torhaus::test
