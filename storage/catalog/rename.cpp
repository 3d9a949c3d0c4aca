// Renaming an object within its bucket: the same version under another key, in one transaction.
#include "storage/catalog/impl.hpp"
#include "storage/catalog/lifecycle_index.hpp"
#include "storage/catalog/usage.hpp"
#include "storage/catalog/versions.hpp"

namespace torhaus::storage::catalog {
namespace {

bool met(const rename_condition& c, const version_summary& v) {
  const auto whole_seconds = std::chrono::floor<std::chrono::seconds>(v.modified);
  if (c.if_match && *c.if_match != "*" && etag::parse(*c.if_match) != v.etag) return false;
  if (c.if_none_match && (*c.if_none_match == "*" || etag::parse(*c.if_none_match) == v.etag)) {
    return false;
  }
  if (c.if_modified_since && whole_seconds <= *c.if_modified_since) return false;
  return !c.if_unmodified_since || whole_seconds <= *c.if_unmodified_since;
}

error failed() { return error(errc::precondition_failed); }

}  // namespace

task<result<void>> catalog::rename_object(std::uint64_t bucket, object_key from, object_key to,
                                          rename_conditions conditions) {
  bool garbage = false;
  const auto work = [&](kv::transaction& t) -> result<void> {
    const auto record = require_bucket(t, bucket);
    if (!record) return record.error();
    // With versions, or a lock that needs them, the old name would have to keep what it had.
    if (record->versioning != versioning_state::never_enabled) return errc::invalid_bucket_state;
    const place source{bucket, from.str()};
    const place target{bucket, to.str()};
    const auto moved = newest_version(t, source);
    if (!moved) return error(errc::no_such_key).with("Key", from.str());
    if (!met(conditions.source, *moved)) return failed();
    const auto replaced = newest_version(t, target);
    if (replaced ? !met(conditions.target, *replaced) : conditions.target.needs_object()) {
      return failed();
    }
    auto row = row_at(t, source, moved->sequence);
    if (!row) throw damaged_record("the newest version is not there");
    // The reference to the bytes goes along: only the record of the old name goes.
    t.erase(schema::version_key(bucket, from.str(), moved->sequence));
    usage_delta used;
    count_removed(*moved, used);
    garbage = add_version(t, target, *record, replaced, moved->modified, *row, used);
    apply_usage(t, *record, used);
    // Under its new name it may be due for a pass that has gone by.
    if (record->lifecycle.indexed) {
      lifecycle_index::look_again(t, target, row->version.sequence, sys_micros());
    }
    return {};
  };
  auto done = co_await impl_->db.write(work);
  if (garbage) impl_->garbage.wake();
  co_return done;
}

}  // namespace torhaus::storage::catalog
