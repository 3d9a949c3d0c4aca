// The opened LMDB environment: lock, checks of the file, and a pool of read transactions.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <functional>
#include <optional>

#include "storage/kv/lmdb.hpp"
#include "storage/kv/lmdb_tree.hpp"
#include "storage/kv/room_ahead.hpp"

namespace torhaus::storage::kv {

class environment {
 public:
  // Throws std::runtime_error with a text for the operator.
  explicit environment(const lmdb_options&);
  ~environment();
  environment(const environment&) = delete;
  environment& operator=(const environment&) = delete;

  MDB_env* get() const { return env_; }
  const databases& dbs() const { return dbs_; }
  const page_map& pages() const { return pages_; }

  // Runs fn on a snapshot, on a pooled read transaction that is renewed before and reset after.
  void read(const std::function<void(const snapshot&)>& fn);

  // The same with LMDB's own transaction, for check_stretch().
  void read_raw(const std::function<void(MDB_txn*)>& fn);

  // Bytes the file system still has for ordinary users.
  std::uint64_t free_bytes() const;
  // Writes room behind the pages where little is left (room_ahead.hpp). `free` as of free_bytes().
  // Only by the thread that writes, between its transactions.
  void keep_room(std::uint64_t free);
  std::uint64_t readers_open() const { return readers_open_.load(std::memory_order_relaxed); }
  // A function met a damaged record.
  void note_damage() { damaged_.fetch_add(1, std::memory_order_relaxed); }
  std::uint64_t damaged() const { return damaged_.load(std::memory_order_relaxed); }
  // Of the reads that are running now; 0 when none is. Exact to some milliseconds.
  std::chrono::milliseconds oldest_read() const;

 private:
  MDB_txn* acquire();
  std::atomic<std::int64_t>* note_begin();
  void release(MDB_txn*) noexcept;
  void lock_directory();
  [[noreturn]] void refuse_damaged(const damaged_record&) const;
  void open_file(const lmdb_options&);
  void check_length() const;
  void open_databases();
  void allocate_readers() const;
  void close() noexcept;

  std::filesystem::path directory_;
  int lock_fd_ = -1;
  MDB_env* env_ = nullptr;
  unsigned page_bytes_ = 0;
  std::optional<room_ahead> room_;
  databases dbs_;
  page_map pages_;
  // Reset read transactions waiting for use; a free slot is null. Threads beyond it make their own.
  std::array<std::atomic<MDB_txn*>, 64> pool_{};
  std::atomic<std::uint64_t> readers_open_{0};
  std::atomic<std::uint64_t> damaged_{0};
  // When running reads began, in milliseconds of a coarse clock; a free slot is 0. Reads beyond it
  // are not looked at.
  std::array<std::atomic<std::int64_t>, 64> began_{};
};

}  // namespace torhaus::storage::kv
