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
  lmdb_cursor(const physical_reader&, std::string_view lower, std::string_view upper);

  bool seek(std::string_view key) override;
  bool next() override;
  std::string_view key() const override;
  std::string_view value() const override;

 private:
  // One node on the way to the current entry; the root has no id.
  struct level {
    std::unique_ptr<physical_cursor> at;
    std::string node;              // id bytes; empty for the root
    std::size_t prefix_bytes = 0;  // of prefix_ that belong to the levels above
  };

  bool place(std::string_view wanted);
  bool seek_in_level(std::string_view rest);
  bool step();
  bool settle();
  bool in_node() const;
  void end_of_node() const;
  void check() const;
  std::string_view local_key() const;
  void descend();
  bool within() const;
  physical_cursor& at() const { return *levels_.back().at; }
  area where() const { return levels_.size() == 1 ? area::root : area::tails; }
  std::string_view raw_key() const;

  const physical_reader& entries_;
  std::string lower_;
  std::string upper_;
  std::vector<level> levels_;  // levels_[0] is the root
  std::string prefix_;         // the heads above the current entry
  mutable std::string whole_;  // the current key when it is in pieces
  std::string sought_;         // the last physical key that was not found as it is, and where
  area sought_in_ = area::root;
  bool held_ = false;  // the entry that seek found was not told yet
  bool there_ = false;
  mutable const void* checked_ = nullptr;  // the value whose checksum was compared last
};

}  // namespace torhaus::storage::kv
