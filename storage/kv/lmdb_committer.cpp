#include "storage/kv/lmdb_committer.hpp"

#include <algorithm>
#include <cerrno>

#include "storage/base/log.hpp"
#include "storage/base/thread_name.hpp"

namespace torhaus::storage::kv {
namespace {

// Counts by how much keys and values grow.
class weighed_transaction final : public transaction {
 public:
  explicit weighed_transaction(transaction& inner) : inner_(inner) {}
  std::optional<std::string_view> get(std::string_view key) const override {
    return inner_.get(key);
  }
  std::unique_ptr<cursor> scan(std::string_view lower, std::string_view upper) const override {
    return inner_.scan(lower, upper);
  }
  void put(std::string_view key, std::string_view value) override {
    changed_ = true;
    growth_ += weight(key, value) - weight_of(key);
    inner_.put(key, value);
  }
  bool erase(std::string_view key) override {
    changed_ = true;
    growth_ -= weight_of(key);
    return inner_.erase(key);
  }
  bool fits() const { return growth_ < 0 || !changed_; }

 private:
  static std::int64_t weight(std::string_view key, std::string_view value) {
    return static_cast<std::int64_t>(key.size() + value.size());
  }
  std::int64_t weight_of(std::string_view key) const {
    const auto old = inner_.get(key);
    return old ? weight(key, *old) : 0;
  }

  transaction& inner_;
  std::int64_t growth_ = 0;
  bool changed_ = false;
};

int finish(batch_transaction& view) {
  try {
    view.written_out().physical().finish();
  } catch (const lmdb_failure& failure) {
    return failure.code();
  } catch (const damaged_record&) {
    return MDB_CORRUPTED;
  }
  return MDB_SUCCESS;
}

bool is_no_room(int code) {
  return code == ENOSPC || code == EDQUOT || code == MDB_MAP_FULL || code == MDB_TXN_FULL;
}

// Without a path to success the same batch may fit in halves.
bool is_too_large(int code) { return code == MDB_TXN_FULL || code == MDB_MAP_FULL; }

}  // namespace

committer::committer(environment& env, unsigned max_batch, std::function<bool()> disk_is_sound)
    : env_(env),
      max_batch_(std::max(1U, max_batch)),
      disk_is_sound_(std::move(disk_is_sound)),
      thread_(named_thread("committer", [this] { run(); })) {}

committer::~committer() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

bool committer::submit(pending_write& w) {
  const std::unique_lock lock(mutex_);
  if (ending_) {
    w.outcome = errc::service_unavailable;
    return false;
  }
  if (queue_.size() >= max_queue) {
    w.outcome = errc::slow_down;
    return false;
  }
  queue_.push_back(&w);
  if (queue_.size() == 1) wake_.notify_one();
  return true;
}

void committer::run() {
  std::vector<pending_write*> taken;
  while (true) {
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [this] { return ending_ || !queue_.empty(); });
      if (queue_.empty()) return;
      const std::size_t n = std::min(max_batch_, queue_.size());
      taken.assign(queue_.begin(), queue_.begin() + static_cast<std::ptrdiff_t>(n));
      queue_.erase(queue_.begin(), queue_.begin() + static_cast<std::ptrdiff_t>(n));
    }
    commit_batch(taken);
    // Afterwards the waiter may be gone; nothing of it is touched again.
    for (pending_write* w : taken) finish(*w);
  }
}

void committer::commit_batch(batch writes) {
  std::vector<pending_write*> left(writes.begin(), writes.end());
  while (!left.empty()) {
    if (failed()) return refuse(left, errc::service_unavailable, "an earlier commit failed");
    if (!disk_is_sound_()) return fail_for_good(left, EIO);
    const std::uint64_t free = env_.free_bytes();
    const room there_is = free < reserve_bytes ? room::to_shrink : room::to_grow;
    env_.keep_room(free);
    pending_write* spoiled = nullptr;
    const keep_rows keep = left.size() > 1 ? keep_rows::yes : keep_rows::no;
    const int code = try_batch(left, there_is, keep, spoiled);
    if (spoiled != nullptr) {
      std::erase(left, spoiled);
      continue;
    }
    if (code == MDB_SUCCESS) return;
    if (is_too_large(code) && left.size() > 1) {
      const batch all = left;
      commit_batch(all.first(left.size() / 2));
      commit_batch(all.subspan(left.size() / 2));
      return;
    }
    if (is_no_room(code)) return refuse(left, errc::insufficient_storage, mdb_strerror(code));
    return fail_for_good(left, code);
  }
}

int committer::try_batch(batch writes, room there_is, keep_rows keep, pending_write*& spoiled) {
  MDB_txn* txn = nullptr;
  if (const int code = mdb_txn_begin(env_.get(), nullptr, 0, &txn); code != MDB_SUCCESS) {
    return code;
  }
  lmdb_transaction pages(txn, env_.dbs(), env_.pages());
  batch_transaction view(pages, keep);
  bool changed = false;
  bool unusable = false;
  for (pending_write* w : writes) {
    w->outcome = {};
    w->thrown = nullptr;
    view.clear_dirty();
    bool keep = false;
    try {
      keep = there_is == room::to_grow ? (*w->fn)(view) : shrinks(view, *w);
    } catch (const lmdb_failure& failure) {
      mdb_txn_abort(txn);
      return failure.code();
    } catch (const damaged_record& fault) {
      env_.note_damage();
      w->thrown = std::current_exception();
      // LMDB's transaction is of no more use when it met a damaged page.
      unusable = dynamic_cast<const damaged_store*>(&fault) != nullptr;
    } catch (...) {
      w->thrown = std::current_exception();
    }
    if (unusable || (!keep && view.dirty())) {
      mdb_txn_abort(txn);
      spoiled = w;
      return MDB_SUCCESS;
    }
    changed = changed || view.dirty();
  }
  if (!changed) {
    mdb_txn_abort(txn);
    return MDB_SUCCESS;
  }
  if (const int code = finish(view); code != MDB_SUCCESS) {
    mdb_txn_abort(txn);
    return code;
  }
  const int code = mdb_txn_commit(txn);
  if (code == MDB_SUCCESS) {
    commits_.fetch_add(1, std::memory_order_relaxed);
    calls_.fetch_add(writes.size(), std::memory_order_relaxed);
  }
  return code;
}

// On a full disk what takes entries away goes on: who deletes makes room. LMDB finds it pages that
// earlier commits have left, and gives up without harm when there is none.
bool committer::shrinks(transaction& view, pending_write& w) {
  weighed_transaction weighed(view);
  if (!(*w.fn)(weighed)) return false;
  if (weighed.fits()) return true;
  w.outcome =
      error(errc::insufficient_storage).because("the disk of the metadata is full; deletes go on");
  return false;
}

void committer::refuse(batch writes, errc code, const char* why) {
  for (pending_write* w : writes) {
    w->thrown = nullptr;
    w->outcome = error(code).because(why);
  }
}

// After a failed write or sync the kernel may have dropped the pages and report success next time,
// so nothing is tried again: only a restart, which reads what really is on the disk, may write.
void committer::fail_for_good(batch writes, int code) {
  failed_.store(true, std::memory_order_release);
  log::error("metadata_commit_failed",
             {{"cause", mdb_strerror(code)}, {"effect", "no more writes until a restart"}});
  refuse(writes, errc::service_unavailable, mdb_strerror(code));
}

}  // namespace torhaus::storage::kv
