#include "storage/kv/lmdb_cursor.hpp"

namespace torhaus::storage::kv {

lmdb_cursor::lmdb_cursor(MDB_txn* txn, const databases& dbs, std::string_view lower,
                         std::string_view upper)
    : txn_(txn), dbs_(dbs), lower_(lower), upper_(upper) {
  levels_.reserve(max_depth + 1);
  levels_.push_back({cursor_handle(txn, dbs.root), {}, 0});
}

// The current entry's key within its node.
std::string_view lmdb_cursor::local_key() const {
  return to_view(key_).substr(levels_.back().node.size());
}

bool lmdb_cursor::in_node() const { return to_view(key_).starts_with(levels_.back().node); }

// From a head to the node below it; the cursor there is not placed yet.
void lmdb_cursor::descend() {
  const std::string_view head = local_key();
  level below{cursor_handle(txn_, dbs_.tails), std::string(to_view(value_)), prefix_.size()};
  prefix_.append(head);
  levels_.push_back(std::move(below));
}

// Places the deepest level at its first entry >= rest. False when the node has none.
bool lmdb_cursor::seek_in_level(std::string_view rest) {
  level& l = levels_.back();
  std::string physical = l.node;
  physical.append(rest.substr(0, piece_bytes));
  key_ = to_val(physical);
  const MDB_cursor_op op = physical.empty() ? MDB_FIRST : MDB_SET_RANGE;
  return l.at.move(op, key_, value_) && in_node();
}

// Moves on by one physical entry, up a level where a node ends. False at the end of everything.
bool lmdb_cursor::step() {
  while (true) {
    if (levels_.back().at.move(MDB_NEXT, key_, value_) && in_node()) return true;
    if (levels_.size() == 1) return false;
    prefix_.resize(levels_.back().prefix_bytes);
    levels_.pop_back();
  }
}

// From the current physical entry to the first whole key at or below it.
bool lmdb_cursor::settle() {
  while (local_key().size() == piece_bytes) {
    descend();
    // A node is never empty; going on by a step keeps a damaged one from ending the walk.
    if (!seek_in_level({}) && !step()) return false;
  }
  return true;
}

bool lmdb_cursor::within() { return upper_.empty() || key() < upper_; }

bool lmdb_cursor::seek(std::string_view wanted) {
  std::string_view rest = wanted < lower_ ? std::string_view(lower_) : wanted;
  levels_.erase(levels_.begin() + 1, levels_.end());
  prefix_.clear();
  while (true) {
    if (!seek_in_level(rest)) {
      if (levels_.size() == 1) return false;
      prefix_.resize(levels_.back().prefix_bytes);
      levels_.pop_back();
      return step() && settle() && within();
    }
    const bool same_head = rest.size() >= piece_bytes && local_key() == rest.substr(0, piece_bytes);
    if (!same_head) return settle() && within();
    descend();
    rest.remove_prefix(piece_bytes);
  }
}

bool lmdb_cursor::next() { return step() && settle() && within(); }

std::string_view lmdb_cursor::key() const {
  if (levels_.size() == 1) return to_view(key_);
  whole_.assign(prefix_).append(local_key());
  return whole_;
}

}  // namespace torhaus::storage::kv
