// Goes over the pages of one of LMDB's trees in order and looks at all that they say.
#pragma once

#include <optional>
#include <string>

#include "storage/kv/lmdb_entry.hpp"
#include "storage/kv/lmdb_pages.hpp"

namespace torhaus::storage::kv {

class page_walk {
 public:
  enum class content : std::uint8_t { entries, numbers, records };

  // `where` is what checksums of entries are about; for content::entries only.
  page_walk(const page_map& map, content what, area where = area::root)
      : map_(map), what_(what), where_(where) {}

  // So many leaves at most.
  void limit_leaves(std::uint64_t n) { leaves_left_ = n; }
  // Only branches, and so many at most.
  void limit_branches(std::uint64_t n) {
    branches_left_ = n;
    skip_leaves_ = true;
  }
  // All leaves that may hold keys from `from` on. A page that is damaged is a flaw, and what is
  // below it is left out.
  void run(const tree_record&, std::string_view from);

  // Where the next run has to begin; nullopt at the end of the tree.
  const std::optional<std::string>& rest() const { return rest_; }
  const checked_store::stretch& seen() const { return seen_; }
  std::uint64_t free_pages() const { return free_pages_; }

 private:
  using bound = std::optional<std::string_view>;

  bool before(std::string_view a, std::string_view b) const;
  void visit(std::uint64_t number, unsigned level, std::string_view low, bound high);
  void look_at(const page&, std::string_view low, bound high);
  void look_below(const page&, unsigned level, std::string_view low, bound high);
  void look_at_leaf(const page&);
  void look_at_numbers(const page& leaf, unsigned index);
  void report(bool of_structure, std::string what);

  const page_map& map_;
  content what_;
  area where_;
  std::uint64_t leaves_left_ = ~std::uint64_t{0};
  std::uint64_t branches_left_ = ~std::uint64_t{0};
  bool skip_leaves_ = false;
  unsigned height_ = 0;
  std::string from_;
  std::optional<std::string> rest_;
  std::uint64_t free_pages_ = 0;
  checked_store::stretch seen_;
};

}  // namespace torhaus::storage::kv
