#include "gateway/s3/body/transfer_memory.hpp"

#include <malloc.h>

#include "storage/base/page_memory.hpp"

namespace torhaus::gateway::s3 {
namespace {

// Less than this is worth no system calls; the next bodies want it again.
constexpr std::size_t worth_giving_back = std::size_t{32} << 20;

}  // namespace

transfer_memory::share transfer_memory::take(std::size_t wanted, std::size_t least) {
  bodies_.fetch_add(1, std::memory_order_relaxed);
  std::size_t bytes = wanted;
  std::size_t before = held_.fetch_add(wanted, std::memory_order_relaxed);
  if (before + wanted > most_ && least < wanted) {
    held_.fetch_sub(wanted - least, std::memory_order_relaxed);
    bytes = least;
  }
  std::size_t peak = peak_.load(std::memory_order_relaxed);
  before += bytes;
  while (peak < before && !peak_.compare_exchange_weak(peak, before, std::memory_order_relaxed)) {
  }
  return {this, bytes};
}

void transfer_memory::give_back(std::size_t bytes) {
  bodies_.fetch_sub(1, std::memory_order_relaxed);
  const std::size_t left = held_.fetch_sub(bytes, std::memory_order_relaxed) - bytes;
  std::size_t peak = peak_.load(std::memory_order_relaxed);
  if (peak < worth_giving_back || left > peak / 4) return;
  if (!peak_.compare_exchange_strong(peak, left, std::memory_order_relaxed)) return;
  // The allocator keeps what was freed, in pieces between what is in use.
  asio::post(pool_, [] {
    page_memory::release_kept();
    ::malloc_trim(0);
  });
}

}  // namespace torhaus::gateway::s3
