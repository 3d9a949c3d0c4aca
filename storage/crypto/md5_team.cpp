// The queue of updates and the runners that take them into their lanes.
#include "storage/crypto/md5_team.hpp"

#include <algorithm>
#include <array>
#include <deque>
#include <functional>
#include <mutex>
#include <utility>

#include "storage/crypto/side_by_side.hpp"

namespace torhaus::storage::crypto {
namespace {

// What a lane takes before newcomers are let in: 16 KiB.
constexpr std::size_t turn_blocks = 256;

}  // namespace

struct md5_team::update::state : stream_work<md5_stream> {
  state(executor back, md5_stream& of, std::span<const std::span<const std::byte>> bytes)
      : stream_work(of, bytes), home(back) {}

  executor home;
  // Both on the home executor only.
  bool done = false;
  std::function<void()> resume;
};

struct md5_team::shared {
  explicit shared(std::size_t runners_at_once) : most_runners(runners_at_once) {}

  const std::size_t most_runners;
  std::mutex mutex;
  std::deque<std::shared_ptr<update::state>> waiting;
  std::size_t runners = 0;

  // True when the caller is to start one more runner.
  bool join(const std::shared_ptr<update::state>& one) {
    const std::lock_guard lock(mutex);
    waiting.push_back(one);
    // Another thread only when what waits would fill its lanes: fewer would be slower in two places
    // than in one.
    const bool enough = runners == 0 || waiting.size() >= max_md5_lanes;
    if (!enough || runners == most_runners) return false;
    ++runners;
    return true;
  }
  void leave(const std::shared_ptr<update::state>& one) {
    const std::lock_guard lock(mutex);
    --runners;
    std::erase(waiting, one);
  }
};

namespace {

template <class State>
void tell_done(std::shared_ptr<State> of) {
  const executor home = of->home;
  resume_on(home, [of = std::move(of)] {
    of->done = true;
    if (of->resume) std::exchange(of->resume, nullptr)();
  });
}

}  // namespace

md5_team::md5_team(worker_pool& pool, std::size_t most_runners)
    : pool_(pool), shared_(std::make_shared<shared>(std::max<std::size_t>(most_runners, 1))) {}
md5_team::~md5_team() = default;

void md5_team::run(shared& with) noexcept {
  side_by_side<std::shared_ptr<update::state>, max_md5_lanes> together;
  const auto advance = [](auto lanes, std::size_t blocks) { advance_md5(lanes, blocks); };
  const auto done = [](std::shared_ptr<update::state> one) { tell_done(std::move(one)); };
  for (;;) {
    std::array<std::shared_ptr<update::state>, max_md5_lanes> fresh;
    std::size_t count = 0;
    {
      const std::lock_guard lock(with.mutex);
      while (!with.waiting.empty() && together.room() > count) {
        fresh[count++] = std::move(with.waiting.front());
        with.waiting.pop_front();
      }
      if (count == 0 && together.empty()) {
        --with.runners;
        return;
      }
    }
    for (std::size_t n = 0; n < count; ++n) together.take(std::move(fresh[n]), done);
    if (!together.empty()) together.step(turn_blocks, advance, done);
  }
}

void md5_team::presence::enter() noexcept {
  if (!entered_.exchange(true)) team_.present_.fetch_add(1, std::memory_order_relaxed);
}

void md5_team::presence::leave() noexcept {
  if (entered_.exchange(false)) team_.present_.fetch_sub(1, std::memory_order_relaxed);
}

md5_team::update::update(md5_team& team, executor home, md5_stream& stream,
                         std::span<const std::span<const std::byte>> pieces)
    : state_(std::make_shared<state>(home, stream, pieces)) {
  if (!team.shared_->join(state_)) return;
  try {
    asio::post(team.pool_, [all = team.shared_] { run(*all); });
  } catch (...) {
    team.shared_->leave(state_);
    throw;
  }
}

task<void> md5_team::update::wait() {
  const std::shared_ptr<state> s = state_;
  if (s->done) co_return;
  co_await asio::async_initiate<const asio::use_awaitable_t<executor>, void()>(
      [](auto handler, state* to) {
        auto shared_handler = std::make_shared<decltype(handler)>(std::move(handler));
        to->resume = [shared_handler] { std::move (*shared_handler)(); };
      },
      use_task, s.get());
}

}  // namespace torhaus::storage::crypto
