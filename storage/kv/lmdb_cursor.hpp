// Walks the pieces of lmdb_tree.hpp as one ordered sequence of whole keys.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "storage/kv/lmdb_tree.hpp"

namespace torhaus::storage::kv {

class lmdb_cursor final : public cursor {
 public:
  lmdb_cursor(MDB_txn* txn, const databases& dbs, std::string_view lower, std::string_view upper);

  bool seek(std::string_view key) override;
  bool next() override;
  std::string_view key() const override;
  std::string_view value() const override { return to_view(value_); }

 private:
  // One node on the way to the current entry; the root has no id.
  struct level {
    cursor_handle at;
    std::string node;              // id bytes; empty for the root
    std::size_t prefix_bytes = 0;  // of prefix_ that belong to the levels above
  };

  bool seek_in_level(std::string_view rest);
  bool step();
  bool settle();
  bool in_node() const;
  std::string_view local_key() const;
  void descend();
  bool within();

  MDB_txn* txn_;
  databases dbs_;
  std::string lower_;
  std::string upper_;
  std::vector<level> levels_;  // levels_[0] is the root
  std::string prefix_;         // the heads above the current entry
  mutable std::string whole_;  // the current key when it is in pieces
  MDB_val key_{};
  MDB_val value_{};
};

}  // namespace torhaus::storage::kv
