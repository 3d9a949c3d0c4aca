#include "storage/catalog/lifecycle_judge.hpp"

#include <algorithm>

#include "storage/catalog/lifecycle_index.hpp"
#include "storage/catalog/object_lock.hpp"
#include "storage/catalog/objects_delete.hpp"
#include "storage/catalog/outbox.hpp"
#include "storage/catalog/uploads.hpp"

namespace torhaus::storage::catalog {
namespace {

bool matches(const lifecycle_filter& filter, const object_version& v) {
  if (!v.key.starts_with(filter.prefix)) return false;
  // A delete marker has neither tags nor a size.
  const bool sized = filter.larger_than || filter.smaller_than;
  if (v.delete_marker) return filter.tags.empty() && !sized;
  if (filter.larger_than && v.size <= *filter.larger_than) return false;
  if (filter.smaller_than && v.size >= *filter.smaller_than) return false;
  return std::ranges::all_of(filter.tags, [&](const name_value& tag) {
    return std::ranges::find(v.attributes.tags, tag) != v.attributes.tags.end();
  });
}

bool is_for_newest(lifecycle_action action) {
  return action == lifecycle_action::expire_current ||
         action == lifecycle_action::remove_expired_marker ||
         action == lifecycle_action::transition_current;
}

}  // namespace

lifecycle_judge::lifecycle_judge(kv::transaction& t, const bucket_record& bucket, sys_micros now,
                                 std::string_view nonces, const teller& told)
    : t_(t), bucket_(bucket), now_(now), nonces_(nonces), teller_(told) {}

std::uint64_t lifecycle_judge::next_nonce() {
  // One object has one newest version: an entry needs one marker at most, whatever the tasks.
  const std::size_t at = std::min(used_, nonces_.size() - 8);
  used_ += 8;
  return schema::from_big_endian(nonces_.substr(at, 8));
}

bool lifecycle_judge::version(std::string_view key, version_sequence sequence,
                              const lifecycle_task& task) {
  const place at{bucket_.id, key};
  auto row = row_at(t_, at, sequence);
  missing_ = !row;
  if (!row || task.action == lifecycle_action::abort_upload) return false;
  const auto newest = newest_version(t_, at);
  const bool latest = newest && newest->sequence == sequence;
  if (latest != is_for_newest(task.action) || !matches(task.filter, row->version)) return false;
  std::string version_id = row->version.version_id;
  facts_ = deed_facts{};
  facts_.version_id = version_id;
  // A marker that a rule expires by its age goes as one that stands alone.
  const bool marker = row->version.delete_marker && task.action == lifecycle_action::expire_current;
  if (!act(at, std::move(*row), task)) return false;
  deeds_.push_back({std::string(key), std::move(version_id),
                    marker ? lifecycle_action::remove_expired_marker : task.action, task.rule_id});
  tell(key, task);
  return true;
}

void lifecycle_judge::tell(std::string_view key, const lifecycle_task& task) {
  if (!teller_.notes) return;
  change what;
  what.kind = facts_.kind;
  what.key = key;
  const bool versioned = bucket_.versioning != versioning_state::never_enabled;
  if (versioned) what.version_id = facts_.version_id;
  what.size = facts_.size;
  what.etag = facts_.etag;
  keep_notes(t_, teller_.clock, teller_.notes(bucket_, task, key), what);
}

bool lifecycle_judge::act(const place& at, schema::version_row row, const lifecycle_task& task) {
  const version_sequence sequence = row.version.sequence;
  switch (task.action) {
    case lifecycle_action::expire_current:
      return expire_current(at, row, task);
    case lifecycle_action::remove_expired_marker:
      return row.version.delete_marker && remove_alone(at, row);
    case lifecycle_action::expire_noncurrent:
      return expire_noncurrent(at, row, task);
    case lifecycle_action::transition_current:
      return row.version.modified <= task.cutoff && transition(at, std::move(row), task);
    case lifecycle_action::transition_noncurrent:
      return noncurrent_since(at, sequence, task.cutoff) &&
             !among_kept(at, sequence, task.newer_noncurrent) &&
             transition(at, std::move(row), task);
    case lifecycle_action::abort_upload:
      break;
  }
  return false;
}

bool lifecycle_judge::upload(std::string_view key, std::string_view upload_id,
                             const lifecycle_task& task) {
  const auto found = require_upload(t_, place{bucket_.id, key}, upload_id);
  missing_ = !found;
  if (!found || found->initiated > task.cutoff || !key.starts_with(task.filter.prefix))
    return false;
  drop_upload(t_, bucket_, *found, upload_id, usage_);
  garbage_ = true;
  deeds_.push_back({std::string(key), found->id, task.action, task.rule_id});
  return true;
}

bool lifecycle_judge::one_too_many(std::string_view key, version_sequence added,
                                   const lifecycle_task& task) {
  if (task.newer_noncurrent == 0) return false;
  const place at{bucket_.id, key};
  // Counted from the version that was added and not from the newest: several may have been added
  // since the last pass, and each made another version one too many.
  version_sequence last = added;
  for (std::uint32_t i = 0; i <= task.newer_noncurrent; ++i) {
    const auto next = last == 0 ? std::nullopt : at_or_older(t_, at, last - 1);
    if (!next) return false;
    last = next->sequence;
  }
  return version(key, last, task);
}

bool lifecycle_judge::expire_current(const place& at, const schema::version_row& row,
                                     const lifecycle_task& task) {
  if (row.version.modified > task.cutoff) return false;
  // AWS: a marker that stands alone goes by the rule's age as well.
  if (row.version.delete_marker) return remove_alone(at, row);
  delete_request request;
  request.key = at.key;
  delete_context context;
  context.now = now_;
  context.nonce = next_nonce();
  context.owner = bucket_.owner_canonical_id;
  if (const auto done = delete_newest(t_, bucket_, request, context, garbage_, usage_)) {
    if (done->delete_marker) {
      facts_.kind = change_kind::marked;
      facts_.version_id = done->version_id;
    }
    return true;
  }
  wait_for(at, row.version.sequence, row.version.lock);
  return false;
}

bool lifecycle_judge::remove_alone(const place& at, const schema::version_row& row) {
  const version_sequence sequence = row.version.sequence;
  if (sequence > 0 && at_or_older(t_, at, sequence - 1)) return false;
  const auto marker = version_at(t_, at, sequence);
  if (remove_version(t_, at, bucket_, *marker, usage_)) garbage_ = true;
  return true;
}

bool lifecycle_judge::expire_noncurrent(const place& at, const schema::version_row& row,
                                        const lifecycle_task& task) {
  const version_sequence sequence = row.version.sequence;
  if (!noncurrent_since(at, sequence, task.cutoff)) return false;
  if (among_kept(at, sequence, task.newer_noncurrent)) return false;
  if (!check_unlocked(row.version.lock, now_, false)) {
    wait_for(at, sequence, row.version.lock);
    return false;
  }
  if (remove_version(t_, at, bucket_, *version_at(t_, at, sequence), usage_)) garbage_ = true;
  return true;
}

bool lifecycle_judge::transition(const place& at, schema::version_row row,
                                 const lifecycle_task& task) {
  std::string& stored = row.version.attributes.storage_class;
  if (row.version.delete_marker || stored == task.storage_class) return false;
  stored = task.storage_class;
  facts_.kind = change_kind::altered;
  facts_.size = row.version.size;
  facts_.etag = row.version.etag.text();
  t_.put(schema::version_key(at.bucket, at.key, row.version.sequence), schema::encode(row));
  return true;
}

bool lifecycle_judge::noncurrent_since(const place& at, version_sequence sequence,
                                       sys_micros cutoff) const {
  const auto above = lifecycle_index::successor_of(t_, at, sequence);
  return above && above->modified <= cutoff;
}

bool lifecycle_judge::among_kept(const place& at, version_sequence sequence,
                                 std::uint32_t newer) const {
  if (newer == 0) return false;
  const std::string from = schema::key_from(schema::table::versions, at.bucket, at.key);
  const auto cursor = t_.scan(from, schema::key_behind(schema::table::versions, at.bucket, at.key));
  const std::string wanted = schema::version_key(at.bucket, at.key, sequence);
  // The newest and so many behind it.
  bool found = cursor->seek(from);
  for (std::uint32_t i = 0; found && i <= newer; ++i, found = cursor->next()) {
    if (cursor->key() == wanted) return true;
  }
  return false;
}

void lifecycle_judge::wait_for(const place& at, version_sequence sequence,
                               const version_lock& lock) {
  // A legal hold ends by a call, which has the version looked at again by itself.
  if (lock.legal_hold || lock.mode == retention_mode::none || lock.until <= now_) return;
  lifecycle_index::look_again(t_, at, sequence, lock.until);
}

}  // namespace torhaus::storage::catalog
