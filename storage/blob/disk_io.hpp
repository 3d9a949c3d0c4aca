// The system calls of the disk store behind one interface, so that tests can let the n-th one fail.
// Every call answers a value >= 0 or -errno; EINTR never comes out. Only disk*.cpp include this
// file.
#pragma once

#include <sys/types.h>
#include <sys/uio.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "storage/blob/disk.hpp"

namespace torhaus::storage::blob {

enum class direct_io : std::uint8_t { off, on };

class file_system {
 public:
  virtual ~file_system() = default;

  // O_CLOEXEC and O_NOFOLLOW are always added. Answers a descriptor.
  virtual int open(int directory, const char* name, int flags);
  // The same for reading where the way to the file is in memory already: -EAGAIN and others
  // otherwise, also of kernels and sandboxes that cannot tell.
  virtual int open_cached(int directory, const char* name);
  virtual void close(int fd) noexcept;
  virtual ssize_t read(int fd, std::span<std::byte> out, std::uint64_t offset);
  // The same of what is in memory already: less than asked for, or -EAGAIN and others, otherwise.
  virtual ssize_t read_cached(int fd, std::span<std::byte> out, std::uint64_t offset);
  // Reads of this descriptor are short and far from each other: nothing need be read ahead.
  virtual void expect_single_reads(int fd) noexcept;
  virtual ssize_t write(int fd, const iovec* pieces, int count, std::uint64_t offset);
  virtual int sync_data(int fd);
  virtual int sync(int fd);
  // Whether writes go past the page cache. They then need memory, offset and length on page
  // boundaries and answer -EINVAL otherwise; -EINVAL here means that the file system cannot do it.
  virtual int set_direct(int fd, direct_io how);
  // Starts writing the range to the disk without waiting for it.
  virtual int begin_write_back(int fd, std::uint64_t offset, std::uint64_t bytes);
  // Reserves blocks without changing the file's length.
  virtual int allocate(int fd, std::uint64_t offset, std::uint64_t bytes);
  virtual int punch(int fd, std::uint64_t offset, std::uint64_t bytes);
  virtual int truncate(int fd, std::uint64_t bytes);
  virtual int make_directory(int directory, const char* name);
  virtual int link(int from, const char* name, int to, const char* to_name);
  virtual int rename(int from, const char* name, int to, const char* to_name);
  virtual int unlink(int directory, const char* name);
  // Where the next bytes that are no hole begin; -ENXIO when only a hole follows.
  virtual off_t next_data(int fd, std::uint64_t offset);
  // Length of a file; an empty name means `directory` itself, which may be a file.
  virtual off_t length(int directory, const char* name);
  virtual off_t free_bytes(int fd);
  // Calls `each` with every name but "." and ".."; it returns false to stop.
  virtual int list(int directory, const std::function<bool(const char*)>& each);
  // Takes the exclusive lock of a directory: -EWOULDBLOCK when another process has it.
  virtual int lock(int fd);
};

file_system& real_file_system();

// The same store over another file system; `files` outlives it.
std::unique_ptr<store> open_disk(const disk_options&, file_system& files);

// An open descriptor.
class handle {
 public:
  handle() = default;
  handle(file_system& files, int fd) noexcept : files_(&files), fd_(fd) {}
  handle(handle&& other) noexcept : files_(other.files_), fd_(std::exchange(other.fd_, -1)) {}
  handle& operator=(handle&& other) noexcept {
    std::swap(files_, other.files_);
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~handle() { reset(); }

  void reset() noexcept {
    if (fd_ >= 0) files_->close(std::exchange(fd_, -1));
  }
  int fd() const noexcept { return fd_; }
  explicit operator bool() const noexcept { return fd_ >= 0; }

 private:
  file_system* files_ = nullptr;
  int fd_ = -1;
};

// Writes all pieces, however short the single writes are; the pieces are used up. 0 or -errno.
int write_all(file_system&, int fd, std::span<iovec> pieces, std::uint64_t offset);
// Reads until `out` is full or the file ends: the bytes read, or -errno.
ssize_t read_up_to(file_system&, int fd, std::span<std::byte> out, std::uint64_t offset);

// "ENOSPC: No space left on device"; takes errno's value with either sign.
std::string error_text(int code);
// No room: full file system, quota, or the process's limit of file length.
bool means_full(int code) noexcept;

}  // namespace torhaus::storage::blob
