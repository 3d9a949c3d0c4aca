#include "gateway/s3/turns.hpp"

#include <algorithm>
#include <thread>

#include "gateway/s3/context.hpp"
#include "storage/base/thread_name.hpp"

namespace torhaus::gateway::s3 {

bool waiting_lines::add(std::string_view account, start begin) {
  auto line = lines_.find(account);
  if (line == lines_.end()) {
    line = lines_.emplace(account, std::deque<start>()).first;
    round_.push_back(line);
  } else if (line->second.size() >= max_line) {
    return false;
  }
  line->second.push_back(std::move(begin));
  return true;
}

std::optional<waiting_lines::start> waiting_lines::next() {
  if (round_.empty()) return std::nullopt;
  const auto line = round_.front();
  round_.pop_front();
  start first = std::move(line->second.front());
  line->second.pop_front();
  if (line->second.empty()) {
    lines_.erase(line);
  } else {
    round_.push_back(line);
  }
  return first;
}

namespace {

// So often a connection's thread looks at its sockets between two turns. What arrived during a turn
// is found the first time; its answer, which goes to the end of the thread's queue
// (http/session.hpp), has left after the second.
constexpr unsigned looks_between = 2;

// Longer than the pause between two requests of somebody who works.
constexpr std::chrono::milliseconds other_work_time{500};

// One a connection's thread, with its io_context.
class turns_here final : public asio::execution_context::service {
 public:
  static inline asio::execution_context::id id;

  explicit turns_here(asio::execution_context& home)
      : service(home), home_(static_cast<asio::io_context&>(home)) {}

  // False: the caller has to wait in `lines`.
  bool begin_at_once() {
    if (std::exchange(taken_, true)) return false;
    come_back(looks_between);
    return true;
  }

  waiting_lines lines;

 private:
  // What waits may be destroyed by this, and must not find itself here.
  void shutdown() noexcept override { const waiting_lines gone = std::exchange(lines, {}); }

  void come_back(unsigned looks) {
    asio::post(home_, [this, looks] {
      if (looks > 0) {
        come_back(looks - 1);
      } else {
        next_turn();
      }
    });
  }

  void next_turn() {
    const auto next = lines.next();
    if (!next) {
      taken_ = false;
      return;
    }
    come_back(looks_between);
    (*next)(home_.get_executor());
  }

  asio::io_context& home_;
  bool taken_ = false;  // there was a turn, and the thread has not looked at its sockets since
};

}  // namespace

task<result<void>> wait_for_turn_here(std::string_view account) {
  const executor home = co_await asio::this_coro::executor;
  auto& here = asio::use_service<turns_here>(asio::query(home, asio::execution::context));
  if (here.begin_at_once()) co_return result<void>();
  const bool had_one =
      co_await asio::async_initiate<const asio::use_awaitable_t<executor>, void(bool)>(
          [](auto handler, waiting_lines* lines, std::string_view whose) {
            // std::function wants what can be copied.
            auto shared = std::make_shared<decltype(handler)>(std::move(handler));
            const auto begin = [shared](const executor&) { std::move (*shared)(true); };
            if (!lines->add(whose, begin)) std::move (*shared)(false);
          },
          use_task, &here.lines, account);
  if (!had_one) co_return errc::slow_down;
  co_return result<void>();
}

struct turns::worker {
  bool asleep = true;
  asio::io_context context{1};
  asio::executor_work_guard<executor> guard{context.get_executor()};
  std::thread thread;
};

turns::turns(unsigned threads) {
  for (unsigned i = 0; i < std::max(1U, threads); ++i) {
    workers_.push_back(std::make_unique<worker>());
    worker& w = *workers_.back();
    w.thread = named_thread("turns", [&context = w.context] { context.run(); });
  }
}

turns::~turns() { stop(); }

void turns::stop() {
  for (auto& w : workers_) w->context.stop();
  for (auto& w : workers_) {
    if (w->thread.joinable()) w->thread.join();
  }
}

bool turns::alone() noexcept {
  using clock = std::chrono::steady_clock;
  const auto now = clock::now();
  if (other_work_.load(std::memory_order_relaxed)) {
    other_work_.store(false, std::memory_order_relaxed);
    alone_from_.store((now + other_work_time).time_since_epoch().count(),
                      std::memory_order_relaxed);
    return false;
  }
  return now.time_since_epoch().count() >= alone_from_.load(std::memory_order_relaxed);
}

bool turns::add(std::string_view account, waiting_lines::start begin) {
  worker* sleeper = nullptr;
  {
    const std::lock_guard lock(mutex_);
    if (!lines_.add(account, std::move(begin))) return false;
    // The first one: where few are enough it is always the same, and its caches are warm.
    const auto found = std::ranges::find_if(workers_, [](auto& w) { return w->asleep; });
    if (found == workers_.end()) return true;
    sleeper = found->get();
    sleeper->asleep = false;
  }
  asio::post(sleeper->context, [this, sleeper] { next_turn(*sleeper); });
  return true;
}

void turns::next_turn(worker& at) {
  std::optional<waiting_lines::start> next;
  {
    const std::lock_guard lock(mutex_);
    next = lines_.next();
    at.asleep = !next;
  }
  if (!next) return;
  (*next)(at.context.get_executor());
  // Behind what has just begun, and what goes on.
  asio::post(at.context, [this, &at] { next_turn(at); });
}

namespace {

// What it throws is kept for the other thread, and this one has let go of it when the work has
// ended.
task<void> caught(const std::function<task<void>()>& work, std::exception_ptr& fault) {
  try {
    co_await work();
  } catch (...) {
    fault = std::current_exception();
  }
}

}  // namespace

task<result<void>> turns::take(std::string_view account, const std::function<task<void>()>& work) {
  const executor home = co_await asio::this_coro::executor;
  std::exception_ptr fault;
  const std::function<task<void>()> guarded = [&] { return caught(work, fault); };
  const bool had_one =
      co_await asio::async_initiate<const asio::use_awaitable_t<executor>, void(bool)>(
          [](auto handler, turns* of, std::string_view whose, executor back,
             const std::function<task<void>()>* what, std::exception_ptr* out) {
            // std::function wants what can be copied.
            auto shared = std::make_shared<decltype(handler)>(std::move(handler));
            const auto begin = [shared, back, what, out](const executor& there) {
              asio::co_spawn(there, *what,
                             [shared, back, out](const std::exception_ptr& no_memory) {
                               if (no_memory) *out = no_memory;
                               resume_on(back, [shared] { std::move (*shared)(true); });
                             });
            };
            if (!of->add(whose, begin)) std::move (*shared)(false);
          },
          use_task, this, account, home, &guarded, &fault);
  if (!had_one) co_return errc::slow_down;
  if (fault) std::rethrow_exception(fault);
  co_return result<void>();
}

void note_effort(const services& s, const operation& what) {
  if (s.large_work != nullptr && what.costs == effort::small) s.large_work->note_other_work();
}

task<result<http::response>> run_in_turn(context& ctx) {
  turns* const apart = ctx.service.large_work;
  // Nobody has to be let in for a DeleteObjects: a crowd of strangers must not fill the agency's
  // line.
  std::string whose(ctx.share_of());
  if (ctx.caller.anonymous()) whose += " visitors";
  if (apart == nullptr || apart->alone()) {
    if (auto had = co_await wait_for_turn_here(whose); !had) co_return std::move(had).error();
    // Nobody gains by a way to another thread and back, which costs a tenth of the rate and more.
    if (apart == nullptr || apart->alone()) co_return co_await ctx.what.run(ctx);
  }
  std::optional<result<http::response>> outcome;
  const auto run = [](context& with, std::optional<result<http::response>>& out) -> task<void> {
    out.emplace(co_await with.what.run(with));
  };
  const std::function<task<void>()> work = [&] { return run(ctx, outcome); };
  if (auto had = co_await apart->take(whose, work); !had) co_return std::move(had).error();
  co_return std::move(*outcome);
}

}  // namespace torhaus::gateway::s3
