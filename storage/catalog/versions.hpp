// The versions of one key inside one transaction: finding the newest or a named one, adding,
// removing. All S3 rules of versioning are here and in objects_delete.cpp.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "storage/catalog/catalog.hpp"
#include "storage/catalog/schema.hpp"
#include "storage/kv/database.hpp"

namespace torhaus::storage::catalog {

// One key of one bucket. The view belongs to the caller.
struct place {
  std::uint64_t bucket = 0;
  std::string_view key;
};

// What decisions about a stored version need; owns everything.
struct version_summary {
  version_sequence sequence = 0;
  bool null_version = false;
  bool delete_marker = false;
  bool manifest = false;
  std::uint64_t size = 0;
  sys_micros modified{};
  torhaus::storage::catalog::etag etag;
  std::uint64_t nonce = 0;
  version_lock lock;
  std::optional<blob::blob_id> data;
};

// no_such_bucket when the bucket is gone.
result<bucket_record> require_bucket(const kv::snapshot&, std::uint64_t id);

std::optional<version_summary> newest_version(const kv::snapshot&, const place&);
std::optional<version_summary> version_at(const kv::snapshot&, const place&, version_sequence);
// The newest one of that sequence or an older one.
std::optional<version_summary> at_or_older(const kv::snapshot&, const place&, version_sequence);
std::optional<version_summary> null_version(const kv::snapshot&, const place&);
// The version a client names: nullopt when the id is well formed but names none; invalid_argument
// otherwise.
result<std::optional<version_summary>> named_version(const kv::snapshot&, const place&,
                                                     std::string_view version_id);
// Whole records. The first is the newest version.
std::optional<schema::version_row> newest_row(const kv::snapshot&, const place&);
std::optional<schema::version_row> row_at(const kv::snapshot&, const place&, version_sequence);

// The newest version, or the one a client names, with `latest` filled in. no_such_bucket,
// no_such_key, no_such_version, invalid_argument.
result<schema::version_row> find_row(const kv::snapshot&, const place&,
                                     const std::optional<std::string>& version_id);

// Sequence and nonce of a version id; nullopt for "null". invalid_argument when it is malformed.
struct version_name {
  version_sequence sequence = 0;
  std::uint64_t nonce = 0;
};
result<std::optional<version_name>> parse_version_id(std::string_view);

// precondition_failed, no_such_key, or nothing.
result<void> check_condition(const write_condition&, const std::optional<version_summary>& newest);
// The conditions of a delete whose target exists: precondition_failed, or nothing.
result<void> check_delete(const delete_request&, const version_summary& target);

// Adds a version on top of `newest`. `used` gathers what the transaction changes of the usage,
// which is the caller's to apply. Sets row's sequence, version id and kind. In a bucket whose
// versioning is not enabled it takes the place of the null version. True when that left garbage.
bool add_version(kv::transaction&, const place&, const bucket_record&,
                 const std::optional<version_summary>& newest, sys_micros now,
                 schema::version_row& row, usage_delta& used);
// What a new version would take the place of.
std::optional<version_summary> replaced_version(const kv::snapshot&, const place&,
                                                const bucket_record&,
                                                const std::optional<version_summary>& newest);
// Removes one version for good. True when that left garbage.
bool remove_version(kv::transaction&, const place&, const bucket_record&, const version_summary&,
                    usage_delta& used);
// A version less. Delete markers count as nothing.
void count_removed(const version_summary&, usage_delta& used);

}  // namespace torhaus::storage::catalog
