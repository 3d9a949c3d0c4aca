// A catalog, a clock and the lifecycle worker, pass by pass.
#pragma once

#include <string>
#include <vector>

#include "gateway/workers/lifecycle.hpp"
#include "tests/support/catalog_world.hpp"

namespace torhaus::test {

struct lifecycle_world : catalog_world {
  using days = std::chrono::days;

  lifecycle_world() : worker({.catalog = cat.get(), .clock = &clock}) {}

  // Rules as a client writes them, through the same parser as the server's.
  void configure(std::uint64_t bucket, const std::string& rules) {
    auto parsed = gateway::s3::parse_lifecycle("<LifecycleConfiguration>" + rules +
                                               "</LifecycleConfiguration>");
    const auto stored = run_task(cat->set_lifecycle(
        bucket, write_lifecycle(parsed.value(), gateway::s3::document_for::storage),
        parsed->counts_newer()));
    if (!stored) throw std::runtime_error("set_lifecycle");
  }
  static std::string rule(const std::string& actions, const std::string& filter = "<Filter/>") {
    return "<Rule>" + filter + "<Status>Enabled</Status>" + actions + "</Rule>";
  }

  // The versions that one pass expired or changed.
  std::uint64_t pass() {
    const std::uint64_t before = worker.stats().applied;
    run_task(once());
    return worker.stats().applied - before;
  }
  std::uint64_t pass_after(days d) {
    clock.advance(d);
    return pass();
  }
  // "key:id-or-marker" of everything, newest first within a key.
  std::vector<std::string> versions(std::uint64_t bucket) {
    std::vector<std::string> all;
    const auto page = run_task(cat->list_versions(bucket, {}));
    for (const auto& v : page.value().versions) {
      all.push_back(v.key + (v.delete_marker ? ":marker" : ""));
    }
    return all;
  }
  std::size_t index_entries() {
    std::size_t n = 0;
    for (const auto& [key, value] : db.copy()) n += key.front() == 'l' ? 1 : 0;
    return n;
  }

  gateway::workers::lifecycle_worker worker;

  task<bool> once() { co_return co_await once(worker); }
  static task<bool> once(gateway::workers::lifecycle_worker& one) {
    co_await one.pass();
    co_return true;
  }
};

}  // namespace torhaus::test
