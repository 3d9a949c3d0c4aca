// Stores that were written before entries had checksums.
#pragma once

#include <cstdint>
#include <functional>

#include "storage/kv/lmdb_entries.hpp"

namespace torhaus::storage::kv {

// Makes the state of a new store; gives the entries of an older one their checksums, in bounded
// transactions, going on where the last run was cut off; compares that of any other with the last
// commit. `upgraded` hears after each transaction how many entries are done. Throws damaged_record
// when the state is not there or not that of the last commit, lmdb_failure when there is no room.
void prepare_state(MDB_env*, const databases&, const std::function<void(std::uint64_t)>& upgraded);

}  // namespace torhaus::storage::kv
