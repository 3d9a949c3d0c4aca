#include "storage/kv/lmdb_reader.hpp"

#include <string>

namespace torhaus::storage::kv {
namespace {

constexpr std::array<std::string_view, 3> tree_names = {"root", "tails", "check"};

// The first index from `from` on whose key is >= key.
unsigned lower_bound(const page& p, unsigned from, std::string_view key) {
  unsigned low = from;
  unsigned high = p.count();
  while (low < high) {
    const unsigned middle = low + (high - low) / 2;
    if (p.key(middle) < key) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

class path_cursor final : public physical_cursor {
 public:
  path_cursor(const page_map& map, const tree_record& tree) : path_(map, tree) {}

  bool seek(std::string_view physical) override { return settle(path_.seek(physical)); }
  bool next() override { return settle(path_.next()); }
  std::string_view key() const override { return key_; }
  std::string_view stored() const override { return stored_; }

 private:
  bool settle(bool there) {
    if (!there) return false;
    key_ = path_.key();
    stored_ = path_.stored();
    return true;
  }

  page_path path_;
  std::string_view key_;
  std::string_view stored_;
};

// Of what stands on both sides of a place.
void check_neighbours(page_path& path, bool behind, area where) {
  if (behind) checked_value(where, path.key(), path.stored());
  if (path.previous()) checked_value(where, path.key(), path.stored());
}

}  // namespace

void page_path::enter(std::uint64_t number) {
  const bool leaf = levels_.size() + 1 == tree_.height;
  levels_.push_back({map_->open(number, leaf ? page::kind::leaf : page::kind::branch), 0});
}

// Down to the first leaf below a page.
void page_path::descend(std::uint64_t from) {
  enter(from);
  while (!levels_.back().at.is_leaf()) enter(levels_.back().at.child(0));
  check_leaf();
}

std::string_view page_path::lowest() const {
  for (std::size_t i = levels_.size() - 1; i-- > 0;) {
    if (levels_[i].index > 0) return levels_[i].at.key(levels_[i].index);
  }
  return {};
}

std::optional<std::string_view> page_path::highest() const {
  for (std::size_t i = levels_.size() - 1; i-- > 0;) {
    if (levels_[i].index + 1 < levels_[i].at.count()) {
      return levels_[i].at.key(levels_[i].index + 1);
    }
  }
  return std::nullopt;
}

void page_path::check_leaf() const {
  const page& leaf = levels_.back().at;
  const auto end = highest();
  if (leaf.key(0) < lowest() || (end && leaf.key(leaf.count() - 1) >= *end)) {
    leaf.damaged("its keys belong elsewhere");
  }
}

bool page_path::seek(std::string_view key) {
  levels_.clear();
  if (tree_.height == 0) return false;
  std::uint64_t number = tree_.root;
  while (levels_.size() < tree_.height) {
    enter(number);
    level& l = levels_.back();
    if (l.at.is_leaf()) break;
    // The first key of a branch stands for everything that is lower.
    const unsigned above = lower_bound(l.at, 1, key);
    l.index = above < l.at.count() && l.at.key(above) == key ? above : above - 1;
    number = l.at.child(l.index);
  }
  check_leaf();
  level& l = levels_.back();
  l.index = lower_bound(l.at, 0, key);
  return l.index < l.at.count() || to_next_leaf();
}

bool page_path::next() {
  if (levels_.empty()) return false;
  level& l = levels_.back();
  if (l.index < l.at.count() && ++l.index < l.at.count()) {
    if (l.at.key(l.index - 1) >= l.at.key(l.index)) l.at.damaged("its keys are out of order");
    return true;
  }
  return to_next_leaf();
}

bool page_path::previous() {
  if (levels_.empty()) return false;
  level& l = levels_.back();
  if (l.index > 0) {
    --l.index;
    return true;
  }
  return to_previous_leaf();
}

bool page_path::to_next_leaf() {
  // A page ends here when its nodes are all there, and not because it tells of too few.
  std::size_t up = levels_.size() - 1;
  levels_[up].at.check_filled();
  while (up > 0 && levels_[up - 1].index + 1 >= levels_[up - 1].at.count()) {
    levels_[--up].at.check_filled();
  }
  if (up == 0) return false;
  const unsigned index = levels_[up - 1].index + 1;
  const std::uint64_t number = levels_[up - 1].at.child(index);
  levels_.resize(up);
  levels_.back().index = index;
  descend(number);
  return true;
}

bool page_path::to_previous_leaf() {
  std::size_t up = levels_.size() - 1;
  while (up > 0 && levels_[up - 1].index == 0) --up;
  if (up == 0) return false;
  levels_.resize(up);
  --levels_.back().index;
  while (levels_.size() < tree_.height) {
    enter(levels_.back().at.child(levels_.back().index));
    levels_.back().at.check_filled();
    levels_.back().index = levels_.back().at.count() - 1;
  }
  check_leaf();
  return true;
}

const tree_record& page_reader::tree(area where) const {
  auto& known = trees_[static_cast<std::size_t>(where)];
  if (!known) {
    MDB_val key = to_val(tree_names[static_cast<std::size_t>(where)]);
    MDB_val record{};
    require(mdb_get(txn_, main_, &key, &record), "get");
    known = tree_record::of(to_view(record));
  }
  return *known;
}

std::optional<std::string_view> page_reader::get(area where, std::string_view physical) const {
  page_path path(*map_, tree(where));
  const bool there = path.seek(physical);
  if (there && path.key() == physical) return checked_value(where, physical, path.stored());
  check_neighbours(path, there, where);
  return std::nullopt;
}

std::optional<page_reader::entry> page_reader::first(area where, std::string_view physical) const {
  page_path path(*map_, tree(where));
  if (!path.seek(physical)) {
    check_neighbours(path, false, where);
    return std::nullopt;
  }
  const entry found{path.key(), checked_value(where, path.key(), path.stored())};
  if (found.key != physical) check_neighbours(path, false, where);
  return found;
}

std::unique_ptr<physical_cursor> page_reader::open(area where) const {
  return std::make_unique<path_cursor>(*map_, tree(where));
}

void page_reader::check_absence(area where, std::string_view physical) const {
  page_path path(*map_, tree(where));
  const bool there = path.seek(physical);
  if (!there || path.key() != physical) check_neighbours(path, there, where);
}

void page_reader::check_way(area where, std::string_view physical) const {
  page_path path(*map_, tree(where));
  path.seek(physical);
  path.previous();
}

void page_reader::check_end(area where) const {
  static const std::string behind_every_key(piece_bytes + 1, '\xff');
  page_path(*map_, tree(where)).seek(behind_every_key);
}

}  // namespace torhaus::storage::kv
