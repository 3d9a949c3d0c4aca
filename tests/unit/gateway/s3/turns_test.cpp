// Who has a turn when, on a thread of its own.
#include "gateway/s3/turns.hpp"

#include "tests/support/catch.hpp"

namespace turns_test {

using namespace torhaus;
using gateway::s3::wait_for_turn;
using gateway::s3::waiting_lines;

namespace {

// Coroutines that take turns and write down when they had them.
struct thread_of_test {
  asio::io_context context{1};
  std::string order;

  void spawn(task<void> work) {
    asio::co_spawn(context, std::move(work), [](std::exception_ptr e) {
      if (e) std::rethrow_exception(e);
    });
  }
  task<void> turn(std::string account, char mark) {
    co_await wait_for_turn(account);
    order += mark;
  }
  void add(const std::string& account, char mark) { spawn(turn(account, mark)); }
};

}  // namespace

TEST_CASE("lines are served in turn, whatever their length") {
  waiting_lines lines;
  std::string order;
  const auto add = [&](const char* account, char mark) {
    lines.add(account, [&order, mark] { order += mark; });
  };
  for (const char mark : {'1', '2', '3', '4'}) add("a", mark);
  add("b", 'x');
  for (const char mark : {'7', '8'}) add("c", mark);
  while (const auto next = lines.next()) (*next)();
  CHECK(order == "1x72834");
}

TEST_CASE("who comes again stands behind those who wait") {
  waiting_lines lines;
  std::string order;
  const auto add = [&](const char* account, char mark) {
    lines.add(account, [&order, mark] { order += mark; });
  };
  add("a", '1');
  add("b", 'x');
  (*lines.next())();
  add("a", '2');
  add("c", '7');
  while (const auto next = lines.next()) (*next)();
  CHECK(order == "1x27");
}

TEST_CASE("a crowd of one agency does not keep the others from their turns") {
  thread_of_test t;
  for (const char mark : {'1', '2', '3', '4', '5'}) t.add("a", mark);
  t.add("b", 'x');
  t.add("b", 'y');
  t.context.run();
  CHECK(t.order == "12x3y45");
}

TEST_CASE("a turn begins at once where nobody had one just before") {
  thread_of_test t;
  const auto work = [](thread_of_test& on) -> task<void> {
    bool posted_ran = false;
    asio::post(on.context, [&posted_ran] { posted_ran = true; });
    co_await wait_for_turn("a");
    CHECK_FALSE(posted_ran);
    co_await asio::post(on.context.get_executor(), use_task);
    CHECK(posted_ran);
  };
  t.spawn(work(t));
  t.context.run();
  t.context.restart();
  t.spawn(work(t));
  t.context.run();
}

TEST_CASE("between two turns the thread does what has arrived, answers included") {
  thread_of_test t;
  const auto small = [](thread_of_test& on) -> task<void> {
    timer arrival(on.context.get_executor());
    arrival.expires_after(std::chrono::microseconds(0));
    co_await arrival.async_wait(use_task);
    on.order += 's';
    co_await asio::post(on.context.get_executor(), use_task);
    on.order += 'S';
  };
  const auto large = [](thread_of_test& on, auto other) -> task<void> {
    co_await wait_for_turn("a");
    on.order += '1';
    on.spawn(other(on));
  };
  t.spawn(large(t, small));
  t.add("a", '2');
  t.add("a", '3');
  t.context.run();
  CHECK(t.order == "1sS23");
}

TEST_CASE("whoever waits when the thread's context goes is destroyed with it") {
  const auto alive = std::make_shared<int>(0);
  {
    thread_of_test t;
    const auto work = [](std::shared_ptr<int> held) -> task<void> {
      co_await wait_for_turn("a");
      *held += 1;
    };
    for (int i = 0; i < 3; ++i) t.spawn(work(alive));
    // One begins, the others wait.
    for (int i = 0; i < 3; ++i) t.context.run_one();
    CHECK(*alive == 1);
  }
  CHECK(alive.use_count() == 1);
}

}  // namespace turns_test
