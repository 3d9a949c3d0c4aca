// The buffers of all bodies on their way, bounded together. Within the bound each body gets the
// large buffers that make it fast, beyond it the smallest that work: many slow clients cost
// connections, and others are served. Memory that many bodies held goes back to the system.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <thread>
#include <utility>

#include "storage/base/task.hpp"

namespace torhaus::gateway::s3 {

class transfer_memory {
 public:
  // `pool` runs what takes too long for a connection's thread.
  transfer_memory(std::size_t most_bytes, worker_pool& pool) : most_(most_bytes), pool_(pool) {}

  // What one body may hold, until it is destroyed.
  class share {
   public:
    share() = default;
    share(transfer_memory* home, std::size_t bytes) : home_(home), bytes_(bytes) {}
    share(share&& other) noexcept
        : home_(std::exchange(other.home_, nullptr)), bytes_(other.bytes_) {}
    share& operator=(share&& other) noexcept {
      std::swap(home_, other.home_);
      std::swap(bytes_, other.bytes_);
      return *this;
    }
    ~share() {
      if (home_ != nullptr) home_->give_back(bytes_);
    }
    std::size_t bytes() const { return bytes_; }

   private:
    transfer_memory* home_ = nullptr;
    std::size_t bytes_ = 0;
  };

  // `wanted` bytes while there is room, else `least`, whether there is room or not.
  share take(std::size_t wanted, std::size_t least);

  std::size_t held() const { return held_.load(std::memory_order_relaxed); }
  // More bodies are on their way than there are processors, so that all are busy.
  bool crowded() const { return bodies_.load(std::memory_order_relaxed) > processors_; }

 private:
  void give_back(std::size_t bytes);

  const std::size_t most_;
  worker_pool& pool_;
  const std::size_t processors_ = std::max(1U, std::thread::hardware_concurrency());
  std::atomic<std::size_t> held_{0};
  std::atomic<std::size_t> bodies_{0};
  std::atomic<std::size_t> peak_{0};  // since memory was last given to the system
};

}  // namespace torhaus::gateway::s3
