// The index by time that lifecycle passes read: for buckets with a lifecycle configuration, one
// entry for every version and unfinished upload, kept by the transactions that change them.
//
//   current     the newest version of a key, at the time it was written
//   noncurrent  another version, at the time its successor was written
//   upload      an upload, at its initiation
//   again       a version to be looked at by all rules from that time on, whatever their cursors
//               say: its tags changed, it became current again, its lock ends
//   cursor      how far a task has come
//   build       how far the first walk through the bucket has come; away when it is done
//
// An entry that is not right any more does no harm: what is due is decided by the records, inside
// the transaction that acts.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "storage/catalog/schema.hpp"
#include "storage/catalog/types.hpp"
#include "storage/catalog/versions.hpp"
#include "storage/kv/database.hpp"

namespace torhaus::storage::catalog::lifecycle_index {

enum class kind : char {
  again = 'a',
  build = 'b',
  current = 'c',
  cursor = 'k',
  noncurrent = 'n',
  upload = 'u',
};

// Stored keys.
std::string bucket_from(std::uint64_t bucket);
std::string kind_from(std::uint64_t bucket, kind);
// `tail`: a sequence (8 bytes, as it is) or an upload id.
std::string entry_key(std::uint64_t bucket, kind, sys_micros at, std::string_view key,
                      std::string_view tail);
std::string version_entry(kind, const place&, sys_micros at, version_sequence);
std::string cursor_key(std::uint64_t bucket, std::string_view task);
std::string build_key(std::uint64_t bucket);

struct entry {
  sys_micros at{};
  std::string key;
  std::string tail;
};
// Throws damaged_record.
entry parse_entry(std::string_view stored, std::size_t tail_bytes);
inline constexpr std::size_t time_offset = 1 + 8 + 1;

// The version written next after that one; nullopt for the newest.
std::optional<version_summary> successor_of(const kv::snapshot&, const place&, version_sequence);

// What add_version and remove_version call when the row is there, or is gone.
void version_added(kv::transaction&, const place&, sys_micros now, version_sequence added);
void version_removed(kv::transaction&, const place&, const version_summary& gone);
void look_again(kv::transaction&, const place&, version_sequence, sys_micros at);

}  // namespace torhaus::storage::catalog::lifecycle_index
