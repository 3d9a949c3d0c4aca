#include "storage/crypto/digest_round.hpp"

#include <exception>
#include <functional>
#include <limits>
#include <utility>
#include <vector>

#include "storage/crypto/md5.hpp"
#include "storage/crypto/sha256.hpp"
#include "storage/crypto/side_by_side.hpp"

namespace torhaus::storage::crypto {
namespace {

using pieces = std::span<const std::span<const std::byte>>;

template <std::size_t Lanes, class Work, class Advance>
void take_all(std::vector<Work>& works, Advance advance) {
  side_by_side<Work*, Lanes> lanes;
  const auto done = [](Work*) {};
  for (std::size_t next = 0; next < works.size() || !lanes.empty();) {
    while (next < works.size() && lanes.room() > 0) lanes.take(&works[next++], done);
    if (!lanes.empty()) lanes.step(std::numeric_limits<std::size_t>::max(), advance, done);
  }
}

// One a thread, with its io_context.
class round_here final : public asio::execution_context::service {
 public:
  static inline asio::execution_context::id id;

  explicit round_here(asio::execution_context& home)
      : service(home), home_(static_cast<asio::io_context&>(home)) {}

  struct waiter {
    digest_set* set;
    pieces bytes;
    std::function<void()> resume;
    std::exception_ptr* fault;
  };

  void join(waiter one) {
    waiting_.push_back(std::move(one));
    if (waiting_.size() > 1) return;
    try {
      asio::post(home_, [this] { end_round(); });
    } catch (...) {
      waiting_.pop_back();
      throw;
    }
  }

 private:
  // What waits may be destroyed by this, and must not find itself here.
  void shutdown() noexcept override { const auto gone = std::exchange(waiting_, {}); }

  void end_round() {
    const std::vector<waiter> all = std::exchange(waiting_, {});
    try {
      if (all.size() > 1) take_in_lanes(all);
      for (const waiter& one : all) take_rest(one, all.size() > 1);
    } catch (...) {
      for (const waiter& one : all) *one.fault = std::current_exception();
    }
    for (const waiter& one : all) one.resume();
  }

  static void take_in_lanes(const std::vector<waiter>& all) {
    std::vector<stream_work<md5_stream>> md5;
    std::vector<stream_work<sha256_stream>> sha256;
    for (const waiter& one : all) {
      md5.emplace_back(one.set->md5(), one.bytes);
      sha256_stream* const also = one.set->sha256();
      if (also != nullptr && also->has_lanes()) sha256.emplace_back(*also, one.bytes);
    }
    take_all<max_md5_lanes>(md5, [](auto lanes, std::size_t n) { advance_md5(lanes, n); });
    take_all<max_sha256_lanes>(sha256, [](auto lanes, std::size_t n) { advance_sha256(lanes, n); });
  }

  static void take_rest(const waiter& one, bool in_lanes) noexcept {
    try {
      for (const auto& piece : one.bytes) {
        if (in_lanes) {
          one.set->update_but_lanes(piece);
        } else {
          one.set->update(piece);
        }
      }
    } catch (...) {
      *one.fault = std::current_exception();
    }
  }

  asio::io_context& home_;
  std::vector<waiter> waiting_;
};

}  // namespace

task<void> update_in_round(digest_set& set, pieces bytes) {
  const executor home = co_await asio::this_coro::executor;
  auto& here = asio::use_service<round_here>(asio::query(home, asio::execution::context));
  std::exception_ptr fault;
  co_await asio::async_initiate<const asio::use_awaitable_t<executor>, void()>(
      [](auto handler, round_here* with, digest_set* of, pieces what, std::exception_ptr* went) {
        // std::function wants what can be copied.
        auto shared = std::make_shared<decltype(handler)>(std::move(handler));
        with->join({of, what, [shared] { std::move (*shared)(); }, went});
      },
      use_task, &here, &set, bytes, &fault);
  if (fault) std::rethrow_exception(fault);
}

}  // namespace torhaus::storage::crypto
