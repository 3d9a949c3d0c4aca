#include "storage/kv/lmdb_environment.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <ctime>
#include <stdexcept>
#include <thread>

#include "storage/base/log.hpp"
#include "storage/kv/lmdb_check.hpp"
#include "storage/kv/lmdb_upgrade.hpp"

namespace torhaus::storage::kv {
namespace {

// Below this the map is of no use; RLIMIT_AS may force it down from the wanted terabyte.
constexpr std::uint64_t least_map_bytes = std::uint64_t{64} << 20;

[[noreturn]] void refuse(const std::filesystem::path& where, const std::string& why) {
  throw std::runtime_error("metadata in " + where.string() + ": " + why);
}

// LMDB ends the process when it comes upon pages that it cannot have written.
void say_why_it_ends(MDB_env*, const char* what) {
  log::error("metadata_damaged", {{"cause", what}, {"effect", "the process ends"}});
}

// A page of the map that the disk cannot read ends the process, too; only what may be called in a
// signal's handler says so.
void say_and_end(int signal) {
  constexpr std::string_view text =
      R"({"level":"error","event":"metadata_unreadable","cause":"SIGBUS",)"
      R"("effect":"the process ends"})"
      "\n";
  [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, text.data(), text.size());
  ::signal(signal, SIG_DFL);
  ::raise(signal);
}

// Unless somebody else handles it, as sanitizers do.
void name_the_end() {
  struct sigaction now{};
  if (::sigaction(SIGBUS, nullptr, &now) != 0 || now.sa_handler != SIG_DFL) return;
  struct sigaction wanted{};
  wanted.sa_handler = say_and_end;
  ::sigaction(SIGBUS, &wanted, nullptr);
}

// The names in a directory survive a power cut only after this. Always, not only when something was
// made: an earlier run may have ended in between.
void sync_names(const std::filesystem::path& directory) {
  const int fd = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool synced = fd >= 0 && ::fsync(fd) == 0;
  const int code = errno;
  if (fd >= 0) ::close(fd);
  if (!synced) refuse(directory, std::string("cannot be synced: ") + std::strerror(code));
}

// Costs no system call and no more than a memory read.
std::int64_t coarse_ms() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
  return now.tv_sec * 1000 + now.tv_nsec / 1'000'000;
}

std::size_t first_slot(std::size_t slots) {
  return std::hash<std::thread::id>{}(std::this_thread::get_id()) % slots;
}

}  // namespace

environment::environment(const lmdb_options& o) : directory_(o.directory) {
  std::error_code problem;
  if (std::filesystem::create_directories(directory_, problem)) {
    std::filesystem::permissions(directory_, std::filesystem::perms::owner_all, problem);
  }
  if (problem) refuse(directory_, problem.message());
  try {
    lock_directory();
    open_file(o);
  } catch (...) {
    close();
    throw;
  }
}

environment::~environment() { close(); }

void environment::close() noexcept {
  for (auto& slot : pool_) {
    if (MDB_txn* txn = slot.exchange(nullptr)) mdb_txn_abort(txn);
  }
  if (env_ != nullptr) mdb_env_close(env_);
  env_ = nullptr;
  if (lock_fd_ >= 0) ::close(lock_fd_);
  lock_fd_ = -1;
}

// LMDB itself lets several processes in; Torhaus is one process a data directory.
void environment::lock_directory() {
  const auto file = directory_ / "LOCK";
  lock_fd_ = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (lock_fd_ < 0) refuse(file, std::strerror(errno));
  if (::flock(lock_fd_, LOCK_EX | LOCK_NB) != 0) {
    refuse(directory_, "another process uses this data directory");
  }
}

void environment::refuse_damaged(const damaged_record& fault) const {
  refuse(directory_, std::string(fault.what()) + "; restore it from a backup");
}

void environment::open_file(const lmdb_options& o) {
  try {
    check_size_of_pages(directory_ / "data.mdb");
  } catch (const damaged_record& fault) {
    refuse_damaged(fault);
  }
  std::uint64_t map = o.map_bytes;
  while (true) {
    require(mdb_env_create(&env_), "env_create");
    require(mdb_env_set_maxdbs(env_, 3), "set_maxdbs");
    require(mdb_env_set_assert(env_, say_why_it_ends), "set_assert");
    require(mdb_env_set_maxreaders(env_, o.max_readers), "set_maxreaders");
    require(mdb_env_set_mapsize(env_, map), "set_mapsize");
    // MDB_NOTLS: read transactions belong to the pool, not to a thread. Never NOSYNC, NOMETASYNC or
    // WRITEMAP: acknowledged means durable, and a full disk must not be a SIGBUS.
    const int code = mdb_env_open(env_, directory_.c_str(), MDB_NOTLS, 0600);
    if (code == MDB_SUCCESS) break;
    mdb_env_close(std::exchange(env_, nullptr));
    // Not enough address space; valgrind says EINVAL.
    const bool too_large = code == ENOMEM || code == EINVAL;
    if (!too_large || map / 4 < least_map_bytes) {
      refuse(directory_, std::string("data.mdb cannot be opened: ") + mdb_strerror(code));
    }
    map /= 4;
    log::warning("metadata_map_reduced", {{"bytes", map}, {"why", "address space is limited"}});
  }
  name_the_end();
  allocate_readers();
  check_length();
  int dead = 0;
  require(mdb_reader_check(env_, &dead), "reader_check");
  try {
    check_roots(env_, directory_ / "data.mdb");
    open_databases();
    {
      const txn_handle txn(env_, MDB_RDONLY);
      pages_.attach(env_, txn.get(), dbs_.main);
    }
    prepare_state(env_, dbs_, o.upgraded);
  } catch (const damaged_record& fault) {
    refuse_damaged(fault);
  }
  MDB_stat stat{};
  require(mdb_env_stat(env_, &stat), "env_stat");
  page_bytes_ = stat.ms_psize;
  room_.emplace(directory_ / "data.mdb");
  sync_names(directory_);
  sync_names(std::filesystem::absolute(directory_).parent_path());
}

void environment::open_databases() {
  MDB_txn* txn = nullptr;
  require(mdb_txn_begin(env_, nullptr, 0, &txn), "txn_begin");
  require(mdb_dbi_open(txn, nullptr, 0, &dbs_.main), "dbi_open");
  for (const auto& [name, dbi] : {std::pair{"root", &dbs_.root}, std::pair{"tails", &dbs_.tails},
                                  std::pair{"check", &dbs_.check}}) {
    const int code = mdb_dbi_open(txn, name, MDB_CREATE, dbi);
    if (code == MDB_SUCCESS) continue;
    mdb_txn_abort(txn);
    refuse(directory_, std::string("data.mdb is not one of Torhaus: ") + mdb_strerror(code));
  }
  const int code = mdb_txn_commit(txn);
  if (code != MDB_SUCCESS) refuse(directory_, std::string("cannot write: ") + mdb_strerror(code));
}

// The table of readers is a mapped file with holes: on a full disk the first reader that touched
// one would be a SIGBUS.
void environment::allocate_readers() const {
  const std::filesystem::path file = directory_ / "lock.mdb";
  const int fd = ::open(file.c_str(), O_RDWR | O_CLOEXEC);
  if (fd < 0) refuse(directory_, std::string("lock.mdb: ") + std::strerror(errno));
  const auto size = static_cast<off_t>(std::filesystem::file_size(file));
  const int code = ::posix_fallocate(fd, 0, size);
  ::close(fd);
  if (code != 0) refuse(directory_, std::string("lock.mdb: ") + std::strerror(code));
}

// A file shorter than its last page would be a SIGBUS at the first read beyond it.
void environment::check_length() const {
  MDB_envinfo info{};
  MDB_stat stat{};
  require(mdb_env_info(env_, &info), "env_info");
  require(mdb_env_stat(env_, &stat), "env_stat");
  const std::uint64_t needed = (info.me_last_pgno + 1) * stat.ms_psize;
  const std::uint64_t have = std::filesystem::file_size(directory_ / "data.mdb");
  // A file that was just made holds its two meta pages only.
  if (have < needed && info.me_last_txnid > 0) {
    refuse(directory_, "data.mdb is truncated: it has " + std::to_string(have) + " bytes of " +
                           std::to_string(needed) + "; restore it from a backup");
  }
}

MDB_txn* environment::acquire() {
  const std::size_t begin = first_slot(pool_.size());
  for (std::size_t i = 0; i < pool_.size(); ++i) {
    auto& slot = pool_[(begin + i) % pool_.size()];
    if (slot.load(std::memory_order_relaxed) == nullptr) continue;
    if (MDB_txn* txn = slot.exchange(nullptr, std::memory_order_acquire)) {
      const int code = mdb_txn_renew(txn);
      if (code == MDB_SUCCESS) return txn;
      mdb_txn_abort(txn);
      require(code, "txn_renew");
    }
  }
  MDB_txn* txn = nullptr;
  require(mdb_txn_begin(env_, nullptr, MDB_RDONLY, &txn), "txn_begin");
  return txn;
}

void environment::release(MDB_txn* txn) noexcept {
  mdb_txn_reset(txn);
  const std::size_t begin = first_slot(pool_.size());
  for (std::size_t i = 0; i < pool_.size(); ++i) {
    MDB_txn* empty = nullptr;
    auto& slot = pool_[(begin + i) % pool_.size()];
    if (slot.compare_exchange_strong(empty, txn, std::memory_order_release,
                                     std::memory_order_relaxed)) {
      return;
    }
  }
  mdb_txn_abort(txn);
}

void environment::read_raw(const std::function<void(MDB_txn*)>& fn) {
  struct use {
    environment& home;
    MDB_txn* txn;
    std::atomic<std::int64_t>* began;
    ~use() {
      home.release(txn);
      if (began != nullptr) began->store(0, std::memory_order_relaxed);
      home.readers_open_.fetch_sub(1, std::memory_order_relaxed);
    }
  };
  MDB_txn* txn = acquire();
  readers_open_.fetch_add(1, std::memory_order_relaxed);
  const use guard{*this, txn, note_begin()};
  fn(txn);
}

void environment::read(const std::function<void(const snapshot&)>& fn) {
  read_raw([&](MDB_txn* txn) {
    const lmdb_snapshot view(page_reader(pages_, txn, dbs_.main));
    try {
      fn(view);
    } catch (const damaged_record&) {
      note_damage();
      throw;
    }
  });
}

std::atomic<std::int64_t>* environment::note_begin() {
  const std::size_t first = first_slot(began_.size());
  for (std::size_t i = 0; i < began_.size(); ++i) {
    std::int64_t free = 0;
    auto& slot = began_[(first + i) % began_.size()];
    if (slot.compare_exchange_strong(free, coarse_ms(), std::memory_order_relaxed)) return &slot;
  }
  return nullptr;
}

std::chrono::milliseconds environment::oldest_read() const {
  const std::int64_t now = coarse_ms();
  std::int64_t oldest = 0;
  for (const auto& slot : began_) {
    const std::int64_t began = slot.load(std::memory_order_relaxed);
    if (began != 0) oldest = std::max(oldest, now - began);
  }
  return std::chrono::milliseconds(oldest);
}

std::uint64_t environment::free_bytes() const {
  struct statvfs fs{};
  if (::statvfs(directory_.c_str(), &fs) != 0) return 0;
  return static_cast<std::uint64_t>(fs.f_bavail) * fs.f_frsize;
}

void environment::keep_room(std::uint64_t free) {
  MDB_envinfo info{};
  if (mdb_env_info(env_, &info) != MDB_SUCCESS) return;
  room_->keep((info.me_last_pgno + 1) * page_bytes_, free);
}

}  // namespace torhaus::storage::kv
