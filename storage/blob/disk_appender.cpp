// The appender's thread: batches by arrival, one sync each, no timer.
#include "storage/blob/disk_appender.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <exception>
#include <new>

#include "storage/base/log.hpp"
#include "storage/base/thread_name.hpp"

namespace torhaus::storage::blob {
namespace {

// What one sync carries at most: bounds the time that the first of a batch waits for the last.
constexpr std::size_t max_batch_needles = 1024;
constexpr std::uint64_t max_batch_bytes = std::uint64_t{32} << 20;
// Pages are counted in 32 bits.
constexpr std::uint64_t max_limit_bytes = std::uint64_t{1} << 40;
constexpr int number_attempts = 8;

// Batches from this size on go past the page cache, which would take more time than all the rest;
// what comes in smaller ones is likely to be read soon, and the page cache keeps it.
constexpr std::uint64_t direct_bytes = 256 << 10;

std::uint64_t random_bits(random_source& random) {
  std::uint64_t out = 0;
  random.fill(std::as_writable_bytes(std::span(&out, 1)));
  return out;
}

}  // namespace

void needle_buffer::reserve(std::size_t room) {
  const std::size_t wanted = needle_header_bytes + room;
  // What rides in its record does not go to the disk from here.
  page_memory bigger =
      room <= max_inline_bytes ? page_memory::anywhere(wanted) : page_memory(whole_pages(wanted));
  if (size_ > 0) std::memcpy(bigger.data() + needle_header_bytes, bytes().data(), size_);
  memory_ = std::move(bigger);
  room_ = room;
}

void needle_buffer::append(std::span<const std::byte> more) {
  if (more.empty()) return;
  if (size_ + more.size() > room_) {
    const std::size_t doubled = std::min<std::size_t>(room_ * 2, max_segment_bytes);
    reserve(std::max(size_ + more.size(), doubled));
  }
  std::memcpy(memory_.data() + needle_header_bytes + size_, more.data(), more.size());
  size_ += more.size();
}

std::span<std::byte> needle_buffer::pages() {
  const std::size_t end = needle_header_bytes + size_;
  const auto extent = static_cast<std::size_t>(whole_pages(end));
  std::memset(memory_.data() + end, 0, extent - end);
  return {memory_.data(), extent};
}

segment_appender::segment_appender(file_system& files, segment_files& segments, disk_health& health,
                                   settings how)
    : files_(files), segments_(segments), health_(health), settings_(std::move(how)) {
  settings_.limit_bytes = std::min(settings_.limit_bytes, max_limit_bytes);
  first_number_ = time_number();
  last_number_ = first_number_;
  thread_ = named_thread("appender", [this] { run(); });
}

// Milliseconds in the upper 48 bits: segments sort by age and need no counter on disk.
std::uint64_t segment_appender::time_number() const {
  const auto since = settings_.clock->now().time_since_epoch();
  const auto millis = std::chrono::duration_cast<std::chrono::milliseconds>(since).count();
  return static_cast<std::uint64_t>(millis) << 16;
}

void segment_appender::append(const blob_id& id, needle_buffer bytes,
                              std::unique_ptr<needle_waiter> waiter) {
  {
    const std::lock_guard lock(mutex_);
    if (!stopping_) {
      queue_.push_back({id, std::move(bytes), std::move(waiter)});
      wake_.notify_one();
      return;
    }
  }
  waiter->done(error(errc::service_unavailable).because("the blob store is stopping"));
}

void segment_appender::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  if (thread_.joinable()) thread_.join();
}

segment_appender::batch segment_appender::next_batch(std::unique_lock<std::mutex>&) {
  batch out;
  std::uint64_t bytes = 0;
  while (!queue_.empty() && out.size() < max_batch_needles) {
    const std::uint64_t next = whole_pages(needle_header_bytes + queue_.front().bytes.size());
    if (!out.empty() && bytes + next > max_batch_bytes) break;
    bytes += next;
    out.push_back(std::move(queue_.front()));
    queue_.pop_front();
  }
  return out;
}

void segment_appender::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    wake_.wait(lock, [&] { return stopping_ || !queue_.empty(); });
    if (queue_.empty()) break;
    batch taken = next_batch(lock);
    lock.unlock();
    commit(taken);
    lock.lock();
  }
  lock.unlock();
  if (current_) end_segment(tail::clean);
}

void segment_appender::commit(batch& taken) {
  result<std::vector<segment_place>> written = errc::internal_error;
  try {
    written = write(taken);
  } catch (const std::exception& fault) {
    // Memory or randomness ran out before the sync: nothing of this batch counts.
    log::error("segment_append_failed", {{"cause", fault.what()}});
    if (current_) end_segment(tail::torn);
    written = error(errc::internal_error).because(fault.what());
  }
  for (std::size_t i = 0; i < taken.size(); ++i) {
    if (written) {
      taken[i].waiter->done((*written)[i]);
    } else {
      taken[i].waiter->done(written.error());
    }
  }
  if (current_ && current_->end >= settings_.limit_bytes) end_segment(tail::clean);
}

result<std::vector<segment_place>> segment_appender::write(batch& taken) {
  std::uint64_t total = 0;
  for (const queued& one : taken) total += whole_pages(needle_header_bytes + one.bytes.size());
  if (auto refused = health_.refusal(total)) return std::move(*refused);
  if (auto begun = begin_segment(); !begun) return std::move(begun).error();

  std::vector<segment_place> places;
  std::vector<iovec> pieces;
  places.reserve(taken.size());
  pieces.reserve(taken.size());
  std::uint64_t at = current_->end;
  for (queued& one : taken) {
    const auto pages = one.bytes.pages();
    needle_header header;
    header.salt = current_->page.salt;
    header.id = one.id;
    header.offset = at;
    header.length = one.bytes.size();
    const auto bytes = one.bytes.bytes();
    for (std::size_t i = 0; i < blocks_of(bytes.size()); ++i) {
      const std::size_t from = i * block_bytes;
      const std::size_t count = std::min<std::size_t>(block_bytes, bytes.size() - from);
      header.checksums[i] = block_checksum(one.id, i, bytes.subspan(from, count));
    }
    encode(header, pages.first<needle_header_bytes>());
    pieces.push_back({pages.data(), pages.size()});
    places.push_back({current_->page.number, static_cast<std::uint32_t>(at / page_bytes)});
    at += header.extent();
  }
  const std::uint64_t number = current_->page.number;
  if (auto durable = put(pieces, total); !durable) return std::move(durable).error();
  const std::lock_guard lock(mutex_);
  open_[number].pending += taken.size();
  return places;
}

// True when writes go the wanted way from now on.
bool segment_appender::choose(direct_io how) {
  if (current_->mode == how) return true;
  if (how == direct_io::on && !current_->direct_works) return false;
  if (files_.set_direct(current_->file.fd(), how) < 0) {
    current_->direct_works = false;
    return false;
  }
  current_->mode = how;
  return true;
}

// 0 or -errno.
int segment_appender::write_pieces(const std::vector<iovec>& pieces, std::uint64_t bytes) {
  std::vector<iovec> left = pieces;  // used up by a write
  if (bytes >= direct_bytes && choose(direct_io::on)) {
    const int outcome = write_all(files_, current_->file.fd(), left, current_->end);
    if (outcome != -EINVAL) return outcome;
    // Refused after all, or a short write left something over that is on no boundary.
    current_->direct_works = false;
    left = pieces;
  }
  if (!choose(direct_io::off)) return -EINVAL;
  return write_all(files_, current_->file.fd(), left, current_->end);
}

result<void> segment_appender::put(const std::vector<iovec>& pieces, std::uint64_t bytes) {
  const auto name = segment_name(current_->page.number);
  int outcome = write_pieces(pieces, bytes);
  if (outcome < 0) {
    // A full disk: cut off what did arrive, and the segment is as it was before.
    const bool cut =
        means_full(outcome) && files_.truncate(current_->file.fd(), current_->end) == 0;
    if (!cut) end_segment(tail::torn);
    return health_.write_failed("write segment", name.data(), outcome);
  }
  outcome = files_.sync_data(current_->file.fd());
  if (outcome < 0) {
    end_segment(tail::torn);
    return health_.write_failed("sync segment", name.data(), outcome);
  }
  current_->end += bytes;
  segments_.grown(bytes);
  return {};
}

result<void> segment_appender::begin_segment() {
  if (current_) return {};
  for (int attempt = 0;; ++attempt) {
    segment_page page;
    page.number =
        std::max(time_number() | (random_bits(*settings_.random) & 0xffff), last_number_ + 1);
    page.salt = random_bits(*settings_.random);
    last_number_ = page.number;
    auto made = segments_.make(page);
    if (made) {
      current_ = std::make_unique<segment>();
      current_->page = page;
      current_->file = std::move(*made);
      const std::lock_guard lock(mutex_);
      open_[page.number] = {};
      return {};
    }
    // A clock that was set back may hit the number of an older segment.
    if (attempt + 1 >= number_attempts || made.error().code() != errc::service_unavailable ||
        health_.failed()) {
      return std::move(made).error();
    }
  }
}

void segment_appender::end_segment(tail behind) {
  const std::uint64_t number = current_->page.number;
  current_.reset();
  bool closable = false;
  {
    const std::lock_guard lock(mutex_);
    open_state& state = open_[number];
    state.full = true;
    state.torn = behind == tail::torn;
    closable = state.pending == 0 && !state.torn;
  }
  if (closable) settings_.closable(number);
}

void segment_appender::settled(const segment_place& place) noexcept {
  {
    const std::lock_guard lock(mutex_);
    const auto found = open_.find(place.number);
    if (found == open_.end() || found->second.pending == 0) return;
    open_state& state = found->second;
    --state.pending;
    if (!state.full || state.torn || state.pending > 0) return;
  }
  settings_.closable(place.number);
}

bool segment_appender::is_open(std::uint64_t number) {
  const std::lock_guard lock(mutex_);
  return open_.contains(number);
}

void segment_appender::forget(std::uint64_t number) {
  const std::lock_guard lock(mutex_);
  open_.erase(number);
}

}  // namespace torhaus::storage::blob
