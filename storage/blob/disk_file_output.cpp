// Writing of large blobs.
#include "storage/blob/disk_file_output.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <new>
#include <utility>

#include "storage/blob/disk_janitor.hpp"

namespace torhaus::storage::blob {
namespace {

// Blocks are reserved this far ahead of what arrived: a client that announces much and sends
// nothing must not occupy the disk.
constexpr std::uint64_t allocation_step = std::uint64_t{64} << 20;
// Dirty bytes are handed to the disk in portions of this size while the next ones arrive.
constexpr std::uint64_t write_back_step = std::uint64_t{8} << 20;
constexpr std::uint64_t grant_step = std::uint64_t{8} << 20;
// A write of two blocks reaches the disk's full rate; smaller ones do not.
constexpr std::size_t gather_bytes = 2 * block_bytes;

bool on_page_boundary(const void* p) {
  return reinterpret_cast<std::uintptr_t>(p) % page_bytes == 0;
}

}  // namespace

file_output::file_output(file_system& files, file_home& home, disk_health& health, janitor& cleaner,
                         const blob_id& id, std::optional<std::uint64_t> expected_bytes)
    : files_(files),
      home_(home),
      health_(health),
      janitor_(cleaner),
      id_(id),
      expected_(expected_bytes) {}

file_output::~file_output() {
  if (file_) janitor_.drop_file(id_, std::move(file_));
}

result<void> file_output::append(std::span<const std::byte> bytes) {
  if (health_.failed()) return health_.failure();
  if (bytes.size() > max_file_bytes - size()) {
    return error(errc::entity_too_large).because("larger than one blob can be");
  }
  if (!file_) {
    // Asked first: what is refused makes no file.
    if (auto granted = grant(bytes.size()); !granted) return granted;
    if (auto begun = begin(); !begun) return begun;
  }
  while (!bytes.empty()) {
    if (can_write_straight(bytes)) {
      const std::size_t whole = bytes.size() / block_bytes * block_bytes;
      if (auto wrote = write_blocks(bytes.first(whole)); !wrote) return wrote;
      bytes = bytes.subspan(whole);
      continue;
    }
    bytes = bytes.subspan(gather(bytes));
    if (buffered_ < gather_bytes) continue;
    if (auto wrote = write_gathered(); !wrote) return wrote;
  }
  return {};
}

bool file_output::can_write_straight(std::span<const std::byte> bytes) const {
  if (buffered_ > 0 || bytes.size() < block_bytes) return false;
  return !direct_ || on_page_boundary(bytes.data());
}

// Takes as many bytes as there is room for.
std::size_t file_output::gather(std::span<const std::byte> bytes) {
  if (!gathered_) gathered_ = page_memory(gather_bytes);
  const std::size_t part = std::min(gather_bytes - buffered_, bytes.size());
  std::memcpy(gathered_.data() + buffered_, bytes.data(), part);
  buffered_ += part;
  return part;
}

result<void> file_output::write_gathered() {
  const std::size_t count = std::exchange(buffered_, 0);
  return write_blocks({gathered_.data(), count});
}

result<void> file_output::begin() {
  if (file_) return {};
  if (expected_) {
    // Said now rather than after gigabytes: this will not fit. The grants follow as the bytes
    // arrive.
    if (*expected_ > health_.free_bytes()) {
      return error(errc::insufficient_storage).because("announced size exceeds the free bytes");
    }
    constexpr std::uint64_t believed = 1024;  // the rest grows with what really arrives
    checksums_.reserve(static_cast<std::size_t>(std::min(blocks_of(*expected_), believed)));
  }
  auto made = home_.begin(id_);
  if (!made) return std::move(made).error();
  file_ = std::move(*made);
  direct_ = files_.set_direct(file_.fd(), direct_io::on) >= 0;
  return {};
}

result<void> file_output::grant(std::uint64_t bytes) {
  const std::uint64_t end = written_ + bytes;
  if (end > granted_) {
    const std::uint64_t more = std::max(end - granted_, grant_step);
    const std::uint64_t wanted =
        expected_ && *expected_ > granted_ ? std::min(more, *expected_ - granted_) : more;
    const std::uint64_t portion = std::max(wanted, end - granted_);
    if (auto refused = health_.refusal(portion)) return std::move(*refused);
    granted_ += portion;
  }
  return {};
}

result<void> file_output::allocate(std::uint64_t bytes) {
  const std::uint64_t end = written_ + bytes;
  if (expected_ && end > allocated_ && allocated_ < *expected_) {
    const std::uint64_t step = std::max(allocation_step, end - allocated_);
    const std::uint64_t goal = std::min(allocated_ + step, file_length(*expected_));
    const int outcome = files_.allocate(file_.fd(), allocated_, goal - allocated_);
    if (outcome == 0) {
      allocated_ = goal;
    } else if (means_full(outcome)) {
      return health_.write_failed("allocate tmp", file_name(id_).data(), outcome);
    } else {
      allocated_ = UINT64_MAX;  // not offered here: only a matter of speed
    }
  }
  return {};
}

result<void> file_output::write_blocks(std::span<const std::byte> bytes) {
  if (auto granted = grant(bytes.size()); !granted) return granted;
  if (auto room = allocate(bytes.size()); !room) return room;
  for (std::size_t at = 0; at < bytes.size(); at += block_bytes) {
    const auto block = bytes.subspan(at, std::min<std::size_t>(block_bytes, bytes.size() - at));
    checksums_.push_back(block_checksum(id_, checksums_.size(), block));
  }
  const int outcome = put(bytes);
  if (outcome < 0) return health_.write_failed("write tmp", file_name(id_).data(), outcome);
  written_ += bytes.size();
  return start_write_back();
}

// 0 or -errno. What is not on page boundaries goes through the page cache: the last bytes, and what
// a short write leaves over.
int file_output::put(std::span<const std::byte> bytes) {
  const bool fits = on_page_boundary(bytes.data()) && bytes.size() % page_bytes == 0;
  if (direct_ && fits) {
    const int outcome = write_at_end(bytes);
    if (outcome != -EINVAL) return outcome;
  }
  if (std::exchange(direct_, false)) {
    const int outcome = files_.set_direct(file_.fd(), direct_io::off);
    if (outcome < 0) return outcome;
  }
  return write_at_end(bytes);
}

int file_output::write_at_end(std::span<const std::byte> bytes) {
  // write_all only reads through this pointer.
  iovec piece{const_cast<std::byte*>(bytes.data()), bytes.size()};
  return write_all(files_, file_.fd(), {&piece, 1}, written_);
}

result<void> file_output::start_write_back() {
  if (direct_) written_back_ = written_;
  const std::uint64_t ready = written_ - written_back_;
  if (ready < write_back_step) return {};
  const int outcome = files_.begin_write_back(file_.fd(), written_back_, ready);
  written_back_ = written_;
  // Only the answers that report lost bytes count; the call itself is a matter of speed.
  if (outcome == -EIO || means_full(outcome)) {
    return health_.write_failed("write back tmp", file_name(id_).data(), outcome);
  }
  return {};
}

result<void> file_output::write_tail() {
  const auto tail = encode_tail(id_, written_, checksums_);
  if (auto granted = grant(tail.size()); !granted) return granted;
  int outcome = put(tail);
  if (outcome < 0) return health_.write_failed("write tmp", file_name(id_).data(), outcome);
  const std::uint64_t length = file_length(written_);
  if (allocated_ != UINT64_MAX && allocated_ > length) {
    outcome = files_.truncate(file_.fd(), length);  // gives back what was reserved in vain
    if (outcome < 0) return health_.write_failed("truncate tmp", file_name(id_).data(), outcome);
  }
  return {};
}

result<void> file_output::finish() {
  if (health_.failed()) return health_.failure();
  if (auto begun = begin(); !begun) return begun;
  if (buffered_ > 0) {
    if (auto wrote = write_gathered(); !wrote) return wrote;
  }
  if (auto wrote = write_tail(); !wrote) return wrote;
  const int outcome = files_.sync_data(file_.fd());
  if (outcome < 0) return health_.write_failed("sync tmp", file_name(id_).data(), outcome);
  if (auto synced = home_.sync_entries(); !synced) return synced;
  file_.reset();
  return {};
}

}  // namespace torhaus::storage::blob
