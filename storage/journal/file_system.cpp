#include "storage/journal/file_system.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <system_error>

namespace torhaus::storage::journal {
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

}  // namespace

int file_system::open_directory(const std::filesystem::path& path) {
  if (::mkdir(path.c_str(), 0750) != 0 && errno != EEXIST) return -errno;
  return retried([&] { return ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); });
}

int file_system::open(int directory, const std::string& name, int flags) {
  return retried(
      [&] { return ::openat(directory, name.c_str(), flags | O_CLOEXEC | O_NOFOLLOW, 0640); });
}

// After EINTR the descriptor is gone on Linux: closing again could hit another thread's file.
void file_system::close(int fd) noexcept { ::close(fd); }

ssize_t file_system::read(int fd, std::span<char> out, std::uint64_t offset) {
  return retried([&] { return ::pread(fd, out.data(), out.size(), static_cast<off_t>(offset)); });
}

ssize_t file_system::write(int fd, std::string_view bytes, std::uint64_t offset) {
  return retried(
      [&] { return ::pwrite(fd, bytes.data(), bytes.size(), static_cast<off_t>(offset)); });
}

int file_system::truncate(int fd, std::uint64_t bytes) {
  return retried([&] { return ::ftruncate(fd, static_cast<off_t>(bytes)); });
}

int file_system::sync(int fd) {
  return retried([&] { return ::fsync(fd); });
}

int file_system::sync_data(int fd) {
  return retried([&] { return ::fdatasync(fd); });
}

int file_system::forbid_writing(int fd) {
  return retried([&] { return ::fchmod(fd, 0440); });
}

int file_system::unlink(int directory, const std::string& name) {
  return retried([&] { return ::unlinkat(directory, name.c_str(), 0); });
}

off_t file_system::length(int fd) {
  struct stat found{};
  if (::fstat(fd, &found) != 0) return -errno;
  return found.st_size;
}

int file_system::list(int directory, std::vector<std::string>& names) {
  names.clear();
  const int again = ::openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (again < 0) return -errno;
  DIR* stream = ::fdopendir(again);
  if (stream == nullptr) {
    const int failed = -errno;
    ::close(again);
    return failed;
  }
  errno = 0;
  while (const dirent* entry = ::readdir(stream)) {
    const std::string name(entry->d_name);
    if (name != "." && name != "..") names.push_back(name);
  }
  const int failed = -errno;
  ::closedir(stream);
  std::ranges::sort(names);
  return failed;
}

file_system& real_file_system() {
  static file_system linux_calls;
  return linux_calls;
}

int write_all(file_system& files, int fd, std::string_view bytes, std::uint64_t offset) {
  while (!bytes.empty()) {
    const ssize_t n = files.write(fd, bytes, offset);
    if (n < 0) return static_cast<int>(n);
    if (n == 0) return -EIO;
    bytes.remove_prefix(static_cast<std::size_t>(n));
    offset += static_cast<std::uint64_t>(n);
  }
  return 0;
}

ssize_t read_up_to(file_system& files, int fd, std::span<char> out, std::uint64_t offset) {
  std::size_t have = 0;
  while (have < out.size()) {
    const ssize_t n = files.read(fd, out.subspan(have), offset + have);
    if (n < 0) return n;
    if (n == 0) break;
    have += static_cast<std::size_t>(n);
  }
  return static_cast<ssize_t>(have);
}

std::string error_text(int code) {
  const int value = std::abs(code);
  const char* name = ::strerrorname_np(value);
  return std::string(name == nullptr ? "error" : name) + ": " +
         std::generic_category().message(value);
}

}  // namespace torhaus::storage::journal
