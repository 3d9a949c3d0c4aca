// MD5 for all uploads of the server: what several of them have to be hashed at one moment runs side
// by side in SIMD lanes, on one thread of the pool. Nobody waits for company: a stream that is
// alone is hashed alone, and one that comes later joins those that are under way.
#pragma once

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

 private:
  struct shared;
  static void run(shared&) noexcept;

  worker_pool& pool_;
  std::shared_ptr<shared> shared_;
};

}  // namespace torhaus::storage::crypto
