#include "storage/kv/lmdb_tree.hpp"

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

// The id below a head.
std::optional<std::string> child(const physical_reader& of, area where, std::string_view physical) {
  const auto value = of.get(where, physical);
  if (!value) return std::nullopt;
  if (value->size() != node_id_bytes) throw damaged_record("a long key's head has no node");
  return std::string(*value);
}

std::optional<std::string_view> get_whole(const physical_reader& of, std::string_view key) {
  // LMDB has no empty key, and none is ever stored (put refuses it).
  if (key.empty() || key.size() > max_key_bytes) return std::nullopt;
  if (key.size() < piece_bytes) return of.get(area::root, key);
  auto node = child(of, area::root, key.substr(0, piece_bytes));
  key.remove_prefix(piece_bytes);
  while (node && key.size() >= piece_bytes) {
    node = child(of, area::tails, node->append(key.substr(0, piece_bytes)));
    key.remove_prefix(piece_bytes);
  }
  if (!node) return std::nullopt;
  return of.get(area::tails, node->append(key));
}

}  // namespace

std::optional<std::string_view> lmdb_snapshot::get(std::string_view key) const {
  return get_whole(entries_, key);
}

std::unique_ptr<cursor> lmdb_snapshot::scan(std::string_view lower, std::string_view upper) const {
  return std::make_unique<lmdb_cursor>(entries_, lower, upper);
}

bool lmdb_snapshot::first(std::string_view prefix, const visitor& with) const {
  // What is in pieces a cursor puts together.
  if (prefix.empty() || prefix.size() >= piece_bytes) return snapshot::first(prefix, with);
  const auto found = entries_.first(area::root, prefix);
  if (!found || !found->key.starts_with(prefix)) return false;
  if (found->key.size() == piece_bytes) return snapshot::first(prefix, with);
  with(found->key, found->value);
  return true;
}

std::optional<std::string_view> lmdb_transaction::get(std::string_view key) const {
  return get_whole(entries_, key);
}

std::unique_ptr<cursor> lmdb_transaction::scan(std::string_view lower,
                                               std::string_view upper) const {
  return std::make_unique<lmdb_cursor>(entries_, lower, upper);
}

bool lmdb_transaction::node_is_empty(const std::string& node) const {
  const auto at = entries_.open(area::tails);
  return !at->seek(node) || !at->key().starts_with(node);
}

void lmdb_transaction::put(std::string_view key, std::string_view value) {
  if (key.empty() || key.size() > max_key_bytes) throw std::length_error("kv key length");
  if (value.size() > max_value_bytes) throw std::length_error("kv value length");
  dirty_ = true;
  if (key.size() < piece_bytes) {
    entries_.put(area::root, key, value);
    return;
  }
  std::string physical(key.substr(0, piece_bytes));
  area where = area::root;
  key.remove_prefix(piece_bytes);
  while (true) {
    auto node = child(entries_, where, physical);
    if (!node) {
      node = id_bytes(entries_.new_node());
      entries_.put(where, physical, *node);
    }
    physical = std::move(*node);
    where = area::tails;
    if (key.size() < piece_bytes) break;
    physical.append(key.substr(0, piece_bytes));
    key.remove_prefix(piece_bytes);
  }
  entries_.put(area::tails, physical.append(key), value);
}

bool lmdb_transaction::erase(std::string_view key) {
  if (key.empty() || key.size() > max_key_bytes) return false;
  if (key.size() < piece_bytes) {
    const bool there = entries_.erase(area::root, key);
    dirty_ = dirty_ || there;
    return there;
  }
  // The heads on the way down, to be removed on the way up when nothing is left below them.
  struct head {
    std::string physical;
    std::string node;
  };
  std::vector<head> heads;
  std::string physical(key.substr(0, piece_bytes));
  key.remove_prefix(piece_bytes);
  while (true) {
    auto node = child(entries_, heads.empty() ? area::root : area::tails, physical);
    if (!node) return false;
    heads.push_back({std::move(physical), *node});
    physical = std::move(*node);
    if (key.size() < piece_bytes) break;
    physical.append(key.substr(0, piece_bytes));
    key.remove_prefix(piece_bytes);
  }
  if (!entries_.erase(area::tails, physical.append(key))) return false;
  dirty_ = true;
  while (!heads.empty() && node_is_empty(heads.back().node)) {
    entries_.erase(heads.size() == 1 ? area::root : area::tails, heads.back().physical);
    heads.pop_back();
  }
  return true;
}

}  // namespace torhaus::storage::kv
