// The janitor's thread.
#include "storage/blob/disk_janitor.hpp"

#include <chrono>
#include <exception>

#include "storage/base/log.hpp"
#include "storage/base/thread_name.hpp"

namespace torhaus::storage::blob {
namespace {

// Entries waiting at most; beyond that the work is left to the next start.
constexpr std::size_t max_queued = 1u << 18;
// Promotion is never urgent: waiting a little lets one directory sync serve more files.
constexpr auto gathering = std::chrono::milliseconds(100);
constexpr auto retry_after = std::chrono::seconds(5);

}  // namespace

janitor::janitor(file_home& files, segment_files& segments) : files_(files), segments_(segments) {}

void janitor::serve(segment_appender& appender) {
  appender_ = &appender;
  thread_ = named_thread("janitor", [this] { run(); });
}

template <class Add>
void janitor::queue(Add add) noexcept {
  try {
    const std::lock_guard lock(mutex_);
    if (ended_ || queued_.size() >= max_queued) return;
    const bool idle = queued_.empty();
    add(queued_);
    if (idle) wake_.notify_one();
  } catch (const std::exception&) {
    // No memory for an entry: left to the next start, like everything that is not done.
  }
}

void janitor::promote(const blob_id& id) noexcept {
  queue([&](work& to) { to.promote.push_back(id); });
}

void janitor::drop_file(const blob_id& id, handle file) noexcept {
  queue([&](work& to) { to.drop.emplace_back(id, std::move(file)); });
}

void janitor::free_needle(const segment_place& place, const blob_id& id) noexcept {
  queue([&](work& to) { to.free.push_back({place, id}); });
}

void janitor::close_segment(std::uint64_t number) noexcept {
  queue([&](work& to) { to.close.insert(number); });
}

void janitor::look_at_segment(std::uint64_t number) noexcept {
  queue([&](work& to) { to.look.insert(number); });
}

void janitor::count_segments() noexcept {
  queue([](work& to) { to.count = true; });
}

void janitor::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void janitor::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    const auto ready = [&] { return stopping_ || !queued_.empty(); };
    if (later_.empty()) {
      wake_.wait(lock, ready);
    } else {
      wake_.wait_for(lock, retry_after, ready);
    }
    if (!stopping_) wake_.wait_for(lock, gathering, [&] { return stopping_.load(); });
    const bool last = stopping_;
    work taken = std::exchange(queued_, work{});
    lock.unlock();
    try {
      do_work(taken);
    } catch (const std::exception& fault) {
      log::error("blob_janitor_failed", {{"cause", fault.what()}});
    }
    lock.lock();
    if (last && queued_.empty()) {
      ended_ = true;
      return;
    }
  }
}

void janitor::do_work(work& taken) {
  if (taken.count) segments_.count_existing(appender_->first_number(), stopping_);
  for (auto& [id, file] : taken.drop) {
    files_.discard(id);
    file.reset();
  }
  segments_.free(taken.free);
  for (const doomed_needle& needle : taken.free) {
    if (needle.gone) appender_->settled(needle.place);
  }
  taken.promote.insert(taken.promote.end(), later_.begin(), later_.end());
  later_.clear();
  constexpr std::size_t batch = 512;
  std::span<const blob_id> ids = taken.promote;
  while (!ids.empty()) {
    const auto part = ids.first(std::min(batch, ids.size()));
    const auto failed = files_.promote(part);
    later_.insert(later_.end(), failed.begin(), failed.end());
    ids = ids.subspan(part.size());
  }
  for (const std::uint64_t number : taken.close) {
    segments_.close(number);
    appender_->forget(number);
    taken.look.insert(number);
  }
  for (const std::uint64_t number : taken.look) {
    if (!appender_->is_open(number)) segments_.drop_if_dead(number);
  }
}

}  // namespace torhaus::storage::blob
