#include "storage/journal/journal.hpp"

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <stdexcept>
#include <thread>

#include "storage/base/log.hpp"
#include "storage/base/thread_name.hpp"
#include "storage/journal/day_writer.hpp"

namespace torhaus::storage::journal {
namespace {

using steady = std::chrono::steady_clock;

// Under load the thread wakes so often, and not once a record.
constexpr std::chrono::milliseconds gather_time{5};
// Days turn and old ones go without any record, too.
constexpr std::chrono::seconds idle_time{30};
// More is synced at once, whatever the interval says.
constexpr std::size_t max_unconfirmed_bytes = std::size_t{4} << 20;

day_writer::options writer_options(const journal::options& o) {
  day_writer::options w(o.key);
  w.directory = o.directory;
  w.clock = o.clock;
  w.files = o.files;
  w.retention_days = o.retention_days;
  return w;
}

}  // namespace

struct journal::impl {
  explicit impl(const options& given) : o(given), writer(writer_options(given)) { publish(); }

  struct batch {
    std::string records;
    std::uint64_t count = 0;
    std::uint64_t lost = 0;
    sys_micros lost_since{};
  };

  void run() {
    bool said_start = false;
    std::unique_lock lock(mutex);
    while (true) {
      wait_for_work(lock);
      const bool last = stopping;
      lock.unlock();
      if (writer.prepare()) {
        if (!said_start) say_start();
        said_start = true;
        work(take());
        if (last) say_stop();
        if (last || sync_is_due()) sync();
      }
      publish();
      lock.lock();
      progress.notify_all();
      if (last) break;
      if (failing.load()) wake.wait_for(lock, o.retry_interval, [this] { return stopping; });
    }
  }

  void wait_for_work(std::unique_lock<std::mutex>& lock) {
    const auto something = [this] { return stopping || urgent || !queued.records.empty(); };
    const bool unsynced = writer.unconfirmed_bytes() > 0;
    asleep = true;
    wake.wait_for(lock, unsynced ? o.sync_interval : std::chrono::milliseconds(idle_time),
                  something);
    asleep = false;
    if (stopping || urgent || queued.records.empty()) return;
    wake.wait_for(lock, gather_time, [this] { return stopping || urgent; });
  }

  batch take() {
    const std::lock_guard lock(mutex);
    batch taken = std::exchange(queued, {});
    queued.records.swap(spare);
    queued.records.clear();
    queued_bytes.store(0);
    return taken;
  }

  void work(batch taken) {
    if (taken.count > 0) writer.append(taken.records);
    if (taken.lost > 0) {
      writer.append_own("gap", ",\"lost\":" + std::to_string(taken.lost) + ",\"since\":\"" +
                                   time_text(taken.lost_since) + "\"");
      log::error("audit_records_lost", {{"records", taken.lost}});
    }
    written += taken.count;
    spare = std::move(taken.records);
    // Memory that one burst needed is given back.
    if (spare.capacity() > o.queue_bytes / 4) spare = std::string();
  }

  void say_start() {
    const resumed& r = writer.start();
    std::string more = ",\"after\":\"" + r.after + "\"";
    if (r.cut_bytes > 0) {
      more +=
          ",\"cut_bytes\":" + std::to_string(r.cut_bytes) + ",\"kept_in\":\"" + r.kept_in + "\"";
      log::warning("audit_cut", {{"bytes", r.cut_bytes}, {"kept_in", r.kept_in}});
    }
    writer.append_own("start", more);
  }

  void say_stop() {
    writer.append_own("stop", "");
    writer.sync();
    const chain at = writer.confirmed();
    log::info("audit_stopped", {{"seq", at.next - 1}, {"head", hex_of(at.head)}});
  }

  bool sync_is_due() {
    const std::lock_guard lock(mutex);
    return urgent || writer.unconfirmed_bytes() > max_unconfirmed_bytes ||
           steady::now() - last_sync >= o.sync_interval;
  }

  void sync() {
    writer.sync();
    last_sync = steady::now();
  }

  // What other threads see of the writer.
  void publish() {
    failing.store(writer.failing());
    bytes_today.store(writer.day_bytes());
    const std::lock_guard lock(mutex);
    if (writer.confirmed() != confirmed) confirmed = writer.confirmed();
    if (writer.unconfirmed_bytes() == 0) durable = written.load();
    if (durable == added) urgent = false;
  }

  options o;
  day_writer writer;  // the thread's alone once it runs
  std::string spare;  // the thread's
  steady::time_point last_sync{};

  mutable std::mutex mutex;
  std::condition_variable wake;
  std::condition_variable progress;
  batch queued;
  chain confirmed;
  std::uint64_t added = 0;
  std::uint64_t durable = 0;
  bool asleep = false;
  bool stopping = false;
  bool urgent = false;

  std::atomic<std::uint64_t> written{0};
  std::atomic<std::uint64_t> lost{0};
  std::atomic<std::uint64_t> bytes_today{0};
  std::atomic<std::size_t> queued_bytes{0};
  std::atomic<bool> failing{false};
  std::thread thread;
};

journal::journal(const options& o) : impl_(std::make_unique<impl>(o)) {}

journal::~journal() { stop(); }

void journal::start() {
  if (impl_->thread.joinable()) return;
  impl_->urgent = true;  // the first lines are written at once
  impl_->thread = named_thread("journal", [this] { impl_->run(); });
}

void journal::stop() {
  if (!impl_->thread.joinable()) return;
  {
    const std::lock_guard lock(impl_->mutex);
    impl_->stopping = true;
  }
  impl_->wake.notify_all();
  impl_->thread.join();
  const std::lock_guard lock(impl_->mutex);
  if (impl_->durable < impl_->added) {
    log::error("audit_records_lost", {{"records", impl_->added - impl_->durable}});
  }
}

bool journal::add(std::string_view members) {
  // A record of two lines would be no record at all, and one too long could not be read again.
  constexpr std::size_t longest = max_line_bytes - 512;
  if (members.size() > longest || members.find('\n') != std::string_view::npos) {
    throw std::logic_error("journal: a record is one line of less than 64 KiB");
  }
  impl& i = *impl_;
  std::unique_lock lock(i.mutex);
  if (i.queued.records.size() + members.size() > i.o.queue_bytes) {
    if (i.queued.lost++ == 0) i.queued.lost_since = i.o.clock->now();
    i.lost.fetch_add(1, std::memory_order_relaxed);
    return false;
  }
  i.queued.records.append(members).push_back('\n');
  ++i.queued.count;
  ++i.added;
  i.queued_bytes.store(i.queued.records.size(), std::memory_order_relaxed);
  const bool first = i.queued.count == 1 && i.asleep;
  lock.unlock();
  if (first) i.wake.notify_one();
  return true;
}

bool journal::writable() const noexcept {
  return !impl_->failing.load(std::memory_order_relaxed) &&
         impl_->queued_bytes.load(std::memory_order_relaxed) < impl_->o.queue_bytes / 2;
}

bool journal::flush(std::chrono::milliseconds patience) {
  impl& i = *impl_;
  std::unique_lock lock(i.mutex);
  const std::uint64_t target = i.added;
  i.urgent = true;
  i.wake.notify_all();
  return i.progress.wait_for(lock, patience, [&] { return i.durable >= target; });
}

chain journal::head() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->confirmed;
}

journal::statistics journal::stats() const {
  const impl& i = *impl_;
  return {i.written.load(), i.lost.load(), i.bytes_today.load(), i.queued_bytes.load(),
          i.failing.load()};
}

}  // namespace torhaus::storage::journal
