#include "gateway/s3/turns.hpp"

#include "gateway/s3/context.hpp"

namespace torhaus::gateway::s3 {
namespace {

// So often the thread looks at its sockets between two turns. What arrived during a turn is found
// the first time; its answer, which goes to the end of the thread's queue (http/session.hpp), has
// left after the second.
constexpr unsigned looks_between = 2;

// One a thread, with its io_context.
class turns_of_thread final : public asio::execution_context::service {
 public:
  static inline asio::execution_context::id id;

  explicit turns_of_thread(asio::execution_context& home)
      : service(home), home_(static_cast<asio::io_context&>(home)) {}

  // False: the caller has to wait in `lines`.
  bool begin_at_once() {
    if (std::exchange(taken_, true)) return false;
    come_back(looks_between);
    return true;
  }

  waiting_lines lines;

 private:
  void shutdown() noexcept override { lines.clear(); }

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
    (*next)();
  }

  asio::io_context& home_;
  bool taken_ = false;  // there was a turn, and the thread has not looked at its sockets since
};

}  // namespace

void waiting_lines::add(std::string_view account, resume go_on) {
  auto line = lines_.find(account);
  if (line == lines_.end()) {
    line = lines_.emplace(account, std::deque<resume>()).first;
    round_.push_back(line);
  }
  line->second.push_back(std::move(go_on));
}

std::optional<waiting_lines::resume> waiting_lines::next() {
  if (round_.empty()) return std::nullopt;
  const auto line = round_.front();
  round_.pop_front();
  resume first = std::move(line->second.front());
  line->second.pop_front();
  if (line->second.empty()) {
    lines_.erase(line);
  } else {
    round_.push_back(line);
  }
  return first;
}

void waiting_lines::clear() {
  round_.clear();
  // What waits may be destroyed by this, and must not find itself here.
  const lines gone = std::exchange(lines_, {});
}

task<void> wait_for_turn(std::string_view account) {
  const executor home = co_await asio::this_coro::executor;
  auto& turns = asio::use_service<turns_of_thread>(asio::query(home, asio::execution::context));
  if (turns.begin_at_once()) co_return;
  co_await asio::async_initiate<const asio::use_awaitable_t<executor>, void()>(
      [](auto handler, turns_of_thread* of, std::string_view whose) {
        // std::function wants what can be copied.
        auto shared = std::make_shared<decltype(handler)>(std::move(handler));
        of->lines.add(whose, [shared] { std::move (*shared)(); });
      },
      use_task, &turns, account);
}

task<result<http::response>> run_in_turn(context& ctx) {
  co_await wait_for_turn(ctx.share_of());
  co_return co_await ctx.what.run(ctx);
}

}  // namespace torhaus::gateway::s3
