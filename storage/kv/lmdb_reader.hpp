// Reads the entries of a snapshot from LMDB's pages, each page on the way checked: its number, its
// kind, that its nodes lie within it and its keys within the bounds that the pages above it set.
#pragma once

#include <array>
#include <boost/container/static_vector.hpp>

#include "storage/kv/lmdb_pages.hpp"
#include "storage/kv/lmdb_physical.hpp"

namespace torhaus::storage::kv {

// The way from a tree's root to one of its entries.
class page_path {
 public:
  page_path(const page_map& map, const tree_record& tree) : map_(&map), tree_(tree) {}

  // To the first entry >= key; false when there is none. Throws damaged_store.
  bool seek(std::string_view key);
  bool next();
  // Only at an entry or behind the last one; false (and nowhere) when there is none before.
  bool previous();
  std::string_view key() const { return levels_.back().at.key(levels_.back().index); }
  std::string_view stored() const { return map_->value(levels_.back().at, levels_.back().index); }

 private:
  struct level {
    page at;
    unsigned index = 0;  // of a leaf also count(): behind its last entry
  };

  void descend(std::uint64_t from);
  void enter(std::uint64_t number);
  void check_leaf() const;
  // To the leaf beside; false when there is none.
  bool to_next_leaf();
  bool to_previous_leaf();
  // The keys that the pages above allow, from `lowest` (empty: no bound) to below `highest`.
  std::string_view lowest() const;
  std::optional<std::string_view> highest() const;

  const page_map* map_;
  tree_record tree_;
  // No memory of its own: every look-up makes one of these.
  boost::container::static_vector<level, max_height> levels_;
};

// The entries of the last commit that the transaction sees: in a writing one without its own
// changes.
class page_reader final : public physical_reader {
 public:
  page_reader(const page_map& map, MDB_txn* txn, MDB_dbi main)
      : map_(&map), txn_(txn), main_(main) {}

  std::optional<std::string_view> get(area, std::string_view physical) const override;
  std::unique_ptr<physical_cursor> open(area) const override;
  void check_absence(area, std::string_view physical) const override;
  struct entry {
    std::string_view key;
    std::string_view value;
  };
  // The first entry >= physical. Throws as get does, also where it is another than `physical`.
  std::optional<entry> first(area, std::string_view physical) const;
  // Throws damaged_store when a page on the way to the key is not sound, or the leaf before it does
  // not have all its entries.
  void check_way(area, std::string_view physical) const;
  // The same of the way to the end of everything.
  void check_end(area) const;
  const tree_record& tree(area) const;

 private:
  const page_map* map_;
  MDB_txn* txn_;
  MDB_dbi main_;
  mutable std::array<std::optional<tree_record>, 3> trees_;
};

}  // namespace torhaus::storage::kv
