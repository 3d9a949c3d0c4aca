// Linux behind file_system.
#include "storage/blob/disk_io.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <linux/falloc.h>
#include <linux/openat2.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <limits>

namespace torhaus::storage::blob {
namespace {

// Calls again while a signal interrupts; turns -1 into -errno.
template <class Call>
auto retried(Call call) {
  for (;;) {
    const auto out = call();
    if (out >= 0) return out;
    if (errno != EINTR) return static_cast<decltype(out)>(-errno);
  }
}

off_t signed_offset(std::uint64_t value) {
  constexpr auto most = static_cast<std::uint64_t>(std::numeric_limits<off_t>::max());
  return static_cast<off_t>(std::min(value, most));
}

}  // namespace

int file_system::open(int directory, const char* name, int flags) {
  return retried([&] { return ::openat(directory, name, flags | O_CLOEXEC | O_NOFOLLOW, 0600); });
}

// Linux 5.12 and later.
int file_system::open_cached(int directory, const char* name) {
  ::open_how how{};
  how.flags = O_RDONLY | O_CLOEXEC | O_NOFOLLOW;
  how.resolve = RESOLVE_CACHED;
  return static_cast<int>(
      retried([&] { return ::syscall(SYS_openat2, directory, name, &how, sizeof how); }));
}

// After EINTR the descriptor is gone on Linux: closing again could hit another thread's file.
void file_system::close(int fd) noexcept { ::close(fd); }

ssize_t file_system::read(int fd, std::span<std::byte> out, std::uint64_t offset) {
  return retried([&] { return ::pread(fd, out.data(), out.size(), signed_offset(offset)); });
}

ssize_t file_system::read_cached(int fd, std::span<std::byte> out, std::uint64_t offset) {
  iovec into{out.data(), out.size()};
  return retried([&] { return ::preadv2(fd, &into, 1, signed_offset(offset), RWF_NOWAIT); });
}

void file_system::expect_single_reads(int fd) noexcept {
  ::posix_fadvise(fd, 0, 0, POSIX_FADV_RANDOM);
}

ssize_t file_system::write(int fd, const iovec* pieces, int count, std::uint64_t offset) {
  return retried([&] { return ::pwritev(fd, pieces, count, signed_offset(offset)); });
}

int file_system::sync_data(int fd) {
  return retried([&] { return ::fdatasync(fd); });
}

int file_system::sync(int fd) {
  return retried([&] { return ::fsync(fd); });
}

int file_system::set_direct(int fd, direct_io how) {
  const int flags = retried([&] { return ::fcntl(fd, F_GETFL); });
  if (flags < 0) return flags;
  const int wanted = how == direct_io::on ? flags | O_DIRECT : flags & ~O_DIRECT;
  return retried([&] { return ::fcntl(fd, F_SETFL, wanted); });
}

int file_system::begin_write_back(int fd, std::uint64_t offset, std::uint64_t bytes) {
  return retried([&] {
    return ::sync_file_range(fd, signed_offset(offset), signed_offset(bytes),
                             SYNC_FILE_RANGE_WRITE);
  });
}

int file_system::allocate(int fd, std::uint64_t offset, std::uint64_t bytes) {
  return retried([&] {
    return ::fallocate(fd, FALLOC_FL_KEEP_SIZE, signed_offset(offset), signed_offset(bytes));
  });
}

int file_system::punch(int fd, std::uint64_t offset, std::uint64_t bytes) {
  return retried([&] {
    return ::fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, signed_offset(offset),
                       signed_offset(bytes));
  });
}

int file_system::truncate(int fd, std::uint64_t bytes) {
  return retried([&] { return ::ftruncate(fd, signed_offset(bytes)); });
}

int file_system::make_directory(int directory, const char* name) {
  return retried([&] { return ::mkdirat(directory, name, 0700); });
}

int file_system::link(int from, const char* name, int to, const char* to_name) {
  return retried([&] { return ::linkat(from, name, to, to_name, 0); });
}

int file_system::rename(int from, const char* name, int to, const char* to_name) {
  return retried([&] { return ::renameat(from, name, to, to_name); });
}

int file_system::unlink(int directory, const char* name) {
  return retried([&] { return ::unlinkat(directory, name, 0); });
}

off_t file_system::next_data(int fd, std::uint64_t offset) {
  return retried([&] { return ::lseek(fd, signed_offset(offset), SEEK_DATA); });
}

off_t file_system::length(int directory, const char* name) {
  struct stat about{};
  const int outcome = retried(
      [&] { return ::fstatat(directory, name, &about, AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW); });
  return outcome < 0 ? outcome : about.st_size;
}

off_t file_system::free_bytes(int fd) {
  struct statvfs about{};
  const int outcome = retried([&] { return ::fstatvfs(fd, &about); });
  if (outcome < 0) return outcome;
  return signed_offset(std::uint64_t{about.f_bavail} * about.f_frsize);
}

int file_system::list(int directory, const std::function<bool(const char*)>& each) {
  // A descriptor of its own: the position in the directory belongs to the open file.
  const int fd = file_system::open(directory, ".", O_RDONLY | O_DIRECTORY);
  if (fd < 0) return fd;
  DIR* stream = ::fdopendir(fd);
  if (stream == nullptr) {
    const int code = errno;
    ::close(fd);
    return -code;
  }
  int outcome = 0;
  for (;;) {
    errno = 0;
    const dirent* entry = ::readdir(stream);
    if (entry == nullptr) {
      outcome = -errno;
      break;
    }
    const std::string_view name = entry->d_name;
    if (name != "." && name != ".." && !each(entry->d_name)) break;
  }
  ::closedir(stream);
  return outcome;
}

int file_system::lock(int fd) {
  return retried([&] { return ::flock(fd, LOCK_EX | LOCK_NB); });
}

file_system& real_file_system() {
  static file_system files;
  return files;
}

int write_all(file_system& files, int fd, std::span<iovec> pieces, std::uint64_t offset) {
  constexpr std::size_t most_pieces = 1024;  // IOV_MAX of Linux
  while (!pieces.empty()) {
    if (pieces.front().iov_len == 0) {
      pieces = pieces.subspan(1);
      continue;
    }
    const int count = static_cast<int>(std::min(pieces.size(), most_pieces));
    const ssize_t wrote = files.write(fd, pieces.data(), count, offset);
    if (wrote < 0) return static_cast<int>(wrote);
    if (wrote == 0) return -EIO;
    offset += static_cast<std::uint64_t>(wrote);
    auto left = static_cast<std::size_t>(wrote);
    while (left > 0) {
      iovec& first = pieces.front();
      const std::size_t part = std::min(left, first.iov_len);
      first.iov_base = static_cast<char*>(first.iov_base) + part;
      first.iov_len -= part;
      left -= part;
      if (first.iov_len == 0) pieces = pieces.subspan(1);
    }
  }
  return 0;
}

ssize_t read_up_to(file_system& files, int fd, std::span<std::byte> out, std::uint64_t offset) {
  std::size_t done = 0;
  while (done < out.size()) {
    const ssize_t got = files.read(fd, out.subspan(done), offset + done);
    if (got < 0) return got;
    if (got == 0) break;
    done += static_cast<std::size_t>(got);
  }
  return static_cast<ssize_t>(done);
}

std::string error_text(int code) {
  code = std::abs(code);
  const char* name = ::strerrorname_np(code);
  const char* text = ::strerrordesc_np(code);
  if (name == nullptr || text == nullptr) return "error " + std::to_string(code);
  return std::string(name) + ": " + text;
}

bool means_full(int code) noexcept {
  code = std::abs(code);
  return code == ENOSPC || code == EDQUOT || code == EFBIG;
}

}  // namespace torhaus::storage::blob
