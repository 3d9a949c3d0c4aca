#include "storage/kv/lmdb_upgrade.hpp"

#include <string>
#include <vector>

#include "storage/base/log.hpp"

namespace torhaus::storage::kv {
namespace {

// Of one transaction: what it copies, and for how long it holds its dirty pages.
constexpr std::size_t entries_a_step = 20'000;
constexpr std::size_t bytes_a_step = std::size_t{16} << 20;

using work = store_state::work;

struct entry {
  std::string physical;
  std::string value;
};

bool first_of(MDB_txn* txn, const databases& dbs, area where, MDB_cursor_op op, MDB_val& key,
              MDB_val& value) {
  cursor_handle at(txn, dbs.of(where));
  return at.move(op, key, value);
}

// The state of a store that has none.
store_state first_state(MDB_txn* txn, const databases& dbs) {
  store_state s;
  MDB_val key{};
  MDB_val value{};
  for (const area where : {area::root, area::tails}) {
    if (!first_of(txn, dbs, where, MDB_FIRST, key, value)) continue;
    // A second checksum behind the first would be the end of all values.
    if (is_whole(where, to_view(key), to_view(value))) {
      throw damaged_record("the metadata do not say any more what they hold");
    }
    s.doing = work::adding_checksums;
  }
  if (first_of(txn, dbs, area::tails, MDB_LAST, key, value)) {
    std::uint64_t id = 0;
    for (const char c : to_view(key).substr(0, 8)) id = id << 8 | static_cast<std::uint8_t>(c);
    s.next_node = id + 1;
  }
  return s;
}

// The next entries; moves `reached` behind them. Empty at the end of everything.
std::vector<entry> next_entries(MDB_txn* txn, const databases& dbs, place& reached) {
  std::vector<entry> found;
  cursor_handle at(txn, dbs.of(reached.where));
  MDB_val key = to_val(reached.key);
  MDB_val value{};
  std::size_t bytes = 0;
  bool more = at.move(reached.key.empty() ? MDB_FIRST : MDB_SET_RANGE, key, value);
  for (; more && found.size() < entries_a_step && bytes < bytes_a_step;
       more = at.move(MDB_NEXT, key, value)) {
    found.push_back({std::string(to_view(key)), std::string(to_view(value))});
    bytes += key.mv_size + value.mv_size;
  }
  if (more) {
    reached.key = to_view(key);
  } else {
    reached = {reached.where == area::root ? area::tails : area::check, {}};
  }
  return found;
}

void add_checksums(MDB_txn* txn, const databases& dbs, store_state& s) {
  const area where = s.reached.where;
  for (entry& e : next_entries(txn, dbs, s.reached)) {
    const std::uint32_t sum = entry_checksum(where, e.physical, e.value);
    e.value.resize(e.value.size() + checksum_bytes);
    store_checksum(e.value.data() + e.value.size() - checksum_bytes, sum);
    MDB_val key = to_val(e.physical);
    MDB_val value = to_val(e.value);
    require(mdb_put(txn, dbs.of(where), &key, &value, 0), "put");
    s.all.add(sum);
  }
  if (s.reached.where == area::check) {
    s.doing = work::none;
    s.reached = {};
    log::info("metadata_have_checksums", {{"entries", s.all.entries}});
  }
}

}  // namespace

void prepare_state(MDB_env* env, const databases& dbs,
                   const std::function<void(std::uint64_t)>& upgraded) {
  while (true) {
    txn_handle current(env);
    MDB_txn* const txn = current.get();
    auto s = load_state(txn, dbs.check);
    if (!s) {
      s = first_state(txn, dbs);
      if (s->doing != work::none) log::info("metadata_get_checksums");
    } else if (s->transaction + 1 != mdb_txn_id(txn)) {
      // Every commit writes the state, so this root is of another day than what it leads to.
      throw damaged_record("the root of the metadata is damaged: it is that of commit " +
                           std::to_string(mdb_txn_id(txn) - 1) + ", they are those of commit " +
                           std::to_string(s->transaction));
    } else if (s->doing != work::adding_checksums) {
      return;
    }
    const bool upgrading = s->doing == work::adding_checksums;
    if (upgrading) add_checksums(txn, dbs, *s);
    s->transaction = mdb_txn_id(txn);
    save_state(txn, dbs.check, *s);
    current.commit();
    if (upgrading) upgraded(s->all.entries);
  }
}

}  // namespace torhaus::storage::kv
