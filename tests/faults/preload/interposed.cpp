// The interposed calls: each asks whether it has to fail, does the real thing, and leaves a record
// when it changed something below the data directory.
#include <dirent.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdarg>
#include <vector>

#include "tests/faults/preload/library.hpp"

using namespace torhaus::faults;

namespace {

constexpr unsigned punch_hole = 2;  // FALLOC_FL_PUNCH_HOLE

bool exists(int directory, const char* path) {
  struct stat about{};
  return ::syscall(SYS_newfstatat, directory, path, &about, AT_SYMLINK_NOFOLLOW) == 0;
}

int open_call(int directory, const char* path, int flags, mode_t mode) {
  std::string below;
  if (!path_below(directory, path, below)) {
    const int fd = static_cast<int>(::syscall(SYS_openat, directory, path, flags, mode));
    forget(fd);
    return fd;
  }
  if (judge(kind::open, below) == verdict::fail) return -1;
  const step guard;
  const bool made = (flags & O_CREAT) != 0 && !exists(directory, path);
  const int fd = static_cast<int>(::syscall(SYS_openat, directory, path, flags, mode));
  live_on();
  if (fd < 0) return fd;
  struct stat about{};
  const bool regular = ::fstat(fd, &about) == 0 && S_ISREG(about.st_mode);
  track(fd, regular, below);
  set_synchronous(fd, (flags & O_DSYNC) != 0);
  record(made ? call::create : call::open, fd, 0, 0, below);
  if (!made && (flags & O_TRUNC) != 0) record(call::truncate, fd);
  return fd;
}

void finish_write(int fd, std::uint64_t offset, const iovec* pieces, int count, ssize_t done) {
  if (done <= 0) return;
  record_write(fd, offset, pieces, count, static_cast<std::size_t>(done));
  if (!is_synchronous(fd)) return;
  const std::uint64_t number = next_sync();
  record(call::sync_begin, fd, number, 1);
  if (!planted("metadata-sync")) record(call::sync_end, fd, number);
}

std::vector<iovec> first_half(const iovec* pieces, int count) {
  std::size_t whole = 0;
  for (int i = 0; i < count; ++i) whole += pieces[i].iov_len;
  std::size_t left = std::max<std::size_t>(whole / 2, 1);
  std::vector<iovec> half;
  for (int i = 0; i < count && left > 0; ++i) {
    half.push_back({pieces[i].iov_base, std::min(pieces[i].iov_len, left)});
    left -= half.back().iov_len;
  }
  return half;
}

// `offset` < 0: at the descriptor's own place.
ssize_t write_call(int fd, const iovec* pieces, int count, off_t offset) {
  const bool positioned = offset >= 0;
  const auto real_write = [&](const iovec* from, int pieces_left, off_t at) -> ssize_t {
    if (!positioned) return ::syscall(SYS_writev, fd, from, pieces_left);
    return ::syscall(SYS_pwritev, fd, from, pieces_left, at, 0);
  };
  if (!is_ours(fd) || !is_regular(fd)) return real_write(pieces, count, offset);
  const verdict said = judge(kind::write, fd);
  if (said == verdict::fail) return -1;
  const std::vector<iovec> half =
      said == verdict::shorten ? first_half(pieces, count) : std::vector<iovec>();
  if (said == verdict::shorten) {
    pieces = half.data();
    count = static_cast<int>(half.size());
  }
  const step guard;
  const off_t at = positioned ? offset : ::lseek(fd, 0, SEEK_CUR);
  const ssize_t done = real_write(pieces, count, offset);
  live_on();
  finish_write(fd, static_cast<std::uint64_t>(at), pieces, count, done);
  return done;
}

int sync_call(int fd, long number, const char* plant) {
  if (!is_ours(fd)) return static_cast<int>(::syscall(number, fd));
  if (judge(kind::sync, fd) == verdict::fail) return -1;
  if (planted(plant)) return 0;
  if (planted("directory-sync") && !is_regular(fd)) return 0;
  const std::uint64_t place = next_sync();
  {
    const step guard;
    record(call::sync_begin, fd, place);
  }
  const int outcome = static_cast<int>(::syscall(number, fd));
  live_on();
  if (outcome == 0) {
    const step guard;
    record(call::sync_end, fd, place);
  }
  return outcome;
}

int truncate_call(int fd, off_t length) {
  if (is_ours(fd) && judge(kind::truncate, fd) == verdict::fail) return -1;
  const step guard;
  const int outcome = static_cast<int>(::syscall(SYS_ftruncate, fd, length));
  live_on();
  if (outcome == 0 && is_ours(fd)) record(call::truncate, fd, static_cast<std::uint64_t>(length));
  return outcome;
}

int allocate_call(int fd, int mode, off_t offset, off_t length) {
  if (is_ours(fd) && judge(kind::truncate, fd) == verdict::fail) return -1;
  const step guard;
  const int outcome = static_cast<int>(::syscall(SYS_fallocate, fd, mode, offset, length));
  live_on();
  if (outcome == 0 && is_ours(fd) && (static_cast<unsigned>(mode) & punch_hole) != 0) {
    record(call::zero, fd, static_cast<std::uint64_t>(offset), static_cast<std::uint64_t>(length));
  }
  return outcome;
}

int name_call(kind what, call kind_of_record, int from, const char* path, int to, const char* other,
              long number, unsigned flags) {
  std::string below;
  std::string below_other;
  const bool mine =
      path_below(from, path, below) && (other == nullptr || path_below(to, other, below_other));
  if (mine && judge(what, below) == verdict::fail) return -1;
  const step guard;
  const long outcome = other == nullptr ? ::syscall(number, from, path, flags)
                                        : ::syscall(number, from, path, to, other, flags);
  live_on();
  if (outcome == 0 && mine) record(kind_of_record, -1, 0, 0, below, below_other);
  return static_cast<int>(outcome);
}

mode_t mode_of(int flags, va_list more) {
  return (flags & O_CREAT) != 0 ? static_cast<mode_t>(va_arg(more, unsigned)) : 0;
}

}  // namespace

// glibc's names, with their 64-bit and checking twins.
extern "C" {

#define OPEN_CALL(name)                            \
  int name(const char* path, int flags, ...) {     \
    va_list more;                                  \
    va_start(more, flags);                         \
    const mode_t mode = mode_of(flags, more);      \
    va_end(more);                                  \
    return open_call(AT_FDCWD, path, flags, mode); \
  }
#define OPENAT_CALL(name)                                     \
  int name(int directory, const char* path, int flags, ...) { \
    va_list more;                                             \
    va_start(more, flags);                                    \
    const mode_t mode = mode_of(flags, more);                 \
    va_end(more);                                             \
    return open_call(directory, path, flags, mode);           \
  }
OPEN_CALL(open)
OPEN_CALL(open64)
OPENAT_CALL(openat)
OPENAT_CALL(openat64)
int __open_2(const char* path, int flags) { return open_call(AT_FDCWD, path, flags, 0); }
int __open64_2(const char* path, int flags) { return open_call(AT_FDCWD, path, flags, 0); }
int __openat_2(int at, const char* path, int flags) { return open_call(at, path, flags, 0); }
int __openat64_2(int at, const char* path, int flags) { return open_call(at, path, flags, 0); }

int close(int fd) {
  const step guard;
  forget(fd);
  return static_cast<int>(::syscall(SYS_close, fd));
}
int closedir(DIR* stream) {
  forget(::dirfd(stream));
  return reinterpret_cast<int (*)(DIR*)>(real("closedir"))(stream);
}

ssize_t write(int fd, const void* bytes, size_t count) {
  const iovec piece{const_cast<void*>(bytes), count};
  return write_call(fd, &piece, 1, -1);
}
ssize_t writev(int fd, const iovec* pieces, int count) { return write_call(fd, pieces, count, -1); }
ssize_t pwrite(int fd, const void* bytes, size_t count, off_t offset) {
  const iovec piece{const_cast<void*>(bytes), count};
  return write_call(fd, &piece, 1, offset);
}
ssize_t pwrite64(int fd, const void* bytes, size_t count, off_t offset) {
  return pwrite(fd, bytes, count, offset);
}
ssize_t pwritev(int fd, const iovec* pieces, int count, off_t offset) {
  return write_call(fd, pieces, count, offset);
}
ssize_t pwritev64(int fd, const iovec* pieces, int count, off_t offset) {
  return write_call(fd, pieces, count, offset);
}
ssize_t pread(int fd, void* bytes, size_t count, off_t offset) {
  if (is_ours(fd)) {
    const verdict said = judge(kind::read, fd);
    if (said == verdict::fail) return -1;
    if (said == verdict::shorten && count > 1) count /= 2;
  }
  return ::syscall(SYS_pread64, fd, bytes, count, offset);
}
ssize_t pread64(int fd, void* bytes, size_t count, off_t offset) {
  return pread(fd, bytes, count, offset);
}

int fsync(int fd) { return sync_call(fd, SYS_fsync, "-"); }
int fdatasync(int fd) { return sync_call(fd, SYS_fdatasync, "file-sync"); }

int ftruncate(int fd, off_t length) { return truncate_call(fd, length); }
int ftruncate64(int fd, off_t length) { return truncate_call(fd, length); }
int fallocate(int fd, int mode, off_t offset, off_t length) {
  return allocate_call(fd, mode, offset, length);
}
int fallocate64(int fd, int mode, off_t offset, off_t length) {
  return allocate_call(fd, mode, offset, length);
}

int mkdir(const char* path, mode_t mode) {
  return name_call(kind::open, call::make_directory, AT_FDCWD, path, 0, nullptr, SYS_mkdirat, mode);
}
int mkdirat(int at, const char* path, mode_t mode) {
  return name_call(kind::open, call::make_directory, at, path, 0, nullptr, SYS_mkdirat, mode);
}
int unlink(const char* path) {
  return name_call(kind::unlink, call::unlink, AT_FDCWD, path, 0, nullptr, SYS_unlinkat, 0);
}
int unlinkat(int at, const char* path, int flags) {
  return name_call(kind::unlink, call::unlink, at, path, 0, nullptr, SYS_unlinkat,
                   static_cast<unsigned>(flags));
}
int link(const char* path, const char* other) {
  return name_call(kind::rename, call::link, AT_FDCWD, path, AT_FDCWD, other, SYS_linkat, 0);
}
int linkat(int from, const char* path, int to, const char* other, int flags) {
  return name_call(kind::rename, call::link, from, path, to, other, SYS_linkat,
                   static_cast<unsigned>(flags));
}
int rename(const char* path, const char* other) {
  return name_call(kind::rename, call::rename, AT_FDCWD, path, AT_FDCWD, other, SYS_renameat2, 0);
}
int renameat(int from, const char* path, int to, const char* other) {
  return name_call(kind::rename, call::rename, from, path, to, other, SYS_renameat2, 0);
}

void* mmap(void* at, size_t length, int protection, int flags, int fd, off_t offset) {
  if (is_ours(fd) && judge(kind::map, fd) == verdict::fail) return MAP_FAILED;
  const long place = ::syscall(SYS_mmap, at, length, protection, flags, fd, offset);
  return place == -1 ? MAP_FAILED : reinterpret_cast<void*>(place);
}
void* mmap64(void* at, size_t length, int protection, int flags, int fd, off_t offset) {
  return mmap(at, length, protection, flags, fd, offset);
}

}  // extern "C"
