// What object locks forbid (AWS: "How S3 Object Lock works"). Decided inside the transaction that
// would delete, overwrite or change.
#pragma once

#include <optional>

#include "storage/catalog/types.hpp"
#include "storage/catalog/versions.hpp"

namespace torhaus::storage::catalog {

// access_denied while the lock keeps its version.
result<void> check_unlocked(const version_lock&, sys_micros now, bool bypass_governance);

// What a new version meets: a lock in a bucket without lock (invalid_request), or a locked null
// version in the place that it would take (access_denied).
result<void> check_new_version(const kv::snapshot&, const place&, const bucket_record&,
                               const std::optional<version_summary>& newest, const version_lock&,
                               sys_micros now);

}  // namespace torhaus::storage::catalog
