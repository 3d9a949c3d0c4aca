#include "gateway/audit/archive.hpp"

namespace torhaus::gateway::audit {
namespace {

// About a second's hashing.
constexpr std::uint64_t verified_at_once = std::uint64_t{256} << 20;
// While the journal cannot be written, what is there can still be read.
constexpr std::chrono::milliseconds flush_patience{500};

}  // namespace

task<result<page>> archive::search(filter wanted, storage::journal::reading order,
                                   std::string after, page_limits limits) {
  auto work = [&] {
    if (after.empty()) o_.journal->flush(flush_patience);
    return audit::search(o_.directory, wanted, order, after, limits);
  };
  co_return co_await offload(*o_.pool, std::move(work));
}

task<result<verified>> archive::verify(std::string after) {
  auto work = [&]() -> result<verified> {
    if (after.empty()) o_.journal->flush(flush_patience);
    storage::journal::verifier v(
        {.directory = o_.directory, .key = o_.key, .head = o_.journal->head()});
    if (auto there = v.go_on_at(after); !there) return std::move(there).error();
    verified out;
    const bool more = v.step(verified_at_once);
    out.findings = v.findings();
    out.found = v.found();
    out.lines = v.lines();
    if (more) out.next = v.position();
    return out;
  };
  co_return co_await offload(*o_.pool, std::move(work));
}

}  // namespace torhaus::gateway::audit
