// Names from outside as types, and the records that the rooms above see. Every name is made by
// parse() and by nothing else; keys are opaque bytes and never normalised.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "storage/base/clock.hpp"
#include "storage/base/result.hpp"
#include "storage/blob/store.hpp"
#include "storage/crypto/digest.hpp"

namespace torhaus::storage::catalog {

// AWS: "Bucket naming rules" for general purpose buckets.
class bucket_name {
 public:
  // Errors: invalid_bucket_name.
  static result<bucket_name> parse(std::string_view);
  const std::string& str() const { return text_; }
  auto operator<=>(const bucket_name&) const = default;

 private:
  explicit bucket_name(std::string text) : text_(std::move(text)) {}
  std::string text_;
};

// 1 to 1024 bytes of valid UTF-8, any characters (also control characters, "//", "..", a trailing
// "/").
class object_key {
 public:
  static constexpr std::size_t max_bytes = 1024;
  // Errors: key_too_long (with Size and MaxSizeAllowed), invalid_uri (empty or no UTF-8).
  static result<object_key> parse(std::string_view);
  const std::string& str() const { return text_; }
  auto operator<=>(const object_key&) const = default;

 private:
  explicit object_key(std::string text) : text_(std::move(text)) {}
  std::string text_;
};

// MD5 of the bytes, or of the parts' MD5s with the number of parts behind a dash.
struct etag {
  std::array<std::uint8_t, 16> md5{};
  std::uint32_t parts = 0;  // 0: not a multipart object

  // Without quotation marks: 32 hex digits, and "-N" for multipart.
  std::string text() const;
  // Accepts with both quotation marks, one or none; nullopt for anything that is no S3 ETag.
  static std::optional<etag> parse(std::string_view);
  bool operator==(const etag&) const = default;
};

enum class checksum_type : std::uint8_t { full_object, composite };

struct object_checksum {
  crypto::digest_value value;
  checksum_type type = checksum_type::full_object;
  std::uint32_t parts = 0;  // composite: printed behind a dash
};

enum class versioning_state : std::uint8_t { never_enabled, enabled, suspended };

using name_value = std::pair<std::string, std::string>;

struct bucket_record {
  std::string name;
  std::uint64_t id = 0;            // never used again after the bucket is gone
  std::string owner_account;       // 12 digits: the owning agency
  std::string owner_canonical_id;  // 64 hex digits
  std::string project;
  std::string region;
  sys_micros created{};
  versioning_state versioning = versioning_state::never_enabled;
  bool object_lock = false;
  // Whether changes are entered into the index by time that lifecycle passes read, and whether some
  // rule counts noncurrent versions.
  struct lifecycle_state {
    bool indexed = false;
    bool counts_newer = false;
    bool operator==(const lifecycle_state&) const = default;
  } lifecycle;
  std::uint64_t settings_revision = 0;  // grows with every change of a setting; 0: there was none
};

// What an owner may set on a bucket. The letter stands in the stored key. The documents are opaque
// to the catalog.
enum class bucket_setting : char {
  accelerate = 'x',
  acl = 'a',
  cors = 'c',
  encryption = 'e',
  lifecycle = 'l',
  logging = 'g',
  notification = 'n',
  object_lock = 'k',
  ownership = 'o',
  policy = 'p',
  public_access_block = 'b',
  request_payment = 'r',
  tagging = 't',
  website = 'w',
};
using setting_documents = std::map<bucket_setting, std::string>;

// All settings of a bucket at one moment.
struct stored_settings {
  std::uint64_t revision = 0;
  setting_documents documents;
};

// What became of a version, as far as notes tell changes apart.
enum class change_kind : std::uint8_t {
  stored = 1,   // a version was added
  removed = 2,  // a version, or the object, is gone for good
  marked = 3,   // a delete marker was added
  altered = 4,  // tags or ACL of a version
};

// Something to be told to somebody of a change: kept in the transaction that makes the change, in a
// queue of its own, until it is taken out (event notifications).
struct outbox_note {
  std::string queue;                     // 1 to 64 of [a-z0-9-]
  change_kind on = change_kind::stored;  // kept only if the change is of this kind
  std::string text;                      // opaque to the catalog
};

struct outbox_record {
  // Order within the queue, and the time in microseconds unless several fell into one. Records of
  // one object key are in the order of its changes.
  std::uint64_t position = 0;
  change_kind kind = change_kind::stored;
  std::string key;
  std::string version_id;  // empty: of a bucket that never had versioning
  std::uint64_t size = 0;
  std::string etag;  // empty for markers and removals
  std::string text;
  // What keeps the record from being read; nothing but `position` has a value then. Empty: nothing.
  std::string damage;
};

// What a writer says about an object besides its bytes.
struct object_attributes {
  std::string content_type;  // empty: none was given
  std::string cache_control;
  std::string content_disposition;
  std::string content_encoding;
  std::string content_language;
  std::string expires;
  std::string website_redirect;
  std::string storage_class;         // empty: STANDARD
  std::vector<name_value> metadata;  // x-amz-meta-*, lower-case names without the prefix, in order
  std::vector<name_value> tags;
};

// What keeps a version from being deleted (AWS: "How S3 Object Lock works").
enum class retention_mode : std::uint8_t { none, governance, compliance };

struct version_lock {
  retention_mode mode = retention_mode::none;
  sys_micros until{};  // with a mode
  bool legal_hold = false;
  bool legal_hold_given = false;  // ON or OFF was said; OFF is no lock, but answered
  bool operator==(const version_lock&) const = default;
};

using version_sequence = std::uint64_t;  // later versions of a key have larger numbers

struct object_version {
  std::string key;
  version_sequence sequence = 0;
  bool null_version = true;  // written without versioning: its version id is "null"
  bool latest = true;
  bool delete_marker = false;
  std::string version_id;  // "null" or 32 characters
  std::uint64_t size = 0;
  sys_micros modified{};
  torhaus::storage::catalog::etag etag;
  std::optional<object_checksum> checksum;
  std::string owner_canonical_id;
  object_attributes attributes;
  version_lock lock;
  std::string acl;         // opaque to the catalog; empty: private to the owner
  std::string encryption;  // opaque to the catalog; not empty: the bytes are stored encrypted
  // Where the bytes are: one blob, or a manifest of parts (catalog.hpp opens either).
  std::optional<blob::blob_id> blob;
  std::optional<blob::blob_id> manifest;
  std::uint32_t part_count = 0;  // multipart objects
};

}  // namespace torhaus::storage::catalog
