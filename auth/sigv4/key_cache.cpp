#include "auth/sigv4/key_cache.hpp"

#include <array>
#include <functional>
#include <mutex>
#include <string>
#include <unordered_map>
#include <utility>

#include "storage/crypto/digest.hpp"

namespace torhaus::auth::sigv4 {
namespace {

// Threads rarely meet in one shard of so many.
constexpr std::size_t shard_count = 16;
// 16 · 512 keys of about 300 bytes: 2.5 MiB at most.
constexpr std::size_t keys_per_shard = 512;

}  // namespace

struct key_cache::shard {
  struct entry {
    storage::crypto::digest_value secret;  // SHA-256
    signing_key key;
  };
  std::mutex guard;
  std::unordered_map<std::string, entry> keys;
};

key_cache::key_cache() : shards_(std::make_unique<shard[]>(shard_count)) {}
key_cache::~key_cache() = default;

signing_key key_cache::find_or_derive(std::string_view access_key_id, std::string_view secret,
                                      const scope& where) {
  const auto secret_hash = storage::crypto::digest_of(storage::crypto::algorithm::sha256, secret);
  thread_local std::string name;  // reused: this runs for every request
  name.assign(access_key_id).append("/").append(where.date).append("/").append(where.region);
  name.append("/").append(where.service);
  shard& home = shards_[std::hash<std::string>()(name) % shard_count];
  {
    const std::lock_guard lock(home.guard);
    const auto found = home.keys.find(name);
    if (found != home.keys.end() && found->second.secret == secret_hash) return found->second.key;
  }
  const signing_key key = signing_key::derive(secret, where);
  const std::lock_guard lock(home.guard);
  // Full happens about once a day, when all keys get a new date: everything in it is old then.
  if (home.keys.size() >= keys_per_shard) home.keys.clear();
  home.keys.insert_or_assign(name, shard::entry{secret_hash, key});
  return key;
}

}  // namespace torhaus::auth::sigv4
