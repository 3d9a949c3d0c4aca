// How far the scrub has come, kept in kv so that a restart goes on where the last run was.
#pragma once

#include <string>
#include <vector>

#include "storage/base/clock.hpp"
#include "storage/catalog/inspection.hpp"

namespace torhaus::storage::catalog {

struct scrub_place {
  enum class phase : std::uint8_t { waiting, records, bytes, stored, metadata };
  phase at = phase::waiting;
  std::string position;   // of check_store or check_bytes
  sys_micros started{};   // the pass under way, or the last one
  sys_micros finished{};  // the last whole pass; the first start of the store when there was none
  std::uint64_t passes = 0;       // whole ones
  inspection_totals totals;       // of the pass under way, or the last one
  std::vector<finding> findings;  // of the same, at most most_kept
  static constexpr std::size_t most_kept = 200;
};

std::string_view name_of(scrub_place::phase);

// nullopt when there was never one. A place that cannot be read counts as none: the pass begins
// anew.
std::optional<scrub_place> load_scrub_place(kv::database&);
// False when it could not be stored.
bool save_scrub_place(kv::database&, const scrub_place&);

}  // namespace torhaus::storage::catalog
