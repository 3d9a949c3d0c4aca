// Lifecycle: what is due, found by time, and carried out in bounded transactions that decide anew.
#include <algorithm>
#include <optional>
#include <stdexcept>

#include "storage/catalog/impl.hpp"
#include "storage/catalog/lifecycle_index.hpp"
#include "storage/catalog/lifecycle_judge.hpp"
#include "storage/catalog/uploads.hpp"
#include "storage/catalog/usage.hpp"

namespace torhaus::storage::catalog {
namespace {

using lifecycle_index::kind;

// Bounds on one call: entries that a snapshot walks over, and versions that a transaction touches.
constexpr std::size_t max_scanned = 5000;
constexpr std::size_t max_touched = 500;

kind kind_of(lifecycle_action action) {
  switch (action) {
    case lifecycle_action::expire_noncurrent:
    case lifecycle_action::transition_noncurrent:
      return kind::noncurrent;
    case lifecycle_action::abort_upload:
      return kind::upload;
    case lifecycle_action::expire_current:
    case lifecycle_action::remove_expired_marker:
    case lifecycle_action::transition_current:
      return kind::current;
  }
  throw std::logic_error("an unknown lifecycle action");
}

std::size_t tail_bytes(kind k) { return k == kind::upload ? schema::upload_id_bytes : 8; }

// The first key behind all entries up to that time.
std::string behind_time(std::uint64_t bucket, kind k, sys_micros last) {
  const auto micros = std::max<std::int64_t>(last.time_since_epoch().count(), -1) + 1;
  return lifecycle_index::kind_from(bucket, k) +
         schema::big_endian(static_cast<std::uint64_t>(micros));
}

struct slice {
  std::vector<std::string> candidates;  // stored keys
  std::string last;                     // the last one looked at
  std::uint64_t examined = 0;
  bool more = false;
  // A clock that was ahead has left the cursor in the future: there it goes back to.
  std::optional<std::string> back;
};

// Where a pass of the task begins: behind its cursor.
std::string first_position(const kv::snapshot& s, std::uint64_t bucket, const lifecycle_task& task,
                           kind k) {
  std::string from = lifecycle_index::kind_from(bucket, k);
  if (const auto cursor = s.get(lifecycle_index::cursor_key(bucket, task.name))) {
    from = std::max(from, std::string(*cursor));
  }
  return from;
}

slice next_slice(const kv::snapshot& s, std::uint64_t bucket, const lifecycle_task& task,
                 const std::string& position) {
  slice out;
  if (s.get(lifecycle_index::build_key(bucket))) return out;
  const kind k = kind_of(task.action);
  std::string from = position.empty() ? first_position(s, bucket, task, k) : position;
  const std::string behind = behind_time(bucket, k, task.cutoff);
  if (position.empty()) {
    if (from > behind) out.back = behind;
    from = std::min(from, behind_time(bucket, k, sys_micros(task.cutoff - task.look_back)));
  }
  if (from >= behind) return out;
  const auto cursor = s.scan(from, behind);
  for (bool found = cursor->seek(from); found; found = cursor->next()) {
    if (out.examined == max_scanned || out.candidates.size() == max_touched) {
      out.more = true;
      break;
    }
    ++out.examined;
    out.last = cursor->key();
    if (lifecycle_index::parse_entry(out.last, tail_bytes(k)).key.starts_with(task.filter.prefix)) {
      out.candidates.push_back(out.last);
    }
  }
  return out;
}

// Entries to be looked at again by now.
std::vector<std::string> due_again(const kv::snapshot& s, std::uint64_t bucket, sys_micros now) {
  std::vector<std::string> keys;
  if (s.get(lifecycle_index::build_key(bucket))) return keys;
  const std::string from = lifecycle_index::kind_from(bucket, kind::again);
  const auto cursor = s.scan(from, behind_time(bucket, kind::again, now));
  for (bool found = cursor->seek(from); found && keys.size() < max_touched;
       found = cursor->next()) {
    keys.emplace_back(cursor->key());
  }
  return keys;
}

}  // namespace

task<result<lifecycle_progress>> catalog::run_lifecycle(std::uint64_t bucket, lifecycle_task wanted,
                                                        std::string& position,
                                                        lifecycle_notes notes) {
  const auto look = [&](const kv::snapshot& s) { return next_slice(s, bucket, wanted, position); };
  const slice found = co_await impl_->db.read(look);
  lifecycle_progress done;
  if (found.examined == 0 && !found.back) co_return done;
  const sys_micros now = impl_->clock.now();
  const std::string nonces = impl_->random_bytes(found.candidates.size() * 8);
  bool garbage = false;
  const auto work = [&](kv::transaction& t) -> result<lifecycle_progress> {
    const auto record = require_bucket(t, bucket);
    if (!record) return record.error();
    lifecycle_progress step;
    if (!record->lifecycle.indexed) return step;
    step.examined = found.examined;
    step.more = found.more;
    lifecycle_judge judge(t, *record, now, nonces, {impl_->clock, notes});
    const kind k = kind_of(wanted.action);
    for (const std::string& stored : found.candidates) {
      const auto entry = lifecycle_index::parse_entry(stored, tail_bytes(k));
      const bool applied =
          k == kind::upload ? judge.upload(entry.key, entry.tail, wanted)
                            : judge.version(entry.key, schema::from_big_endian(entry.tail), wanted);
      if (applied) ++step.applied;
      if (!applied && judge.missing()) t.erase(stored);
    }
    const std::string cursor = lifecycle_index::cursor_key(bucket, wanted.name);
    t.put(cursor, found.examined == 0 ? *found.back : found.last + '\0');
    garbage = judge.garbage();
    apply_usage(t, *record, judge.usage());
    step.deeds = judge.take_deeds();
    if (!step.deeds.empty()) step.bucket = *record;
    return step;
  };
  auto outcome = co_await impl_->db.write(work);
  if (garbage) impl_->garbage.wake();
  if (outcome && found.examined > 0) position = found.last + '\0';
  co_return outcome;
}

task<result<lifecycle_progress>> catalog::run_lifecycle_again(std::uint64_t bucket,
                                                              std::vector<lifecycle_task> tasks,
                                                              lifecycle_notes notes) {
  const sys_micros now = impl_->clock.now();
  const auto look = [&](const kv::snapshot& s) { return due_again(s, bucket, now); };
  const std::vector<std::string> keys = co_await impl_->db.read(look);
  lifecycle_progress done;
  if (keys.empty()) co_return done;
  const std::string nonces = impl_->random_bytes(keys.size() * 8);
  bool garbage = false;
  const auto work = [&](kv::transaction& t) -> result<lifecycle_progress> {
    const auto record = require_bucket(t, bucket);
    if (!record) return record.error();
    lifecycle_progress step;
    step.examined = keys.size();
    step.more = true;
    lifecycle_judge judge(t, *record, now, nonces, {impl_->clock, notes});
    for (const std::string& stored : keys) {
      const auto entry = lifecycle_index::parse_entry(stored, 8);
      t.erase(stored);
      for (const lifecycle_task& task : tasks) {
        const version_sequence sequence = schema::from_big_endian(entry.tail);
        if (judge.version(entry.key, sequence, task)) ++step.applied;
        if (judge.one_too_many(entry.key, sequence, task)) ++step.applied;
      }
    }
    garbage = judge.garbage();
    apply_usage(t, *record, judge.usage());
    step.deeds = judge.take_deeds();
    if (!step.deeds.empty()) step.bucket = *record;
    return step;
  };
  auto outcome = co_await impl_->db.write(work);
  if (garbage) impl_->garbage.wake();
  co_return outcome;
}

}  // namespace torhaus::storage::catalog
