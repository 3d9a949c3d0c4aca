// What the store knows of itself, in the LMDB database "check" under one key, changed by every
// commit together with the entries: how many entries there are and the sum of their shares, so that
// a walk over all of them finds entries that are lost or are those of an earlier day although each
// has its checksum. The walk of a running store counts what it has passed here as well.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "storage/kv/lmdb_entry.hpp"
#include "storage/kv/lmdb_handle.hpp"

namespace torhaus::storage::kv {

// A place between two entries: all of an area before `key`, and all areas before that.
struct place {
  area where = area::root;
  std::string key;
  bool is_behind(area a, std::string_view physical) const {
    return a < where || (a == where && physical < key);
  }
};

struct tally {
  std::uint64_t entries = 0;
  std::uint64_t sum = 0;  // of share_of_sum(), modulo 2^64
  void add(std::uint32_t checksum) {
    ++entries;
    sum += share_of_sum(checksum);
  }
  void drop(std::uint32_t checksum) {
    --entries;
    sum -= share_of_sum(checksum);
  }
  bool operator==(const tally&) const = default;
};

struct store_state {
  enum class work : std::uint8_t { none = 0, adding_checksums = 1, walking = 2 };
  work doing = work::none;
  std::uint64_t transaction = 0;  // LMDB's number of the commit that wrote this
  std::uint64_t next_node = 1;    // ids of nodes are never used again
  tally all;
  // A damaged entry was replaced or erased, so that its share is not known: the end of the next
  // walk says what the sum is.
  bool unsure = false;
  place reached;  // of the work that is under way
  tally passed;   // the entries behind `reached`, while walking
};

// nullopt when there is none. Throws damaged_record.
std::optional<store_state> load_state(MDB_txn*, MDB_dbi check);
void save_state(MDB_txn*, MDB_dbi check, const store_state&);

}  // namespace torhaus::storage::kv
