// The catalog: buckets, object versions, uploads and parts, written once over kv::database, with
// the bytes in a blob::store. Every call is one transaction. All S3 semantics of naming,
// versioning, conditions, listing order and reference counts live here; HTTP, XML and authorisation
// do not.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "storage/blob/store.hpp"
#include "storage/catalog/lifecycle_types.hpp"
#include "storage/catalog/quota.hpp"
#include "storage/catalog/types.hpp"
#include "storage/crypto/secret_key.hpp"
#include "storage/kv/database.hpp"

namespace torhaus::storage::catalog {

// A conditional write (AWS: "Conditional writes"), decided inside the transaction that writes.
struct write_condition {
  bool if_none_match_any = false;            // If-None-Match: *
  std::optional<std::string> if_none_match;  // an ETag as sent: refuses to replace that one
  std::optional<std::string> if_match;       // an ETag as sent, or "*"
  // Of a multipart upload: refuses also what came since it began (conditional_request_conflict).
  bool watched = false;

  bool empty() const { return !if_none_match_any && !if_none_match && !if_match; }
};

struct new_object {
  object_attributes attributes;
  std::uint64_t size = 0;
  torhaus::storage::catalog::etag etag;
  std::optional<object_checksum> checksum;
  std::string owner_canonical_id;
  version_lock lock;
  std::string acl;         // as object_version::acl
  std::string encryption;  // as object_version::encryption
  write_condition condition;
  std::vector<outbox_note> notes;
};

struct write_outcome {
  std::string version_id;  // "null" when the bucket's versioning is not enabled
  bool versioned = false;  // send x-amz-version-id
  torhaus::storage::catalog::etag etag;
  sys_micros modified{};
};

struct delete_request {
  std::string key;                        // parsed by object_key before
  std::optional<std::string> version_id;  // as the client sent it; "null" included
  // Compared with the version named, or with the newest: precondition_failed. Where there is none,
  // the delete succeeds and changes nothing; without a version id, an ETag or "*" is missed there
  // and where a delete marker is the newest: no_such_key. A marker has a time, but neither ETag nor
  // size; "*" matches the one that is named.
  std::optional<std::string> if_match;
  std::optional<std::uint64_t> if_match_size;
  std::optional<std::chrono::sys_seconds> if_match_modified;  // the time without its fraction
  // The caller may delete versions under governance retention, and wants to.
  bool bypass_governance = false;
  std::vector<outbox_note> notes;  // kept when something was deleted
};

// The retention that a version shall have from now on; none takes it away.
struct retention_change {
  retention_mode mode = retention_mode::none;
  sys_micros until{};
  bool bypass_governance = false;
};

struct delete_outcome {
  bool versioned = false;      // version_id is to be sent
  std::string version_id;      // of what was deleted, or of the delete marker that was made
  bool delete_marker = false;  // a marker was made, or a marker was what was deleted
};

// What a rename asks of the object under one of its two names.
struct rename_condition {
  std::optional<std::string> if_match;  // an ETag as sent, or "*"
  std::optional<std::string> if_none_match;
  std::optional<std::chrono::sys_seconds> if_modified_since;
  std::optional<std::chrono::sys_seconds> if_unmodified_since;
  // Whether it cannot be met where no object has the name.
  bool needs_object() const { return if_match || if_modified_since; }
};
struct rename_conditions {
  rename_condition source;
  rename_condition target;
};

// Parts that a multipart object was made of.
struct version_part {
  std::uint32_t number = 0;
  std::uint64_t size = 0;
  std::optional<crypto::digest_value> checksum;
};
struct version_parts {
  std::vector<version_part> parts;
  std::uint32_t total = 0;
  bool truncated = false;
};

// Bytes of one object version, whatever they are made of. Holds what it needs, so that a delete in
// the meantime does not disturb it.
class object_reader {
 public:
  virtual ~object_reader() = default;
  virtual std::uint64_t size() const = 0;  // of the plaintext
  // Gives the data key of an object whose bytes are stored encrypted, before the first read. An
  // object that is not has none: std::logic_error.
  virtual void unlock(const crypto::secret_key& data_key) = 0;
  // Reads up to out.size() bytes from offset; 0 only at the end. Blocking unless resident().
  // internal_error while encrypted bytes are locked.
  virtual result<std::size_t> read(std::uint64_t offset, std::span<std::byte> out) = 0;
  // The same of what the system has in memory, without waiting: how many bytes that were, or 0 when
  // read() is the way: bytes from the disk, encrypted ones, faults, what is not open.
  virtual std::size_t read_at_once(std::uint64_t offset, std::span<std::byte> out) = 0;
  virtual bool resident() const = 0;
  // Opens bytes that are not encrypted, where it takes no waiting. Few of them are resident()
  // then, others perhaps there for read_at_once().
  virtual void open_at_once() = 0;
  // The bytes themselves, checked, where they are resident() and lie there as they are read; valid
  // as long as the reader. Else empty.
  virtual std::span<const std::byte> in_memory() const = 0;
};

struct opened_object {
  object_version version;
  std::unique_ptr<object_reader> content;  // null for a delete marker
};

// Entries that one listing call examines at most before it hands out what it has.
inline constexpr std::size_t list_scan_limit = 50'000;

struct list_query {
  std::string prefix;
  std::string delimiter;
  // V1 marker, V2 continuation token (a page's `last`): only keys and common prefixes that sort
  // after it. A common prefix that contains it sorts before it.
  std::string after;
  // V2 start-after: only keys that sort after it; a common prefix is listed when such a key is in
  // it. AWS tells the two apart in just this way.
  std::string start_after;
  std::size_t max_keys = 1000;  // 0 to 1000
};

struct list_entry {
  std::string key;
  std::uint64_t size = 0;
  sys_micros modified{};
  torhaus::storage::catalog::etag etag;
  std::string storage_class;
  std::string owner_canonical_id;
  std::optional<crypto::algorithm> checksum_algorithm;
  checksum_type checksum_kind = checksum_type::full_object;
};

struct list_page {
  std::vector<list_entry> entries;           // in byte order of key
  std::vector<std::string> common_prefixes;  // in byte order
  bool truncated = false;
  // The next page's `after` (V2 token; V1 NextMarker, to be sent whenever truncated). The greatest
  // key or prefix of this page, or a greater one: a page ends early, even empty, after
  // list_scan_limit deleted keys.
  std::string last;
};

struct version_list_query {
  std::string prefix;
  std::string delimiter;
  std::string key_marker;
  std::optional<std::string> version_id_marker;  // only with key_marker
  std::size_t max_keys = 1000;
};

struct version_list_page {
  std::vector<object_version> versions;  // byte order of key, newest first within a key
  std::vector<std::string> common_prefixes;
  bool truncated = false;
  std::string next_key_marker;
  std::string next_version_id_marker;
};

struct bucket_list_query {
  std::string owner_account;  // empty: of all agencies
  std::string prefix;
  std::string after;  // names greater than this one
  std::size_t max_buckets = 10'000;
};

struct bucket_list_page {
  std::vector<bucket_record> buckets;
  bool truncated = false;
};

struct new_upload {
  object_attributes attributes;
  std::optional<crypto::algorithm> checksum_algorithm;
  checksum_type checksum_kind = checksum_type::composite;
  std::string owner_canonical_id;  // of the object to be
  std::string initiator_id;        // arn or canonical id of the caller, for listings
  std::string initiator_name;
  version_lock lock;  // of the object to be, and so the next two
  std::string acl;
  std::string encryption;
};

struct upload_record {
  std::string id;  // opaque text for clients
  std::string key;
  sys_micros initiated{};
  new_upload settings;
};

struct new_part {
  std::uint32_t number = 0;  // 1 to 10,000
  std::uint64_t size = 0;
  std::array<std::uint8_t, 16> md5{};
  // Of the upload's algorithm when it has one, else CRC64NVME.
  std::optional<crypto::digest_value> checksum;
};

struct part_record {
  new_part part;
  sys_micros modified{};
};

struct part_page {
  std::vector<part_record> parts;
  bool truncated = false;
};

struct upload_list_query {
  std::string prefix;
  std::string delimiter;
  std::string key_marker;
  std::string upload_id_marker;  // only with key_marker
  std::size_t max_uploads = 1000;
};

struct upload_page {
  std::vector<upload_record> uploads;  // by key, then by time of initiation
  std::vector<std::string> common_prefixes;
  bool truncated = false;
  std::string next_key_marker;
  std::string next_upload_id_marker;
};

struct completed_part {
  std::uint32_t number = 0;
  torhaus::storage::catalog::etag etag;
  std::optional<crypto::digest_value> checksum;  // compared with the stored one when given
};

// The object's checksum as the client computed it. One without a type is of the upload's.
struct expected_checksum {
  crypto::digest_value value;
  std::optional<checksum_type> type;
  std::uint32_t parts = 0;  // compared when it is told
};

struct completion {
  std::vector<completed_part> parts;
  // As the client sent it with Complete; bad_digest when it differs and the upload has an
  // algorithm.
  std::optional<torhaus::storage::catalog::expected_checksum> expected_checksum;
  std::optional<std::uint64_t> expected_size;  // x-amz-mp-object-size
  write_condition condition;
  version_lock default_lock;  // of the object where the upload names no retention
  std::vector<outbox_note> notes;
};

class catalog {
 public:
  struct options {
    kv::database* db = nullptr;
    blob::store* blobs = nullptr;
    clock_source* clock = &system_clock_source();
    random_source* random = &name_random_source();   // of names
    std::uint64_t min_part_bytes = 5 * 1024 * 1024;  // of all parts but the last (entity_too_small)
    const quota_source* quotas = nullptr;            // null: no limits. Outlives the catalog
  };

  // Checks the format version (throws std::runtime_error on another one), lets the blob store
  // recover and starts the reclaimer, which deletes bytes whose last reference is gone.
  explicit catalog(const options&);
  ~catalog();
  catalog(const catalog&) = delete;
  catalog& operator=(const catalog&) = delete;
  // Ends background work.
  void stop();

  // --- buckets. no_such_bucket where the bucket is not there.
  // bucket_already_owned_by_you (same owner account) or bucket_already_exists.
  task<result<bucket_record>> create_bucket(bucket_record wanted, setting_documents settings = {});
  task<result<bucket_record>> find_bucket(std::string name);
  // bucket_not_empty while a version or delete marker is in it. Unfinished uploads do not count
  // (AWS) and go with it.
  task<result<void>> delete_bucket(std::string name);
  task<result<bucket_list_page>> list_buckets(bucket_list_query);
  task<result<void>> set_versioning(std::uint64_t bucket, versioning_state);
  // Stores a document, or removes it (nullopt). What is not there is removed without an error.
  // operation_aborted, and nothing is changed, where the settings are of another revision than the
  // one given.
  task<result<void>> set_bucket_setting(std::uint64_t bucket, bucket_setting,
                                        std::optional<std::string> document,
                                        std::optional<std::uint64_t> revision = std::nullopt);
  task<result<stored_settings>> find_bucket_settings(std::uint64_t bucket);
  // Stores the object lock document and makes the bucket one with lock, for good.
  // invalid_bucket_state unless versioning is enabled.
  task<result<void>> set_object_lock(std::uint64_t bucket, std::string document);

  // --- objects. `bucket` is bucket_record::id; a bucket deleted meanwhile gives no_such_bucket.
  // Stores a version whose bytes are `content` (committed by this call): with
  // new_object::encryption the encrypted form of new_object::size bytes. precondition_failed;
  // no_such_key for If-Match on an absent key.
  task<result<write_outcome>> put_object(std::uint64_t bucket, object_key key, new_object,
                                         blob::sealed_blob content);
  // The newest version, or the one asked for. no_such_key, no_such_version. A delete marker is a
  // value: the caller decides between 404 and 405.
  task<result<object_version>> find_object(std::uint64_t bucket, object_key key,
                                           std::optional<std::string> version_id);
  // The same with its bytes.
  task<result<opened_object>> open_object(std::uint64_t bucket, object_key key,
                                          std::optional<std::string> version_id);
  // Size, offset and checksum of the `number`th part of a multipart object (GET ?partNumber), from
  // 1, whatever number the upload gave it. invalid_part_number.
  struct part_range {
    std::uint64_t offset = 0;
    std::uint64_t size = 0;
    std::optional<crypto::digest_value> checksum;
  };
  task<result<part_range>> find_part(object_version, std::uint32_t number);
  // At most max_parts of the parts with numbers greater than `after`. None for an object that was
  // put in one piece.
  task<result<version_parts>> list_version_parts(object_version, std::uint32_t after,
                                                 std::size_t max_parts);
  // The same object under another key, with its time of change; what had that key is replaced. No
  // bytes move. no_such_key, precondition_failed, invalid_bucket_state where the bucket has or had
  // versions: there a name keeps what it had.
  task<result<void>> rename_object(std::uint64_t bucket, object_key from, object_key to,
                                   rename_conditions);
  // A new version that shares the bytes of `source` (which must still be there: no_such_key). Moves
  // no bytes, so source and copy are both encrypted, under one data key, or both not. Copying onto
  // itself replaces attributes without touching bytes. Size and ETag are the
  // source's; so is the checksum, unless new_object brings one (the caller has read the bytes
  // then).
  task<result<write_outcome>> copy_object(std::uint64_t source_bucket, object_version source,
                                          std::uint64_t bucket, object_key key, new_object);
  // Replaces the tags of the newest version, or of the one asked for. Returns it as it is now.
  // no_such_key, no_such_version, method_not_allowed for a delete marker; operation_aborted where
  // it is another one than `judged`.
  task<result<object_version>> set_object_tags(std::uint64_t bucket, object_key key,
                                               std::optional<std::string> version_id,
                                               std::vector<name_value> tags,
                                               std::vector<outbox_note> notes = {},
                                               std::optional<version_sequence> judged = {});
  // The same for the ACL.
  task<result<object_version>> set_object_acl(std::uint64_t bucket, object_key key,
                                              std::optional<std::string> version_id,
                                              std::string acl, std::vector<outbox_note> notes = {},
                                              std::optional<version_sequence> judged = {});
  // The lock of the newest version, or of the one asked for. invalid_request in a bucket without
  // lock; access_denied for what would weaken a lock; else as set_object_tags.
  task<result<object_version>> set_object_retention(std::uint64_t bucket, object_key key,
                                                    std::optional<std::string> version_id,
                                                    retention_change);
  task<result<object_version>> set_object_legal_hold(std::uint64_t bucket, object_key key,
                                                     std::optional<std::string> version_id,
                                                     bool on);
  // access_denied where an object lock keeps the version.
  task<result<delete_outcome>> delete_object(std::uint64_t bucket, delete_request);
  // Up to 1,000 keys in one transaction; one result for each, in order.
  task<result<std::vector<result<delete_outcome>>>> delete_objects(std::uint64_t bucket,
                                                                   std::vector<delete_request>);
  task<result<list_page>> list_objects(std::uint64_t bucket, list_query);
  task<result<version_list_page>> list_versions(std::uint64_t bucket, version_list_query);

  // --- multipart uploads. no_such_upload where the upload is not there under that bucket and key.
  task<result<upload_record>> create_upload(std::uint64_t bucket, object_key key, new_upload);
  task<result<upload_record>> find_upload(std::uint64_t bucket, object_key key,
                                          std::string upload_id);
  // The bytes are encrypted when new_upload::encryption says so of the object to be.
  task<result<part_record>> put_part(std::uint64_t bucket, object_key key, std::string upload_id,
                                     new_part, blob::sealed_blob content);
  task<result<part_page>> list_parts(std::uint64_t bucket, object_key key, std::string upload_id,
                                     std::uint32_t after_number, std::size_t max_parts);
  task<result<upload_page>> list_uploads(std::uint64_t bucket, upload_list_query);
  // invalid_part, invalid_part_order, entity_too_small, bad_digest, precondition_failed. Costs a
  // read of the part records and one manifest, whatever the bytes. A repeated completion of the
  // same parts, when the object it made is still the newest, succeeds again (clients retry).
  task<result<opened_object>> complete_upload(std::uint64_t bucket, object_key key,
                                              std::string upload_id, completion);
  // precondition_failed when a time is given and the upload began at another second.
  task<result<void>> abort_upload(std::uint64_t bucket, object_key key, std::string upload_id,
                                  std::optional<std::chrono::sys_seconds> if_initiated = {});

  // --- usage (quota.hpp). quota_exceeded for any of the calls above that would store more than the
  // bucket's project and agency may.
  // Before the bytes come: whether there is room for an object of that size, or a part. Only the
  // transaction that stores decides for good.
  task<result<void>> check_object_room(std::uint64_t bucket, object_key key, std::uint64_t bytes);
  task<result<void>> check_part_room(std::uint64_t bucket, std::string upload_id,
                                     std::uint32_t number, std::uint64_t bytes);
  task<usage> usage_of_bucket(std::uint64_t bucket);
  task<usage> usage_of_project(std::string project);
  task<usage> usage_of_agency(std::string account);
  // Of all agencies that use anything, by account; at most `most`. Blocks for a snapshot.
  std::vector<std::pair<std::string, usage>> usage_of_agencies(std::size_t most) const;

  // --- outbox: notes that changes have left (outbox_note), oldest first.
  task<result<void>> add_to_outbox(std::vector<outbox_note> notes);  // without a change
  // One that cannot be read is told as damaged, and those behind it follow.
  task<std::vector<outbox_record>> read_outbox(std::string queue, std::uint64_t after,
                                               std::size_t most);
  task<result<void>> remove_from_outbox(std::string queue, std::vector<std::uint64_t> positions);
  // Counts at most `most` records.
  task<std::uint64_t> count_outbox(std::string queue, std::uint64_t most);
  // --- lifecycle, for the worker that carries it out. Every call is bounded, may be repeated, and
  // may be cut off anywhere. no_such_bucket as above.
  // Stores the configuration, or takes it away (nullopt). From then on changes are entered into the
  // index by time; what was there before is entered by build_lifecycle_index.
  // `counts_newer`: some rule has a number of newer noncurrent versions.
  task<result<void>> set_lifecycle(std::uint64_t bucket, std::optional<std::string> document,
                                   bool counts_newer);
  // For rules that stand elsewhere than in a configuration: changes are entered into the index from
  // now on, or no more unless there is a configuration.
  task<result<void>> begin_lifecycle_index(std::uint64_t bucket);
  task<result<void>> end_lifecycle_index(std::uint64_t bucket);
  // Ids greater than `after` of buckets with something in the index, in order.
  task<std::vector<std::uint64_t>> lifecycle_buckets(std::uint64_t after, std::size_t most);
  // One step of the first walk through a bucket; true while there is more to do.
  task<result<bool>> build_lifecycle_index(std::uint64_t bucket);
  // One step of taking the index of a bucket away whose configuration is gone; true while there is
  // more.
  task<result<bool>> clear_lifecycle_index(std::uint64_t bucket);
  // Drops the places of tasks that are not among these.
  task<result<void>> keep_lifecycle_tasks(std::uint64_t bucket, std::vector<std::string> names);
  // Looks at what is due for one task, from where the last call or the last pass ended, and applies
  // its action. `position` is empty at the beginning of a pass; the call moves it. The notes of
  // what was done to versions commit with it.
  task<result<lifecycle_progress>> run_lifecycle(std::uint64_t bucket, lifecycle_task,
                                                 std::string& position, lifecycle_notes notes = {});
  // The versions that have changed their mind meanwhile (tags, locks, a deleted successor), against
  // all tasks.
  task<result<lifecycle_progress>> run_lifecycle_again(std::uint64_t bucket,
                                                       std::vector<lifecycle_task>,
                                                       lifecycle_notes notes = {});

  struct statistics {
    std::uint64_t garbage_blobs = 0;    // waiting for the reclaimer
    std::uint64_t reclaimed_blobs = 0;  // since start
  };
  statistics stats() const;

  // Waits until nothing is left to reclaim or `limit` has passed (tests, clean shutdown).
  bool drain_garbage(std::chrono::milliseconds limit);

 private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

}  // namespace torhaus::storage::catalog
