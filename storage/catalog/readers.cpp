#include "storage/catalog/readers.hpp"

#include <thread>

namespace torhaus::storage::catalog {

std::size_t lookup_sections::enter() noexcept {
  for (;;) {
    const std::uint64_t epoch = epoch_.load();
    const std::size_t side = epoch & 1U;
    open_[side].fetch_add(1);
    if (epoch_.load() == epoch) return side;
    // The epoch turned in between: this side may already be waited for.
    open_[side].fetch_sub(1);
  }
}

bool lookup_sections::wait_for_open(std::chrono::milliseconds limit) {
  const auto deadline = std::chrono::steady_clock::now() + limit;
  const auto ended = [&](std::size_t side) {
    while (open_[side].load() != 0) {
      if (std::chrono::steady_clock::now() >= deadline) return false;
      std::this_thread::sleep_for(std::chrono::microseconds(200));
    }
    return true;
  };
  // The side that new sections will use must be empty of those of the turn before last.
  const std::uint64_t epoch = epoch_.load();
  if (!ended((epoch + 1) & 1U)) return false;
  epoch_.store(epoch + 1);
  return ended(epoch & 1U);
}

bool manifest_pins::held(const blob::blob_id& id) const {
  const std::lock_guard lock(mutex_);
  return pins_.contains(id);
}

void manifest_pins::add(const blob::blob_id& id) {
  const std::lock_guard lock(mutex_);
  ++pins_[id];
}

void manifest_pins::release(const blob::blob_id& id) noexcept {
  const std::lock_guard lock(mutex_);
  const auto found = pins_.find(id);
  if (found != pins_.end() && --found->second == 0) pins_.erase(found);
}

}  // namespace torhaus::storage::catalog
