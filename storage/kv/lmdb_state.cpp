#include "storage/kv/lmdb_state.hpp"

namespace torhaus::storage::kv {
namespace {

// State, version 1: doing, transaction, next node, entries, sum, unsure, reached (area, key),
// passed (entries, sum); then the checksum as of every entry.
constexpr std::uint8_t state_version = 1;
constexpr std::string_view state_key = "state";

}  // namespace

std::optional<store_state> load_state(MDB_txn* txn, MDB_dbi check) {
  MDB_val key = to_val(state_key);
  MDB_val stored{};
  const int code = mdb_get(txn, check, &key, &stored);
  if (code == MDB_NOTFOUND) return std::nullopt;
  require(code, "get");
  decoder in(checked_value(area::check, state_key, to_view(stored)), state_version);
  store_state s;
  s.doing = static_cast<store_state::work>(in.u8());
  s.transaction = in.u64();
  s.next_node = in.u64();
  s.all.entries = in.u64();
  s.all.sum = in.u64();
  s.unsure = in.flag();
  s.reached.where = static_cast<area>(in.u8());
  s.reached.key = in.string();
  s.passed.entries = in.u64();
  s.passed.sum = in.u64();
  return s;
}

void save_state(MDB_txn* txn, MDB_dbi check, const store_state& s) {
  encoder out(state_version);
  out.u8(static_cast<std::uint8_t>(s.doing)).u64(s.transaction).u64(s.next_node);
  out.u64(s.all.entries).u64(s.all.sum).flag(s.unsure);
  out.u8(static_cast<std::uint8_t>(s.reached.where)).string(s.reached.key);
  out.u64(s.passed.entries).u64(s.passed.sum);
  std::string bytes = std::move(out).take();
  const std::uint32_t sum = entry_checksum(area::check, state_key, bytes);
  bytes.resize(bytes.size() + checksum_bytes);
  store_checksum(bytes.data() + bytes.size() - checksum_bytes, sum);
  MDB_val key = to_val(state_key);
  MDB_val value = to_val(bytes);
  require(mdb_put(txn, check, &key, &value, 0), "put");
}

}  // namespace torhaus::storage::kv
