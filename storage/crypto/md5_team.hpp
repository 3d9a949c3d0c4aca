// MD5 for all uploads of the server: what several of them have to be hashed at one moment runs side
// by side in SIMD lanes, on one thread of the pool. Nobody waits for company: a stream that is
// alone is hashed alone, and one that comes later joins those that are under way.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <span>

#include "storage/base/task.hpp"
#include "storage/crypto/md5.hpp"

namespace torhaus::storage::crypto {

class md5_team {
 public:
  // `most_runners`: threads of the pool that may hash at once. The pool outlives all updates.
  md5_team(worker_pool&, std::size_t most_runners);
  ~md5_team();
  md5_team(const md5_team&) = delete;
  md5_team& operator=(const md5_team&) = delete;

  // The next bytes of one stream. Stream and bytes stay where they are until wait() has returned,
  // and wait() must be called, on the executor given, before this goes away.
  class update {
   public:
    update(md5_team&, executor home, md5_stream&, std::span<const std::span<const std::byte>>);
    task<void> wait();

   private:
    friend class md5_team;
    struct state;
    std::shared_ptr<state> state_;
  };

  // A stream that has bytes to hash at the moment, here or elsewhere. Who is alone does better to
  // hash MD5 in one pass with its other digests; in company the team's lanes are cheaper. Does not
  // outlive the team.
  class presence {
   public:
    explicit presence(md5_team& team) : team_(team) {}
    ~presence() { leave(); }
    presence(const presence&) = delete;
    presence& operator=(const presence&) = delete;

    // Both from any thread; twice is once.
    void enter() noexcept;
    void leave() noexcept;
    // How many are present, with this one, which has entered.
    std::size_t company() const noexcept { return team_.present_.load(std::memory_order_relaxed); }
    bool alone() const noexcept { return company() <= 1; }

   private:
    md5_team& team_;
    std::atomic<bool> entered_{false};
  };

 private:
  struct shared;
  static void run(shared&) noexcept;

  worker_pool& pool_;
  std::shared_ptr<shared> shared_;
  std::atomic<std::size_t> present_{0};
};

}  // namespace torhaus::storage::crypto
