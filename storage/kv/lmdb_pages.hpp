// LMDB's pages as they lie in the file (data version 1, 64-bit), read with every number that they
// hold checked. LMDB follows its pages without looking: what a disk has changed may lead it past
// the end of the map, or past entries that are there. Readers go this way instead.
//
// Page: number (8), pad (2), flags (2), lower (2), upper (2), then two bytes for each node: where
// it is. A run of pages for one large value has its length (4) in the place of lower and upper.
// Node: size or child (4), flags or more of child (2), size of key (2), key, value or its run.
#pragma once

#include <cstdint>
#include <cstring>
#include <filesystem>
#include <optional>
#include <string_view>

#include "storage/kv/lmdb_handle.hpp"

namespace torhaus::storage::kv {

inline constexpr std::uint64_t no_page = ~std::uint64_t{0};
// LMDB's own limit on the height of a tree.
inline constexpr unsigned max_height = 32;

// One of LMDB's trees, as its record says.
struct tree_record {
  static constexpr std::size_t bytes = 48;
  std::uint16_t height = 0;  // 0: it is empty
  std::uint64_t pages = 0;   // of all kinds
  std::uint64_t entries = 0;
  std::uint64_t root = no_page;
  // Throws damaged_store.
  static tree_record of(std::string_view record);
};

struct meta_record {
  tree_record free;  // pages that may be used again
  tree_record main;  // the records of the named trees
  std::uint64_t last_page = 0;
  std::uint64_t transaction = 0;
};

// The size of pages that both root pages of the file tell, which LMDB divides by before it looks at
// it. Throws damaged_store when they differ or it is none; does nothing when the file has not both
// or is not LMDB's, which LMDB sees itself.
void check_size_of_pages(const std::filesystem::path& file);

// A branch or leaf page whose header is sound.
class page {
 public:
  enum class kind : std::uint8_t { branch, leaf };

  std::uint64_t number() const { return number_; }
  bool is_leaf() const { return kind_ == kind::leaf; }
  unsigned count() const { return count_; }
  // Throws damaged_store when the node does not lie within the page.
  std::string_view key(unsigned index) const {
    const std::size_t at = node(index);
    const std::size_t size = u16(at + 6);
    if (at + node_header_bytes + size > page_bytes_) damaged("a key runs over its end");
    return {bytes_ + at + node_header_bytes, size};
  }
  std::uint64_t child(unsigned index) const;
  // Whether its nodes fill what it says that they do: LMDB leaves no gap between them. Throws
  // damaged_store where it tells of fewer or more than it has.
  void check_filled() const;

  [[noreturn]] void damaged(const char* why) const;

 private:
  friend class page_map;
  static constexpr std::size_t header_bytes = 16;
  static constexpr std::size_t node_header_bytes = 8;

  std::uint16_t u16(std::size_t at) const {
    std::uint16_t n = 0;
    std::memcpy(&n, bytes_ + at, sizeof n);
    return n;
  }
  std::size_t node(unsigned index) const {
    if (index >= count_) damaged("a node that is not there");
    const std::size_t at = u16(header_bytes + 2 * std::size_t{index});
    if (at < upper_ || at + node_header_bytes > page_bytes_ || at % 2 != 0) {
      damaged("a node lies outside of it");
    }
    return at;
  }

  const char* bytes_ = nullptr;
  std::size_t page_bytes_ = 0;
  std::uint64_t number_ = 0;
  kind kind_ = kind::leaf;
  unsigned count_ = 0;
  std::size_t upper_ = 0;
};

// The mapped file.
class page_map {
 public:
  page_map() = default;
  // A mapping of somebody's own, of the whole file.
  page_map(int file, const char* base, std::size_t page_bytes)
      : base_(base), page_bytes_(page_bytes), file_(file) {}

  // Finds LMDB's map. `txn` is open; `main` is the unnamed database. Throws damaged_store when the
  // root pages are not sound: their form, their places, their numbers, which differ by one.
  void attach(MDB_env*, MDB_txn*, MDB_dbi main);

  std::size_t page_bytes() const { return page_bytes_; }
  // What the younger root page says. Throws damaged_store.
  meta_record meta() const;
  // What the root page of this commit says; nullopt when a later one has taken its place.
  std::optional<meta_record> meta(std::uint64_t transaction) const;
  // Throws damaged_store when it is not what its place says.
  page open(std::uint64_t number, page::kind) const;
  // A leaf's value, also one that lies on pages of its own.
  std::string_view value(const page& leaf, unsigned index) const;
  // Reads the pages from the file beforehand, so that a disk that cannot read them is an exception
  // here (damaged_store) and no signal later.
  void touch(std::uint64_t number, std::uint64_t pages = 1) const;
  // Of the run behind a large value; 0 when the value is in the leaf.
  std::uint64_t run_of(const page& leaf, unsigned index) const;
  std::uint64_t run_pages(std::size_t value_bytes) const;

 private:
  const char* at(std::uint64_t number) const;
  meta_record meta_of(std::uint64_t which) const;
  std::uint64_t last_page() const;

  const char* base_ = nullptr;
  std::size_t page_bytes_ = 0;
  int file_ = -1;
};

}  // namespace torhaus::storage::kv
