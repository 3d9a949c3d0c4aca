#include "storage/kv/lmdb.hpp"

#include <future>

#include "storage/kv/lmdb_check.hpp"
#include "storage/kv/lmdb_committer.hpp"
#include "storage/kv/lmdb_environment.hpp"

namespace torhaus::storage::kv {
namespace {

class lmdb_database final : public database, public checked_store {
 public:
  explicit lmdb_database(const lmdb_options& o)
      : env_(o), committer_(env_, o.max_batch, o.disk_is_sound) {}

  void read_blocking(const std::function<void(const snapshot&)>& fn) override { env_.read(fn); }

  result<void> write_blocking(const std::function<bool(transaction&)>& fn) override {
    // Shared: the committer may still be inside set_value when the wait here has ended (see
    // finish()).
    const auto finished = std::make_shared<std::promise<void>>();
    pending_write w;
    w.fn = &fn;
    w.done = [finished] { finished->set_value(); };
    if (!committer_.submit(w)) return std::move(w.outcome);
    finished->get_future().wait();
    if (w.thrown) std::rethrow_exception(w.thrown);
    return std::move(w.outcome);
  }

  bool check(std::string& position, stretch& seen) override {
    const write_call write = [this](const std::function<bool(transaction&)>& fn) {
      return write_blocking(fn);
    };
    return check_stretch(env_, write, position, seen);
  }

  std::uint64_t damaged() const override { return env_.damaged(); }

  statistics stats() const override {
    statistics s;
    MDB_envinfo info{};
    MDB_stat stat{};
    require(mdb_env_info(env_.get(), &info), "env_info");
    require(mdb_env_stat(env_.get(), &stat), "env_stat");
    s.bytes_used = (info.me_last_pgno + 1) * stat.ms_psize;
    s.entries = entries();
    s.commits = committer_.commits();
    s.committed_calls = committer_.committed_calls();
    s.readers_open = env_.readers_open();
    s.oldest_read = env_.oldest_read();
    s.failed = committer_.failed();
    return s;
  }

 private:
  void run_read_now(const std::function<void(const snapshot&)>& fn) override { env_.read(fn); }
  task<void> run_read(const std::function<void(const snapshot&)>& fn) override {
    env_.read(fn);
    co_return;
  }

  task<result<void>> run_write(const std::function<bool(transaction&)>& fn) override {
    pending_write w;
    w.fn = &fn;
    const executor home = co_await asio::this_coro::executor;
    co_await asio::async_initiate<const asio::use_awaitable_t<executor>, void()>(
        [](auto handler, committer* to, pending_write* what, executor back) {
          // std::function wants to copy; the handler only moves.
          auto shared = std::make_shared<decltype(handler)>(std::move(handler));
          what->done = [shared, back] { resume_on(back, std::move(*shared)); };
          if (!to->submit(*what)) finish(*what);
        },
        use_task, &committer_, &w, home);
    if (w.thrown) std::rethrow_exception(w.thrown);
    co_return std::move(w.outcome);
  }

  std::uint64_t entries() const {
    std::uint64_t count = 0;
    MDB_txn* txn = nullptr;
    require(mdb_txn_begin(env_.get(), nullptr, MDB_RDONLY, &txn), "txn_begin");
    for (const MDB_dbi dbi : {env_.dbs().root, env_.dbs().tails}) {
      MDB_stat stat{};
      if (mdb_stat(txn, dbi, &stat) == MDB_SUCCESS) count += stat.ms_entries;
    }
    mdb_txn_abort(txn);
    return count;
  }

  environment env_;
  committer committer_;
};

}  // namespace

std::unique_ptr<database> open_lmdb(const lmdb_options& o) {
  return std::make_unique<lmdb_database>(o);
}

}  // namespace torhaus::storage::kv
