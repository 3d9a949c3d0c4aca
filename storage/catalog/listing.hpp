// What all listings share: which common prefix a key rolls up into, where a listing begins after a
// marker, and the walk over rows that are all shown (versions, uploads).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "storage/catalog/schema.hpp"
#include "storage/kv/database.hpp"

namespace torhaus::storage::catalog {

inline constexpr std::size_t max_page_entries = 1000;

// The rows of one listing: a table, a bucket, a prefix and a delimiter (empty: none).
class listing_range {
 public:
  listing_range(char table, std::uint64_t bucket, std::string_view prefix,
                std::string_view delimiter);

  const std::string& from() const { return from_; }
  const std::string& behind() const { return behind_; }
  std::string_view prefix() const { return prefix_; }

  // The prefix and what follows up to the first delimiter, for a key that begins with the prefix.
  // Empty: the key stands for itself. All keys that begin with a common prefix roll up into it.
  std::string_view common_prefix(std::string_view key) const;
  // The first stored key behind everything that rolls up into `common`.
  std::string behind_common(std::string_view common) const;

  // Where a listing begins that shows what sorts after the marker `after`: behind all rows of that
  // key, or, when it lies in a common prefix, behind that one: it sorts before what it contains, so
  // it is not shown again.
  std::string after_marker(std::string_view after) const;
  // Behind all rows of that key; a common prefix that holds later keys is shown.
  std::string after_key(std::string_view key) const;

 private:
  char table_;
  std::uint64_t bucket_;
  std::string prefix_;
  std::string delimiter_;
  std::string from_;
  std::string behind_;
};

// Walks the rows from `begin` and shows at most `max` things: `row(key, tail, value)` for a row
// that stands for itself, `common(prefix)` once for all that roll up. True when there would be one
// more.
template <class Row, class Common>
bool walk_rows(const kv::snapshot& s, const listing_range& range, const std::string& begin,
               std::size_t tail_bytes, std::size_t max, Row&& row, Common&& common) {
  const auto cursor = s.scan(range.from(), range.behind());
  std::size_t shown = 0;
  bool more = cursor->seek(std::max(begin, range.from()));
  while (more) {
    if (shown == max) return true;
    const schema::row_name name = schema::split_row(cursor->key(), tail_bytes);
    const std::string_view rolled = range.common_prefix(name.key);
    ++shown;
    if (!rolled.empty()) {
      common(rolled);
      more = cursor->seek(range.behind_common(rolled));
      continue;
    }
    row(name.key, name.tail, cursor->key(), cursor->value());
    more = cursor->next();
  }
  return false;
}

}  // namespace torhaus::storage::catalog
