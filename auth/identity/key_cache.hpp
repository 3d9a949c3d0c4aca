// Found access keys in memory. Any change of identities empties it; a look-up that began before the
// change does not put its old answer back.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "auth/identity/store.hpp"

namespace torhaus::auth::identity {

struct cached_key {
  std::shared_ptr<const known_key> found;
  std::string token;  // of temporary keys
  std::optional<sys_micros> expires;
  std::optional<sys_micros> user_expires;
  // When the stored "last used" was written, in microseconds; the request that moves it on writes
  // it.
  std::atomic<std::int64_t> last_used_us{0};
};

class key_cache {
 public:
  // 64,000 keys of about 400 bytes; beyond that the shard starts afresh.
  static constexpr std::size_t shard_count = 16;
  static constexpr std::size_t max_in_shard = 4000;

  std::shared_ptr<cached_key> find(const std::string& id) {
    shard& s = shard_of(id);
    const std::lock_guard lock(s.mutex);
    const auto at = s.keys.find(id);
    return at == s.keys.end() ? nullptr : at->second;
  }

  std::uint64_t generation() const { return generation_.load(std::memory_order_acquire); }

  void insert(const std::string& id, std::shared_ptr<cached_key> key, std::uint64_t generation) {
    shard& s = shard_of(id);
    const std::lock_guard lock(s.mutex);
    if (generation != generation_.load(std::memory_order_acquire)) return;
    if (s.keys.size() >= max_in_shard) s.keys.clear();
    s.keys.insert_or_assign(id, std::move(key));
  }

  void clear() {
    generation_.fetch_add(1, std::memory_order_acq_rel);
    for (shard& s : shards_) {
      const std::lock_guard lock(s.mutex);
      s.keys.clear();
    }
  }

 private:
  struct shard {
    std::mutex mutex;
    std::unordered_map<std::string, std::shared_ptr<cached_key>> keys;
  };
  shard& shard_of(const std::string& id) {
    return shards_[std::hash<std::string>{}(id) % shard_count];
  }

  std::array<shard, shard_count> shards_;
  std::atomic<std::uint64_t> generation_{0};
};

}  // namespace torhaus::auth::identity
