// The schema of the catalog: every table of the key space, every record and how both are encoded.
//
// One key space; the first byte of a key names its table. Lower-case letters are the catalog's,
// upper-case letters belong to auth/identity (auth/identity/schema.hpp lists those). Integers in
// keys are big-endian, so that bytes order as numbers. Records begin with a version byte
// (storage/base/codec.hpp).
//
//   'f' "format"                          → format_record: the layout of the whole store
//   'c' "bucket"                          → the last bucket id given out
//   'b' bucket name                       → bucket record
//   'i' bucket id(8)                      → bucket name
//   'o' account 0x00 bucket name          → nothing (the buckets of an agency)
//   's' bucket id(8) setting(1)           → document of a setting of the bucket
//   'v' bucket id(8) key ~sequence(8)     → version record; newest first within a key
//   'n' bucket id(8) key                  → sequence of the key's null version: there whenever that
//                                           is not the newest, and perhaps when it is
//   'u' bucket id(8) key upload id(24)    → upload record (upload id: microseconds(8), random(16))
//   'p' upload id(24) part number(4)      → part record
//   'd' data id(16)                       → data record of a blob or manifest, with references
//   't' data id(16)                       → the end of a location that its data record lacks
//   'm' manifest id(16)                   → manifest: the parts of an object; never changes
//   'q' queue 0x00 position(8)            → note of a change, to be told to somebody
//   'g' kind(1) id                        → garbage to reclaim; kinds: 'b' blob, 'm' manifest,
//                                           'u' upload, 'x' bucket
//   'w' 'b' bucket id(8)                  → usage record of a bucket
//   'w' 'p' project                       → usage record of a project
//   'w' 'a' account                       → usage record of an agency
//   'w' 'u' upload id(24)                 → bytes of the upload's parts
//   'w' 's'                               → where counting goes on that an older store needs once
//   'l' bucket id(8) kind(1) …            → the lifecycle index (lifecycle_index.hpp)
//
// `key` is an object key with 0x00 written as 0x00 0xFF, then the end mark 0x00 0x00: keys order as
// their bytes do ("a" < "a\0" < "a/b"), none is a prefix of another, and everything that begins
// with a prefix is one range.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "storage/base/codec.hpp"
#include "storage/catalog/catalog.hpp"
#include "storage/catalog/quota.hpp"
#include "storage/catalog/types.hpp"

namespace torhaus::storage::catalog::schema {

// Version 1 had no usage records; such a store is counted once when it is opened. Version 2 kept
// locations in one piece; nothing of it changes.
inline constexpr std::uint64_t format_version = 3;
inline constexpr std::size_t upload_id_bytes = 24;
inline constexpr std::uint32_t max_parts = 10'000;

namespace table {
inline constexpr char format = 'f';
inline constexpr char counters = 'c';
inline constexpr char buckets = 'b';
inline constexpr char bucket_ids = 'i';
inline constexpr char bucket_owners = 'o';
inline constexpr char bucket_settings = 's';
inline constexpr char versions = 'v';
inline constexpr char null_versions = 'n';
inline constexpr char uploads = 'u';
inline constexpr char parts = 'p';
inline constexpr char data = 'd';
inline constexpr char location_ends = 't';
inline constexpr char manifests = 'm';
inline constexpr char outbox = 'q';
inline constexpr char garbage = 'g';
inline constexpr char lifecycle = 'l';
inline constexpr char usage = 'w';
}  // namespace table

enum class garbage_kind : char { blob = 'b', manifest = 'm', upload = 'u', bucket = 'x' };

// --- keys

std::string format_key();
std::string bucket_counter_key();
std::string bucket_key(std::string_view name);
std::string bucket_id_key(std::uint64_t id);
std::string bucket_owner_key(std::string_view account, std::string_view name);
std::string bucket_setting_key(std::uint64_t bucket, bucket_setting);
std::string null_version_key(std::uint64_t bucket, std::string_view key);
std::string version_key(std::uint64_t bucket, std::string_view key, version_sequence);
std::string upload_key(std::uint64_t bucket, std::string_view key, std::string_view upload_id);
std::string part_key(std::string_view upload_id, std::uint32_t number);
std::uint32_t part_number_of(std::string_view stored_part_key);
std::string outbox_key(std::string_view queue, std::uint64_t position);
std::string data_key(const blob::blob_id&);
std::string location_end_key(const blob::blob_id&);
std::string manifest_key(const blob::blob_id&);
std::string garbage_key(garbage_kind, std::string_view id);
std::string bucket_usage_key(std::uint64_t bucket);
std::string project_usage_key(std::string_view project);
std::string agency_usage_key(std::string_view account);
std::string upload_usage_key(std::string_view upload_id);
std::string usage_state_key();

// All keys that begin with `bytes` lie in [bytes, successor(bytes)). Empty: to the end of the key
// space.
std::string successor(std::string_view bytes);
// Where the rows of object keys that begin with `prefix` begin (tables 'v', 'n', 'u').
std::string rows_from(char table, std::uint64_t bucket, std::string_view prefix);
// The first byte string behind all of them.
std::string rows_behind(char table, std::uint64_t bucket, std::string_view prefix);
// Where the rows of exactly `key` begin, and the first byte string behind them.
std::string key_from(char table, std::uint64_t bucket, std::string_view key);
std::string key_behind(char table, std::uint64_t bucket, std::string_view key);

// The object key and what stands behind it in a stored key of 'v' or 'u'. Throws damaged_record.
struct row_name {
  std::string key;
  std::string_view tail;  // into `stored`
};
row_name split_row(std::string_view stored, std::size_t tail_bytes);
// The same for what stands behind table and bucket.
row_name split_key(std::string_view stored, std::size_t tail_bytes);
// Appends an object key, escaped and ended.
void append_key(std::string& out, std::string_view key);

std::string big_endian(std::uint64_t);
std::uint64_t from_big_endian(std::string_view eight_bytes);
// What ends the key of a version.
inline constexpr std::size_t sequence_bytes = 8;
inline std::string sequence_tail(version_sequence s) { return big_endian(~s); }
inline version_sequence sequence_of(std::string_view tail) { return ~from_big_endian(tail); }

// --- records

std::string encode_number(std::uint64_t);
std::uint64_t decode_number(std::string_view);

// Bucket record, version 3: version 1 ended before the revision of the settings, version 2 before
// the state of the lifecycle index.
std::string encode(const bucket_record&);
bucket_record decode_bucket(std::string_view name, std::string_view value);

// Usage record, version 1: objects(8), bytes(8), bytes of uploads(8). Of one size, so that counting
// moves nothing.
std::string encode(const usage&);
usage decode_usage(std::string_view value);

// Setting, version 1: the document.
std::string encode_setting(std::string_view document);
std::string decode_setting(std::string_view value);

// Version record, version 2: flags, checksum algorithm, size, time, nonce, ETag, data id, number of
// parts, owner, storage class, lock (so far the head: all that a listing page or a decision needs);
// checksum, upload id, the other attributes, metadata, tags, ACL, encryption. Version 1 had no
// lock, ACL and encryption.
struct version_head {
  bool null_version = false;
  bool delete_marker = false;
  bool manifest = false;  // data names a manifest, not a blob
  bool has_data = false;
  bool has_upload = false;
  std::optional<crypto::algorithm> checksum_algorithm;
  checksum_type checksum_kind = checksum_type::full_object;
  std::uint64_t size = 0;
  sys_micros modified{};
  std::uint64_t nonce = 0;  // random half of the version id
  torhaus::storage::catalog::etag etag;
  blob::blob_id data;
  std::uint32_t part_count = 0;
  std::string_view owner;          // into the record
  std::string_view storage_class;  // into the record
  version_lock lock;
};
struct version_row {
  // Key, sequence, latest and version_id come from the place, not from the record.
  object_version version;
  std::uint64_t nonce = 0;
  std::string upload_id;  // of the upload that made it, raw; empty for others
};
std::string encode(const version_row&);
version_head decode_head(std::string_view value);
version_row decode_version(std::string key, version_sequence, std::string_view value);
// "null", or 32 hex digits: sequence and nonce.
std::string version_id_text(const version_head&, version_sequence);

// Upload record, version 2: version 1 ended before lock, ACL and encryption.
std::string encode(const upload_record&);
upload_record decode_upload(std::string key, std::string_view upload_id, std::string_view value);

// Part record, version 1.
struct part_row {
  part_record record;
  blob::blob_id blob;
};
std::string encode(const part_row&);
part_row decode_part(std::uint32_t number, std::string_view value);

// Data record, version 1: kind, references, size, location. The location of a manifest is empty;
// that of an inline blob in two lacks its end, which is a row of its own so that the record fills
// whole pages (kv/page_fit.hpp).
enum class data_kind : std::uint8_t {
  blob = 1,
  inline_blob = 2,
  manifest = 3,
  inline_blob_in_two = 4
};
struct data_row {
  data_kind kind = data_kind::blob;
  std::uint64_t references = 0;
  std::uint64_t size = 0;
  std::string_view location;  // into the record when decoded
};
std::string encode(const data_row&);
data_row decode_data(std::string_view value);

// Manifest, version 1: checksum algorithm(1, 0xFF none), then entries of one size: end offset(8),
// blob id(16), part number(4), checksum. A range finds its first part by binary search in the
// stored bytes.
struct manifest_entry {
  std::uint64_t end = 0;  // offset behind this part
  blob::blob_id blob;
  std::uint32_t number = 0;
  std::optional<crypto::digest_value> checksum;
};
std::string encode_manifest(const std::vector<manifest_entry>&);
class manifest_view {
 public:
  explicit manifest_view(std::string_view value);  // throws damaged_record
  std::size_t size() const { return count_; }
  manifest_entry at(std::size_t index) const;
  std::uint64_t begin_of(std::size_t index) const { return index == 0 ? 0 : at(index - 1).end; }
  // The part that holds `offset`; size() when it lies behind the end.
  std::size_t find_offset(std::uint64_t offset) const;

 private:
  std::string_view entries_;
  std::optional<crypto::algorithm> algorithm_;
  std::size_t entry_bytes_ = 0;
  std::size_t count_ = 0;
};

// Outbox record, version 1: kind, key, version id, size, ETag, text.
std::string encode(const outbox_record&);
outbox_record decode_outbox(std::uint64_t position, std::string_view value);

// Garbage record of a blob: what blob::store::remove needs. Of a manifest: the number of parts
// already let go.
std::string encode_garbage_blob(std::uint64_t size, std::string_view location);
struct garbage_blob {
  std::uint64_t size = 0;
  std::string location;
};
garbage_blob decode_garbage_blob(std::string_view value);

// Runs decode() and names the stored key in what it throws.
template <class F>
auto named(std::string_view stored_key, F&& decode) {
  try {
    return decode();
  } catch (const damaged_record& fault) {
    throw damaged_record(std::string(fault.what()) + " (record " + crypto::to_hex(stored_key) +
                         ")");
  }
}

}  // namespace torhaus::storage::catalog::schema
