// The ordered transactional key-value store under the catalog and the identity store.
//
// Keys and values are byte strings; keys order by memcmp and may have up to max_key_bytes. There is
// one key space: the first byte of a key names its table (storage/catalog/schema.hpp lists all of
// them). The interface fits LMDB as well as a remote store with serializable transactions: the
// functions given to read and write are plain synchronous functions, pure towards the outside, and
// may run twice; no view, cursor or reference taken inside may outlive the call.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "storage/base/result.hpp"
#include "storage/base/task.hpp"

namespace torhaus::storage::kv {

// 1024-byte S3 keys whose every byte is escaped, plus bucket id, version and table prefix.
inline constexpr std::size_t max_key_bytes = 2200;
// A manifest of 10,000 parts is the largest value (schema.hpp).
inline constexpr std::size_t max_value_bytes = std::size_t{4} << 20;

// Walks the entries with lower <= key < upper in key order. Starts before the first entry: call
// seek.
class cursor {
 public:
  virtual ~cursor() = default;
  // Moves to the first entry with entry.key >= key (never below the range's lower bound).
  // False when there is none within the range.
  virtual bool seek(std::string_view key) = 0;
  // Moves to the next entry; false at the end of the range. Only after a successful seek or next.
  virtual bool next() = 0;
  // The entry under the cursor. Views are valid until the cursor moves or the function returns;
  // in a write function also only until the next put or erase.
  virtual std::string_view key() const = 0;
  virtual std::string_view value() const = 0;
};

class snapshot {
 public:
  virtual ~snapshot() = default;
  // The value, or nullopt. The view is valid until the function returns (write: until the next
  // change).
  virtual std::optional<std::string_view> get(std::string_view key) const = 0;
  // A cursor over [lower, upper). An empty upper means to the end of the key space.
  virtual std::unique_ptr<cursor> scan(std::string_view lower, std::string_view upper) const = 0;

  using visitor = std::function<void(std::string_view key, std::string_view value)>;
  // Calls `with` for the first entry whose key begins with `prefix`, which is not empty; false when
  // there is none. What a cursor would find, and cheaper where there is no need for one. The views
  // are valid during the call.
  virtual bool first(std::string_view prefix, const visitor& with) const {
    const auto at = scan(prefix, {});
    if (!at->seek(prefix)) return false;
    const std::string_view key = at->key();
    if (!key.starts_with(prefix)) return false;
    with(key, at->value());
    return true;
  }
};

class transaction : public snapshot {
 public:
  // Inserts or replaces. Throws std::length_error beyond max_key_bytes or max_value_bytes.
  virtual void put(std::string_view key, std::string_view value) = 0;
  // True when the key was there.
  virtual bool erase(std::string_view key) = 0;
};

class database {
 public:
  virtual ~database() = default;

  // Runs fn(const snapshot&) on one consistent snapshot that includes every acknowledged write.
  // fn must be quick: for LMDB it runs on the calling thread. Returns what fn returns.
  template <class F>
  task<std::invoke_result_t<F&, const snapshot&>> read(F fn) {
    auto out = read_now(fn);
    if (out) co_return std::move(*out);
    const std::function<void(const snapshot&)> run = [&](const snapshot& s) { out.emplace(fn(s)); };
    co_await run_read(run);
    co_return std::move(*out);
  }

  // The same where nothing has to be waited for (LMDB); else nothing, and fn has not run: read() is
  // the way then. For what every request looks up, since a coroutine costs as much as the reading.
  template <class F>
  std::optional<std::invoke_result_t<F&, const snapshot&>> read_now(F& fn) {
    using value = std::invoke_result_t<F&, const snapshot&>;
    static_assert(!is_task<value>::value, "a kv function is synchronous");
    std::optional<value> out;
    const auto look = [&](const snapshot& s) { out.emplace(fn(s)); };
    run_read_now(std::ref(look));
    return out;
  }

  // Runs fn(transaction&), which returns a result<T>. An error means that nothing of it is stored;
  // success is durable when the caller resumes. Waiting functions share one transaction and one
  // sync (group commit) and each sees what those before it wrote. Fails with insufficient_storage
  // when the disk is full and with service_unavailable once a commit has failed for good (an I/O
  // error): then nothing more is acknowledged until a restart has recovered. What fn throws is
  // rethrown here, with nothing stored.
  template <class F>
  task<std::invoke_result_t<F&, transaction&>> write(F fn) {
    using outcome = std::invoke_result_t<F&, transaction&>;
    static_assert(!is_task<outcome>::value, "a kv function is synchronous");
    std::optional<outcome> out;
    const std::function<bool(transaction&)> run = [&](transaction& t) {
      out.emplace(fn(t));
      return out->has_value();
    };
    result<void> committed = co_await run_write(run);
    if (!committed) co_return std::move(committed).error();
    co_return std::move(*out);
  }

  // The same without a coroutine, for start-up, command-line tools and tests: blocks the thread.
  virtual void read_blocking(const std::function<void(const snapshot&)>& fn) = 0;
  virtual result<void> write_blocking(const std::function<bool(transaction&)>& fn) = 0;

  struct statistics {
    std::uint64_t entries = 0;
    std::uint64_t bytes_used = 0;       // pages in use, times page size
    std::uint64_t commits = 0;          // since start
    std::uint64_t committed_calls = 0;  // write functions in those commits
    std::uint64_t readers_open = 0;
    // For how long the oldest read function that is running now has been: what it sees cannot be
    // reused by writers meanwhile.
    std::chrono::milliseconds oldest_read{0};
    bool failed = false;  // a commit failed for good
  };
  virtual statistics stats() const = 0;

 private:
  template <class T>
  struct is_task : std::false_type {};
  template <class T>
  struct is_task<asio::awaitable<T, executor>> : std::true_type {};

  // Runs fn, or does nothing where that would take waiting.
  virtual void run_read_now(const std::function<void(const snapshot&)>&) {}
  virtual task<void> run_read(const std::function<void(const snapshot&)>& fn) = 0;
  // fn returns false to store nothing. Success also when fn returned false.
  virtual task<result<void>> run_write(const std::function<bool(transaction&)>& fn) = 0;
};

}  // namespace torhaus::storage::kv
