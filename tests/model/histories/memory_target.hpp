// A store in memory that keeps to the rules, or breaks them in one way: what the checker must find.
#pragma once

#include <atomic>
#include <map>
#include <mutex>
#include <random>

#include "tests/model/histories/target.hpp"

namespace torhaus::model {

enum class fault : std::uint8_t {
  none,
  lost_update,
  two_winners,
  stale_read,
  lost_write,
  lost_delete,
  phantom,
  mixed_versions,
  refused_but_stored,
  written_twice,
  resurrection,
  listing_misses_a_key,
  listing_shows_what_is_gone,
  condition_ignored,
  match_of_nothing,
  overwritten_version_lost,
  wrong_version_deleted,
  delete_without_marker,
  version_order,
  crash_loses_a_write,
  crash_loses_a_delete,
  half_of_many,
  lost_completion,
  version_read_gives_newest,
  one_id_for_two,
  late_write,
  count,
};

std::string name_of(fault);
// Some can only be seen where there are versions.
kind_of_bucket seen_in(fault);
bool needs_crash(fault);

class memory_target final : public target {
 public:
  memory_target(fault planted, std::uint64_t seed) : planted_(planted), dice_(seed) {}

  void begin(const std::string& bucket, kind_of_bucket, int keys) override;
  void prepare(int, call&) override {}
  answers perform(int client, const call&) override;
  void crash() override;

 private:
  struct stored {
    int value = nothing;  // nothing: a delete marker
    std::string id;
  };
  using versions = std::vector<stored>;  // newest first

  // Under the lock.
  outcome one(const call&);
  outcome put(const call&);
  outcome remove(const call&);
  outcome remove_version(const call&);
  outcome read(const call&);
  outcome read_version(const call&);
  void store(int key, int value);
  outcome checked(const call&) const;
  void due();
  bool rarely(std::uint32_t sides) { return dice_() % sides == 0; }
  bool breaks(fault f, std::uint32_t sides) { return planted_ == f && rarely(sides); }
  int newest(int key) const {
    const auto& all = keys_[static_cast<std::size_t>(key)];
    return all.empty() ? nothing : all.front().value;
  }

  fault planted_;
  std::mutex mutex_;
  std::mt19937_64 dice_;
  bool versioned_ = false;
  std::vector<versions> keys_;
  std::vector<versions> before_;  // the state before the last change
  std::vector<int> deleted_;      // the last value that was deleted, by key
  std::map<int, int> again_;      // key, value that comes back
  std::uint64_t ids_ = 0;
  std::atomic<int> crashes_{0};
};

}  // namespace torhaus::model
