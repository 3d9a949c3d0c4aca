// Looks whether the file is still what LMDB wrote: at the start a few pages near the roots, in the
// scrub all of it, a stretch at a time.
#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "storage/base/result.hpp"
#include "storage/kv/lmdb_environment.hpp"

namespace torhaus::storage::kv {

// The root pages and the first pages below them, before LMDB follows them. Throws damaged_store.
void check_roots(MDB_env*, const std::filesystem::path& file);

// Runs a function in the store's next writing transaction.
using write_call = std::function<result<void>(const std::function<bool(transaction&)>&)>;

// database::check() over LMDB. The walk reads pages in a snapshot of its own for each stretch; what
// it has passed is counted in a writing transaction, which counts along whatever changes behind the
// place that was reached (lmdb_state.hpp).
bool check_stretch(environment&, const write_call&, std::string& position,
                   checked_store::stretch& seen);

}  // namespace torhaus::storage::kv
