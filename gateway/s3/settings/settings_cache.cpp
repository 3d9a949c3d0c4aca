#include "gateway/s3/settings/settings_cache.hpp"

namespace torhaus::gateway::s3 {
namespace {

// A policy of 20 KiB and a lifecycle of 1,000 rules are rare; most buckets have no entry at all.
constexpr std::size_t max_entries = 10'000;

}  // namespace

std::shared_ptr<const bucket_settings> settings_cache::find(std::uint64_t bucket,
                                                            std::uint64_t revision) {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(bucket);
  if (found == entries_.end() || found->second.revision < revision) return nullptr;
  return found->second.parsed;
}

void settings_cache::keep(std::uint64_t bucket, entry made) {
  const std::lock_guard lock(mutex_);
  // Deleted buckets leave entries behind; beginning anew is simpler than finding them.
  if (entries_.size() >= max_entries && !entries_.contains(bucket)) entries_.clear();
  entry& slot = entries_[bucket];
  if (slot.parsed == nullptr || slot.revision < made.revision) slot = std::move(made);
}

std::shared_ptr<const bucket_settings> settings_cache::known(
    const storage::catalog::bucket_record& bucket) {
  static const auto none = std::make_shared<const bucket_settings>();
  if (bucket.settings_revision == 0) return none;
  return find(bucket.id, bucket.settings_revision);
}

task<result<std::shared_ptr<const bucket_settings>>> settings_cache::of(
    const storage::catalog::bucket_record& bucket) {
  if (auto in_memory = known(bucket)) co_return in_memory;
  auto stored = co_await catalog_.find_bucket_settings(bucket.id);
  if (!stored) co_return std::move(stored).error();
  auto parsed = parse_settings(std::move(stored->documents));
  if (!parsed) {
    co_return error(errc::internal_error)
        .because("a setting of bucket " + bucket.name +
                 " cannot be read: " + std::string(parsed.error().message()));
  }
  auto made = std::make_shared<const bucket_settings>(std::move(*parsed));
  keep(bucket.id, {stored->revision, made});
  co_return made;
}

}  // namespace torhaus::gateway::s3
