// The queue of updates and the runners that take them into their lanes.
#include "storage/crypto/md5_team.hpp"

#include <algorithm>
#include <array>
#include <deque>
#include <functional>
#include <mutex>
#include <utility>

namespace torhaus::storage::crypto {
namespace {

// What a lane takes before newcomers are let in: 16 KiB.
constexpr std::size_t turn_blocks = 256;

}  // namespace

struct md5_team::update::state {
  state(executor back, md5_stream& of, std::span<const std::span<const std::byte>> bytes)
      : home(back), stream(of), pieces(bytes) {}

  executor home;
  md5_stream& stream;
  std::span<const std::span<const std::byte>> pieces;  // not begun yet
  std::span<const std::byte> rest;                     // of the piece under way: whole blocks first
  // Both on the home executor only.
  bool done = false;
  std::function<void()> resume;

  std::size_t blocks() const { return rest.size() / md5_block_bytes; }

  // Goes on to where whole blocks are; false at the end of all pieces.
  bool find_blocks() noexcept {
    while (blocks() == 0) {
      if (!rest.empty()) stream.take_ragged(std::exchange(rest, {}));
      if (pieces.empty()) return false;
      rest = stream.take_ragged(pieces.front());
      pieces = pieces.subspan(1);
    }
    return true;
  }

  void note(std::size_t blocks_done) noexcept {
    stream.note_blocks(blocks_done);
    rest = rest.subspan(blocks_done * md5_block_bytes);
  }
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

// The streams that one runner advances together.
template <class State>
class lanes {
 public:
  std::size_t room() const { return max_md5_lanes - count_; }
  bool empty() const { return count_ == 0; }

  void take(std::shared_ptr<State> one) {
    if (one->find_blocks()) {
      at_[count_++] = std::move(one);
    } else {
      tell_done(std::move(one));
    }
  }

  void advance() {
    std::size_t blocks = turn_blocks;
    std::array<md5_lane, max_md5_lanes> now;
    for (std::size_t n = 0; n < count_; ++n) {
      now[n] = {&at_[n]->stream.words(), at_[n]->rest.data()};
      blocks = std::min(blocks, at_[n]->blocks());
    }
    advance_md5(std::span(now).first(count_), blocks);
    for (std::size_t n = count_; n-- > 0;) {
      at_[n]->note(blocks);
      if (at_[n]->find_blocks()) continue;
      std::swap(at_[n], at_[--count_]);
      tell_done(std::move(at_[count_]));
    }
  }

 private:
  std::array<std::shared_ptr<State>, max_md5_lanes> at_;
  std::size_t count_ = 0;
};

}  // namespace

md5_team::md5_team(worker_pool& pool, std::size_t most_runners)
    : pool_(pool), shared_(std::make_shared<shared>(std::max<std::size_t>(most_runners, 1))) {}
md5_team::~md5_team() = default;

void md5_team::run(shared& with) noexcept {
  lanes<update::state> together;
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
    for (std::size_t n = 0; n < count; ++n) together.take(std::move(fresh[n]));
    if (!together.empty()) together.advance();
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
