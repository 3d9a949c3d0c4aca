// The counters of what is used, kept in the transactions that change it (quota.hpp says what
// counts), and the decision whether there is room for more.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "storage/catalog/quota.hpp"
#include "storage/catalog/versions.hpp"

namespace torhaus::storage::catalog {

// Adds a change to the counters of the bucket, its project and its agency.
void apply_usage(kv::transaction&, const bucket_record&, const usage_delta&);

usage read_usage(const kv::snapshot&, const std::string& row_key);

// quota_exceeded, with what is used and allowed, when the growth does not fit. What does not grow
// is allowed whatever the limits say: a limit may have been lowered.
result<void> check_room(const kv::snapshot&, const quota_source*, const bucket_record&,
                        const usage_delta& growth);
// The same for one version more on top of `newest`; what it takes the place of makes room.
result<void> check_room(const kv::snapshot&, const quota_source*, const place&,
                        const bucket_record&, const std::optional<version_summary>& newest,
                        usage_delta growth);

// The bytes of an upload's parts.
std::uint64_t upload_usage(const kv::snapshot&, std::string_view upload_id);
void set_upload_usage(kv::transaction&, std::string_view upload_id, std::uint64_t bytes);
// The upload ends, and its parts with it.
void drop_upload_usage(kv::transaction&, std::string_view upload_id, usage_delta&);

// Forgets a bucket, with what its unfinished uploads still count.
void forget_bucket_usage(kv::transaction&, const bucket_record&);

// Counts what a store holds that was written before there were counters. A step a transaction, and
// resumed where it ended. Nothing else writes meanwhile.
void build_usage(kv::database&);

}  // namespace torhaus::storage::catalog
