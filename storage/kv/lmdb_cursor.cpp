#include "storage/kv/lmdb_cursor.hpp"

namespace torhaus::storage::kv {

lmdb_cursor::lmdb_cursor(const physical_reader& of, std::string_view lower, std::string_view upper)
    : entries_(of), lower_(lower), upper_(upper) {
  levels_.reserve(max_depth + 1);
  levels_.push_back({of.open(area::root), {}, 0});
}

// The current entry's key within its node.
std::string_view lmdb_cursor::local_key() const {
  return at().key().substr(levels_.back().node.size());
}

// What is passed over unread is looked at all the same: a damaged key may be why it stands here.
void lmdb_cursor::end_of_node() const { checked_value(where(), at().key(), at().stored()); }

bool lmdb_cursor::in_node() const { return at().key().starts_with(levels_.back().node); }

// From a head to the node below it; the cursor there is not placed yet.
void lmdb_cursor::descend() {
  const std::string_view head = local_key();
  const std::string_view node = checked_value(where(), at().key(), at().stored());
  level below{entries_.open(area::tails), std::string(node), prefix_.size()};
  prefix_.append(head);
  levels_.push_back(std::move(below));
}

// Places the deepest level at its first entry >= rest. False when the node has none.
bool lmdb_cursor::seek_in_level(std::string_view rest) {
  level& l = levels_.back();
  std::string physical = l.node;
  physical.append(rest.substr(0, piece_bytes));
  const bool there = l.at->seek(physical);
  if (!there || at().key() != physical) {
    sought_ = physical;
    sought_in_ = where();
  }
  if (!there) return false;
  if (in_node()) return true;
  end_of_node();
  return false;
}

// Moves on by one physical entry, up a level where a node ends. False at the end of everything.
bool lmdb_cursor::step() {
  while (true) {
    if (at().next()) {
      if (in_node()) return true;
      end_of_node();
    }
    if (levels_.size() == 1) return false;
    prefix_.resize(levels_.back().prefix_bytes);
    levels_.pop_back();
  }
}

// From the current physical entry to the first whole key at or below it.
bool lmdb_cursor::settle() {
  while (local_key().size() == piece_bytes) {
    descend();
    // A node is never empty.
    if (!at().seek(levels_.back().node) || !in_node())
      throw damaged_record("a long key in the metadata has lost its end");
  }
  return true;
}

bool lmdb_cursor::within() const {
  if (upper_.empty() || raw_key() < upper_) return true;
  end_of_node();
  return false;
}

// What stands before the entry may be the damaged form of one that is looked for.
bool lmdb_cursor::seek(std::string_view wanted) {
  sought_.clear();
  there_ = place(wanted);
  held_ = true;
  if (!sought_.empty()) entries_.check_absence(sought_in_, sought_);
  held_ = false;
  return there_;
}

bool lmdb_cursor::place(std::string_view wanted) {
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

bool lmdb_cursor::next() {
  if (std::exchange(held_, false)) return there_;
  return step() && settle() && within();
}

std::string_view lmdb_cursor::raw_key() const {
  if (levels_.size() == 1) return at().key();
  whole_.assign(prefix_).append(local_key());
  return whole_;
}

std::string_view lmdb_cursor::key() const {
  check();
  return raw_key();
}

std::string_view lmdb_cursor::value() const {
  check();
  const std::string_view stored = at().stored();
  return stored.substr(0, stored.size() - checksum_bytes);
}

// Once for each entry that is looked at.
void lmdb_cursor::check() const {
  if (checked_ == at().stored().data()) return;
  checked_value(where(), at().key(), at().stored());
  checked_ = at().stored().data();
}

}  // namespace torhaus::storage::kv
