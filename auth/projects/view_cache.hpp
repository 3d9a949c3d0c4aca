// Projects with their members in memory. A change empties the place of its project; a look-up that
// began before the change does not put its old answer back.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

#include "auth/projects/store.hpp"

namespace torhaus::auth::projects {

class view_cache {
 public:
  // Members of about 300 bytes; beyond that the cache starts afresh.
  static constexpr std::size_t max_cached = 1'000'000;

  project_pointer find(const std::string& id) const {
    const std::lock_guard lock(mutex_);
    const auto at = views_.find(id);
    return at == views_.end() ? nullptr : at->second;
  }

  std::uint64_t generation() const {
    const std::lock_guard lock(mutex_);
    return generation_;
  }

  void insert(const std::string& id, project_pointer view, std::uint64_t generation) {
    const std::lock_guard lock(mutex_);
    if (generation != generation_) return;
    const std::size_t size = view->members.size() + 1;
    if (entries_ + size > max_cached) {
      views_.clear();
      entries_ = 0;
    }
    if (views_.insert_or_assign(id, std::move(view)).second) entries_ += size;
  }

  void erase(const std::string& id) {
    const std::lock_guard lock(mutex_);
    ++generation_;
    const auto at = views_.find(id);
    if (at == views_.end()) return;
    entries_ -= at->second->members.size() + 1;
    views_.erase(at);
  }

  void clear() {
    const std::lock_guard lock(mutex_);
    ++generation_;
    views_.clear();
    entries_ = 0;
  }

 private:
  mutable std::mutex mutex_;
  std::unordered_map<std::string, project_pointer> views_;
  std::size_t entries_ = 0;
  std::uint64_t generation_ = 0;
};

}  // namespace torhaus::auth::projects
