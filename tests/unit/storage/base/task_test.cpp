// Coroutines that other threads resume, and the end of the context that they run on.
#include "storage/base/task.hpp"

#include <atomic>
#include <thread>

#include "tests/support/catch.hpp"
#include "tests/support/run_task.hpp"

namespace task_test {

using namespace torhaus;
using namespace std::chrono_literals;

namespace {

struct watch {
  std::atomic<bool> run_returned{false};
  std::atomic<bool> left_too_late{false};
};

// Moving it leaves remains behind that take their time to go, inside asio::post() on the thread
// that hands it over, and that look whether the context has been given up meanwhile.
class lingering_handler {
 public:
  lingering_handler(watch& seen, std::thread::id resumer) : seen_(&seen), resumer_(resumer) {}
  lingering_handler(lingering_handler&& other) noexcept
      : seen_(other.seen_), resumer_(other.resumer_), made_by_moving_(true) {}
  ~lingering_handler() {
    if (!made_by_moving_ || std::this_thread::get_id() != resumer_) return;
    std::this_thread::sleep_for(20ms);
    if (seen_->run_returned) seen_->left_too_late = true;
  }
  void operator()() {}

 private:
  watch* seen_;
  std::thread::id resumer_;
  bool made_by_moving_ = false;
};

}  // namespace

TEST_CASE("run does not return while another thread is still handing a handler over") {
  watch seen;
  asio::io_context context(1);
  std::thread resumer;
  {
    const auto waiting = asio::make_work_guard(context);  // as a suspended coroutine holds it
    resumer = std::thread([&seen, home = context.get_executor()] {
      std::this_thread::sleep_for(5ms);
      resume_on(home, lingering_handler(seen, std::this_thread::get_id()));
    });
    context.run_one();
  }
  context.run();
  seen.run_returned = true;
  resumer.join();
  CHECK_FALSE(seen.left_too_late);
}

TEST_CASE("a context may be destroyed once run has returned") {
  worker_pool pool(2);
  int sum = 0;
  for (int i = 0; i < 2000; ++i) {
    const auto one = [] { return 1; };
    sum += test::run_task(offload(pool, one));
  }
  CHECK(sum == 2000);
}

namespace {

task<int> overlapped(worker_pool& pool) {
  const executor home = co_await asio::this_coro::executor;
  const auto seven = [] { return 7; };
  started early(pool, home, seven);
  const auto five = [] { return 5; };
  const int other = co_await offload(pool, five);
  co_return other + co_await early.wait();
}

task<int> failing(worker_pool& pool) {
  const executor home = co_await asio::this_coro::executor;
  const auto fail = []() -> int { throw std::runtime_error("disk"); };
  started work(pool, home, fail);
  co_return co_await work.wait();
}

// Counts when the function goes on another thread.
task<int> holding(worker_pool& pool, std::atomic<int>& elsewhere) {
  const executor home = co_await asio::this_coro::executor;
  const auto note = [&elsewhere, here = std::this_thread::get_id()](int*) {
    if (std::this_thread::get_id() != here) ++elsewhere;
  };
  const auto one = [held = std::shared_ptr<int>(nullptr, note)] { return held ? 0 : 1; };
  started work(pool, home, one);
  co_return co_await work.wait();
}

}  // namespace

TEST_CASE("what started work holds is let go on the thread that waits for it") {
  worker_pool pool(2);
  std::atomic<int> elsewhere = 0;
  for (int i = 0; i < 5000; ++i) test::run_task(holding(pool, elsewhere));
  pool.join();
  CHECK(elsewhere == 0);
}

TEST_CASE("started work runs beside the coroutine and hands back its value or its fault") {
  worker_pool pool(2);
  for (int i = 0; i < 500; ++i) REQUIRE(test::run_task(overlapped(pool)) == 12);
  CHECK_THROWS_AS(test::run_task(failing(pool)), std::runtime_error);
}

}  // namespace task_test
