// The committer and those who wait for it.
#include "storage/kv/lmdb_committer.hpp"

#include <future>

#include "tests/support/catch.hpp"
#include "tests/support/temp_dir.hpp"

namespace committer_test {

using namespace torhaus;
using namespace torhaus::storage::kv;

namespace {

// Outside of all frames, so that a call whose own captures are gone can still speak.
struct {
  std::promise<void> woken;
  std::promise<void> waiter_gone;
  std::atomic<bool> captures_gone{false};
  std::atomic<bool> captures_gone_during_the_call{false};
} seen;

struct capture {
  ~capture() { seen.captures_gone = true; }
};

}  // namespace

TEST_CASE("a waiter may go away while the committer is still waking it") {
  const test::temp_dir directory;
  environment env({.directory = directory.path()});
  const std::function<bool(transaction&)> work = [](transaction& t) {
    t.put("k", "v");
    return true;
  };
  {
    committer c(env, 16, [] { return true; });
    auto waiter = std::make_unique<pending_write>();
    waiter->fn = &work;
    waiter->done = [held = std::make_shared<capture>()] {
      seen.woken.set_value();
      seen.waiter_gone.get_future().wait();
      seen.captures_gone_during_the_call = seen.captures_gone.load();
    };
    REQUIRE(c.submit(*waiter));
    seen.woken.get_future().wait();
    waiter.reset();
    seen.waiter_gone.set_value();
  }
  CHECK(seen.captures_gone);
  CHECK_FALSE(seen.captures_gone_during_the_call);
}

}  // namespace committer_test
