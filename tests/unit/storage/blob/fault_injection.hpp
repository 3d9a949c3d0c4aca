// A file system whose n-th changing call fails, and one that remembers what a power cut would
// leave.
#pragma once

#include <fcntl.h>
#include <sys/stat.h>

#include <atomic>
#include <cerrno>
#include <map>
#include <mutex>
#include <set>

#include "tests/unit/storage/blob/support.hpp"

namespace torhaus::storage::blob::test {

// Asks before() ahead of every call that changes the disk; a negative answer is handed out instead
// of calling. Syncs reach no disk: these tests play the disk themselves, and thousands of real ones
// take minutes.
class hooked_file_system : public file_system {
 public:
  enum class call { create, write, sync, write_back, allocate, punch, truncate, entry, unlink };

  int open(int directory, const char* name, int flags) override {
    if ((flags & O_CREAT) == 0) return file_system::open(directory, name, flags);
    return guarded(call::create, -1, [&] { return file_system::open(directory, name, flags); });
  }
  ssize_t write(int fd, const iovec* pieces, int count, std::uint64_t offset) override {
    return guarded(call::write, fd, [&] { return file_system::write(fd, pieces, count, offset); });
  }
  int sync_data(int fd) override {
    return guarded(call::sync, fd, [] { return 0; });
  }
  int sync(int fd) override {
    return guarded(call::sync, fd, [] { return 0; });
  }
  int begin_write_back(int fd, std::uint64_t offset, std::uint64_t bytes) override {
    return guarded(call::write_back, fd,
                   [&] { return file_system::begin_write_back(fd, offset, bytes); });
  }
  int allocate(int fd, std::uint64_t offset, std::uint64_t bytes) override {
    return guarded(call::allocate, fd, [&] { return file_system::allocate(fd, offset, bytes); });
  }
  int punch(int fd, std::uint64_t offset, std::uint64_t bytes) override {
    return guarded(call::punch, fd, [&] { return file_system::punch(fd, offset, bytes); });
  }
  int truncate(int fd, std::uint64_t bytes) override {
    return guarded(call::truncate, fd, [&] { return file_system::truncate(fd, bytes); });
  }
  int make_directory(int directory, const char* name) override {
    return guarded(call::entry, directory,
                   [&] { return file_system::make_directory(directory, name); });
  }
  int link(int from, const char* name, int to, const char* to_name) override {
    return guarded(call::entry, to, [&] { return file_system::link(from, name, to, to_name); });
  }
  int unlink(int directory, const char* name) override {
    return guarded(call::unlink, directory, [&] { return file_system::unlink(directory, name); });
  }

 protected:
  virtual int before(call, int fd) = 0;
  virtual void after(call, int /*fd*/) {}

 private:
  template <class Call>
  auto guarded(call kind, int fd, Call real) -> decltype(real()) {
    const int refused = before(kind, fd);
    if (refused < 0) return refused;
    const auto out = real();
    if (out >= 0) after(kind, fd);
    return out;
  }
};

class unsynced_file_system : public file_system {
 public:
  int sync_data(int) override { return 0; }
  int sync(int) override { return 0; }
};

inline std::uint64_t inode_of(int fd) {
  struct stat about{};
  return ::fstat(fd, &about) == 0 ? about.st_ino : 0;
}

class failing_file_system : public hooked_file_system {
 public:
  // The n-th call from now on fails with `code`; 0 lets all succeed.
  void arm(long n, int code) {
    left_ = n;
    code_ = code;
    hit_ = false;
  }
  // Each write hands over half of its bytes at most.
  void shorten_writes() { short_ = true; }

  bool hit() const { return hit_; }
  bool hit_a_sync() const { return hit_sync_; }
  bool synced_after_failure() const { return synced_again_; }

  int unlink(int directory, const char* name) override {
    struct stat about{};
    const bool there = ::fstatat(directory, name, &about, AT_SYMLINK_NOFOLLOW) == 0;
    const int outcome = hooked_file_system::unlink(directory, name);
    const std::lock_guard lock(mutex_);
    if (there && outcome == 0) broken_.erase(about.st_ino);  // another file may get this number
    return outcome;
  }
  ssize_t write(int fd, const iovec* pieces, int count, std::uint64_t offset) override {
    if (!short_) return hooked_file_system::write(fd, pieces, count, offset);
    iovec first = pieces[0];
    if (first.iov_len > 1) first.iov_len /= 2;
    return hooked_file_system::write(fd, &first, 1, offset);
  }

 protected:
  int before(call kind, int fd) override {
    const std::lock_guard lock(mutex_);
    if (kind == call::sync && broken_.contains(inode_of(fd))) synced_again_ = true;
    if (left_ == 0 || --left_ > 0) return 0;
    hit_ = true;
    if (kind == call::sync) {
      hit_sync_ = true;
      broken_.insert(inode_of(fd));
    }
    return -code_;
  }

 private:
  std::mutex mutex_;
  long left_ = 0;
  int code_ = EIO;
  bool short_ = false;
  std::atomic<bool> hit_ = false;
  std::atomic<bool> hit_sync_ = false;
  std::atomic<bool> synced_again_ = false;
  std::set<std::uint64_t> broken_;
};

}  // namespace torhaus::storage::blob::test
