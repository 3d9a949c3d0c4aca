// Walking over all entries of a range, those that are damaged too.
#pragma once

#include <string_view>

#include "storage/kv/checked_store.hpp"
#include "storage/kv/database.hpp"

namespace torhaus::storage::kv {

// Calls take(key, value) for each entry from `from` on until it returns false, and skipped(fault)
// for each that is damaged. Throws damaged_store where the walk cannot go on.
template <class Take, class Skipped>
void walk(cursor& at, std::string_view from, Take take, Skipped skipped) {
  for (bool first = true;;) {
    std::string_view key;
    std::string_view value;
    try {
      const bool more = first ? (first = false, at.seek(from)) : at.next();
      if (!more) return;
      key = at.key();
      value = at.value();
    } catch (const damaged_store&) {
      throw;
    } catch (const damaged_record& fault) {
      skipped(fault);
      continue;
    }
    if (!take(key, value)) return;
  }
}

}  // namespace torhaus::storage::kv
