#include "gateway/s3/agency_shares.hpp"

#include <functional>

namespace torhaus::gateway::s3 {
namespace {

constexpr auto relaxed = std::memory_order_relaxed;
constexpr std::int64_t second_ns = 1'000'000'000;

}  // namespace

// On a cache line of its own: threads count up and down here all the time.
struct alignas(64) agency_shares::share {
  share(std::string_view whose, share* after) : account(whose), next(after) {}

  const std::string account;
  share* next;
  std::atomic<std::uint64_t> in_work{0};
  std::atomic<std::uint64_t> refused{0};
  // When the bucket of requests is full again, in the clock's nanoseconds.
  std::atomic<std::int64_t> full_again_ns{INT64_MIN};
};

agency_shares::agency_shares(const agency_limits& limits, time_point (*now)())
    : limits_(limits), now_(now) {}

agency_shares::~agency_shares() {
  for (auto& head : shares_) {
    for (share* at = head.load(relaxed); at != nullptr;) delete std::exchange(at, at->next);
  }
}

agency_shares::share& agency_shares::share_of(std::string_view account) {
  auto& head = shares_[std::hash<std::string_view>{}(account) % shares_.size()];
  share* first = head.load(std::memory_order_acquire);
  std::unique_ptr<share> made;
  while (true) {
    for (share* at = first; at != nullptr; at = at->next) {
      if (at->account == account) return *at;
    }
    if (!made) made = std::make_unique<share>(account, first);
    made->next = first;
    // Another thread may have been faster, also with this account: then all is looked at again.
    if (head.compare_exchange_weak(first, made.get(), std::memory_order_acq_rel)) {
      return *made.release();
    }
  }
}

// A token bucket, kept as the one moment when it will be full: each request moves that on by a
// request's time, and what would move it further than a second from now is too much.
bool agency_shares::in_time(share& of, taker who) const {
  const auto rate = static_cast<std::int64_t>(limits_.requests_per_second);
  if (rate == 0) return true;
  const std::int64_t each_ns = second_ns / rate;
  const std::int64_t most_ns = who == taker::user ? second_ns : second_ns / 2;
  const std::int64_t now =
      std::chrono::duration_cast<std::chrono::nanoseconds>(now_().time_since_epoch()).count();
  std::int64_t full = of.full_again_ns.load(relaxed);
  while (true) {
    const std::int64_t next = std::max(full, now) + each_ns;
    // One request is always in time for a bucket that is full, however low the rate.
    if (next - now > std::max(most_ns, each_ns)) return false;
    if (of.full_again_ns.compare_exchange_weak(full, next, relaxed)) return true;
  }
}

result<http::held> agency_shares::admit(std::string_view account, taker who) {
  http::held place = http::nothing_held();
  if (account.empty()) return place;
  share& of = share_of(account);
  const std::uint64_t before = of.in_work.fetch_add(1, relaxed);
  place = http::held(&of.in_work, [](void* counted) noexcept {
    static_cast<std::atomic<std::uint64_t>*>(counted)->fetch_sub(1, relaxed);
  });
  const std::uint64_t most = who == taker::user ? limits_.requests : (limits_.requests + 1) / 2;
  if ((limits_.requests > 0 && before >= most) || !in_time(of, who)) {
    of.refused.fetch_add(1, relaxed);
    return errc::slow_down;
  }
  return place;
}

std::vector<agency_shares::usage> agency_shares::usages() const {
  std::vector<usage> all;
  for (const auto& head : shares_) {
    for (const share* at = head.load(std::memory_order_acquire); at != nullptr; at = at->next) {
      all.push_back({at->account, at->in_work.load(relaxed), at->refused.load(relaxed)});
    }
  }
  return all;
}

}  // namespace torhaus::gateway::s3
