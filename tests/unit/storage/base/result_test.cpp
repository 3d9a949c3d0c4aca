#include "storage/base/result.hpp"

#include <memory>

#include "storage/base/task.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/run_task.hpp"

namespace result_test {

using namespace torhaus;

TEST_CASE("a result holds a value or an error with the code's own text") {
  const result<int> good = 7;
  const result<int> bad = errc::no_such_key;
  CHECK(good.value() == 7);
  REQUIRE_FALSE(bad);
  CHECK(code_of(bad.error().code()) == "NoSuchKey");
  CHECK(status_of(bad.error().code()) == 404);
  CHECK(bad.error().message() == "The specified key does not exist.");
  CHECK_THROWS(bad.value());
}

TEST_CASE("a result carries types that only move") {
  result<std::unique_ptr<int>> owner = std::make_unique<int>(3);
  std::unique_ptr<int> taken = std::move(owner).value();
  CHECK(*taken == 3);
}

TEST_CASE("offload runs on the pool, returns values and rethrows faults at home") {
  worker_pool pool(1);
  const auto here = std::this_thread::get_id();
  const auto there = test::run_task(offload(pool, [] { return std::this_thread::get_id(); }));
  CHECK(here != there);
  CHECK_THROWS_AS(test::run_task(offload(pool, []() -> int { throw std::runtime_error("disk"); })),
                  std::runtime_error);
}

}  // namespace result_test
