// Deleting: what a delete means in each state of versioning (AWS: "Deleting object versions from a
// versioning-enabled bucket", "… from versioning-suspended buckets").
#include "storage/catalog/objects_delete.hpp"

#include "storage/catalog/impl.hpp"
#include "storage/catalog/object_lock.hpp"
#include "storage/catalog/outbox.hpp"
#include "storage/catalog/usage.hpp"
#include "storage/catalog/versions.hpp"

namespace torhaus::storage::catalog {
namespace {

constexpr std::size_t max_deletes = 1000;

bool conditional(const delete_request& r) {
  return r.if_match || r.if_match_size || r.if_match_modified;
}

delete_outcome removed(const version_summary& target, std::string_view version_id) {
  delete_outcome out;
  out.versioned = true;
  out.version_id = version_id;
  out.delete_marker = target.delete_marker;
  return out;
}

// Tells what was removed, or the marker that was made.
void keep_notes(kv::transaction& t, const delete_context& context, const delete_request& request,
                change_kind kind, std::string_view version_id) {
  if (request.notes.empty()) return;
  change what;
  what.kind = kind;
  what.key = request.key;
  what.version_id = version_id;
  keep_notes(t, *context.clock, request.notes, what);
}

result<delete_outcome> delete_named(kv::transaction& t, const bucket_record& bucket,
                                    const delete_request& request, const delete_context& context,
                                    bool& garbage, usage_delta& used) {
  const place at{bucket.id, request.key};
  auto target = named_version(t, at, *request.version_id);
  if (!target) return std::move(target).error();
  if (!*target) {
    // Deleting twice succeeds twice.
    delete_outcome out;
    out.versioned = true;
    out.version_id = *request.version_id;
    return out;
  }
  const version_summary gone = **target;
  if (auto met = check_delete(request, gone); !met) return std::move(met).error();
  if (auto free = check_unlocked(gone.lock, context.now, request.bypass_governance); !free) {
    return std::move(free).error();
  }
  if (remove_version(t, at, bucket, gone, used)) garbage = true;
  const bool versioned = bucket.versioning != versioning_state::never_enabled;
  keep_notes(t, context, request, change_kind::removed,
             versioned ? std::string_view(*request.version_id) : std::string_view());
  return removed(gone, *request.version_id);
}

result<delete_outcome> delete_one(kv::transaction& t, const bucket_record& bucket,
                                  const delete_request& request, const delete_context& context,
                                  bool& garbage, usage_delta& used) {
  if (request.version_id) return delete_named(t, bucket, request, context, garbage, used);
  return delete_newest(t, bucket, request, context, garbage, used);
}

}  // namespace

result<delete_outcome> delete_newest(kv::transaction& t, const bucket_record& bucket,
                                     const delete_request& request, const delete_context& context,
                                     bool& garbage, usage_delta& used) {
  const place at{bucket.id, request.key};
  const auto newest = newest_version(t, at);
  if (conditional(request)) {
    if (request.if_match && (!newest || newest->delete_marker)) return errc::no_such_key;
    if (!newest) return delete_outcome{};
    if (auto met = check_delete(request, *newest); !met) return std::move(met).error();
  }
  if (auto kept = check_new_version(t, at, bucket, newest, version_lock(), context.now); !kept) {
    return std::move(kept).error();
  }
  if (bucket.versioning == versioning_state::never_enabled) {
    if (!newest) return delete_outcome{};
    if (remove_version(t, at, bucket, *newest, used)) garbage = true;
    keep_notes(t, context, request, change_kind::removed, "");
    return delete_outcome{};
  }
  schema::version_row marker;
  marker.version.delete_marker = true;
  marker.version.owner_canonical_id = context.owner;
  marker.nonce = context.nonce;
  if (add_version(t, at, bucket, newest, context.now, marker, used)) garbage = true;
  keep_notes(t, context, request, change_kind::marked, marker.version.version_id);
  delete_outcome out;
  out.versioned = true;
  out.version_id = marker.version.version_id;
  out.delete_marker = true;
  return out;
}

task<result<delete_outcome>> catalog::delete_object(std::uint64_t bucket, delete_request request) {
  delete_context context;
  context.clock = &impl_->clock;
  context.now = impl_->clock.now();
  context.nonce = impl_->random_number();
  bool garbage = false;
  const auto work = [&](kv::transaction& t) -> result<delete_outcome> {
    const auto record = require_bucket(t, bucket);
    if (!record) return record.error();
    context.owner = record->owner_canonical_id;
    usage_delta used;
    auto outcome = delete_one(t, *record, request, context, garbage, used);
    apply_usage(t, *record, used);
    return outcome;
  };
  auto done = co_await impl_->db.write(work);
  if (garbage) impl_->garbage.wake();
  co_return std::move(done);
}

task<result<std::vector<result<delete_outcome>>>> catalog::delete_objects(
    std::uint64_t bucket, std::vector<delete_request> requests) {
  using outcomes = std::vector<result<delete_outcome>>;
  if (requests.size() > max_deletes) co_return errc::malformed_xml;
  delete_context context;
  context.clock = &impl_->clock;
  context.now = impl_->clock.now();
  const std::string nonces = impl_->random_bytes(requests.size() * 8);
  bool garbage = false;
  const auto work = [&](kv::transaction& t) -> result<outcomes> {
    const auto record = require_bucket(t, bucket);
    if (!record) return record.error();
    context.owner = record->owner_canonical_id;
    outcomes each;
    each.reserve(requests.size());
    usage_delta used;
    for (std::size_t i = 0; i < requests.size(); ++i) {
      // A refused delete has changed nothing, so the others go on in the same transaction.
      context.nonce = schema::from_big_endian(std::string_view(nonces).substr(i * 8, 8));
      each.push_back(delete_one(t, *record, requests[i], context, garbage, used));
    }
    apply_usage(t, *record, used);
    return each;
  };
  auto done = co_await impl_->db.write(work);
  if (garbage) impl_->garbage.wake();
  co_return std::move(done);
}

}  // namespace torhaus::storage::catalog
