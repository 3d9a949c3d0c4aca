// The checksummed entries of one writing transaction: everything that changes or counts entries
// goes through here. LMDB finds its way by itself in a transaction that writes, so the way is
// looked at beforehand, as the last commit left it; what the transaction changes lies in memory.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "storage/kv/lmdb_handle.hpp"
#include "storage/kv/lmdb_reader.hpp"
#include "storage/kv/lmdb_state.hpp"

namespace torhaus::storage::kv {

struct databases {
  MDB_dbi main = 0;
  MDB_dbi root = 0;
  MDB_dbi tails = 0;
  MDB_dbi check = 0;
  MDB_dbi of(area a) const { return a == area::root ? root : a == area::tails ? tails : check; }
};

// Keys whose way has been looked at in this transaction. What the last commit left does not change
// meanwhile, and the counters of a bucket are gone to by every write of a batch.
class known_ways {
 public:
  // A key that was added may have been forgotten again.
  bool has(area, std::string_view physical) const;
  void add(area, std::string_view physical);

 private:
  static constexpr std::size_t places = 64;
  static std::size_t index_of(area, std::string_view physical);
  struct place {
    area where = area::root;
    std::string physical;  // empty: nothing yet
  };
  std::array<place, places> places_;
};

class entries final : public physical_reader {
 public:
  entries(MDB_txn* txn, const databases& dbs, const page_map& map)
      : txn_(txn), dbs_(dbs), before_(map, txn, dbs.main) {}

  std::optional<std::string_view> get(area, std::string_view physical) const override;
  std::unique_ptr<physical_cursor> open(area) const override;
  void check_absence(area a, std::string_view physical) const override {
    if (known_.has(a, physical)) return;
    before_.check_absence(a, physical);
    known_.add(a, physical);
  }

  void put(area, std::string_view physical, std::string_view value);
  // True when the entry was there.
  bool erase(area, std::string_view physical);
  std::uint64_t new_node() { return state().next_node++; }

  store_state& state();
  // Writes the state down with what was changed. Before every commit.
  void finish();

 private:
  void count_out(area, std::string_view physical, std::string_view stored);
  void count_in(area, std::string_view physical, std::uint32_t checksum);

  MDB_txn* txn_;
  databases dbs_;
  page_reader before_;  // as of the last commit
  mutable known_ways known_;
  std::optional<store_state> state_;
};

}  // namespace torhaus::storage::kv
