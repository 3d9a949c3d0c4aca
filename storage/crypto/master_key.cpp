// The master key file: 64 hex digits and a line feed, readable by its owner alone.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <span>
#include <stdexcept>

#include "storage/crypto/digest.hpp"
#include "storage/crypto/sealing.hpp"

namespace torhaus::storage::crypto {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t key_bytes = 32;
// The digits and some white space; a longer file is no key file.
constexpr std::size_t max_file_bytes = 256;

[[noreturn]] void fail(const fs::path& file, const std::string& what) {
  throw std::runtime_error("master key file " + file.string() + ": " + what);
}

[[noreturn]] void fail_errno(const fs::path& file, const char* what) {
  const int number = errno;
  fail(file, std::string(what) + ": " + std::strerror(number));
}

class descriptor {
 public:
  explicit descriptor(int number) : number_(number) {}
  ~descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  descriptor(const descriptor&) = delete;
  descriptor& operator=(const descriptor&) = delete;
  int get() const { return number_; }

 private:
  int number_;
};

std::string read_small(int fd, const fs::path& file) {
  std::string out(max_file_bytes, '\0');
  std::size_t have = 0;
  while (have < out.size()) {
    const ssize_t n = ::read(fd, out.data() + have, out.size() - have);
    if (n == 0) break;
    if (n < 0 && errno != EINTR) fail_errno(file, "cannot be read");
    if (n > 0) have += static_cast<std::size_t>(n);
  }
  out.resize(have);
  return out;
}

void write_all(int fd, std::string_view bytes, const fs::path& file) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(fd, bytes.data(), bytes.size());
    if (n < 0 && errno != EINTR) fail_errno(file, "cannot be written");
    if (n > 0) bytes.remove_prefix(static_cast<std::size_t>(n));
  }
}

void sync_directory(const fs::path& directory, const fs::path& file) {
  const descriptor fd(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (fd.get() < 0 || ::fsync(fd.get()) != 0) fail_errno(file, "its directory cannot be synced");
}

std::string random_bytes(std::size_t count) {
  std::string out(count, '\0');
  system_random_source().fill(std::as_writable_bytes(std::span(out)));
  return out;
}

// The file appears with its whole content or not at all, and never replaces one that is there.
void create(const fs::path& file) {
  const fs::path directory = file.has_parent_path() ? file.parent_path() : fs::path(".");
  fs::path temporary = file;
  temporary += ".new-" + to_hex(random_bytes(8));
  {
    const descriptor fd(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (fd.get() < 0) fail_errno(file, "cannot be created");
    write_all(fd.get(), to_hex(random_bytes(key_bytes)) + "\n", file);
    if (::fsync(fd.get()) != 0) fail_errno(file, "cannot be synced");
  }
  const int linked = ::link(temporary.c_str(), file.c_str());
  const int number = errno;
  ::unlink(temporary.c_str());
  if (linked != 0 && number != EEXIST) {
    errno = number;
    fail_errno(file, "cannot be created");
  }
  sync_directory(directory, file);
}

std::string load(int fd, const fs::path& file) {
  struct stat status{};
  if (::fstat(fd, &status) != 0) fail_errno(file, "cannot be examined");
  if (!S_ISREG(status.st_mode)) fail(file, "is not a regular file");
  if ((status.st_mode & 077) != 0) {
    fail(file, "is open to others than its owner; run: chmod 600 " + file.string());
  }
  std::string text = read_small(fd, file);
  text.erase(text.find_last_not_of(" \t\r\n") + 1);
  const auto key = from_hex(text);
  if (!key || key->size() != key_bytes) fail(file, "must hold 64 hex digits and nothing else");
  return *key;
}

}  // namespace

std::string load_master_key(const fs::path& file, when_absent absent) {
  for (bool created = false;; created = true) {
    const descriptor fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (fd.get() >= 0) return load(fd.get(), file);
    if (errno != ENOENT || absent == when_absent::fail || created) {
      fail_errno(file, "cannot be opened");
    }
    create(file);
  }
}

}  // namespace torhaus::storage::crypto
