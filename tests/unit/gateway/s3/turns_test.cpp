// Who has a turn when, and on which thread.
#include "gateway/s3/turns.hpp"

#include <future>
#include <latch>
#include <thread>

#include "tests/support/catch.hpp"
#include "tests/unit/gateway/s3/gateway_world.hpp"

namespace turns_test {

using namespace torhaus;
using gateway::s3::turns;
using gateway::s3::wait_for_turn_here;
using gateway::s3::waiting_lines;

namespace {

// A connection's thread: coroutines that take turns, and what they write down when they have them.
struct thread_of_test {
  asio::io_context context{1};
  std::string order;  // by the only thread of the turns; read when all have ended
  std::vector<std::string> outcomes;

  void spawn(task<void> work) {
    asio::co_spawn(context, std::move(work), [](std::exception_ptr e) {
      if (e) std::rethrow_exception(e);
    });
  }
  // A turn that is a function which waits for nothing.
  task<void> turn(turns& of, std::string account, std::function<void()> fn) {
    const auto run = [](const std::function<void()>& what) -> task<void> {
      what();
      co_return;
    };
    const std::function<task<void>()> work = [&] { return run(fn); };
    const auto had = co_await of.take(account, work);
    outcomes.emplace_back(had ? "done" : had.error().message());
  }
  void add(turns& of, const std::string& account, std::function<void()> fn) {
    spawn(turn(of, account, std::move(fn)));
  }
  // A turn on this thread.
  task<void> turn_here(std::string account, char mark) {
    const auto had = co_await wait_for_turn_here(account);
    outcomes.emplace_back(had ? "done" : had.error().message());
    if (had) order += mark;
  }
  void mark_here(const std::string& account, char mark) { spawn(turn_here(account, mark)); }
  void mark(turns& of, const std::string& account, char mark) {
    add(of, account, [this, mark] { order += mark; });
  }
};

void serve(waiting_lines& lines) {
  asio::io_context context(1);
  while (const auto next = lines.next()) (*next)(context.get_executor());
}

// A turn that has begun and keeps its thread until it may go on.
struct busy_turn {
  busy_turn(thread_of_test& t, turns& all) {
    t.add(all, "a", [this] {
      begun.set_value();
      go_on.wait();
    });
    t.context.poll();
    begun.get_future().wait();
  }
  std::promise<void> begun;
  std::latch go_on{1};
};

}  // namespace

TEST_CASE("lines are served in turn, whatever their length") {
  waiting_lines lines;
  std::string order;
  const auto add = [&](const char* account, char mark) {
    CHECK(lines.add(account, [&order, mark](const executor&) { order += mark; }));
  };
  for (const char mark : {'1', '2', '3', '4'}) add("a", mark);
  add("b", 'x');
  for (const char mark : {'7', '8'}) add("c", mark);
  serve(lines);
  CHECK(order == "1x72834");
  CHECK(lines.empty());
}

TEST_CASE("who comes again stands behind those who wait") {
  asio::io_context context(1);
  waiting_lines lines;
  std::string order;
  const auto add = [&](const char* account, char mark) {
    CHECK(lines.add(account, [&order, mark](const executor&) { order += mark; }));
  };
  add("a", '1');
  add("b", 'x');
  (*lines.next())(context.get_executor());
  add("a", '2');
  add("c", '7');
  serve(lines);
  CHECK(order == "1x27");
}

TEST_CASE("a line has an end, and is no matter of the others") {
  waiting_lines lines;
  const auto nothing = [](const executor&) {};
  for (std::size_t i = 0; i < waiting_lines::max_line; ++i) REQUIRE(lines.add("a", nothing));
  CHECK_FALSE(lines.add("a", nothing));
  CHECK(lines.add("b", nothing));
  lines.next();
  CHECK(lines.add("a", nothing));
}

TEST_CASE("on a connection's thread a crowd of one agency does not keep the others from theirs") {
  thread_of_test t;
  for (const char mark : {'1', '2', '3', '4', '5'}) t.mark_here("a", mark);
  t.mark_here("b", 'x');
  t.mark_here("b", 'y');
  t.context.run();
  CHECK(t.order == "12x3y45");
}

TEST_CASE("a turn begins at once where nobody had one just before") {
  thread_of_test t;
  const auto work = [](thread_of_test& on) -> task<void> {
    bool posted_ran = false;
    asio::post(on.context, [&posted_ran] { posted_ran = true; });
    co_await on.turn_here("a", '1');
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
    co_await on.turn_here("a", '1');
    on.spawn(other(on));
  };
  t.spawn(large(t, small));
  t.mark_here("a", '2');
  t.mark_here("a", '3');
  t.context.run();
  CHECK(t.order == "1sS23");
}

TEST_CASE("whoever waits when the thread's context goes is destroyed with it") {
  const auto alive = std::make_shared<int>(0);
  {
    thread_of_test t;
    const auto work = [](thread_of_test& on, std::shared_ptr<int> held) -> task<void> {
      co_await on.turn_here("a", 'a');
      *held += 1;
    };
    for (int i = 0; i < 3; ++i) t.spawn(work(t, alive));
    // One begins, the others wait.
    for (int i = 0; i < 3; ++i) t.context.run_one();
    CHECK(*alive == 1);
  }
  CHECK(alive.use_count() == 1);
}

TEST_CASE("a crowd of one agency does not keep the others from their turns") {
  thread_of_test t;
  turns all(1);
  std::latch everybody_waits(1);
  t.add(all, "first", [&] { everybody_waits.wait(); });
  for (const char mark : {'1', '2', '3', '4', '5'}) t.mark(all, "a", mark);
  t.mark(all, "b", 'x');
  t.mark(all, "b", 'y');
  t.context.poll();
  everybody_waits.count_down();
  t.context.run();
  CHECK(t.order == "1x2y345");
}

TEST_CASE("a turn is on another thread, its end at home") {
  thread_of_test t;
  turns all(1);
  const auto work = [](thread_of_test& on, turns& of) -> task<void> {
    const auto home = std::this_thread::get_id();
    std::thread::id there;
    co_await on.turn(of, "a", [&there] { there = std::this_thread::get_id(); });
    CHECK(there != std::thread::id());
    CHECK(there != home);
    CHECK(std::this_thread::get_id() == home);
  };
  t.spawn(work(t, all));
  t.context.run();
  CHECK(t.outcomes == std::vector<std::string>{"done"});
}

TEST_CASE("what a turn throws comes to who waits for it") {
  thread_of_test t;
  turns all(1);
  t.add(all, "a", [] { throw std::runtime_error("no luck"); });
  CHECK_THROWS_WITH(t.context.run(), "no luck");
}

TEST_CASE("who finds the line full is told to slow down") {
  thread_of_test t;
  turns all(1);
  busy_turn busy(t, all);
  for (std::size_t i = 0; i <= waiting_lines::max_line; ++i) t.mark(all, "a", 'a');
  t.context.poll();
  CHECK(t.outcomes == std::vector<std::string>{"Please reduce your request rate."});
  busy.go_on.count_down();
  t.context.run();
  CHECK(t.order.size() == waiting_lines::max_line);
}

TEST_CASE("the thread goes on while a turn waits for something else") {
  thread_of_test t;
  turns all(1);
  const auto waits = [](std::string& order, std::latch& other_was_there) -> task<void> {
    order += 'w';
    timer pause(co_await asio::this_coro::executor);
    while (!other_was_there.try_wait()) {
      pause.expires_after(std::chrono::milliseconds(1));
      co_await pause.async_wait(use_task);
    }
    order += 'W';
  };
  std::latch other_was_there(1);
  const std::function<task<void>()> work = [&] { return waits(t.order, other_was_there); };
  const auto first = [](turns& of, const std::function<task<void>()>& what) -> task<void> {
    const auto had = co_await of.take("a", what);
    CHECK(had);
  };
  t.spawn(first(all, work));
  t.add(all, "a", [&] {
    t.order += '2';
    other_was_there.count_down();
  });
  t.context.run();
  CHECK(t.order == "w2W");
}

TEST_CASE("two threads have two turns at once") {
  thread_of_test t;
  turns all(2);
  std::latch both(2);
  for (int i = 0; i < 2; ++i) t.add(all, "a", [&both] { both.arrive_and_wait(); });
  t.context.run();
  CHECK(t.outcomes.size() == 2);
}

TEST_CASE("large work is alone when no other was noted for half a second") {
  turns all(1);
  CHECK(all.alone());
  all.note_other_work();
  CHECK_FALSE(all.alone());
  CHECK_FALSE(all.alone());
  std::this_thread::sleep_for(std::chrono::milliseconds(600));
  CHECK(all.alone());
}

TEST_CASE("what waits at the end does not begin, and is destroyed at home") {
  const auto alive = std::make_shared<int>(0);
  {
    thread_of_test t;
    turns all(1);
    busy_turn busy(t, all);
    const auto work = [](thread_of_test& on, turns& of, std::shared_ptr<int> held) -> task<void> {
      co_await on.turn(of, "a", [held] { *held += 1; });
    };
    for (int i = 0; i < 3; ++i) t.spawn(work(t, all, alive));
    t.context.poll();
    CHECK(alive.use_count() > 1);
    std::thread later([&] {
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
      busy.go_on.count_down();
    });
    all.stop();
    later.join();
  }
  CHECK(alive.use_count() == 1);
  CHECK(*alive == 0);
}

TEST_CASE("what has begun and waits for something else at the end is destroyed with the turns") {
  const auto alive = std::make_shared<int>(0);
  thread_of_test t;
  {
    turns all(1);
    std::promise<void> begun;
    const auto waits = [](std::promise<void>& first, std::shared_ptr<int> held) -> task<void> {
      timer pause(co_await asio::this_coro::executor);
      pause.expires_after(std::chrono::hours(1));
      first.set_value();
      co_await pause.async_wait(use_task);
      *held += 1;
    };
    const std::function<task<void>()> work = [&] { return waits(begun, alive); };
    const auto first = [](turns& of, const std::function<task<void>()>& what) -> task<void> {
      const auto had = co_await of.take("a", what);
      CHECK(had);
    };
    t.spawn(first(all, work));
    t.context.poll();
    begun.get_future().wait();
  }
  CHECK(alive.use_count() == 1);
  CHECK(*alive == 0);
}

TEST_CASE_METHOD(test::gateway_world, "large operations answer from their turn as from anywhere") {
  turns all(1);
  services.large_work = &all;
  make_bucket("akten");
  REQUIRE(put("/akten/brief", "Sehr geehrte").status == 200);
  CHECK_FALSE(all.alone());
  const auto listed = get("/akten", "list-type=2");
  CHECK(listed.status == 200);
  CHECK(listed.element("Key") == "brief");
  CHECK(get("/akten", "list-type=2&max-keys=viele").outcome() == "400 InvalidArgument");
  const std::string list = "<Delete><Object><Key>brief</Key></Object></Delete>";
  const auto deleted =
      post("/akten", "delete", list,
           {{"Content-MD5", gateway_world::base64(storage::crypto::algorithm::md5, list)}});
  CHECK(deleted.status == 200);
  CHECK(deleted.element("Key") == "brief");
  CHECK(get("/akten/brief").status == 404);
}

TEST_CASE_METHOD(test::gateway_world, "visitors do not stand in the line of the agency") {
  turns all(1);
  services.large_work = &all;
  make_bucket("akten");
  thread_of_test t;
  busy_turn busy(t, all);
  for (std::size_t n = 0; n < waiting_lines::max_line; ++n) t.mark(all, owner.agency.account, 'o');
  t.context.poll();
  all.note_other_work();
  const std::string list = "<Delete><Object><Key>brief</Key></Object></Delete>";
  const auto md5 = base64(storage::crypto::algorithm::md5, list);
  auto visitor = std::async(std::launch::async, [&] {
    return send({.method = "POST",
                 .path = "/akten",
                 .query = "delete",
                 .headers = {{"Content-MD5", md5}, {"Content-Length", std::to_string(list.size())}},
                 .body = list});
  });
  CHECK(visitor.wait_for(std::chrono::milliseconds(100)) == std::future_status::timeout);
  busy.go_on.count_down();
  t.context.run();
  const auto refused = visitor.get();
  CHECK(refused.status == 200);
  CHECK(refused.element("Code") == "AccessDenied");
}

}  // namespace turns_test
