// Segment files: making, opening, closing, unlinking. Freeing and recovery have files of their own.
#include "storage/blob/disk_segments.hpp"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>

#include "storage/base/log.hpp"

namespace torhaus::storage::blob {
namespace {

// Open descriptors kept for reading. With segments of 256 MiB they reach 16 GiB of recent bytes.
constexpr std::size_t cached_files = 64;

}  // namespace

segment_files::segment_files(file_system& files, handle directory, handle markers,
                             disk_health& health)
    : files_(files),
      directory_(std::move(directory)),
      markers_(std::move(markers)),
      health_(health) {}

result<handle> segment_files::make(const segment_page& page) {
  const auto name = segment_name(page.number);
  const int marker = files_.open(markers_.fd(), name.data(), O_WRONLY | O_CREAT | O_EXCL);
  if (marker < 0) return health_.create_failed("create segment marker", name.data(), marker);
  files_.close(marker);
  auto made = fill_new(page, name.data());
  if (!made) {
    files_.unlink(markers_.fd(), name.data());
    return made;
  }
  ++count_;
  bytes_ += page_bytes;
  return made;
}

result<handle> segment_files::fill_new(const segment_page& page, const char* name) {
  const int fd = files_.open(directory_.fd(), name, O_RDWR | O_CREAT | O_EXCL);
  if (fd < 0) return health_.create_failed("create segment", name, fd);
  handle file(files_, fd);
  auto content = encode(page);
  iovec piece{content.data(), content.size()};
  int outcome = write_all(files_, fd, {&piece, 1}, 0);
  // The page is durable before the first needle: a marked segment without it holds nothing.
  if (outcome == 0) outcome = files_.sync_data(fd);
  if (outcome < 0) {
    files_.unlink(directory_.fd(), name);
    return health_.write_failed("write segment", name, outcome);
  }
  for (const int directory : {markers_.fd(), directory_.fd()}) {
    outcome = files_.sync(directory);
    if (outcome < 0) {
      files_.unlink(directory_.fd(), name);
      health_.fail("sync directory", "segments", outcome);
      return health_.failure();
    }
  }
  return file;
}

segment_files::shared_file segment_files::known_file_of(std::uint64_t number) {
  const std::lock_guard lock(cache_mutex_);
  const auto found = cache_index_.find(number);
  if (found == cache_index_.end()) return nullptr;
  cache_.splice(cache_.begin(), cache_, found->second);
  return found->second->file;
}

segment_files::shared_file segment_files::file_of(std::uint64_t number, int& code) {
  if (auto known = known_file_of(number)) return known;
  code = files_.open(directory_.fd(), segment_name(number).data(), O_RDWR);
  if (code < 0) return nullptr;
  auto file = std::make_shared<const handle>(files_, code);
  const std::lock_guard lock(cache_mutex_);
  if (const auto found = cache_index_.find(number); found != cache_index_.end()) {
    return found->second->file;
  }
  cache_.push_front({number, file});
  cache_index_[number] = cache_.begin();
  if (cache_.size() > cached_files) {
    cache_index_.erase(cache_.back().number);
    cache_.pop_back();
  }
  return file;
}

void segment_files::forget(std::uint64_t number) {
  const std::lock_guard lock(cache_mutex_);
  const auto found = cache_index_.find(number);
  if (found == cache_index_.end()) return;
  cache_.erase(found->second);
  cache_index_.erase(found);
}

std::uint64_t segment_files::next_page(int fd, std::uint64_t offset, std::uint64_t length) {
  if (offset >= length) return length;
  const off_t found = files_.next_data(fd, offset);
  if (found == -ENXIO) return length;
  if (found < 0) return offset;  // holes are not reported here: look at every page
  return std::max(offset, static_cast<std::uint64_t>(found) / page_bytes * page_bytes);
}

bool segment_files::all_dead(int fd, std::uint64_t number) {
  const off_t length = files_.length(fd, "");
  if (length < 0) return false;
  const auto end = static_cast<std::uint64_t>(length);
  const auto hint = first_live_.find(number);
  std::uint64_t at = hint == first_live_.end() ? page_bytes : hint->second;
  std::array<std::byte, needle_header_bytes> bytes;
  for (at = next_page(fd, at, end); at < end; at = next_page(fd, at, end)) {
    bytes.fill(std::byte{0});
    if (read_up_to(files_, fd, bytes, at) < 0) return false;
    if (all_zero(bytes)) {
      at += page_bytes;
      continue;
    }
    const auto needle = parse_needle(bytes, at);
    // What is no dead needle counts as alive: a damaged header must not cost the bytes behind it.
    if (!needle || needle->state != needle_header::condition::dead) {
      first_live_[number] = at;
      return false;
    }
    at += needle->extent();
  }
  return true;
}

void segment_files::drop_if_dead(std::uint64_t number) {
  int code = 0;
  const shared_file file = file_of(number, code);
  if (!file || !all_dead(file->fd(), number)) return;
  const auto name = segment_name(number);
  const off_t length = files_.length(file->fd(), "");
  const int outcome = files_.unlink(directory_.fd(), name.data());
  forget(number);
  if (outcome < 0) {
    log::warning("segment_unlink_failed",
                 {{"segment", name.data()}, {"cause", error_text(outcome)}});
    return;
  }
  first_live_.erase(number);
  --count_;
  if (length > 0) bytes_ -= static_cast<std::uint64_t>(length);
}

void segment_files::close(std::uint64_t number) {
  if (health_.failed()) return;  // the marker stays, the next start looks into the segment
  const auto name = segment_name(number);
  int code = 0;
  const shared_file file = file_of(number, code);
  // Needles freed so far must not come back once nobody scans this segment any more.
  if (file) code = files_.sync_data(file->fd());
  if (!file || code < 0) {
    if (file) health_.fail("sync segment", name.data(), code);
    return;
  }
  const int outcome = files_.unlink(markers_.fd(), name.data());
  if (outcome < 0 && outcome != -ENOENT) {
    log::warning("segment_marker_stays",
                 {{"segment", name.data()}, {"cause", error_text(outcome)}});
  }
}

void segment_files::count_existing(std::uint64_t before, const std::atomic<bool>& stopping) {
  files_.list(directory_.fd(), [&](const char* name) {
    const auto number = parse_segment_name(name);
    if (number && *number < before) {
      const off_t length = files_.length(directory_.fd(), name);
      if (length >= 0) {
        ++count_;
        bytes_ += static_cast<std::uint64_t>(length);
      }
    }
    return !stopping.load();
  });
}

}  // namespace torhaus::storage::blob
