// The system calls of the journal, so that tests can let them fail. Every call answers a value >= 0
// or -errno; EINTR never comes out. Paths and descriptors stay in this part.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace torhaus::storage::journal {

class file_system {
 public:
  virtual ~file_system() = default;
  virtual int open_directory(const std::filesystem::path&);  // made when it is not there
  // Mode 0640. O_CLOEXEC and O_NOFOLLOW are always added.
  virtual int open(int directory, const std::string& name, int flags);
  virtual void close(int fd) noexcept;
  virtual ssize_t read(int fd, std::span<char> out, std::uint64_t offset);
  virtual ssize_t write(int fd, std::string_view bytes, std::uint64_t offset);
  virtual int truncate(int fd, std::uint64_t bytes);
  virtual int sync(int fd);       // with the directory entry's own data
  virtual int sync_data(int fd);  // what is needed to read the bytes again
  virtual int forbid_writing(int fd);
  virtual int unlink(int directory, const std::string& name);
  virtual off_t length(int fd);
  // Names in the directory, in order.
  virtual int list(int directory, std::vector<std::string>& names);
};

file_system& real_file_system();

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

// Writes all of it, however short the single writes are: 0 or -errno.
int write_all(file_system&, int fd, std::string_view bytes, std::uint64_t offset);
// Reads until `out` is full or the file ends: the bytes read, or -errno.
ssize_t read_up_to(file_system&, int fd, std::span<char> out, std::uint64_t offset);

std::string error_text(int code);  // takes errno's value with either sign

}  // namespace torhaus::storage::journal
