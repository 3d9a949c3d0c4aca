// What the functions of one batch see. Many of them look up the same few rows (the bucket, who owns
// it, its project) and count up the same few (usage), each of which would be a way through the
// tree: rows that were looked up are kept here while the transaction lasts, and a row that was is
// written once, at the end, however often it changes.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "storage/kv/lmdb_tree.hpp"

namespace torhaus::storage::kv {

// Keeping rows costs a batch of one function more than it brings.
enum class keep_rows : std::uint8_t { no, yes };

class batch_transaction final : public transaction {
 public:
  batch_transaction(lmdb_transaction& inner, keep_rows keep) : inner_(inner), keep_(keep) {}

  std::optional<std::string_view> get(std::string_view key) const override;
  std::unique_ptr<cursor> scan(std::string_view lower, std::string_view upper) const override;
  bool first(std::string_view prefix, const visitor&) const override;
  void put(std::string_view key, std::string_view value) override;
  bool erase(std::string_view key) override;

  // Whether anything was changed since the last call of clear_dirty().
  bool dirty() const { return dirty_ || inner_.dirty(); }
  void clear_dirty() {
    dirty_ = false;
    inner_.clear_dirty();
  }
  // LMDB's own, which then has all that was written here.
  lmdb_transaction& written_out() {
    write_out([](std::string_view) { return true; });
    return inner_;
  }

  static constexpr std::size_t most_rows = 64;
  static constexpr std::size_t most_value_bytes = 1024;

 private:
  struct row {
    std::string value;
    bool waits = false;  // LMDB has an older value
  };
  struct hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view key) const {
      return std::hash<std::string_view>{}(key);
    }
  };
  class counted_cursor;

  // Those of the rows that wait whose key is wanted.
  template <class Wanted>
  void write_out(const Wanted& wanted) const {
    if (waiting_ == 0) return;
    for (auto& [key, r] : rows_) {
      if (!r.waits || !wanted(key)) continue;
      inner_.put(key, r.value);
      r.waits = false;
      --waiting_;
    }
  }

  lmdb_transaction& inner_;
  const keep_rows keep_;
  mutable std::unordered_map<std::string, row, hash, std::equal_to<>> rows_;
  mutable std::size_t waiting_ = 0;
  mutable std::size_t cursors_ = 0;
  bool dirty_ = false;
};

}  // namespace torhaus::storage::kv
