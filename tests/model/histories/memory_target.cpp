#include "tests/model/histories/memory_target.hpp"

#include <array>
#include <thread>

namespace torhaus::model {

namespace {

struct fault_row {
  fault which;
  const char* name;
  kind_of_bucket where = kind_of_bucket::unversioned;
  bool crash = false;
};

constexpr auto unversioned_bucket = kind_of_bucket::unversioned;
constexpr auto versions_too = kind_of_bucket::versioned;

constexpr std::array faults = {
    fault_row{fault::none, "none"},
    fault_row{fault::lost_update, "an update between look and write is lost"},
    fault_row{fault::two_winners, "two winners of If-None-Match"},
    fault_row{fault::stale_read, "a read gives what was there before"},
    fault_row{fault::lost_write, "an acknowledged write is lost"},
    fault_row{fault::lost_delete, "an acknowledged delete is lost"},
    fault_row{fault::phantom, "a read gives another key's bytes"},
    fault_row{fault::mixed_versions, "a read mixes two versions"},
    fault_row{fault::refused_but_stored, "a refused write is stored"},
    fault_row{fault::written_twice, "a write happens once more, later"},
    fault_row{fault::resurrection, "what was deleted comes back"},
    fault_row{fault::listing_misses_a_key, "a listing misses a key"},
    fault_row{fault::listing_shows_what_is_gone, "a listing shows what is gone"},
    fault_row{fault::condition_ignored, "a condition is not looked at"},
    fault_row{fault::match_of_nothing, "If-Match of nothing makes an object"},
    fault_row{fault::overwritten_version_lost, "an overwritten version is lost", versions_too},
    fault_row{fault::wrong_version_deleted, "another version is deleted", versions_too},
    fault_row{fault::delete_without_marker, "a delete leaves no marker", versions_too},
    fault_row{fault::version_order, "a new version is not the newest", versions_too},
    fault_row{fault::crash_loses_a_write, "a crash loses an acknowledged write", unversioned_bucket,
              true},
    fault_row{fault::crash_loses_a_delete, "a crash loses an acknowledged delete",
              unversioned_bucket, true},
    fault_row{fault::half_of_many, "DeleteObjects deletes half"},
    fault_row{fault::lost_completion, "a completed upload is lost"},
    fault_row{fault::version_read_gives_newest, "the newest for a version", versions_too},
    fault_row{fault::one_id_for_two, "one id for two versions", versions_too},
    fault_row{fault::late_write, "a write is seen after its acknowledgement only"},
};
static_assert(faults.size() == static_cast<std::size_t>(fault::count));

const fault_row& row_of(fault f) { return faults.at(static_cast<std::size_t>(f)); }

}  // namespace

std::string name_of(fault f) { return row_of(f).name; }
kind_of_bucket seen_in(fault f) { return row_of(f).where; }
bool needs_crash(fault f) { return row_of(f).crash; }

void memory_target::begin(const std::string&, kind_of_bucket kind, int keys) {
  const std::lock_guard lock(mutex_);
  versioned_ = kind == kind_of_bucket::versioned;
  keys_.assign(static_cast<std::size_t>(keys), {});
  before_ = keys_;
  deleted_.assign(static_cast<std::size_t>(keys), nothing);
  again_.clear();
}

void memory_target::crash() {
  const std::lock_guard lock(mutex_);
  ++crashes_;
  for (std::size_t key = 0; key < keys_.size(); ++key) {
    if (planted_ == fault::crash_loses_a_write) keys_[key].clear();
    const bool gone = keys_[key].empty() && deleted_[key] != nothing;
    if (planted_ == fault::crash_loses_a_delete && gone) keys_[key] = {{deleted_[key], ""}};
  }
}

answers memory_target::perform(int, const call& c) {
  const int crashes = crashes_.load();
  std::chrono::microseconds before{};
  std::chrono::microseconds behind{};
  bool checked_early = false;
  outcome early;
  {
    const std::lock_guard lock(mutex_);
    before = std::chrono::microseconds(dice_() % 60);
    behind = std::chrono::microseconds(dice_() % 60);
    // Look first, write later: what is between the two is not noticed.
    checked_early = (planted_ == fault::lost_update && c.condition == only_if::matches) ||
                    (planted_ == fault::two_winners && c.condition == only_if::absent);
    if (checked_early) early = checked(c);
  }
  std::this_thread::sleep_for(before);
  answers all;
  if (crashes_.load() == crashes) {
    const std::lock_guard lock(mutex_);
    due();
    if (c.what == action::list || c.what == action::remove_many) {
      for (int key = 0; key < static_cast<int>(keys_.size()); ++key) {
        call part = c;
        part.key = key;
        part.what = c.what == action::list ? action::read : action::remove;
        if (key > 0 && c.what == action::remove_many && planted_ == fault::half_of_many) {
          all.emplace_back(part, outcome{verdict::done, nothing, "no marker"});
          continue;
        }
        all.emplace_back(part, one(part));
        outcome& told = all.back().second;
        if (c.what != action::list) continue;
        if (told.is == verdict::missing) told = {verdict::done, nothing};
        if (breaks(fault::listing_misses_a_key, 3)) told.value = nothing;
        if (breaks(fault::listing_shows_what_is_gone, 2) && told.value == nothing) {
          told.value = deleted_[static_cast<std::size_t>(key)];
        }
      }
    } else if (checked_early) {
      call always = c;
      always.condition = only_if::always;
      all.emplace_back(c, early.is == verdict::done ? one(always) : early);
    } else {
      all.emplace_back(c, one(c));
    }
  }
  std::this_thread::sleep_for(behind);
  if (crashes_.load() == crashes) return all;
  if (all.empty()) return {{c, outcome()}};
  for (auto& [asked, told] : all) told = outcome();
  return all;
}

// What was to happen later happens now.
void memory_target::due() {
  if (again_.empty() || !rarely(3)) return;
  const auto [key, value] = *again_.begin();
  again_.erase(again_.begin());
  store(key, value);
}

outcome memory_target::checked(const call& c) const {
  const int there = newest(c.key);
  outcome o;
  o.is = verdict::done;
  if (c.condition == only_if::absent && there != nothing) o.is = verdict::refused;
  if (c.condition == only_if::matches) {
    if (there == nothing) {
      o.is = verdict::missing;
    } else if (there != c.matched) {
      o.is = verdict::refused;
    }
  }
  return o;
}

void memory_target::store(int key, int value) {
  auto& all = keys_[static_cast<std::size_t>(key)];
  before_ = keys_;
  if (!versioned_ || planted_ == fault::overwritten_version_lost) all.clear();
  if (!breaks(fault::one_id_for_two, 3)) ++ids_;
  const stored made{value, versioned_ ? "id" + std::to_string(ids_) : ""};
  const bool behind = planted_ == fault::version_order && !all.empty();
  all.insert(all.begin() + (behind ? 1 : 0), made);
}

outcome memory_target::one(const call& c) {
  switch (c.what) {
    case action::put:
      return put(c);
    case action::remove:
      return remove(c);
    case action::remove_version:
      return remove_version(c);
    case action::read:
      return read(c);
    case action::read_version:
      return read_version(c);
    default: {
      outcome o;
      o.is = verdict::done;
      for (const stored& s : keys_[static_cast<std::size_t>(c.key)]) {
        o.listed.push_back({s.value, s.id});
      }
      return o;
    }
  }
}

outcome memory_target::put(const call& c) {
  outcome o = checked(c);
  if (planted_ == fault::condition_ignored && o.is == verdict::refused) o.is = verdict::done;
  if (planted_ == fault::match_of_nothing && o.is == verdict::missing) o.is = verdict::done;
  if (o.is != verdict::done) {
    if (planted_ == fault::refused_but_stored && o.is == verdict::refused) store(c.key, c.value);
    return o;
  }
  if (breaks(fault::lost_write, 8) || (c.in_parts && planted_ == fault::lost_completion)) return o;
  if (breaks(fault::late_write, 3)) {
    again_[c.key] = c.value;
    return o;
  }
  store(c.key, c.value);
  o.version = keys_[static_cast<std::size_t>(c.key)].front().id;
  if (planted_ == fault::version_order) o.version.clear();
  if (breaks(fault::written_twice, 3)) again_[c.key] = c.value;
  return o;
}

outcome memory_target::remove(const call& c) {
  auto& all = keys_[static_cast<std::size_t>(c.key)];
  outcome o;
  o.is = verdict::done;
  if (c.condition == only_if::matches && newest(c.key) != c.matched) {
    o.is = newest(c.key) == nothing ? verdict::missing : verdict::refused;
    return o;
  }
  const int gone = newest(c.key);
  if (gone != nothing) deleted_[static_cast<std::size_t>(c.key)] = gone;
  if (breaks(fault::lost_delete, 3)) return o;
  before_ = keys_;
  if (!versioned_) {
    all.clear();
  } else if (planted_ == fault::delete_without_marker) {
    all.clear();
    o.version = "id" + std::to_string(++ids_);
  } else {
    all.insert(all.begin(), {nothing, "id" + std::to_string(++ids_)});
    o.version = all.front().id;
  }
  if (planted_ == fault::resurrection && gone != nothing) again_[c.key] = gone;
  return o;
}

outcome memory_target::remove_version(const call& c) {
  auto& all = keys_[static_cast<std::size_t>(c.key)];
  before_ = keys_;
  if (planted_ == fault::wrong_version_deleted && !all.empty()) {
    all.erase(all.begin());
  } else {
    std::erase_if(all, [&](const stored& s) { return s.id == c.version; });
  }
  return {verdict::done};
}

outcome memory_target::read(const call& c) {
  const auto& all = keys_[static_cast<std::size_t>(c.key)];
  outcome o;
  o.value = newest(c.key);
  if (!all.empty()) o.version = all.front().id;
  if (breaks(fault::stale_read, 4)) {
    const auto& old = before_[static_cast<std::size_t>(c.key)];
    o.value = old.empty() ? nothing : old.front().value;
    o.version.clear();
  }
  if (breaks(fault::mixed_versions, 8)) o.value = not_ours;
  if (breaks(fault::phantom, 4)) {
    const int other = newest(c.key == 0 ? static_cast<int>(keys_.size()) - 1 : 0);
    if (other != nothing) o.value = other;
  }
  o.is = o.value == nothing ? verdict::missing : verdict::done;
  return o;
}

outcome memory_target::read_version(const call& c) {
  const auto& all = keys_[static_cast<std::size_t>(c.key)];
  for (const stored& s : all) {
    if (s.id != c.version) continue;
    if (planted_ == fault::version_read_gives_newest) {
      const int there = newest(c.key);
      return {there == nothing ? verdict::missing : verdict::done, there};
    }
    return {verdict::done, s.value, s.id};
  }
  return {verdict::missing};
}

}  // namespace torhaus::model
