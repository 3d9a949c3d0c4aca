// LMDB behind kv::database. The only user of lmdb.h is lmdb*.cpp.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>

#include "storage/kv/database.hpp"

namespace torhaus::storage::kv {

struct lmdb_options {
  std::filesystem::path directory;  // made with mode 0700 when absent (data directory's meta/)
  // Address space for the memory map; the file grows only as far as it is used.
  std::uint64_t map_bytes = std::uint64_t{1} << 40;
  unsigned max_readers = 1022;
  // Write functions that share one transaction at most (bounds memory and the time of one commit).
  unsigned max_batch = 512;
  // Called after each transaction that gives checksums to the entries of a store that has none,
  // with the number of those that have one now.
  std::function<void(std::uint64_t entries)> upgraded = [](std::uint64_t) {};
  // Asked before each commit. False: bytes beside the store were lost (a sync failed), so that the
  // disk is not to be trusted with records either; nothing more is committed until a restart.
  std::function<bool()> disk_is_sound = [] { return true; };
};

// Opens or makes the store and starts its committer thread. Throws std::runtime_error with a text
// for the operator when the file is damaged, truncated, foreign or locked by another process.
std::unique_ptr<database> open_lmdb(const lmdb_options&);

}  // namespace torhaus::storage::kv
