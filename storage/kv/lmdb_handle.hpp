// LMDB's environment, transactions and cursors as owned things. Only lmdb*.cpp include this.
#pragma once

#include <lmdb.h>

#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "storage/kv/checked_store.hpp"

namespace torhaus::storage::kv {

// LMDB said no in the middle of a function; it passes through the function up to the one who called
// it.
class lmdb_failure : public std::runtime_error {
 public:
  lmdb_failure(const char* call, int code)
      : std::runtime_error(std::string(call) + ": " + mdb_strerror(code)), code_(code) {}
  int code() const { return code_; }

 private:
  int code_;
};

// Throws damaged_store where LMDB stumbled over its own pages, lmdb_failure for all else.
inline void require(int code, const char* call) {
  if (code == MDB_SUCCESS) return;
  if (code == MDB_CORRUPTED || code == MDB_PAGE_NOTFOUND) {
    throw damaged_store(std::string("a page of the metadata is damaged: ") + mdb_strerror(code));
  }
  throw lmdb_failure(call, code);
}

inline MDB_val to_val(std::string_view bytes) {
  return {bytes.size(), const_cast<char*>(bytes.data())};  // LMDB does not write through it
}
inline std::string_view to_view(const MDB_val& v) {
  return {static_cast<const char*>(v.mv_data), v.mv_size};
}

// Aborted unless committed.
class txn_handle {
 public:
  explicit txn_handle(MDB_env* env, unsigned flags = 0) {
    require(mdb_txn_begin(env, nullptr, flags, &txn_), "txn_begin");
  }
  ~txn_handle() {
    if (txn_ != nullptr) mdb_txn_abort(txn_);
  }
  txn_handle(const txn_handle&) = delete;
  txn_handle& operator=(const txn_handle&) = delete;

  MDB_txn* get() const { return txn_; }
  void commit() { require(mdb_txn_commit(std::exchange(txn_, nullptr)), "txn_commit"); }

 private:
  MDB_txn* txn_ = nullptr;
};

class cursor_handle {
 public:
  cursor_handle() = default;
  cursor_handle(MDB_txn* txn, MDB_dbi dbi) { require(mdb_cursor_open(txn, dbi, &c_), "cursor"); }
  cursor_handle(cursor_handle&& o) noexcept : c_(std::exchange(o.c_, nullptr)) {}
  cursor_handle& operator=(cursor_handle&& o) noexcept {
    std::swap(c_, o.c_);
    return *this;
  }
  ~cursor_handle() {
    if (c_ != nullptr) mdb_cursor_close(c_);
  }

  explicit operator bool() const { return c_ != nullptr; }
  // False when there is no such entry.
  bool move(MDB_cursor_op op, MDB_val& key, MDB_val& value) {
    const int code = mdb_cursor_get(c_, &key, &value, op);
    if (code == MDB_NOTFOUND) return false;
    require(code, "cursor_get");
    return true;
  }

 private:
  MDB_cursor* c_ = nullptr;
};

}  // namespace torhaus::storage::kv
