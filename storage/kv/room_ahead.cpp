#include "storage/kv/room_ahead.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace torhaus::storage::kv {
namespace {

// Blocks of file systems and pages of LMDB are no larger on the machines that we run on; O_DIRECT
// wants its offsets and lengths in them.
constexpr std::uint64_t unit = 4096;
constexpr std::uint64_t piece = std::uint64_t{1} << 20;

std::uint64_t whole_units(std::uint64_t bytes) { return (bytes + unit - 1) / unit * unit; }

}  // namespace

// Past the page cache: the zeros would only push out what is read.
room_ahead::room_ahead(const std::filesystem::path& file) {
  fd_ = ::open(file.c_str(), O_WRONLY | O_CLOEXEC | O_DIRECT);
  if (fd_ < 0 && errno == EINVAL) fd_ = ::open(file.c_str(), O_WRONLY | O_CLOEXEC);
  if (fd_ < 0) return;
  // Memory that is only read stays the kernel's one page of zeros.
  zeros_ = ::mmap(nullptr, piece, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  struct stat now{};
  if (zeros_ == MAP_FAILED || ::fstat(fd_, &now) != 0) {
    ::close(fd_);
    fd_ = -1;
    return;
  }
  end_ = whole_units(static_cast<std::uint64_t>(now.st_size));
}

room_ahead::~room_ahead() {
  if (zeros_ != nullptr && zeros_ != MAP_FAILED) ::munmap(zeros_, piece);
  if (fd_ >= 0) ::close(fd_);
}

void room_ahead::keep(std::uint64_t used, std::uint64_t free) noexcept {
  end_ = std::max(end_, whole_units(used));
  if (fd_ < 0 || used < again_at_ || end_ - used >= least) return;
  const std::uint64_t step =
      std::min(std::clamp(used / share, least_step, most_step), free / share_of_free);
  if (step < least || !write_zeros(step / unit * unit)) again_at_ = used + least_step;
}

bool room_ahead::write_zeros(std::uint64_t bytes) noexcept {
  for (std::uint64_t left = bytes; left > 0;) {
    const ssize_t n = ::pwrite(fd_, zeros_, std::min(left, piece), static_cast<off_t>(end_));
    if (n < 0 && errno == EINTR) continue;
    if (n < static_cast<ssize_t>(unit)) return false;
    const std::uint64_t written = static_cast<std::uint64_t>(n) / unit * unit;
    end_ += written;
    left -= written;
  }
  return true;
}

}  // namespace torhaus::storage::kv
