#include "storage/kv/lmdb_tree.hpp"

#include <array>
#include <cassert>

#include "storage/kv/lmdb_cursor.hpp"

namespace torhaus::storage::kv {
namespace {

std::string id_bytes(std::uint64_t id) {
  std::string out(node_id_bytes, '\0');
  for (std::size_t i = 0; i < node_id_bytes; ++i) {
    out[node_id_bytes - 1 - i] = static_cast<char>(id >> (8 * i) & 0xff);
  }
  return out;
}

std::uint64_t id_of(std::string_view bytes) {
  if (bytes.size() < node_id_bytes) throw lmdb_failure("a head without its node", MDB_CORRUPTED);
  std::uint64_t id = 0;
  for (const char c : bytes.substr(0, node_id_bytes)) id = id << 8 | static_cast<std::uint8_t>(c);
  return id;
}

std::optional<std::string_view> get_raw(MDB_txn* txn, MDB_dbi dbi, std::string_view physical) {
  MDB_val key = to_val(physical);
  MDB_val value{};
  const int code = mdb_get(txn, dbi, &key, &value);
  if (code == MDB_NOTFOUND) return std::nullopt;
  require(code, "get");
  return to_view(value);
}

void put_raw(MDB_txn* txn, MDB_dbi dbi, std::string_view physical, std::string_view value) {
  MDB_val key = to_val(physical);
  MDB_val data = to_val(value);
  require(mdb_put(txn, dbi, &key, &data, 0), "put");
}

bool erase_raw(MDB_txn* txn, MDB_dbi dbi, std::string_view physical) {
  MDB_val key = to_val(physical);
  const int code = mdb_del(txn, dbi, &key, nullptr);
  if (code == MDB_NOTFOUND) return false;
  require(code, "del");
  return true;
}

}  // namespace

std::optional<std::uint64_t> lmdb_transaction::child(std::string_view physical,
                                                     bool in_root) const {
  const auto value = get_raw(txn_, in_root ? dbs_.root : dbs_.tails, physical);
  if (!value) return std::nullopt;
  return id_of(*value);
}

std::optional<std::string_view> lmdb_transaction::get(std::string_view key) const {
  // LMDB has no empty key, and none is ever stored (put refuses it).
  if (key.empty() || key.size() > max_key_bytes) return std::nullopt;
  if (key.size() < piece_bytes) return get_raw(txn_, dbs_.root, key);
  auto node = child(key.substr(0, piece_bytes), true);
  key.remove_prefix(piece_bytes);
  while (node && key.size() >= piece_bytes) {
    node = child(id_bytes(*node).append(key.substr(0, piece_bytes)), false);
    key.remove_prefix(piece_bytes);
  }
  if (!node) return std::nullopt;
  return get_raw(txn_, dbs_.tails, id_bytes(*node).append(key));
}

std::unique_ptr<cursor> lmdb_transaction::scan(std::string_view lower,
                                               std::string_view upper) const {
  return std::make_unique<lmdb_cursor>(txn_, dbs_, lower, upper);
}

std::uint64_t lmdb_transaction::make_node() {
  cursor_handle last(txn_, dbs_.tails);
  MDB_val key{};
  MDB_val value{};
  if (!last.move(MDB_LAST, key, value)) return 1;
  return id_of(to_view(key)) + 1;
}

bool lmdb_transaction::node_is_empty(std::uint64_t node) const {
  const std::string prefix = id_bytes(node);
  cursor_handle at(txn_, dbs_.tails);
  MDB_val key = to_val(prefix);
  MDB_val value{};
  return !at.move(MDB_SET_RANGE, key, value) || !to_view(key).starts_with(prefix);
}

void lmdb_transaction::put(std::string_view key, std::string_view value) {
  if (key.empty() || key.size() > max_key_bytes) throw std::length_error("kv key length");
  if (value.size() > max_value_bytes) throw std::length_error("kv value length");
  dirty_ = true;
  if (key.size() < piece_bytes) {
    put_raw(txn_, dbs_.root, key, value);
    return;
  }
  // Nodes that are missing on the way are made from the last one up: a new node's id is one more
  // than the greatest that has an entry, so its first entry must be there before the next node is
  // numbered.
  std::string physical(key.substr(0, piece_bytes));
  bool in_root = true;
  key.remove_prefix(piece_bytes);
  std::uint64_t fresh = 0;
  while (true) {
    auto node = child(physical, in_root);
    if (!node) {
      node = fresh == 0 ? make_node() : fresh + 1;
      fresh = *node;
      put_raw(txn_, in_root ? dbs_.root : dbs_.tails, physical, id_bytes(*node));
    }
    physical = id_bytes(*node);
    in_root = false;
    if (key.size() < piece_bytes) break;
    physical.append(key.substr(0, piece_bytes));
    key.remove_prefix(piece_bytes);
  }
  put_raw(txn_, dbs_.tails, physical.append(key), value);
}

bool lmdb_transaction::erase(std::string_view key) {
  if (key.empty() || key.size() > max_key_bytes) return false;
  if (key.size() < piece_bytes) {
    const bool there = erase_raw(txn_, dbs_.root, key);
    dirty_ = dirty_ || there;
    return there;
  }
  // The heads on the way down, to be removed on the way up when nothing is left below them.
  std::vector<std::pair<std::string, std::uint64_t>> heads;
  std::string physical(key.substr(0, piece_bytes));
  key.remove_prefix(piece_bytes);
  while (true) {
    const auto node = child(physical, heads.empty());
    if (!node) return false;
    heads.emplace_back(std::move(physical), *node);
    physical = id_bytes(*node);
    if (key.size() < piece_bytes) break;
    physical.append(key.substr(0, piece_bytes));
    key.remove_prefix(piece_bytes);
  }
  if (!erase_raw(txn_, dbs_.tails, physical.append(key))) return false;
  dirty_ = true;
  while (!heads.empty() && node_is_empty(heads.back().second)) {
    erase_raw(txn_, heads.size() == 1 ? dbs_.root : dbs_.tails, heads.back().first);
    heads.pop_back();
  }
  return true;
}

}  // namespace torhaus::storage::kv
