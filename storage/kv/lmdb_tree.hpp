// Keys of up to max_key_bytes over LMDB's 511.
//
// A key is cut into pieces of piece_bytes. Keys shorter than one piece are entries of the database
// "root" as they are. A longer key's first piece is a head entry there, whose value is the id of a
// node; the rest of the key lives in the database "tails" under that id (8 bytes, big-endian) and
// is cut again in the same way. Each entry has a checksum (lmdb_entry.hpp). So a physical key has
// exactly piece_bytes if and only if it is a head, and physical order is key order: within a node
// entries order by memcmp, and everything below a head shares the head's bytes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "storage/kv/database.hpp"
#include "storage/kv/lmdb_entries.hpp"

namespace torhaus::storage::kv {

inline constexpr std::size_t piece_bytes = 480;
inline constexpr std::size_t node_id_bytes = 8;
inline constexpr std::size_t max_depth = max_key_bytes / piece_bytes + 1;

// What a reading function sees.
class lmdb_snapshot final : public snapshot {
 public:
  explicit lmdb_snapshot(const page_reader& from) : entries_(from) {}
  std::optional<std::string_view> get(std::string_view key) const override;
  std::unique_ptr<cursor> scan(std::string_view lower, std::string_view upper) const override;
  bool first(std::string_view prefix, const visitor&) const override;

 private:
  page_reader entries_;
};

// One open transaction that writes.
class lmdb_transaction final : public transaction {
 public:
  lmdb_transaction(MDB_txn* txn, const databases& dbs, const page_map& map)
      : entries_(txn, dbs, map) {}

  std::optional<std::string_view> get(std::string_view key) const override;
  std::unique_ptr<cursor> scan(std::string_view lower, std::string_view upper) const override;
  void put(std::string_view key, std::string_view value) override;
  bool erase(std::string_view key) override;

  // Whether anything was changed since the last call of clear_dirty().
  bool dirty() const { return dirty_; }
  void clear_dirty() { dirty_ = false; }
  entries& physical() { return entries_; }
  // To change something that is no entry.
  store_state& change_state() {
    dirty_ = true;
    return entries_.state();
  }

 private:
  bool node_is_empty(const std::string& node) const;

  entries entries_;
  bool dirty_ = false;
};

}  // namespace torhaus::storage::kv
