// What each load does in one turn.
#include <algorithm>

#include "gateway/bench/worker.hpp"

namespace torhaus::gateway::bench {
namespace {

constexpr std::size_t most_pooled = 10'000'000;
// Of a versioned load: reads among a hundred requests.
constexpr std::uint64_t versioned_reads = 80;

}  // namespace

task<bool> lane::once(worker& w) {
  switch (all_.s.load) {
    case workload::put:
      return once_put(w);
    case workload::get:
    case workload::stat:
      return once_read(w);
    case workload::list:
      return once_list(w);
    case workload::remove:
      return once_remove(w);
    case workload::multipart:
      return once_upload(w);
    case workload::mixed:
      return once_mixed(w);
    case workload::versioned:
      break;
  }
  return once_versioned(w);
}

task<bool> lane::once_put(worker& w) {
  std::uint64_t item = course_.next_item++;
  if (all_.s.keys > 0) item %= all_.s.keys;
  const outcome came = co_await w.link.put(item, item);
  record(w, kind::put, w.due, came);
  co_return true;
}

task<bool> lane::once_read(worker& w) {
  const std::uint64_t item = below(all_.s.objects);
  if (all_.s.load == workload::get) {
    const outcome came = co_await w.link.get(item, item, {});
    record(w, kind::get, w.due, came);
  } else {
    const outcome came = co_await w.link.stat(item, item, {});
    record(w, kind::stat, w.due, came);
  }
  co_return true;
}

task<bool> lane::once_list(worker& w) {
  const settings& s = all_.s;
  std::string after;
  std::uint64_t wanted = std::min<std::uint64_t>(s.objects, s.page);
  if (s.folders > 0) {
    wanted = std::min<std::uint64_t>(s.page, std::min(s.folders, s.objects));
  } else if (s.start != list_start::first && s.objects > s.page) {
    const std::uint64_t last = s.objects - s.page;
    const std::uint64_t from = s.start == list_start::last ? last : below(last + 1);
    if (from > 0) after = all_.name_of(from - 1);
  }
  const outcome came = co_await w.link.list(std::move(after), wanted);
  record(w, kind::list, w.due, came);
  co_return true;
}

task<bool> lane::once_remove(worker& w) {
  const std::uint64_t first = course_.next_item.fetch_add(all_.s.batch);
  if (first >= all_.s.objects) co_return false;
  if (all_.s.batch == 1) {
    const outcome came = co_await w.link.remove(first);
    record(w, kind::remove, w.due, came);
  } else {
    const auto count = std::min<std::uint64_t>(all_.s.batch, all_.s.objects - first);
    const outcome came = co_await w.link.remove_batch(first, static_cast<unsigned>(count));
    record(w, kind::remove, w.due, came);
  }
  co_return true;
}

task<bool> lane::once_upload(worker& w) {
  const std::uint64_t name = course_.next_item++;
  std::string upload;
  const outcome created = co_await w.link.create_upload(name, upload);
  record(w, kind::create, w.due, created);
  if (!created.as_wanted) co_return true;
  std::vector<std::string> etags(all_.s.parts);
  for (unsigned i = 0; i < all_.s.parts; ++i) {
    const auto began = steady::now();
    const outcome came =
        co_await w.link.put_part(name, upload, i + 1, name * all_.s.parts + i, etags[i]);
    record(w, kind::part, began, came);
    if (!came.as_wanted) co_return true;
  }
  const auto began = steady::now();
  outcome came = co_await w.link.complete_upload(name, upload, etags);
  const std::uint64_t bytes = std::exchange(came.bytes, 0);
  record(w, kind::complete, began, came);
  if (!came.as_wanted) co_return true;
  // The parts have counted in the line that shows how it goes.
  shown_.bytes -= bytes;
  came.bytes = bytes;
  record(w, kind::upload, w.due, came);
  co_return true;
}

task<bool> lane::once_mixed(worker& w) {
  const mixture& shares = all_.s.shares;
  std::uint64_t at = below(shares.sum());
  if (pool_.empty() || at < shares.put) {
    co_await mixed_put(w);
  } else if ((at -= shares.put) < shares.get) {
    co_await mixed_read(w, kind::get);
  } else if ((at -= shares.get) < shares.stat) {
    co_await mixed_read(w, kind::stat);
  } else {
    co_await mixed_remove(w);
  }
  co_return true;
}

task<void> lane::mixed_put(worker& w) {
  // A full pool is written over; the same item has the same bytes.
  const bool fresh = pool_.size() < most_pooled / all_.s.threads;
  const std::uint64_t item = fresh ? next_own_ : pool_[below(pool_.size())];
  if (fresh) next_own_ += all_.s.threads;
  ++busy_[item];
  const outcome came = co_await w.link.put(item, item);
  if (--busy_[item] == 0) busy_.erase(item);
  if (fresh && came.as_wanted) pool_.push_back(item);
  record(w, kind::put, w.due, came);
}

task<void> lane::mixed_read(worker& w, kind what) {
  const std::uint64_t item = pool_[below(pool_.size())];
  ++busy_[item];
  if (what == kind::get) {
    const outcome came = co_await w.link.get(item, item, {});
    record(w, what, w.due, came);
  } else {
    const outcome came = co_await w.link.stat(item, item, {});
    record(w, what, w.due, came);
  }
  if (--busy_[item] == 0) busy_.erase(item);
}

task<void> lane::mixed_remove(worker& w) {
  constexpr int most_tries = 16;
  for (int i = 0; i < most_tries; ++i) {
    const std::uint64_t at = below(pool_.size());
    const std::uint64_t item = pool_[at];
    if (busy_.contains(item)) continue;
    pool_[at] = pool_.back();
    pool_.pop_back();
    const outcome came = co_await w.link.remove(item);
    record(w, kind::remove, w.due, came);
    co_return;
  }
  co_await mixed_put(w);  // a few objects, and all are being read
}

task<bool> lane::once_versioned(worker& w) {
  if (below(100) < versioned_reads) {
    const std::uint64_t item = below(course_.versions.size());
    const outcome came = co_await w.link.get(item % all_.s.objects, item, course_.versions[item]);
    record(w, kind::get, w.due, came);
    co_return true;
  }
  const std::uint64_t item = next_own_;
  next_own_ += all_.s.threads;
  const outcome came = co_await w.link.put(item % all_.s.objects, item);
  record(w, kind::put, w.due, came);
  co_return true;
}

}  // namespace torhaus::gateway::bench
